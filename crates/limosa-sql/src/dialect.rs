//! The databases whose SQL is written and read.

mod mysql;

use std::collections::BTreeMap;
use std::fmt;

use limosa_model::django::DjangoVersion;
use smol_str::SmolStr;

pub use self::mysql::{MySqlSettings, mysql_version};

/// A database's dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    MySql,
}

impl Dialect {
    /// Returns the name that Django's `connection.vendor` has for the database.
    pub fn vendor(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
            Self::MySql => "mysql",
        }
    }

    /// Returns the longest name that the database keeps, in characters; `None` where it has no limit.
    pub fn max_name_length(self) -> Option<usize> {
        match self {
            Self::Postgres => Some(63),
            Self::Sqlite => None,
            Self::MySql => Some(64),
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
            Self::MySql => "MySQL",
        })
    }
}

/// What the SQL depends on besides the models: the database, Django's version and the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The dialect.
    pub dialect: Dialect,
    /// The version of Django whose SQL is reproduced.
    pub django: DjangoVersion,
    /// Which of the databases that share the dialect it is; only [`Dialect::MySql`] has more than one.
    pub flavour: Flavour,
    /// The server's version: `(15, 4, 0)` for PostgreSQL 15.4, `(3, 45, 1)` for SQLite 3.45.1, `(10, 11, 6)` for MariaDB 10.11.6.
    pub server_version: (u32, u32, u32),
    /// The server's settings, when the dialect is that of MySQL.
    pub mysql: MySqlSettings,
    /// The driver by which Django's literals are written (PostgreSQL).
    pub driver: Driver,
    /// The path of the class of implicit primary keys (`DEFAULT_AUTO_FIELD`, or an app's own) by app's label.
    pub default_auto_fields: BTreeMap<SmolStr, SmolStr>,
    /// The path of the class of implicit primary keys for all other apps (`DEFAULT_AUTO_FIELD`).
    pub default_auto_field: SmolStr,
    /// The tablespace of tables (`DEFAULT_TABLESPACE`), empty when there is none.
    pub default_tablespace: SmolStr,
    /// The tablespace of indexes (`DEFAULT_INDEX_TABLESPACE`), empty when there is none.
    pub default_index_tablespace: SmolStr,
    /// Whether Django's backend is one of `django.contrib.gis`.
    pub spatial: bool,
    /// Whether Django's backend has a schema editor of its own, whose SQL only it can write.
    pub own_editor: bool,
    /// Whether points in time carry a time zone (`USE_TZ`).
    pub use_tz: bool,
    /// The time zone (`TIME_ZONE`).
    pub time_zone: SmolStr,
    /// The models that stand in for swappable ones (`app.Model`), by the name of the setting.
    pub swapped: BTreeMap<SmolStr, SmolStr>,
    /// The longest name of a table that follows from a model's name: that of the default connection.
    pub max_name_length: Option<usize>,
}

/// Which of the databases that share a dialect it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flavour {
    /// The one that gave the dialect its name.
    #[default]
    Plain,
    /// MariaDB, whose dialect is [`Dialect::MySql`].
    MariaDb,
}

/// The driver through which Django speaks to PostgreSQL; they write some literals differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// psycopg 3.
    #[default]
    Psycopg3,
    /// psycopg2.
    Psycopg2,
}

impl Context {
    /// Returns the context of a database whose project has Django's default settings.
    pub fn new(dialect: Dialect, django: DjangoVersion) -> Self {
        let auto = if django >= DjangoVersion::V60 { "BigAutoField" } else { "AutoField" };
        Self {
            dialect,
            django,
            flavour: Flavour::default(),
            server_version: match dialect {
                Dialect::Postgres => (15, 0, 0),
                Dialect::Sqlite => (3, 45, 0),
                Dialect::MySql => (8, 4, 0),
            },
            mysql: MySqlSettings::default(),
            driver: Driver::default(),
            default_auto_fields: BTreeMap::new(),
            default_auto_field: format!("django.db.models.{auto}").into(),
            default_tablespace: SmolStr::default(),
            default_index_tablespace: SmolStr::default(),
            spatial: false,
            own_editor: false,
            use_tz: django >= DjangoVersion::V52,
            time_zone: SmolStr::new_static("America/Chicago"),
            swapped: BTreeMap::new(),
            max_name_length: dialect.max_name_length(),
        }
    }

    /// Returns whether the database is MariaDB.
    pub fn is_mariadb(&self) -> bool {
        self.dialect == Dialect::MySql && self.flavour == Flavour::MariaDb
    }

    /// Returns whether the database is MySQL, and not MariaDB.
    pub fn is_mysql(&self) -> bool {
        self.dialect == Dialect::MySql && self.flavour == Flavour::Plain
    }

    /// Returns the path of the class of implicit primary keys in an app.
    pub fn auto_field(&self, app: &str) -> &str {
        self.default_auto_fields.get(app).unwrap_or(&self.default_auto_field)
    }

    /// Returns whether tables and columns have comments.
    pub fn supports_comments(&self) -> bool {
        self.dialect != Dialect::Sqlite && self.django >= DjangoVersion::V42
    }

    /// Returns whether comments are part of a column's definition.
    pub fn supports_comments_inline(&self) -> bool {
        self.dialect == Dialect::MySql
    }

    /// Returns whether tables and indexes have tablespaces.
    pub fn supports_tablespaces(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// Returns whether indexes carry other columns along (`INCLUDE`).
    pub fn supports_covering_indexes(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// Returns whether indexes have conditions.
    pub fn supports_partial_indexes(&self) -> bool {
        self.dialect != Dialect::MySql
    }

    /// Returns whether unique constraints are checked at the end of a transaction.
    pub fn supports_deferrable_unique_constraints(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// Returns whether a unique constraint says how NULLs are compared.
    pub fn supports_nulls_distinct_unique_constraints(&self) -> bool {
        self.dialect == Dialect::Postgres && self.django >= DjangoVersion::V52 && self.server_version >= (15, 0, 0)
    }

    /// Returns whether generated columns that are computed when read exist.
    pub fn supports_virtual_generated_columns(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => self.django >= DjangoVersion::V61 && self.server_version >= (18, 0, 0),
            Dialect::Sqlite | Dialect::MySql => true,
        }
    }

    /// Returns whether a default stands in a statement as a literal, never as a parameter.
    pub fn requires_literal_defaults(&self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    /// Returns whether several changes of a table go into one statement.
    pub fn supports_combined_alters(&self) -> bool {
        self.dialect == Dialect::Postgres
    }

    /// Returns whether an index is renamed in place.
    pub fn can_rename_index(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => true,
            Dialect::Sqlite => false,
            Dialect::MySql => self.can_rename_column(),
        }
    }

    /// Returns whether names of tables are compared without regard to case.
    pub fn ignores_table_name_case(&self) -> bool {
        match self.dialect {
            Dialect::Postgres => false,
            Dialect::Sqlite => true,
            Dialect::MySql => self.mysql.ignores_table_name_case,
        }
    }

    /// Returns whether `DROP COLUMN` says `CASCADE` (PostgreSQL up to Django 5.2).
    pub fn drops_columns_with_cascade(&self) -> bool {
        self.dialect == Dialect::Postgres && self.django < DjangoVersion::V60
    }
}
