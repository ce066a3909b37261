//! What an `ALTER TABLE` does to its table.

use super::{ColumnDefinition, OnlineOptions};

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
        /// Whether each statement has to keep to it from now on, and no longer the transaction as a whole (`NOT DEFERRABLE`).
        at_once: bool,
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

impl TableChange {
    /// Returns the column that refuses NULL from then on, however the statement says so.
    #[must_use]
    pub fn not_null_column(&self) -> Option<&str> {
        match self {
            Self::SetNotNull { column } | Self::AddConstraint { kind: ConstraintKind::NotNull(column), .. } => {
                Some(column)
            }
            _ => None,
        }
    }
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
