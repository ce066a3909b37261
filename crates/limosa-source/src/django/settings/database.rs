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
    /// The options that are texts, numbers or booleans; `password` among them is moved to its place.
    pub options: BTreeMap<String, String>,
    /// The alias of the database that this one is a copy of (`TEST["MIRROR"]`).
    pub mirror: Option<String>,
}

impl Database {
    /// Returns what Django calls the vendor, when the backend is of a known kind.
    pub fn vendor(&self) -> Option<&'static str> {
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
        let mut password = part("PASSWORD")?;
        let mut options = BTreeMap::new();
        for (key, value) in get("OPTIONS").and_then(Value::pairs).unwrap_or_default() {
            if let (Some(key), Ok(value)) = (key.as_str(), text(value)) {
                options.insert(key.to_owned(), value);
            }
        }
        if let Some(option) = options.remove("password")
            && password.is_empty()
        {
            password = option;
        }
        Ok(Self {
            engine: part("ENGINE")?.into(),
            name: part("NAME")?,
            user: part("USER")?,
            password: Secret::new(password),
            host: part("HOST")?,
            port: part("PORT")?,
            options,
            mirror: get("TEST").and_then(mirror),
        })
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
