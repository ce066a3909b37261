//! The Python modules of the bridge, as they are handed to the interpreter.

use std::path::Path;

use limosa_db::DjangoDatabase;
use serde_json::{Value as Json, json};

use super::BridgeOptions;

macro_rules! modules {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../python/limosa/bridge/", $name, ".py")))),*]
    };
}

/// What the interpreter is started with; it reads the rest from its stdin.
pub(super) const BOOTSTRAP: &str = include_str!("../../../../python/limosa/bridge/bootstrap.py");

const MODULES: &[(&str, &str)] = modules!(
    "adapters",
    "commands",
    "connection",
    "databases",
    "describe",
    "encode",
    "errors",
    "export",
    "fields",
    "main",
    "migrations",
    "operations",
    "paths",
    "project",
    "protocol",
    "record",
    "registry",
    "routing",
    "runner",
    "schema_classes",
    "signals",
    "tools",
    "waiting",
);

/// Returns the code of the bridge, file by file: an answer of other code may be another one.
pub fn code() -> impl Iterator<Item = &'static str> {
    std::iter::once(BOOTSTRAP).chain(MODULES.iter().map(|(_, text)| *text))
}

/// Returns the first line that the process reads.
pub(super) fn hello(project_dir: &Path, options: &BridgeOptions) -> Json {
    let modules: serde_json::Map<String, Json> =
        MODULES.iter().map(|(name, text)| ((*name).to_owned(), Json::from(*text))).collect();
    let python_path: Vec<_> = options.python_path.iter().map(|path| path.to_string_lossy()).collect();
    let databases: serde_json::Map<String, Json> =
        options.databases.iter().map(|(alias, database)| (alias.clone(), entry(database))).collect();
    json!({
        "modules": modules,
        "project_dir": project_dir.to_string_lossy(),
        "python_path": python_path,
        "databases": databases,
    })
}

fn entry(database: &DjangoDatabase) -> Json {
    json!({
        "ENGINE": database.engine,
        "NAME": database.name,
        "USER": database.user,
        "PASSWORD": database.password,
        "HOST": database.host,
        "PORT": database.port,
        "OPTIONS": database.options,
    })
}
