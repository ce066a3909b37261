//! A column as a statement defines it.

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

impl ColumnDefinition {
    /// Returns whether the database gives it a value where an `INSERT` leaves it out.
    pub fn fills_itself(&self) -> bool {
        self.default.is_some() || self.generated.is_some() || self.identity
    }
}

/// How a generated column is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generated {
    /// It is computed when it is written.
    Stored,
    /// It is computed when it is read.
    Virtual,
}
