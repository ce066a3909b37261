//! What MySQL and MariaDB servers can do (Django `db/backends/mysql/base.py` and `features.py`).

use limosa_model::django::DjangoVersion;
use smol_str::SmolStr;

use super::{Context, Dialect, Flavour};

/// The settings of a MySQL or MariaDB server on which SQL depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MySqlSettings {
    /// The storage engine of tables that name none (`@@default_storage_engine`).
    pub storage_engine: SmolStr,
    /// Whether backslashes in texts are ordinary characters (`NO_BACKSLASH_ESCAPES` in `@@sql_mode`).
    pub no_backslash_escapes: bool,
    /// Whether names of tables are compared without regard to case (`@@lower_case_table_names` is not 0).
    pub ignores_table_name_case: bool,
}

impl Default for MySqlSettings {
    fn default() -> Self {
        Self {
            storage_engine: SmolStr::new_static("InnoDB"),
            no_backslash_escapes: false,
            ignores_table_name_case: false,
        }
    }
}

impl MySqlSettings {
    /// Returns whether tables have transactions and foreign keys (Django: those of every engine but MyISAM).
    pub fn supports_transactions(&self) -> bool {
        self.storage_engine != "MyISAM"
    }
}

/// Reads what a server calls its version (`SELECT VERSION()`), such as `10.11.6-MariaDB-1` or `8.4.3`.
///
/// `None` when it does not begin with three numbers.
pub fn mysql_version(text: &str) -> Option<(Flavour, (u32, u32, u32))> {
    let mut numbers = text.splitn(3, '.').map(|part| {
        let digits = part.find(|found: char| !found.is_ascii_digit()).unwrap_or(part.len());
        part[..digits].parse::<u32>().ok()
    });
    let version = (numbers.next()??, numbers.next()??, numbers.next()??);
    let mariadb = text.to_ascii_lowercase().contains("mariadb");
    Some((if mariadb { Flavour::MariaDb } else { Flavour::Plain }, version))
}

/// Features that only the dialect of MySQL has or lacks; other databases answer as Django's `BaseDatabaseFeatures` does.
impl Context {
    /// Returns whether columns of indexes are in descending order.
    pub fn supports_index_column_ordering(&self) -> bool {
        self.dialect != Dialect::MySql || self.mysql.storage_engine == "InnoDB" && self.is_from((10, 8, 0), (8, 0, 1))
    }

    /// Returns whether indexes are over expressions.
    pub fn supports_expression_indexes(&self) -> bool {
        self.dialect != Dialect::MySql
            || self.is_mysql() && self.mysql.supports_transactions() && self.server_version >= (8, 0, 13)
    }

    /// Returns whether columns and tables have checks.
    pub fn supports_checks(&self) -> bool {
        self.dialect != Dialect::MySql || self.is_from((0, 0, 0), (8, 0, 16))
    }

    /// Returns whether a column is renamed without its definition.
    ///
    /// Source: Django `db/backends/mysql/schema.py`, `sql_rename_column`; later versions of Django know no server that cannot.
    pub fn can_rename_column(&self) -> bool {
        self.dialect != Dialect::MySql || self.is_from((10, 5, 2), (8, 0, 4))
    }

    /// Returns whether there is a type for UUIDs.
    pub fn has_native_uuid(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => true,
            Dialect::Sqlite => false,
            Dialect::MySql => {
                self.is_mariadb() && self.server_version >= (10, 7, 0) && self.django >= DjangoVersion::V52
            }
        }
    }

    /// Returns whether BLOB and TEXT columns have defaults.
    pub fn supports_limited_defaults(&self) -> bool {
        self.dialect != Dialect::MySql || self.is_from((0, 0, 0), (8, 0, 13))
    }

    /// Returns whether a transaction takes changes of the schema back.
    pub fn can_rollback_ddl(&self) -> bool {
        self.dialect != Dialect::MySql
    }

    /// Returns whether the server is at least this version of MariaDB or that one of MySQL.
    fn is_from(&self, mariadb: (u32, u32, u32), mysql: (u32, u32, u32)) -> bool {
        self.server_version >= if self.is_mariadb() { mariadb } else { mysql }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let cases = [
            ("10.11.6-MariaDB-0+deb12u1", Some((Flavour::MariaDb, (10, 11, 6)))),
            ("8.4.3", Some((Flavour::Plain, (8, 4, 3)))),
            ("8.0.36-28.1", Some((Flavour::Plain, (8, 0, 36)))),
            ("8.4", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(mysql_version(text), expected, "{text}");
        }
    }

    #[test]
    fn features_follow_the_flavour_and_the_version() {
        let context = |flavour, server_version| Context {
            flavour,
            server_version,
            ..Context::new(Dialect::MySql, DjangoVersion::V52)
        };
        let features = |context: &Context| {
            let (rename, order) = (context.can_rename_column(), context.supports_index_column_ordering());
            (rename, order, context.supports_expression_indexes(), context.has_native_uuid(), context.supports_checks())
        };
        assert_eq!(features(&context(Flavour::MariaDb, (10, 11, 6))), (true, true, false, true, true));
        assert_eq!(features(&context(Flavour::MariaDb, (10, 5, 1))), (false, false, false, false, true));
        assert_eq!(features(&context(Flavour::Plain, (8, 4, 0))), (true, true, true, false, true));
        assert_eq!(features(&context(Flavour::Plain, (8, 0, 11))), (true, true, false, false, false));
    }
}
