//! Statements as SQL.
//!
//! Source: the templates of Django `db/backends/base/schema.py` and `db/backends/{postgresql,sqlite3}/schema.py`.

use smol_str::SmolStr;

use super::{AddCheck, AddExclusion, AddForeignKey, AddUnique, CreateIndex, ForeignKeySuffix, Statement};
use crate::dialect::Dialect;

impl Statement {
    /// Writes the statement for a dialect.
    pub fn sql(&self, dialect: Dialect) -> String {
        match self {
            Self::CreateIndex(index) => index.sql(dialect),
            Self::AddUnique(unique) => unique.sql(dialect),
            Self::AddForeignKey(key) => key.sql(dialect),
            Self::AddCheck(check) => check.sql(dialect),
            Self::AddExclusion(exclusion) => {
                format!("ALTER TABLE {} ADD {}", dialect.quote_name(&exclusion.table), exclusion.definition(dialect))
            }
            Self::Foreign(foreign) => foreign.sql.clone(),
        }
    }
}

impl CreateIndex {
    fn sql(&self, dialect: Dialect) -> String {
        let name = self.name.resolve(dialect, &self.table, self.columns.names());
        let (name, table) = (dialect.quote_name(&name), dialect.quote_name(&self.table));
        let unique = if self.unique { "UNIQUE " } else { "" };
        let concurrently = if self.concurrently { "CONCURRENTLY " } else { "" };
        let using = match &self.using {
            Some(method) if dialect == Dialect::Postgres => format!(" USING {method}"),
            _ => String::new(),
        };
        let columns = self.columns.sql(dialect);
        let include = include(dialect, &self.include);
        let nulls_distinct = nulls_distinct(self.nulls_distinct);
        let extra = &self.extra;
        let condition = match &self.condition {
            Some(condition) if dialect != Dialect::MySql => format!(" WHERE {condition}"),
            _ => String::new(),
        };
        format!(
            "CREATE {unique}INDEX {concurrently}{name} ON {table}{using} ({columns}){include}{nulls_distinct}{extra}{condition}"
        )
    }
}

impl AddUnique {
    fn sql(&self, dialect: Dialect) -> String {
        let name = self.name.resolve(dialect, &self.table, &self.columns);
        let (name, table) = (dialect.quote_name(&name), dialect.quote_name(&self.table));
        let columns = dialect.quote_names(&self.columns);
        if dialect == Dialect::Sqlite {
            return format!("CREATE UNIQUE INDEX {name} ON {table} ({columns})");
        }
        let (nulls_distinct, deferrable) = (nulls_distinct(self.nulls_distinct), self.deferrable);
        format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE{nulls_distinct} ({columns}){deferrable}")
    }
}

impl ForeignKeySuffix {
    /// Returns the ending as Django's schema editors have it.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Target => "_fk_%(to_table)s_%(to_column)s",
            Self::Plain => "_fk",
        }
    }
}

impl AddForeignKey {
    /// Returns the name, unquoted, for tables and columns as they are called now.
    pub fn name(&self, dialect: Dialect) -> SmolStr {
        let suffix = self.suffix.template();
        dialect.foreign_key_name(&self.table, &self.column, &self.to_table, &self.to_column, suffix)
    }

    fn sql(&self, dialect: Dialect) -> String {
        let name = self.name(dialect);
        let (name, table, column) =
            (dialect.quote_name(&name), dialect.quote_name(&self.table), dialect.quote_name(&self.column));
        let (to_table, to_column) = (dialect.quote_name(&self.to_table), dialect.quote_name(&self.to_column));
        let deferrable = if dialect == Dialect::MySql { "" } else { " DEFERRABLE INITIALLY DEFERRED" };
        let on_delete = self.on_delete;
        format!(
            "ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {to_table} ({to_column}){on_delete}{deferrable}"
        )
    }
}

impl AddCheck {
    fn sql(&self, dialect: Dialect) -> String {
        let (name, table) = (dialect.quote_name(&self.name), dialect.quote_name(&self.table));
        let not_valid = if self.not_valid { " NOT VALID" } else { "" };
        format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({}){not_valid}", self.check)
    }
}

impl AddExclusion {
    /// Writes the constraint as it stands in a table's definition.
    pub fn definition(&self, dialect: Dialect) -> String {
        let name = dialect.quote_name(&self.name);
        let (method, columns) = (&self.index_type, self.columns.sql(dialect));
        let include = include(dialect, &self.include);
        let condition = self.condition.as_ref().map_or_else(String::new, |condition| format!(" WHERE ({condition})"));
        let deferrable = self.deferrable;
        format!("CONSTRAINT {name} EXCLUDE USING {method} ({columns}){include}{condition}{deferrable}")
    }
}

fn include(dialect: Dialect, columns: &[SmolStr]) -> String {
    if columns.is_empty() || dialect != Dialect::Postgres {
        return String::new();
    }
    format!(" INCLUDE ({})", dialect.quote_names(columns))
}

fn nulls_distinct(distinct: Option<bool>) -> &'static str {
    match distinct {
        None => "",
        Some(true) => " NULLS DISTINCT",
        Some(false) => " NULLS NOT DISTINCT",
    }
}
