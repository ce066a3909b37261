//! The defaults of libpq, the client library of PostgreSQL: environment, service file, password file, socket directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use limosa_sql::dialect::Dialect;

use super::parse::{check_value, parse_port};
use super::passfile::{self, Wanted};
use super::{DatabaseUrl, Host, UrlError};

/// Environment variables of libpq and the options that they stand for.
const VARIABLES: &[(&str, &str)] = &[
    ("PGAPPNAME", "application_name"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGOPTIONS", "options"),
    ("PGPASSFILE", "passfile"),
    ("PGSERVICE", "service"),
    ("PGSERVICEFILE", "servicefile"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
];

/// The directories in which a server's socket is looked for when no host is named.
const SOCKET_DIRECTORIES: &[&str] = &["/var/run/postgresql", "/tmp"];

/// The part of the process's environment that libpq would read; empty means that nothing is taken from it.
#[derive(Clone, Default)]
pub struct LibpqEnvironment {
    variables: BTreeMap<String, String>,
}

impl LibpqEnvironment {
    /// Keeps libpq's variables, `HOME` and the user's name from a list of variables such as [`std::env::vars`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let known =
            |name: &str| name.starts_with("PG") || matches!(name, "HOME" | "USER" | "LOGNAME" | "USERNAME" | "APPDATA");
        Self { variables: variables.into_iter().filter(|(name, value)| known(name) && !value.is_empty()).collect() }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.get("USER").or_else(|| self.get("LOGNAME")).or_else(|| self.get("USERNAME"))
    }

    pub(super) fn home(&self) -> Option<&Path> {
        self.get("HOME").map(Path::new)
    }
}

impl std::fmt::Debug for LibpqEnvironment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl DatabaseUrl {
    /// Fills what the URL leaves open in libpq's order: service file, environment, password file, built-in defaults.
    ///
    /// Only for PostgreSQL; other URLs stay as they are.
    ///
    /// # Errors
    /// When a service is named that no service file defines, or a port is not a number.
    pub fn with_libpq_defaults(mut self, environment: &LibpqEnvironment) -> Result<Self, UrlError> {
        if self.dialect != Dialect::Postgres {
            return Ok(self);
        }
        for (variable, option) in VARIABLES.iter().filter(|(_, option)| option.starts_with("service")) {
            self.fill_option(option, environment.get(variable));
        }
        if let Some(service) = self.options.get("service").cloned() {
            let file = self.options.get("servicefile").map(PathBuf::from);
            let file = file.or_else(|| environment.home().map(|home| home.join(".pg_service.conf")));
            let values = file.and_then(|file| passfile::service(&file, &service));
            for (name, value) in values.ok_or(UrlError::UnknownService(service))? {
                self.fill(&name, &value)?;
            }
        }
        for (variable, name) in [
            ("PGHOST", "host"),
            ("PGPORT", "port"),
            ("PGUSER", "user"),
            ("PGPASSWORD", "password"),
            ("PGDATABASE", "dbname"),
        ] {
            if let Some(value) = environment.get(variable) {
                self.fill(name, value)?;
            }
        }
        for (variable, option) in VARIABLES {
            self.fill_option(option, environment.get(variable));
        }
        self.fill_certificates(environment);
        self.fill_rest(environment)?;
        if let Some(mode) = self.option("sslmode") {
            check_value("sslmode", mode)?;
        }
        Ok(self)
    }

    /// Fills the certificates that lie where libpq looks for them.
    fn fill_certificates(&mut self, environment: &LibpqEnvironment) {
        let Some(folder) = environment.home().map(|home| home.join(".postgresql")) else { return };
        let file = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
        if let Some(roots) = file("root.crt") {
            self.fill_option("sslrootcert", roots.to_str());
        }
        if let (Some(certificate), Some(key)) = (file("postgresql.crt"), file("postgresql.key")) {
            self.fill_option("sslcert", certificate.to_str());
            self.fill_option("sslkey", key.to_str());
        }
    }

    /// Fills the built-in defaults.
    fn fill_rest(&mut self, environment: &LibpqEnvironment) -> Result<(), UrlError> {
        let port = self.options.remove("port").map(|port| parse_port(&port)).transpose()?.unwrap_or(5432);
        if self.hosts.is_empty() {
            let socket = format!(".s.PGSQL.{port}");
            let directory = SOCKET_DIRECTORIES.iter().find(|directory| Path::new(directory).join(&socket).exists());
            self.hosts = vec![Host { name: (*directory.unwrap_or(&"localhost")).to_owned(), port: None }];
        }
        for host in &mut self.hosts {
            host.port.get_or_insert(port);
        }
        if self.user.is_none() {
            self.user = environment.user().map(str::to_owned);
        }
        if self.database.is_none() {
            self.database.clone_from(&self.user);
        }
        if self.password.is_none() {
            let file = self.options.get("passfile").map(PathBuf::from);
            let file = file.or_else(|| environment.home().map(|home| home.join(".pgpass")));
            let host = self.hosts.first();
            let wanted = Wanted {
                host: host.map_or("localhost", |host| if host.is_socket() { "localhost" } else { &host.name }),
                port: host.and_then(|host| host.port).unwrap_or(port),
                database: self.database.as_deref().unwrap_or_default(),
                user: self.user.as_deref().unwrap_or_default(),
            };
            self.password = file.and_then(|file| passfile::password(&file, &wanted));
        }
        Ok(())
    }

    fn fill(&mut self, name: &str, value: &str) -> Result<(), UrlError> {
        match name {
            "host" if self.hosts.is_empty() => {
                self.hosts = value.split(',').map(|name| Host { name: name.to_owned(), port: None }).collect();
            }
            "port" => {
                let ports = value.split(',').map(parse_port).collect::<Result<Vec<_>, _>>()?;
                if self.hosts.is_empty() {
                    self.fill_option("port", Some(value));
                }
                for (index, host) in self.hosts.iter_mut().enumerate() {
                    host.port = host.port.or(ports.get(index).or(ports.last()).copied());
                }
            }
            "host" => {}
            "user" => _ = self.user.get_or_insert_with(|| value.to_owned()),
            "password" => _ = self.password.get_or_insert_with(|| value.to_owned()),
            "dbname" => _ = self.database.get_or_insert_with(|| value.to_owned()),
            _ => self.fill_option(name, Some(value)),
        }
        Ok(())
    }

    fn fill_option(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.options.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
}
