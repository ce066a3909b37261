//! The packages that are read: `xtask/corpus/packages.toml`.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace;

/// The packages and what they need.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Packages whose migrations are read.
    #[serde(rename = "package")]
    pub(super) packages: Vec<Package>,
    /// Packages that others import from; their own migrations are not read.
    #[serde(rename = "library")]
    pub(super) libraries: Vec<Package>,
    /// Packages that are installed together for the truth.
    #[serde(rename = "group", default)]
    pub(super) groups: Vec<Group>,
}

/// Packages that are installed together; `xtask/corpus/truth` pins what they need.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    /// The name.
    pub(super) name: String,
    /// Settings beyond the usual, as Python.
    #[serde(default)]
    pub(super) settings: String,
    /// Apps that are installed before those of the packages.
    #[serde(default)]
    pub(super) apps: Vec<String>,
    /// Folders in `site-packages` that are searched for modules as well.
    #[serde(default)]
    pub(super) paths: Vec<String>,
    /// Apps of the packages that are not installed.
    #[serde(default)]
    pub(super) without: Vec<String>,
}

/// A file of PyPI.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    /// The name on PyPI.
    pub(super) name: String,
    /// The exact version.
    pub(super) version: String,
    /// The name of the file.
    pub(super) file: String,
    /// What the file must hash to.
    pub(super) sha256: String,
    /// Settings beyond Django's defaults, as Python.
    #[serde(default)]
    pub(super) settings: String,
    /// Packages, by dotted paths, whose migrations are left out: copies of other packages, and what only looks like migrations.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// Folders of the package that it puts on Python's search path itself.
    #[serde(default)]
    pub(super) paths: Vec<String>,
    /// The group in which it is installed for the truth.
    #[serde(default)]
    pub(super) truth: Option<String>,
}

impl List {
    /// Reads the list.
    pub(super) fn read() -> Result<Self> {
        let path = workspace().join("xtask/corpus/packages.toml");
        toml::from_str(&fs_err::read_to_string(&path)?).with_context(|| format!("read {}", path.display()))
    }
}
