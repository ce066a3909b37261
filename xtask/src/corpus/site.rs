//! Lays packages out as if they were installed: one environment for each, which sees all others.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::download::Cache;
use super::list::{List, Package};

/// The version whose folders an environment has; no interpreter is started.
const PYTHON: &str = "3.12";

/// Folders that are no part of what is installed.
const EXAMPLES: [&str; 14] = [
    "demo",
    "docs",
    "example",
    "example_project",
    "examples",
    "project_template",
    "sample",
    "sample_taggit",
    "sandbox",
    "test",
    "test_app",
    "test_project",
    "testing",
    "tests",
];

/// Apps of Django that others refer to.
const DJANGO: [&str; 6] = ["admin", "auth", "contenttypes", "messages", "sessions", "sites"];

/// A package as it would be installed, with a project that installs its apps.
#[derive(Debug)]
pub(super) struct Site {
    /// The folder of the project, with `corpus_settings.py`.
    pub(super) project: PathBuf,
    /// What stands for the interpreter of the environment.
    pub(super) python: PathBuf,
    /// The apps with migrations, by dotted paths.
    pub(super) apps: Vec<App>,
}

/// An app with migrations.
#[derive(Debug)]
pub(super) struct App {
    /// The dotted path of its package.
    pub(super) name: String,
    /// The folder of its migrations.
    pub(super) migrations: PathBuf,
}

impl App {
    /// Returns whether the app is a package or inside it.
    pub(super) fn is_within(&self, package: &str) -> bool {
        self.name == package || self.name.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Lays all packages out.
pub(super) fn lay_out(list: &List, cache: &Cache) -> Result<Vec<Site>> {
    let mut roots: Vec<Vec<PathBuf>> = Vec::new();
    for package in list.packages.iter().chain(&list.libraries) {
        roots.push(import_roots(&cache.unpacked(package)?, package)?);
    }
    let sites = list.packages.iter().enumerate();
    sites.map(|(position, package)| site(package, position, &roots, cache)).collect()
}

fn site(package: &Package, position: usize, roots: &[Vec<PathBuf>], cache: &Cache) -> Result<Site> {
    let project = cache.folder.join("sites").join(format!("{}-{}", package.name, package.version));
    let environment = project.join("environment");
    let python = environment.join("bin/python");
    let packages = environment.join(format!("lib/python{PYTHON}/site-packages"));
    fs_err::create_dir_all(environment.join("bin"))?;
    fs_err::create_dir_all(&packages)?;
    fs_err::write(&python, "")?;
    fs_err::write(environment.join("pyvenv.cfg"), format!("version = {PYTHON}\n"))?;
    // The package itself comes first.
    let own = roots.get(position).into_iter().flatten();
    let others = roots.iter().enumerate().filter(|(other, _)| *other != position).flat_map(|(_, roots)| roots);
    let lines: Vec<String> = own.chain(others).map(|root| root.display().to_string()).collect();
    fs_err::write(packages.join("corpus.pth"), lines.join("\n") + "\n")?;
    let mut apps: Vec<App> = Vec::new();
    for root in roots.get(position).into_iter().flatten() {
        let mut found = Vec::new();
        find_apps(root, root, &mut found)?;
        found.retain(|app| !apps.iter().any(|known| known.migrations == app.migrations));
        apps.append(&mut found);
    }
    apps.retain(|app| !package.without.iter().any(|package| app.is_within(package)));
    fs_err::write(
        project.join("corpus_settings.py"),
        settings(apps.iter().map(|app| app.name.as_str()), &package.settings),
    )?;
    Ok(Site { project, python, apps })
}

/// Returns the text of a settings module that installs the apps on SQLite.
pub(super) fn settings<'a>(apps: impl Iterator<Item = &'a str>, more: &str) -> String {
    let django = DJANGO.iter().map(|app| format!("django.contrib.{app}"));
    let own = apps.filter(|name| !name.starts_with("django.contrib.")).map(str::to_owned);
    let apps: String = django.chain(own).map(|name| format!("    {name:?},\n")).collect();
    format!(
        "SECRET_KEY = \"corpus\"\nUSE_TZ = True\nSITE_ID = 1\nSTATIC_URL = \"/static/\"\n\
         DATABASES = {{\"default\": {{\"ENGINE\": \"django.db.backends.sqlite3\", \"NAME\": \"corpus.sqlite3\"}}}}\n\
         INSTALLED_APPS = [\n{apps}]\n{more}\n"
    )
}

/// Returns the folders from which an unpacked file is imported: itself, or where the packages of an sdist begin.
fn import_roots(folder: &Path, package: &Package) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = package.paths.iter().map(|path| folder.join(path)).collect();
    if package.file.ends_with(".whl") {
        all.push(folder.to_owned());
    } else {
        let mut roots = BTreeSet::new();
        collect_roots(folder, &mut roots)?;
        all.extend(roots);
    }
    Ok(all)
}

/// Collects the folders that hold packages and are none themselves.
fn collect_roots(folder: &Path, roots: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in sorted(folder)? {
        if entry.join("__init__.py").exists() {
            roots.insert(folder.to_owned());
        } else if entry.is_dir() && !is_example(&entry) {
            collect_roots(&entry, roots)?;
        }
    }
    Ok(())
}

/// Collects the packages that hold a package `migrations`.
fn find_apps(root: &Path, folder: &Path, apps: &mut Vec<App>) -> Result<()> {
    for entry in sorted(folder)?.into_iter().filter(|entry| entry.is_dir() && !is_example(entry)) {
        if entry.ends_with("migrations") && entry.join("__init__.py").exists() {
            let package = folder.strip_prefix(root)?;
            let parts: Vec<_> = package.iter().map(|part| part.to_string_lossy()).collect();
            if !parts.is_empty() {
                apps.push(App { name: parts.join("."), migrations: entry });
            }
        } else {
            find_apps(root, &entry, apps)?;
        }
    }
    Ok(())
}

fn is_example(folder: &Path) -> bool {
    folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| EXAMPLES.contains(&name))
}

/// Lists a folder, sorted.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<Result<Vec<PathBuf>>>()?;
    entries.sort();
    Ok(entries)
}
