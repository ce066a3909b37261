//! The projects that are measured, made by `benches/synth.py`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

/// How large a project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Size {
    /// The number of apps besides Django's own.
    pub(super) apps: usize,
    /// Migrations of each app.
    pub(super) migrations: usize,
    /// Models of each app.
    pub(super) models: usize,
}

/// 1,000 and 3,000 migrations, 300 models.
pub(super) const USUAL: [Size; 2] =
    [Size { apps: 20, migrations: 50, models: 15 }, Size { apps: 20, migrations: 150, models: 15 }];

impl Size {
    /// Returns the number of migrations of all apps.
    pub(super) fn total(self) -> usize {
        self.apps * self.migrations
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.apps, self.migrations, self.models)
    }
}

/// Reads a size as it is shown.
pub(super) fn parse_size(text: &str) -> Result<Size, String> {
    let numbers: Vec<usize> = text.split('x').filter_map(|number| number.parse().ok()).collect();
    match numbers[..] {
        [apps, migrations, models] => Ok(Size { apps, migrations, models }),
        _ => Err("expected three numbers such as 3x6x4".into()),
    }
}

/// A project to measure.
#[derive(Clone, Debug)]
pub(super) struct Project {
    /// How large it is.
    pub(super) size: Size,
    /// Where it is.
    pub(super) folder: PathBuf,
}

/// Writes a project into a new folder; `options` are those of the script.
pub(super) fn generate(size: Size, folder: &Path, options: &[&str]) -> Result<Project> {
    let status = Command::new("python3")
        .arg(crate::workspace().join("benches/synth.py"))
        .arg(folder)
        .args(["--apps", &size.apps.to_string(), "--migs", &size.migrations.to_string()])
        .args(["--models", &size.models.to_string()])
        .args(options)
        .output()
        .context("start python3")?;
    ensure!(status.status.success(), "benches/synth.py failed: {}", String::from_utf8_lossy(&status.stderr));
    Ok(Project { size, folder: folder.to_owned() })
}
