//! Where a database is: URLs, Django's settings, and libpq's defaults. A password is held, and never shown.

mod django;
mod libpq;
mod mysql;
mod option_file;
mod parse;
mod passfile;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use limosa_sql::dialect::Dialect;

pub use self::django::DjangoDatabase;
pub use self::libpq::LibpqEnvironment;

/// Where a database is and how to reach it.
///
/// `Debug` and `Display` hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    dialect: Dialect,
    hosts: Vec<Host>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    options: BTreeMap<String, String>,
}

/// A host name, an address or the directory of a socket, with a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The name, the address, or the directory of a Unix socket (starts with `/` or `@`).
    pub name: String,
    /// The port, when it is given.
    pub port: Option<u16>,
}

impl DatabaseUrl {
    /// Returns the URL of an SQLite file, or of `:memory:`.
    pub fn sqlite(path: impl AsRef<Path>) -> Self {
        Self { database: Some(path.as_ref().to_string_lossy().into_owned()), ..Self::empty(Dialect::Sqlite) }
    }

    /// Reads a URL: `postgres://`, `postgresql://`, `mysql://`, `mariadb://` or `sqlite:`.
    ///
    /// SQLite's path follows `sqlite:` (relative), `sqlite://` (relative) or is absolute as in `sqlite:///var/db.sqlite3`;
    /// `sqlite::memory:` is a database in memory. A query holds libpq's parameters.
    ///
    /// # Errors
    /// When it is not such a URL. The error does not repeat the URL, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        parse::parse(text)
    }

    /// Returns the dialect of the database.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns the hosts in the order in which they are tried; none for SQLite and where the default is meant.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// Returns the user's name.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Returns the password. It is for the connection alone: do not show it.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Returns the name of the database; for SQLite the path as it was given.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// Returns an option, such as `sslmode`.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    /// Sets an option.
    pub fn set_option(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.options.insert(name.into(), value.into());
    }

    /// Sets the name of the database, such as a test's.
    pub fn set_database(&mut self, name: impl Into<String>) {
        self.database = Some(name.into());
    }

    /// Returns whether it is an SQLite database in memory.
    pub fn is_in_memory(&self) -> bool {
        let name = self.database.as_deref().unwrap_or_default();
        self.dialect == Dialect::Sqlite
            && (name.is_empty()
                || name == ":memory:"
                || name.contains("mode=memory")
                || name.starts_with("file::memory:"))
    }

    /// Returns the file of an SQLite database.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        if self.dialect != Dialect::Sqlite || self.is_in_memory() {
            return None;
        }
        let name = self.database.as_deref()?;
        let name = name.strip_prefix("file:").map_or(name, |name| name.split('?').next().unwrap_or(name));
        Some(PathBuf::from(name))
    }

    /// Makes the relative path of an SQLite file one below `folder`.
    #[must_use]
    pub fn below(mut self, folder: &Path) -> Self {
        if let Some(path) = self.sqlite_path().filter(|path| path.is_relative()) {
            let plain = !self.database.as_deref().unwrap_or_default().starts_with("file:");
            if plain {
                self.database = Some(folder.join(path).to_string_lossy().into_owned());
            }
        }
        self
    }

    fn empty(dialect: Dialect) -> Self {
        Self { dialect, hosts: Vec::new(), user: None, password: None, database: None, options: BTreeMap::new() }
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.database.as_deref().unwrap_or_default();
        let scheme = match self.dialect {
            Dialect::Sqlite if database.starts_with('/') => return write!(f, "sqlite://{database}"),
            Dialect::Sqlite => return write!(f, "sqlite:{database}"),
            Dialect::Postgres => "postgres",
            Dialect::MySql => "mysql",
        };
        write!(f, "{scheme}://")?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
        }
        if self.password.is_some() {
            f.write_str(":***")?;
        }
        if self.user.is_some() || self.password.is_some() {
            f.write_str("@")?;
        }
        let socket = self.hosts.iter().find(|host| host.is_socket());
        let mut separator = "";
        for host in self.hosts.iter().filter(|host| !host.is_socket()) {
            write!(f, "{separator}{host}")?;
            separator = ",";
        }
        write!(f, "/{database}")?;
        if let Some(Host { name, port }) = socket {
            write!(f, "?host={name}")?;
            if let Some(port) = port {
                write!(f, "&port={port}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Host {
    /// Returns whether it is the directory of a Unix socket.
    pub fn is_socket(&self) -> bool {
        self.name.starts_with(['/', '@'])
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracket = self.name.contains(':') && !self.is_socket();
        if bracket {
            write!(f, "[{}]", self.name)?
        } else {
            f.write_str(&self.name)?
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Why a text is not a database URL. No variant holds the text, which may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// A character of the user or the password that ends them has to be encoded.
    #[error("the user or password of the database URL holds `/`, `?` or `#`: write them as %2F, %3F or %23")]
    Credentials,
    /// It does not begin with a scheme.
    #[error("no scheme in the database URL: it begins with postgres://, mysql:// or sqlite:")]
    NoScheme,
    /// The scheme is not one of a database that is known.
    #[error("unknown scheme {0:?} in the database URL: postgres, postgresql, mysql, mariadb and sqlite are known")]
    UnknownScheme(String),
    /// A `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
    #[error("bad percent encoding in the {0} of the database URL")]
    Encoding(&'static str),
    /// The port is not a number from 1 to 65535.
    #[error("bad port {0:?} in the database URL")]
    Port(String),
    /// A parameter of the query is not one that libpq or the database has.
    #[error("unknown parameter {0:?} in the database URL")]
    UnknownParameter(String),
    /// A parameter has a value that it cannot have.
    #[error("bad value {value:?} of {name} in the database URL")]
    Value {
        /// The name of the parameter.
        name: &'static str,
        /// The value.
        value: String,
    },
    /// SQLite's path is missing.
    #[error("no path in the sqlite URL: write sqlite:db.sqlite3 or sqlite::memory:")]
    NoPath,
    /// Django's `ENGINE` is not one that is known.
    #[error("unknown database engine {0:?}")]
    UnknownEngine(String),
    /// The named service is in no service file.
    #[error("definition of service {0:?} not found")]
    UnknownService(String),
}
