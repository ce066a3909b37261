//! Whose code listens to `pre_migrate` and `post_migrate`, found in the text of the installed apps.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use memchr::memmem::Finder;
use rayon::prelude::*;

use super::app::App;
use super::module_path::{Module, ModulePath};

/// Folders whose files take no part in a run of `migrate`.
const SKIPPED: [&str; 10] = [
    "migrations",
    "tests",
    "test",
    "testing",
    "commands",
    "locale",
    "static",
    "templates",
    "node_modules",
    "__pycache__",
];

/// Returns the files that mention the signals, sorted; Django's own apps do not count.
///
/// The whole top-level package of each app and of the settings is looked at: an app may connect what stands beside it.
pub(crate) fn find(apps: &[App], settings: Option<&str>, path: &ModulePath) -> Vec<PathBuf> {
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    let own = || apps.iter().filter(|app| !app.is_django());
    folders.extend(own().filter_map(|app| app.path.clone()));
    for name in own().map(|app| app.name.as_str()).chain(settings.filter(|name| name.contains('.'))) {
        let top = name.split('.').next().unwrap_or(name);
        match path.module(top) {
            Some(Module::Source(file)) if file.ends_with("__init__.py") => {
                folders.extend(file.parent().map(Path::to_owned));
            }
            Some(Module::Namespace(portions)) => folders.extend(portions),
            _ => {}
        }
    }
    let mut outermost: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !outermost.iter().any(|outer| folder.starts_with(outer)) {
            outermost.push(folder);
        }
    }
    let mut files = Vec::new();
    for folder in &outermost {
        collect(folder, path, &mut files);
    }
    let finder = Finder::new("_migrate");
    let mut found: Vec<PathBuf> = files.into_par_iter().filter(|file| mentions(file, &finder)).collect();
    found.sort();
    found
}

fn collect(folder: &Path, path: &ModulePath, files: &mut Vec<PathBuf>) {
    let listing = path.list(folder);
    let is_test = |name: &str| name.starts_with("test_") || matches!(name, "tests.py" | "conftest.py");
    files.extend(listing.files().filter(|name| name.ends_with(".py") && !is_test(name)).map(|name| folder.join(name)));
    for name in listing.folders().filter(|name| !SKIPPED.contains(name) && !name.starts_with('.')) {
        let inside = folder.join(name);
        // A virtual environment beside the project is not part of it.
        if !inside.join("pyvenv.cfg").exists() {
            collect(&inside, path, files);
        }
    }
}

fn mentions(file: &Path, finder: &Finder<'_>) -> bool {
    let Ok(text) = std::fs::read(file) else { return false };
    finder.find_iter(&text).any(|at| {
        let before = &text[..at];
        before.ends_with(b"post") || before.ends_with(b"pre")
    })
}
