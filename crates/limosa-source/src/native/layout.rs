//! Where a native project keeps its migrations.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use limosa_model::SmolStr;

use crate::config::CONFIG_FILE;
use crate::django::app::{App, DefaultAutoField, Migrations};
use crate::django::directory::Directory;

/// Returns whether the folder holds a native project: `*/migrations/*.toml` or `.sql`, or such files themselves.
pub(crate) fn is_native(project: &Path) -> bool {
    !apps(project, &IndexMap::new()).is_empty()
}

/// Returns the apps, sorted by label: those that are named, else each folder with migrations.
///
/// Three layouts: `APP/migrations/0001_x.toml`; `APP/0001_x.toml` in a folder of migrations; `0001_x.toml` in the folder itself.
pub(crate) fn apps(project: &Path, named: &IndexMap<SmolStr, PathBuf>) -> Vec<App> {
    let mut found: Vec<(SmolStr, PathBuf)> = Vec::new();
    if named.is_empty() {
        let top = Directory::read(project);
        let folders: Vec<&str> = top.folders().filter(|name| !name.starts_with(['.', '_'])).collect();
        for name in &folders {
            let migrations = project.join(name).join("migrations");
            if holds_migrations(&Directory::read(&migrations), false) {
                found.push(((*name).into(), migrations));
            }
        }
        if found.is_empty() {
            let direct = folders.iter().map(|name| (SmolStr::new(name), project.join(name)));
            found.extend(direct.filter(|(_, folder)| holds_migrations(&Directory::read(folder), true)));
        }
        if holds_migrations(&top, true)
            && let Some(label) = own_label(project)
        {
            found.push((label, project.to_owned()));
        }
    } else {
        for (label, folder) in named {
            let migrations = folder.join("migrations");
            found.push((label.clone(), if migrations.is_dir() { migrations } else { folder.clone() }));
        }
    }
    found.sort();
    found.into_iter().map(|(label, folder)| app(label, folder)).collect()
}

/// Returns the apps of files that a program carries, sorted by label: `APP/migrations/0001_x.toml` or `APP/0001_x.toml`.
pub(crate) fn embedded_apps<'a>(files: impl IntoIterator<Item = &'a Path>) -> Vec<App> {
    let mut found: Vec<(SmolStr, PathBuf)> = Vec::new();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).and_then(migration_name);
        let folder =
            file.parent().filter(|_| name.is_some_and(|name| !(file.ends_with(CONFIG_FILE) || name.is_empty())));
        if let Some(folder) = folder
            && let Some(label) = own_label(folder)
            && !found.iter().any(|(_, known)| known == folder)
        {
            found.push((label, folder.to_owned()));
        }
    }
    found.sort();
    found.into_iter().map(|(label, folder)| app(label, folder)).collect()
}

/// Returns whether a file of a folder is a migration, and its name: `.toml` and `.sql`, unless it begins with `_`, `~` or `.`.
pub(crate) fn migration_name(file: &str) -> Option<&str> {
    let name = file.strip_suffix(".toml").or_else(|| file.strip_suffix(".sql"))?;
    (!name.is_empty() && !name.starts_with(['_', '~', '.'])).then_some(name)
}

fn holds_migrations(folder: &Directory, numbered: bool) -> bool {
    let is_numbered = |name: &str| name.len() > 4 && name.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    folder.files().filter_map(migration_name).any(|name| !numbered || is_numbered(name))
}

/// Returns the name of the folder; a folder that is called `migrations` is named as the one around it.
fn own_label(project: &Path) -> Option<SmolStr> {
    let name = project.file_name()?.to_str()?;
    let name = if name == "migrations" { project.parent()?.file_name()?.to_str()? } else { name };
    Some(name.replace('-', "_").into())
}

fn app(label: SmolStr, folder: PathBuf) -> App {
    App {
        name: label.clone(),
        path: folder.parent().map(Path::to_owned),
        label,
        migrations: Migrations::In { module: SmolStr::default(), folder },
        default_auto_field: DefaultAutoField::Settings,
        has_models: true,
    }
}
