//! One entry of `DATABASES`.

use std::collections::BTreeMap;

use limosa_model::value::Opaque;
use limosa_model::{SmolStr, Value};

use crate::config::Secret;

/// One entry of `DATABASES`, as plain texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The dotted path of the backend.
    pub engine: SmolStr,
    /// The name of the database, or the path of the SQLite file.
    pub name: String,
    /// The user.
    pub user: String,
    /// The password; never shown.
    pub password: Secret,
    /// The host, or the folder of the socket.
    pub host: String,
    /// The port.
    pub port: String,
    /// The options that are texts, numbers or booleans, those inside another with a dot between the names (`ssl.ca`); a password among
    /// them is moved to its place.
    pub options: BTreeMap<String, String>,
    /// The alias of the database that this one is a copy of (`TEST["MIRROR"]`).
    pub mirror: Option<String>,
    /// What is known of a backend that is not Django's.
    pub backend: Option<Backend>,
}

/// A backend that is not Django's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend {
    /// What Django calls the vendor.
    pub vendor: &'static str,
    /// Whether it has a schema editor of its own, so that only its own code can write the SQL.
    pub own_editor: bool,
}

impl Backend {
    /// Returns what is known of a backend by the name of its vendor; nothing for another than those of Django that are supported.
    pub(crate) fn new(vendor: &str, own_editor: bool) -> Option<Self> {
        let vendor = ["postgresql", "sqlite", "mysql"].into_iter().find(|known| *known == vendor)?;
        Some(Self { vendor, own_editor })
    }
}

impl Database {
    /// Returns whether the backend is one of Django's.
    pub fn is_djangos(&self) -> bool {
        self.engine.starts_with("django.db.backends.") || self.engine.starts_with("django.contrib.gis.db.backends.")
    }

    /// Returns what Django calls the vendor, when the backend is of a known kind.
    pub fn vendor(&self) -> Option<&'static str> {
        if let Some(backend) = self.backend {
            return Some(backend.vendor);
        }
        match self.engine.rsplit('.').next()? {
            "postgresql" | "postgresql_psycopg2" | "postgis" | "postgresql_backend" => Some("postgresql"),
            "sqlite3" | "spatialite" => Some("sqlite"),
            "mysql" => Some("mysql"),
            _ => None,
        }
    }

    /// Reads an entry; nothing of it may be opaque but the options.
    ///
    /// # Errors
    /// What is opaque.
    pub(super) fn read(entry: &Value) -> Result<Self, Opaque> {
        let pairs = entry.pairs().ok_or_else(|| not_understood(entry))?;
        let get = |name: &str| pairs.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value);
        let part = |name: &str| get(name).map_or(Ok(String::new()), text);
        let database = Self {
            engine: part("ENGINE")?.into(),
            name: part("NAME")?,
            user: part("USER")?,
            password: Secret::new(part("PASSWORD")?),
            host: part("HOST")?,
            port: part("PORT")?,
            options: BTreeMap::new(),
            mirror: get("TEST").and_then(mirror),
            backend: None,
        };
        Ok(database.with_options(get("OPTIONS").and_then(Value::pairs).unwrap_or_default()))
    }

    /// Adds the pairs of `OPTIONS`; what is no plain value among them is left out.
    ///
    /// A password among them goes before that of the settings on MySQL, and after it elsewhere, as in Django's backends.
    #[must_use]
    pub(crate) fn with_options(mut self, pairs: &[(Value, Value)]) -> Self {
        for (key, value) in pairs {
            let Some(key) = key.as_str() else { continue };
            for (name, value) in value.pairs().unwrap_or_default() {
                if let (Some(name), Ok(value)) = (name.as_str(), text(value)) {
                    self.options.insert(format!("{key}.{name}"), value);
                }
            }
            if let Ok(value) = text(value) {
                self.options.insert(key.to_owned(), value);
            }
        }
        for name in ["password", "passwd"] {
            let Some(option) = self.options.remove(name).filter(|option| !option.is_empty()) else { continue };
            if self.password.expose().is_empty() || self.vendor() == Some("mysql") {
                self.password = Secret::new(option);
            }
        }
        self
    }
}

fn mirror(test: &Value) -> Option<String> {
    let (_, alias) = test.pairs()?.iter().find(|(key, _)| key.as_str() == Some("MIRROR"))?;
    alias.as_str().map(str::to_owned)
}

/// Returns a value as text: texts, numbers, paths.
fn text(value: &Value) -> Result<String, Opaque> {
    match value {
        Value::Str(text) => Ok(text.to_string()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::None => Ok(String::new()),
        Value::Call(call) if call.callee.starts_with("pathlib.") => match call.args.as_slice() {
            [Value::Str(path)] => Ok(path.to_string()),
            _ => Err(not_understood(value)),
        },
        other => Err(not_understood(other)),
    }
}

fn not_understood(value: &Value) -> Opaque {
    let other = || Opaque { reason: "is not a plain value".into(), text: SmolStr::default(), span: None };
    value.find_opaque().cloned().unwrap_or_else(other)
}
