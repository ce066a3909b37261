//! Reading of database URLs.

use limosa_sql::dialect::Dialect;
use percent_encoding::percent_decode_str;

use super::{DatabaseUrl, Host, UrlError, mysql};

/// The parameters that a URL of PostgreSQL may have, besides those that stand for its parts.
#[rustfmt::skip]
const POSTGRES_PARAMETERS: &[&str] = &[
    "application_name", "channel_binding", "client_encoding", "connect_timeout", "fallback_application_name",
    "gssencmode", "hostaddr", "keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval",
    "load_balance_hosts", "options", "passfile", "require_auth", "service", "servicefile", "sslcert", "sslcompression",
    "sslcrl", "sslkey", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslmode", "sslnegotiation",
    "sslpassword", "sslrootcert", "sslsni", "target_session_attrs", "tcp_user_timeout",
];

/// The parameters that a URL of SQLite may have.
const SQLITE_PARAMETERS: &[&str] = &["cache", "mode", "timeout"];

/// Reads a URL.
pub(super) fn parse(text: &str) -> Result<DatabaseUrl, UrlError> {
    let text = text.trim();
    let (scheme, rest) = text.split_once(':').ok_or(UrlError::NoScheme)?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(is_scheme) {
        return Err(UrlError::NoScheme);
    }
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => server(Dialect::Postgres, rest),
        "mysql" | "mariadb" => server(Dialect::MySql, rest),
        "sqlite" | "sqlite3" => sqlite(rest),
        other => Err(UrlError::UnknownScheme(other.to_owned())),
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, UrlError> {
    let (path, query) = split_query(rest);
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = decode(path, "path")?;
    if path.is_empty() {
        return Err(UrlError::NoPath);
    }
    let path = if path == "/:memory:" { ":memory:".to_owned() } else { path };
    let mut url = DatabaseUrl { database: Some(path), ..DatabaseUrl::empty(Dialect::Sqlite) };
    for (name, value) in pairs(query) {
        let (name, value) = (decode(name, "query")?, decode(value, "query")?);
        if !SQLITE_PARAMETERS.contains(&name.as_str()) {
            return Err(UrlError::UnknownParameter(name));
        }
        if name == "mode" && !matches!(value.as_str(), "ro" | "rw" | "rwc" | "memory") {
            return Err(UrlError::Value { name: "mode", value });
        }
        if name == "mode" && value == "memory" {
            url.database = Some(":memory:".to_owned());
        }
        url.options.insert(name, value);
    }
    Ok(url)
}

fn server(dialect: Dialect, rest: &str) -> Result<DatabaseUrl, UrlError> {
    let rest = rest.strip_prefix("//").ok_or(UrlError::NoScheme)?;
    let (rest, query) = split_query(rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, authority),
    };
    let bad_port = authority.rsplit_once(':').is_some_and(|(_, port)| parse_port(port).is_err());
    if credentials.is_none() && bad_port && (path.contains('@') || query.contains('@')) {
        return Err(UrlError::Credentials);
    }
    let mut url = DatabaseUrl::empty(dialect);
    if let Some(credentials) = credentials {
        let (user, password) = match credentials.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (credentials, None),
        };
        url.user = Some(decode(user, "user")?).filter(|user| !user.is_empty());
        url.password = password.map(|password| decode(password, "password")).transpose()?;
    }
    for host in hosts.split(',').filter(|host| !host.is_empty()) {
        url.hosts.push(parse_host(host)?);
    }
    url.database = Some(decode(path, "database")?).filter(|name| !name.is_empty());
    for (name, value) in pairs(query) {
        parameter(&mut url, decode(name, "query")?, decode(value, "query")?)?;
    }
    Ok(url)
}

/// Applies one parameter of a query; several of them stand for parts of the URL.
fn parameter(url: &mut DatabaseUrl, name: String, value: String) -> Result<(), UrlError> {
    match name.as_str() {
        "host" => {
            let port = url.hosts.first().and_then(|host| host.port);
            url.hosts = value.split(',').map(|name| Host { name: name.to_owned(), port }).collect();
        }
        "port" => {
            let ports = value.split(',').map(parse_port).collect::<Result<Vec<_>, _>>()?;
            if url.hosts.is_empty() {
                url.options.insert(name, value);
            } else {
                for (index, host) in url.hosts.iter_mut().enumerate() {
                    host.port = ports.get(index).or(ports.last()).copied();
                }
            }
        }
        "user" => url.user = Some(value),
        "password" | "passwd" => url.password = Some(value),
        "dbname" | "database" => url.database = Some(value),
        // The order of `host` and `port` does not matter: a port that came first waits among the options.
        _ if url.dialect == Dialect::MySql => {
            if !mysql::set(url, &name, &value)? {
                return Err(UrlError::UnknownParameter(name));
            }
        }
        _ if POSTGRES_PARAMETERS.contains(&name.as_str()) => {
            check_value(&name, &value)?;
            url.options.insert(name, value);
        }
        _ => return Err(UrlError::UnknownParameter(name)),
    }
    if !url.hosts.is_empty()
        && let Some(port) = url.options.remove("port")
    {
        parameter(url, "port".to_owned(), port)?;
    }
    Ok(())
}

pub(super) fn check_value(name: &str, value: &str) -> Result<(), UrlError> {
    let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
    match name {
        "sslmode" if !modes.contains(&value) => Err(UrlError::Value { name: "sslmode", value: value.to_owned() }),
        "connect_timeout" if value.parse::<i32>().is_err() => {
            Err(UrlError::Value { name: "connect_timeout", value: value.to_owned() })
        }
        _ => Ok(()),
    }
}

fn parse_host(text: &str) -> Result<Host, UrlError> {
    if let Some(rest) = text.strip_prefix('[')
        && let Some((name, port)) = rest.split_once(']')
    {
        let port = port.strip_prefix(':').map(parse_port).transpose()?;
        return Ok(Host { name: decode(name, "host")?, port });
    }
    let (name, port) = match text.split_once(':') {
        Some((name, port)) => (name, Some(port).filter(|port| !port.is_empty())),
        None => (text, None),
    };
    Ok(Host { name: decode(name, "host")?, port: port.map(parse_port).transpose()? })
}

pub(super) fn parse_port(text: &str) -> Result<u16, UrlError> {
    text.parse().ok().filter(|port| *port != 0).ok_or_else(|| UrlError::Port(text.to_owned()))
}

fn split_query(text: &str) -> (&str, &str) {
    text.split_once('?').unwrap_or((text, ""))
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn decode(text: &str, part: &'static str) -> Result<String, UrlError> {
    let complete = text.match_indices('%').all(|(at, _)| {
        text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !complete {
        return Err(UrlError::Encoding(part));
    }
    Ok(percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Encoding(part))?.into_owned())
}
