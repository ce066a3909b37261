//! Django's `DATABASES` entries.

use std::collections::BTreeMap;

use limosa_sql::dialect::Dialect;

use super::parse::parse_port;
use super::{DatabaseUrl, Host, UrlError, mysql};

/// An entry of Django's `DATABASES` setting, as plain texts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DjangoDatabase {
    /// The dotted path of the backend.
    pub engine: String,
    /// The name of the database, or the path of the SQLite file.
    pub name: String,
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The host, or the directory of the socket.
    pub host: String,
    /// The port.
    pub port: String,
    /// The options that are texts or numbers; those inside another (`ssl`) with a dot between the names (`ssl.ca`).
    pub options: BTreeMap<String, String>,
}

impl std::fmt::Debug for DjangoDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DjangoDatabase")
            .field("engine", &self.engine)
            .field("name", &self.name)
            .field("user", &self.user)
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl DatabaseUrl {
    /// Returns the entry of Django's `DATABASES` that leads to the same database; nothing where there is none, such as for a database
    /// in memory.
    pub fn to_django(&self) -> Option<DjangoDatabase> {
        let join = |parts: Vec<String>| parts.join(",");
        let ports: Vec<String> = self.hosts.iter().filter_map(|host| host.port).map(|port| port.to_string()).collect();
        let (engine, name) = match self.dialect {
            Dialect::Postgres => ("django.db.backends.postgresql", self.database.clone().unwrap_or_default()),
            Dialect::MySql => ("django.db.backends.mysql", self.database.clone().unwrap_or_default()),
            Dialect::Sqlite => ("django.db.backends.sqlite3", self.sqlite_path()?.to_str()?.to_owned()),
        };
        let server = self.dialect != Dialect::Sqlite;
        Some(DjangoDatabase {
            engine: engine.to_owned(),
            name,
            user: self.user.clone().unwrap_or_default(),
            password: self.password.clone().unwrap_or_default(),
            host: join(self.hosts.iter().map(|host| host.name.clone()).collect()),
            port: join(ports),
            options: if server { self.options.clone() } else { BTreeMap::new() },
        })
    }

    /// Builds a URL from an entry of Django's `DATABASES`.
    ///
    /// The last part of `ENGINE` decides (`postgresql`, `postgis`, `sqlite3`, `mysql`), so that wrappers such as
    /// `django_prometheus.db.backends.postgresql` are understood.
    ///
    /// # Errors
    /// When the engine is not known or the port is not a number.
    pub fn from_django(settings: &DjangoDatabase) -> Result<Self, UrlError> {
        let engine = settings.engine.rsplit('.').next().unwrap_or_default();
        let dialect = match engine {
            "postgresql" | "postgresql_psycopg2" | "postgis" | "postgresql_backend" => Dialect::Postgres,
            "sqlite3" | "spatialite" => Dialect::Sqlite,
            "mysql" => Dialect::MySql,
            _ => return Err(UrlError::UnknownEngine(settings.engine.clone())),
        };
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mut url = Self {
            user: given(&settings.user),
            password: given(&settings.password),
            database: given(&settings.name),
            options: settings.options.clone(),
            ..Self::empty(dialect)
        };
        if dialect == Dialect::MySql {
            return mysql::from_django(url, settings);
        }
        if dialect == Dialect::Sqlite {
            return if url.database.is_some() { Ok(url) } else { Err(UrlError::NoPath) };
        }
        let ports = settings.port.split(',').filter(|port| !port.is_empty()).map(parse_port);
        let ports = ports.collect::<Result<Vec<_>, _>>()?;
        let hosts = settings.host.split(',').filter(|host| !host.is_empty()).enumerate();
        url.hosts = hosts
            .map(|(index, name)| Host { name: name.to_owned(), port: ports.get(index).or(ports.last()).copied() })
            .collect();
        if url.hosts.is_empty() && !ports.is_empty() {
            url.options.insert("port".to_owned(), settings.port.clone());
        }
        // The password may also stand among the options; it must not be shown from there.
        if let Some(password) = url.options.remove("password") {
            url.password.get_or_insert(password);
        }
        Ok(url)
    }
}
