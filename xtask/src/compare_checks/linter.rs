//! django-migration-linter on migrations: each in an app of its own, after one that makes the tables.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::case::{Body, Case};
use super::limosa::{SHOP, text};
use crate::servers::succeed;

const SCRIPT: &str = include_str!("linter.py");

/// What it says of a migration, and Django's SQL of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) codes: Vec<String>,
    pub(super) sql: String,
}

#[derive(Serialize)]
struct App<'a> {
    app: &'a str,
    title: String,
    tables: bool,
}

/// Asks it about cases, on a database in Django's words.
pub(super) fn judge(cases: &[&Case], python: &Path, packages: &Path, database: &Value) -> Result<Vec<Answer>> {
    let folder = tempfile::tempdir()?;
    let names: Vec<String> = (0..cases.len()).map(|index| format!("shop{index:04}")).collect();
    for (case, name) in cases.iter().zip(&names) {
        let app = folder.path().join(name);
        fs_err::create_dir_all(app.join("migrations"))?;
        fs_err::write(app.join("__init__.py"), "")?;
        fs_err::write(app.join("models.py"), "class Order:\n    objects = None\n")?;
        fs_err::write(app.join("migrations/__init__.py"), "")?;
        fs_err::write(app.join("migrations/0001_initial.py"), own(SHOP, name))?;
        fs_err::write(app.join("migrations/case.py"), own(&text(case), name))?;
    }
    let apps = cases.iter().zip(&names).map(|(case, name)| {
        let tables = matches!(case.body, Body::Django(_));
        App { app: name, title: case.title(), tables }
    });
    fs_err::write(folder.path().join("cases.json"), serde_json::to_string(&apps.collect::<Vec<_>>())?)?;
    let script = folder.path().join("linter.py");
    fs_err::write(&script, SCRIPT)?;
    let mut command = Command::new(python);
    command.env("PYTHONPATH", packages).arg(&script).arg(folder.path()).arg(database.to_string());
    let answers: Vec<Answer> = serde_json::from_str(&succeed(&mut command)?)?;
    ensure!(answers.len() == cases.len(), "the linter answered {} of {} times", answers.len(), cases.len());
    Ok(answers)
}

/// Lets a text speak of another app than the shop.
fn own(text: &str, app: &str) -> String {
    text.replace("shop", app).replace("order_number_idx", &format!("{app}_number_idx"))
}

/// Installs the tools beside Django, and returns the folder.
pub(super) fn install(python: &Path, requirements: &[String], cache: &Path) -> Result<PathBuf> {
    let folder = cache.join(format!("checkers-{}", requirements.join("-").replace("==", "-")));
    if !folder.join(".ready").exists() {
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target"]);
        succeed(pip.arg(&folder).args(requirements).args(["appdirs", "toml"]))?;
        fs_err::write(folder.join(".ready"), "")?;
    }
    Ok(folder)
}
