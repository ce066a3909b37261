//! What a statement does to schema and rows, read from its text, and what that costs who works on the database meanwhile.
//!
//! Statements of the schema editors and of the project are read alike: what the checks say of `RunSQL` is what they say of an operation.
//! A statement that is not understood is [`Effect::Unknown`], which counts as dangerous.

mod impact;
mod read;

pub use self::impact::{Blocks, Impact, Lock, Work, impact, impact_in, together};
pub use self::read::{effects, named_once};

/// One thing that a statement does. Names are without quotes; a table's carries its schema when the statement names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Makes a table.
    CreateTable {
        /// The table.
        table: String,
        /// Its columns, as far as the statement lists them.
        columns: Vec<ColumnDefinition>,
        /// The constraints of the table that name columns or tables.
        constraints: Vec<ConstraintKind>,
        /// Whether it is gone with the session.
        temporary: bool,
        /// Whether an existing one is left as it is (`IF NOT EXISTS`).
        if_not_exists: bool,
        /// The table that it becomes a partition of.
        partition_of: Option<String>,
        /// Whether a query fills it.
        from_query: bool,
    },
    /// Drops a table.
    DropTable {
        /// The table.
        table: String,
        /// Whether what depends on it goes with it.
        cascade: bool,
        /// Whether a missing one is no error.
        if_exists: bool,
    },
    /// Gives a table a new name.
    RenameTable {
        /// The table.
        table: String,
        /// The new name, without a schema.
        to: String,
    },
    /// One action of an `ALTER TABLE`.
    AlterTable {
        /// The table.
        table: String,
        /// The action.
        change: TableChange,
    },
    /// Makes an index.
    CreateIndex {
        /// The table.
        table: String,
        /// The index; PostgreSQL can choose the name.
        name: Option<String>,
        /// What it is over, in order; `None` for an expression.
        columns: Vec<Option<String>>,
        /// Whether values must differ.
        unique: bool,
        /// Whether writes go on meanwhile (PostgreSQL).
        concurrently: bool,
        /// Whether an existing one is left as it is.
        if_not_exists: bool,
        /// The access method in lower case, such as `btree`, `hash`, `gin`, `fulltext` or `spatial`; `None` for the database's own.
        method: Option<String>,
        /// Whether it holds some rows only.
        partial: bool,
        /// MySQL's `ALGORITHM` and `LOCK`, where the statement names them.
        online: OnlineOptions,
    },
    /// Drops an index.
    DropIndex {
        /// The index.
        name: String,
        /// The table, where the statement names it (MySQL).
        table: Option<String>,
        /// Whether writes go on meanwhile (PostgreSQL).
        concurrently: bool,
        /// Whether a missing one is no error.
        if_exists: bool,
        /// MySQL's `ALGORITHM` and `LOCK`, where the statement names them.
        online: OnlineOptions,
    },
    /// Gives an index a new name.
    RenameIndex {
        /// The index.
        name: String,
    },
    /// Builds indexes anew.
    Reindex {
        /// What: an index, a table, a schema, or nothing for the whole database.
        name: Option<String>,
        /// Whether writes go on meanwhile.
        concurrently: bool,
    },
    /// Writes a table anew for its own sake: `VACUUM FULL`, `CLUSTER`, `OPTIMIZE TABLE`.
    Rebuild {
        /// The table; nothing for all.
        table: Option<String>,
        /// The statement's first words in upper case.
        verb: &'static str,
    },
    /// Empties a table.
    Truncate {
        /// The table.
        table: String,
        /// Whether tables that refer to it are emptied, too.
        cascade: bool,
    },
    /// Changes rows.
    Rows {
        /// The table.
        table: String,
        /// What is done to them.
        change: RowChange,
        /// Whether a condition or a limit says which ones; of an insertion, whether it lists them (no query).
        bounded: bool,
    },
    /// Reads or locks a table without changing it: `LOCK TABLE`, `REFRESH MATERIALIZED VIEW`.
    LockTable {
        /// The table.
        table: String,
        /// The mode as it is written, in upper case; the strongest when none is.
        mode: String,
    },
    /// Renews a materialized view.
    RefreshView {
        /// The view.
        name: String,
        /// Whether it can be read meanwhile.
        concurrently: bool,
    },
    /// Changes an enumerated type.
    AlterEnum {
        /// The type.
        name: String,
        /// What changes.
        change: EnumChange,
    },
    /// Changes a domain or makes one.
    Domain {
        /// The domain.
        name: String,
        /// Whether it is made.
        create: bool,
        /// Whether a constraint is part of it.
        constraint: bool,
        /// Whether the constraint leaves the rows that are there unchecked (`NOT VALID`).
        not_valid: bool,
    },
    /// Gives a schema a new name.
    RenameSchema {
        /// The schema.
        name: String,
        /// The new name.
        to: String,
    },
    /// Drops a schema, a database, a view, a sequence, a type, a function or something else that is no table.
    DropObject {
        /// What kind, in lower case, such as `schema` or `materialized view`.
        kind: String,
        /// Which.
        name: String,
        /// The table that it belongs to, where the statement names it: of a trigger, a policy, a rule.
        table: Option<String>,
        /// Whether what depends on it goes with it.
        cascade: bool,
        /// Whether a missing one is no error.
        if_exists: bool,
    },
    /// Gives a view, a sequence, a type, a function or something else that is neither a table nor a schema a new name, or moves it to another schema.
    RenameObject {
        /// What kind, in lower case, such as `materialized view`.
        kind: String,
        /// Which.
        name: String,
        /// What it is called afterwards, as far as it is written.
        to: String,
    },
    /// Sets a setting of the session or the transaction.
    Set {
        /// The setting in lower case.
        name: String,
        /// The value as it is written, without quotes.
        value: String,
        /// Whether it lasts until the end of the transaction.
        local: bool,
    },
    /// Begins or ends a transaction: see [`crate::split::classify`].
    Transaction,
    /// Known to leave tables and rows that are there alone: views, functions, comments, rights, sequences, extensions, queries.
    Other {
        /// The statement's first words in lower case, such as `create function`.
        verb: String,
    },
    /// Not understood, or code of which nothing is known (`DO`, `CALL`, a query that calls functions of the project).
    Unknown {
        /// The statement's first words in upper case.
        verb: String,
    },
}

/// What computes the values of a column's new type (`USING` on PostgreSQL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Using {
    /// Nothing: they are assigned, and what does not fit is refused.
    Nothing,
    /// A cast of the column to the new type, and nothing else: what is too long is cut.
    Cast,
    /// Another expression.
    Expression,
}

/// One action of an `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    /// Adds a column.
    AddColumn(ColumnDefinition),
    /// Drops a column.
    DropColumn {
        /// The column.
        column: String,
        /// Whether what depends on it goes with it.
        cascade: bool,
        /// Whether a missing one is no error.
        if_exists: bool,
    },
    /// Gives a column a new name.
    RenameColumn {
        /// The column.
        column: String,
        /// The new name.
        to: String,
    },
    /// Changes a column's type (PostgreSQL).
    AlterType {
        /// The column.
        column: String,
        /// The new type as it is written.
        to: String,
        /// What computes the new values.
        using: Using,
        /// The new collation.
        collation: Option<String>,
    },
    /// Says all of a column anew (MySQL's `MODIFY` and `CHANGE`).
    ModifyColumn {
        /// The column as it was called.
        column: String,
        /// The column as it shall be; its name is the new one.
        to: ColumnDefinition,
    },
    /// Demands a value.
    SetNotNull {
        /// The column.
        column: String,
    },
    /// Allows NULL.
    DropNotNull {
        /// The column.
        column: String,
    },
    /// Sets or drops the column's default.
    SetDefault {
        /// The column.
        column: String,
        /// The default as it is written; `None` when it is dropped.
        to: Option<String>,
    },
    /// Adds a constraint.
    AddConstraint {
        /// Its name.
        name: Option<String>,
        /// What it demands.
        kind: ConstraintKind,
        /// Whether the rows that are there go unchecked (PostgreSQL).
        not_valid: bool,
        /// The index that it takes (`USING INDEX`).
        using_index: Option<String>,
    },
    /// Checks the rows that are there against a constraint that was added as not valid.
    ValidateConstraint {
        /// Its name.
        name: String,
    },
    /// Drops a constraint or MySQL's `FOREIGN KEY`, `CHECK`, `PRIMARY KEY`.
    DropConstraint {
        /// Its name; `None` for MySQL's primary key.
        name: Option<String>,
        /// Whether what depends on it goes with it.
        cascade: bool,
        /// Whether a missing one is no error.
        if_exists: bool,
    },
    /// Changes or renames a constraint without looking at rows.
    AlterConstraint {
        /// Its name.
        name: String,
    },
    /// Adds an index (MySQL's `ADD INDEX`).
    AddIndex {
        /// The index.
        name: Option<String>,
        /// What it is over; `None` for an expression.
        columns: Vec<Option<String>>,
        /// Whether values must differ.
        unique: bool,
        /// `fulltext` or `spatial`.
        method: Option<String>,
    },
    /// Drops an index (MySQL's `DROP INDEX`).
    DropIndex {
        /// The index.
        name: String,
    },
    /// Gives an index a new name (MySQL).
    RenameIndex {
        /// The index.
        name: String,
    },
    /// Makes a column an identity, drops that, or drops the expression of a generated one.
    Identity {
        /// The column.
        column: String,
        /// What becomes of it.
        change: IdentityChange,
    },
    /// Attaches a partition.
    AttachPartition {
        /// The partition.
        partition: String,
    },
    /// Detaches a partition.
    DetachPartition {
        /// The partition.
        partition: String,
        /// Whether reads and writes go on meanwhile.
        concurrently: bool,
    },
    /// Moves the table to another schema.
    SetSchema {
        /// The schema.
        to: String,
    },
    /// Writes the table anew: `SET LOGGED`, `SET TABLESPACE`, `SET ACCESS METHOD`, MySQL's `ENGINE`, `FORCE`, `CONVERT TO CHARACTER SET`.
    Rebuild {
        /// The action's first words in upper case.
        verb: String,
    },
    /// MySQL's `ALGORITHM` and `LOCK`; it stands beside the other actions of its statement.
    Online(OnlineOptions),
    /// Changes what no row depends on: comments, storage parameters, statistics, owner, triggers, row security.
    Attribute {
        /// The action's first words in lower case.
        verb: String,
    },
    /// Not understood.
    Unknown {
        /// The action's first words in upper case.
        verb: String,
    },
}

/// A column as a statement defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// Its name.
    pub name: String,
    /// Its type as it is written, without what follows.
    pub data_type: String,
    /// Whether NULL is refused (a primary key refuses it without saying so).
    pub not_null: bool,
    /// The default as it is written.
    pub default: Option<String>,
    /// Whether the default may differ from row to row: it calls what is not known to be the same for a whole statement.
    pub volatile_default: bool,
    /// How a generated column is kept, if it is one.
    pub generated: Option<Generated>,
    /// Whether it numbers itself: `serial`, `IDENTITY`, `AUTO_INCREMENT`.
    pub identity: bool,
    /// Whether it is the primary key.
    pub primary_key: bool,
    /// Whether values must differ.
    pub unique: bool,
    /// Whether it has a `CHECK`.
    pub check: bool,
    /// The table that it refers to.
    pub references: Option<String>,
    /// Whether it is left alone when it is there already.
    pub if_not_exists: bool,
    /// Its collation.
    pub collation: Option<String>,
    /// The character set of its text (MySQL).
    pub charset: Option<String>,
    /// Whether the statement says where among the others it stands (MySQL's `FIRST` and `AFTER`).
    pub placed: bool,
}

/// How a generated column is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    /// It is computed when it is written.
    Stored,
    /// It is computed when it is read.
    Virtual,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A condition holds, as it is written.
    Check(String),
    /// Values are there in another table.
    ForeignKey {
        /// The columns.
        columns: Vec<String>,
        /// The other table.
        to_table: String,
    },
    /// No two rows have the same values.
    Unique(Vec<String>),
    /// These columns tell rows apart.
    PrimaryKey(Vec<String>),
    /// The column has a value (PostgreSQL 18).
    NotNull(String),
    /// No two rows exclude each other.
    Exclusion,
}

/// What is done to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// They are added.
    Insert,
    /// They are changed.
    Update,
    /// They are removed.
    Delete,
    /// One of these.
    Merge,
}

/// What becomes of an identity or of a generated column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityChange {
    /// The database makes each value, and refuses those of others.
    Always,
    /// The database makes the values that are left out.
    ByDefault,
    /// It is an identity no more.
    Dropped,
    /// It is computed no more.
    ExpressionDropped,
    /// Where it goes on, and by which steps.
    Sequence,
}

/// What changes of an enumerated type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnumChange {
    /// A value is added.
    AddValue {
        /// The value.
        value: String,
        /// Whether the statement says where among the others it stands.
        ordered: bool,
        /// Whether one that is there is left.
        if_not_exists: bool,
    },
    /// A value gets a new name.
    RenameValue,
    /// The type gets a new name, schema or owner.
    Other,
}

/// MySQL's `ALGORITHM` and `LOCK`, in upper case, where a statement names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnlineOptions {
    /// `INSTANT`, `NOCOPY`, `INPLACE`, `COPY` or `DEFAULT`.
    pub algorithm: Option<String>,
    /// `NONE`, `SHARED`, `EXCLUSIVE` or `DEFAULT`.
    pub lock: Option<String>,
}

impl Effect {
    /// Returns the table that it changes or locks.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::CreateTable { table, .. }
            | Self::DropTable { table, .. }
            | Self::RenameTable { table, .. }
            | Self::AlterTable { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::Truncate { table, .. }
            | Self::Rows { table, .. }
            | Self::LockTable { table, .. } => Some(table),
            Self::DropIndex { table, .. } | Self::Rebuild { table, .. } | Self::DropObject { table, .. } => {
                table.as_deref()
            }
            _ => None,
        }
    }
}
