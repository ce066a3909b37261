//! What a statement does to schema and rows, read from its text, and what that costs who works on the database meanwhile.
//!
//! Statements of the schema editors and of the project are read alike: what the checks say of `RunSQL` is what they say of an operation.
//! A statement that is not understood is [`Effect::Unknown`], which counts as dangerous.

mod column;
mod impact;
mod read;
mod table_change;

pub use self::column::{ColumnDefinition, Generated};
pub use self::impact::{Blocks, Impact, Lock, Work, impact, impact_in, together};
pub use self::read::{effects, named_once};
pub use self::table_change::{ConstraintKind, IdentityChange, TableChange, Using};

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
    /// Locks a table (`LOCK TABLE`).
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
    /// The type gets another owner.
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

    /// Returns whether it makes an object of a kind, in the words of [`Effect::DropObject`]; which one is not known.
    pub fn makes(&self, kind: &str) -> bool {
        match self {
            Self::Domain { create, .. } => *create && kind == "domain",
            Self::Other { verb } => verb.starts_with("create") && verb.contains(kind),
            _ => false,
        }
    }
}

/// Returns the name of an effect without its schema.
pub fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
