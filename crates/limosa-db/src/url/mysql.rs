//! What MySQL's own options mean, and the defaults of its client library.

use std::path::Path;

use limosa_sql::dialect::Dialect;

use super::libpq::LibpqEnvironment;
use super::parse::parse_port;
use super::{DatabaseUrl, DjangoDatabase, Host, UrlError, option_file};

/// The options that a URL may have, in the spelling of mysqlclient's arguments; `-` and `.` in them count as `_`.
#[rustfmt::skip]
const PARAMETERS: &[&str] = &[
    "charset", "collation", "connect_timeout", "init_command", "isolation_level", "read_default_file",
    "read_default_group", "sql_mode", "ssl", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_mode", "time_zone",
    "unix_socket",
];

/// Other names of options.
const ALIASES: &[(&str, &str)] = &[("socket", "unix_socket"), ("sslmode", "ssl_mode"), ("tls_mode", "ssl_mode")];

/// The values of `ssl_mode`, and those of PostgreSQL's `sslmode` that mean the same.
const SSL_MODES: &[(&str, &str)] = &[
    ("DISABLED", "DISABLED"),
    ("DISABLE", "DISABLED"),
    ("PREFERRED", "PREFERRED"),
    ("PREFER", "PREFERRED"),
    ("REQUIRED", "REQUIRED"),
    ("REQUIRE", "REQUIRED"),
    ("VERIFY_CA", "VERIFY_CA"),
    ("VERIFY_IDENTITY", "VERIFY_IDENTITY"),
    ("VERIFY_FULL", "VERIFY_IDENTITY"),
];

/// The isolation levels that Django knows.
const ISOLATION_LEVELS: &[&str] = &["read uncommitted", "read committed", "repeatable read", "serializable"];

/// Where the socket is when no host is named.
const SOCKETS: &[&str] = &[
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
    "/var/mysql/mysql.sock",
];

/// Applies an option, under any of its names; returns whether there is such an option.
///
/// # Errors
/// When it cannot have that value.
pub(super) fn set(url: &mut DatabaseUrl, name: &str, value: &str) -> Result<bool, UrlError> {
    let name = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, name)| *name);
    let wrong = |name| Err(UrlError::Value { name, value: value.to_owned() });
    let value = match name {
        _ if !PARAMETERS.contains(&name) => return Ok(false),
        "unix_socket" => {
            url.hosts = vec![Host { name: value.to_owned(), port: None }];
            return Ok(true);
        }
        "ssl" => match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "" => return set(url, "ssl_mode", "REQUIRED"),
            "false" | "0" => return Ok(true),
            _ => return wrong("ssl"),
        },
        "ssl_mode" => {
            let upper = value.to_ascii_uppercase().replace('-', "_");
            match SSL_MODES.iter().find(|(word, _)| *word == upper) {
                Some((_, mode)) => (*mode).to_owned(),
                None => return wrong("ssl_mode"),
            }
        }
        "isolation_level" => {
            let level = value.to_ascii_lowercase();
            if !level.is_empty() && !ISOLATION_LEVELS.contains(&level.as_str()) {
                return wrong("isolation_level");
            }
            level
        }
        "connect_timeout" if value.parse::<u32>().is_err() => return wrong("connect_timeout"),
        _ => value.to_owned(),
    };
    url.options.insert(name.to_owned(), value);
    Ok(true)
}

/// Finishes a URL that was begun from Django's settings: what stands among the options goes before the rest.
///
/// Source: Django `db/backends/mysql/base.py`, `DatabaseWrapper.get_connection_params`.
///
/// # Errors
/// When a port or an option has a wrong value.
pub(super) fn from_django(mut url: DatabaseUrl, settings: &DjangoDatabase) -> Result<DatabaseUrl, UrlError> {
    let options = std::mem::take(&mut url.options);
    let option =
        |names: [&str; 2]| names.iter().find_map(|name| options.get(*name)).filter(|value| !value.is_empty()).cloned();
    url.user = option(["user", "user"]).or(url.user);
    url.password = option(["passwd", "password"]).or(url.password);
    url.database = option(["db", "database"]).or(url.database);
    let host = option(["host", "host"]).unwrap_or_else(|| settings.host.clone());
    let port = option(["port", "port"]).unwrap_or_else(|| settings.port.clone());
    // The client library takes `localhost` for the socket, whatever the port is.
    if !host.is_empty() && host != "localhost" {
        url.hosts = vec![Host { name: host, port: None }];
    }
    if !port.is_empty() {
        parse_port(&port)?;
        url.options.insert("port".to_owned(), port);
    }
    for (name, value) in &options {
        if !value.is_empty() || name == "isolation_level" {
            // Others are for mysqlclient alone.
            set(&mut url, name, value)?;
        }
    }
    Ok(url)
}

impl DatabaseUrl {
    /// Fills what the URL leaves open as MySQL's client library does: option files, the user's name, the socket.
    ///
    /// `localhost` means the socket where there is one, unless a port stands beside it. Only for MySQL and MariaDB; other URLs stay as
    /// they are.
    ///
    /// # Errors
    /// When a port or another value in an option file is wrong.
    pub fn with_mysql_defaults(mut self, environment: &LibpqEnvironment) -> Result<Self, UrlError> {
        if self.dialect != Dialect::MySql {
            return Ok(self);
        }
        for (name, value) in option_file::read(&self, environment.home()) {
            self.fill_mysql(&name, &value)?;
        }
        let port = self.options.remove("port").map(|port| parse_port(&port)).transpose()?;
        let local = match self.hosts.as_slice() {
            [] => true,
            [host] => host.name == "localhost" && host.port.is_none(),
            _ => false,
        };
        if local {
            let socket = SOCKETS.iter().find(|socket| Path::new(socket).exists());
            self.hosts = vec![match socket {
                Some(socket) => Host { name: (*socket).to_owned(), port: None },
                None => Host { name: "localhost".to_owned(), port },
            }];
        }
        for host in self.hosts.iter_mut().filter(|host| !host.is_socket()) {
            host.port.get_or_insert(port.unwrap_or(3306));
        }
        if self.user.is_none() {
            self.user = environment.user().map(str::to_owned);
        }
        Ok(self)
    }

    /// Fills one value of an option file, unless it is there already.
    fn fill_mysql(&mut self, name: &str, value: &str) -> Result<(), UrlError> {
        let filled = Some(value.to_owned());
        match name {
            "host" if self.hosts.is_empty() => self.hosts = vec![Host { name: value.to_owned(), port: None }],
            "socket" if self.hosts.is_empty() => _ = set(self, "unix_socket", value)?,
            "port" => _ = self.options.entry("port".to_owned()).or_insert_with(|| value.to_owned()),
            "user" if self.user.is_none() => self.user = filled,
            "password" if self.password.is_none() => self.password = filled,
            "database" if self.database.is_none() => self.database = filled,
            "default_character_set" if !self.options.contains_key("charset") => _ = set(self, "charset", value)?,
            "host" | "socket" | "user" | "password" | "database" => {}
            _ if self.options.contains_key(name) => {}
            // A file also holds options of other programs.
            _ => _ = set(self, name, value)?,
        }
        Ok(())
    }
}
