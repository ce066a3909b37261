//! A version of the application: a Django project in a folder.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::case::Models;
use crate::django_project::{MANAGE, settings};

/// A Django project in a folder.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
}

impl Project {
    /// Writes a version with its models, and all migrations up to it by their bodies; the first one makes the models of the base.
    pub(super) fn write(folder: &Path, base: &Models, models: &Models, migrations: &[&str]) -> Result<Self> {
        let file = |name: &str, text: &str| fs_err::write(folder.join(name), text);
        fs_err::create_dir_all(folder.join("shop/migrations"))?;
        file("manage.py", MANAGE)?;
        file("settings.py", &settings(&["shop"], "ROLLING"))?;
        file("limosa.toml", "[stages]\nthird-party = \"pre-deploy\"\n")?;
        file("shop/__init__.py", "")?;
        file("shop/models.py", &python(models))?;
        file("shop/migrations/__init__.py", "")?;
        file("shop/migrations/0001_initial.py", &migration(&initial(base), "[]"))?;
        let mut last = "0001_initial".to_owned();
        for (index, body) in migrations.iter().enumerate() {
            let name = format!("{:04}_change", index + 2);
            file(&format!("shop/migrations/{name}.py"), &migration(body, &format!("[(\"shop\", \"{last}\")]")))?;
            last = name;
        }
        Ok(Self { folder: folder.to_owned() })
    }
}

fn python(models: &Models) -> String {
    let mut text = String::from("from django.db import models\n");
    for (model, fields) in models {
        // Writing to a text does not fail.
        _ = write!(text, "\n\nclass {model}(models.Model):\n");
        for (field, declaration) in fields {
            _ = match field.as_str() {
                "Meta" => {
                    write!(text, "\n    class Meta:\n        {}\n", declaration.trim().replace('\n', "\n        "))
                }
                _ => writeln!(text, "    {field} = {declaration}"),
            };
        }
    }
    text
}

fn initial(base: &Models) -> String {
    let mut text = String::from("operations = [\n");
    for (model, fields) in base {
        _ = writeln!(text, "    migrations.CreateModel(\"{model}\", [");
        text.push_str("        (\"id\", models.BigAutoField(primary_key=True)),\n");
        for (field, declaration) in fields.iter().filter(|(field, _)| *field != "Meta") {
            _ = writeln!(text, "        (\"{field}\", {declaration}),");
        }
        let options = fields.get("Meta").map_or(String::new(), |meta| format!("dict({meta})"));
        _ = writeln!(text, "    ], options={}),", if options.is_empty() { "{}" } else { &options });
    }
    text + "]"
}

fn migration(body: &str, dependencies: &str) -> String {
    let body = body.trim().replace('\n', "\n    ");
    format!(
        "from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint\n\
         from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
         dependencies = {dependencies}\n    {body}\n"
    )
}
