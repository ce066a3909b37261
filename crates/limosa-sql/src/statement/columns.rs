//! What an index is over, and its name, which may follow from that.

use smol_str::SmolStr;

use crate::dialect::Dialect;

/// The name of an index or a unique constraint.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexName {
    /// This one.
    Fixed(SmolStr),
    /// The one that follows from the table and the columns, with an ending such as `_like`.
    Derived(&'static str),
    /// The one that follows from the table and the columns of a unique constraint.
    Unique,
}

impl IndexName {
    /// Returns the name, unquoted, for a table and columns as they are called now.
    pub fn resolve(&self, dialect: Dialect, table: &str, columns: &[SmolStr]) -> SmolStr {
        match self {
            Self::Fixed(name) => name.clone(),
            Self::Derived(suffix) => dialect.index_name(table, columns, suffix),
            Self::Unique => dialect.index_name(table, columns, "_uniq"),
        }
    }
}

/// What an index is over.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexColumns {
    /// Columns.
    Columns {
        /// The columns.
        names: Vec<SmolStr>,
        /// Operator classes, one per column, or none at all.
        opclasses: Vec<SmolStr>,
        /// Whether each column is in descending order; empty when none is.
        descending: Vec<bool>,
    },
    /// Expressions.
    Expressions {
        /// The expressions as SQL, separated by commas.
        sql: String,
        /// The columns that they name.
        names: Vec<SmolStr>,
    },
}

impl IndexColumns {
    /// Returns plain columns in ascending order.
    pub fn plain(names: Vec<SmolStr>) -> Self {
        Self::Columns { names, opclasses: Vec::new(), descending: Vec::new() }
    }

    /// Returns the columns that it names.
    pub fn names(&self) -> &[SmolStr] {
        match self {
            Self::Columns { names, .. } | Self::Expressions { names, .. } => names,
        }
    }

    /// Returns whether it names a column.
    pub fn mentions(&self, column: &str) -> bool {
        self.names().iter().any(|name| name == column)
    }

    /// Follows a renamed column.
    pub fn rename(&mut self, dialect: Dialect, old: &str, new: &str) {
        if let Self::Expressions { sql, .. } = self {
            *sql = rename_in_sql(sql, dialect.quote_name(old).as_str(), dialect.quote_name(new).as_str());
        }
        let (Self::Columns { names, .. } | Self::Expressions { names, .. }) = self;
        for name in names.iter_mut().filter(|name| *name == old) {
            *name = new.into();
        }
    }

    /// Writes it as it stands between the parentheses of `CREATE INDEX`.
    pub fn sql(&self, dialect: Dialect) -> String {
        match self {
            Self::Expressions { sql, .. } => sql.clone(),
            Self::Columns { names, opclasses, descending } => {
                let column = |(position, name): (usize, &SmolStr)| {
                    let mut column = dialect.quote_name(name).to_string();
                    if let Some(opclass) = opclasses.get(position) {
                        column = format!("{column} {opclass}");
                    }
                    if descending.get(position).copied().unwrap_or(false) {
                        column.push_str(" DESC");
                    }
                    column
                };
                names.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// Replaces a quoted name in SQL, but not within texts.
pub(super) fn rename_in_sql(sql: &str, old: &str, new: &str) -> String {
    let part = |(position, part): (usize, &str)| match position % 2 {
        0 => part.replace(old, new),
        _ => part.to_owned(),
    };
    sql.split('\'').enumerate().map(part).collect::<Vec<_>>().join("'")
}
