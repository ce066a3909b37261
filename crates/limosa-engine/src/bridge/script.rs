//! The Python modules of the bridge, as they are handed to the interpreter.

use std::path::Path;

use serde_json::{Value as Json, json};

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
    "registry",
    "routing",
    "runner",
    "schema_classes",
    "signals",
    "tools",
    "waiting",
);

/// Returns the first line that the process reads.
pub(super) fn hello(project_dir: &Path, python_path: &[impl AsRef<Path>]) -> Json {
    let modules: serde_json::Map<String, Json> =
        MODULES.iter().map(|(name, text)| ((*name).to_owned(), Json::from(*text))).collect();
    let python_path: Vec<_> = python_path.iter().map(|path| path.as_ref().to_string_lossy()).collect();
    json!({ "modules": modules, "project_dir": project_dir.to_string_lossy(), "python_path": python_path })
}
