//! Reads the migrations of all apps, in parallel.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::{Diagnostic, Migration, MigrationId, SmolStr};
use rayon::prelude::*;

use super::understand::{self, Configured};
use super::{App, Doubt, Kind, Migrations, Need, Project};
use crate::config::{Config, Env, FieldClass};
use crate::convert::NoKnowledge;
use crate::django::module_path::ModulePath;
use crate::django::settings::ProjectSettings;
use crate::native::{self, layout};
use crate::python::{self, Context, Modules, SourceKnowledge};
use crate::sources::{Source, Sources};

/// A file that holds a migration.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) id: MigrationId,
    pub(super) path: PathBuf,
    /// The dotted name of the module, of a Python file.
    pub(super) module: String,
}

/// Returns what reading the project's modules and migrations may know.
pub(super) fn context<'a>(
    sources: &'a Sources,
    evaluated: &'a Modules,
    modules: &'a ModulePath,
    settings: &'a ProjectSettings,
    env: Option<&'a Env>,
    config: &'a Config,
) -> Context<'a> {
    Context {
        resolver: modules,
        settings: &settings.values,
        environment: env.map(Env::variables),
        vendor: vendor(settings, config),
        engine: settings.databases.get("default").map(|database| database.engine.as_str()),
        django: settings.django_installed.as_deref(),
        ..Context::new(sources, evaluated)
    }
}

/// Returns what Django calls the vendor of the database that is worked on.
pub(crate) fn vendor(settings: &ProjectSettings, config: &Config) -> Option<&'static str> {
    if let Some(url) = &config.database_url {
        let scheme = url.value.expose().split(':').next().unwrap_or_default();
        return match scheme {
            "postgres" | "postgresql" => Some("postgresql"),
            "mysql" | "mariadb" => Some("mysql"),
            "sqlite" | "sqlite3" => Some("sqlite"),
            _ => None,
        };
    }
    settings.databases.get("default")?.vendor()
}

impl Project {
    /// Reads the migrations of all apps; what is wrong with one does not hide the others.
    pub(super) fn read_migrations(&mut self) {
        let mut diagnostics = Vec::new();
        let files = self.migration_files(&mut diagnostics);
        self.diagnostics.append(&mut diagnostics);
        let evaluated = Modules::default();
        let env = self.evaluation_env.clone();
        let context = context(&self.sources, &evaluated, &self.modules, &self.settings, env.as_ref(), &self.config);
        let fields = &self.config.fields;
        let embedded = &self.embedded;
        let read: Vec<FileRead> = files
            .par_iter()
            .map(|file| {
                let source = match embedded.get(&file.path) {
                    None if is_compiled(file) => return compiled(file),
                    Some(text) => context.sources.add(&file.path, text.clone().into_bytes()),
                    None => context.sources.read(&file.path),
                };
                match source {
                    Ok(source) => read_file(&context, file, &source, fields),
                    Err(diagnostic) => FileRead { diagnostics: vec![diagnostic], ..FileRead::default() },
                }
            })
            .collect();
        let mut open = Vec::new();
        for (file, read) in files.into_iter().zip(read) {
            self.migrations.extend(read.migration);
            self.diagnostics.extend(read.diagnostics);
            open.extend(read.doubt.map(|doubt| (file.id, doubt)));
        }
        self.diagnostics.extend(evaluated.diagnostics());
        self.needs.retain(|need| !matches!(need, Need::Export { .. }));
        if !open.is_empty() {
            self.needs.push(Need::Export { migrations: open });
        }
        self.migrations_were_read();
    }

    fn embedded_files(&self, app: &App, folder: &Path) -> Vec<File> {
        let inside = self.embedded.keys().filter(|path| path.parent() == Some(folder));
        inside
            .filter_map(|path| {
                let name = layout::migration_name(path.file_name()?.to_str()?)?;
                let id = MigrationId::new(app.label.clone(), name);
                Some(File { id, path: path.clone(), module: String::new() })
            })
            .collect()
    }

    /// Lists the files with migrations: apps in order, the files of each sorted by name.
    pub(super) fn migration_files(&self, diagnostics: &mut Vec<Diagnostic>) -> Vec<File> {
        let mut files: Vec<File> = Vec::new();
        for app in self.apps.iter().filter(|app| app.is_migrated()) {
            let Migrations::In { module, folder } = &app.migrations else { continue };
            let mut own = match self.kind {
                Kind::Django => python_files(app, module, folder, &self.modules),
                Kind::Native => self.embedded_files(app, folder),
            };
            if self.embedded.is_empty() {
                own.extend(native_files(app, folder, self.kind, &self.modules));
            }
            own.sort_by(|left, right| (&left.id.name, &left.path).cmp(&(&right.id.name, &right.path)));
            for pair in own.windows(2).filter(|pair| pair[0].id == pair[1].id) {
                let message = format!(
                    "{} and {} are both the migration {}",
                    pair[0].path.display(),
                    pair[1].path.display(),
                    pair[0].id
                );
                diagnostics
                    .push(Diagnostic::error("duplicate-migration", message).help("rename or remove one of them"));
            }
            own.dedup_by(|right, left| left.id == right.id);
            files.extend(own);
        }
        files
    }
}

/// Lists the modules of a package of migrations (Python: `pkgutil.iter_modules`; Django: `MigrationLoader.load_disk`).
fn python_files(app: &App, module: &str, folder: &Path, modules: &ModulePath) -> Vec<File> {
    let listing = modules.list(folder);
    let name = |file: &str| {
        let name = module_name(file)?;
        // A name with a dot is no module; one that begins with `_` or `~` is not looked at.
        let is_module = !name.is_empty() && !name.contains('.') && !name.starts_with(['_', '~']);
        // A package of the same name comes first, and packages are no migrations.
        let package = listing.has_folder(name) && modules.list(&folder.join(name)).has_file("__init__.py");
        // What is compiled counts when there is no source.
        let hidden = !file.ends_with(".py") && listing.has_file(&format!("{name}.py"));
        (is_module && !package && !hidden).then(|| name.to_owned())
    };
    // What is neither file nor folder Python finds by its name, too, and then cannot import: it is reported when it is read.
    let mut files: Vec<File> = listing
        .files()
        .chain(listing.others())
        .filter_map(|file| {
            let name = name(file)?;
            Some(File {
                path: folder.join(file),
                module: format!("{module}.{name}"),
                id: MigrationId::new(app.label.clone(), name),
            })
        })
        .collect();
    files.dedup_by(|right, left| left.id == right.id);
    files
}

/// Returns the name of the module that a file holds (Python: `inspect.getmodulename`).
fn module_name(file: &str) -> Option<&str> {
    let plain = file.strip_suffix(".py").or_else(|| file.strip_suffix(".pyc"));
    plain.or_else(|| {
        let compiled = file.ends_with(".so") || file.ends_with(".pyd");
        compiled.then(|| file.split('.').next()).flatten()
    })
}

/// Lists native migrations; beside Python's, SQL counts only when it says so itself.
fn native_files(app: &App, folder: &Path, kind: Kind, modules: &ModulePath) -> Vec<File> {
    let listing = modules.list(folder);
    let mut files = Vec::new();
    for file in listing.files().chain(listing.others()) {
        let Some(name) = layout::migration_name(file) else { continue };
        let path = folder.join(file);
        let marked =
            || listing.has_file(file) && fs_err::read_to_string(&path).is_ok_and(|text| native::sql::has_header(&text));
        if kind == Kind::Native || file.ends_with(".toml") || marked() {
            files.push(File { id: MigrationId::new(app.label.clone(), name), path, module: String::new() });
        }
    }
    files
}

/// What came of reading a file.
#[derive(Default)]
pub(super) struct FileRead {
    pub(super) migration: Option<Migration>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Why only Python can tell what the migration is.
    pub(super) doubt: Option<Doubt>,
}

fn is_compiled(file: &File) -> bool {
    !file.module.is_empty() && file.path.extension().is_none_or(|extension| extension != "py")
}

/// Leaves a migration to Python, which alone can read it.
fn compiled(file: &File) -> FileRead {
    let doubt = Doubt::new(format!("{} is compiled and has no source", file.path.display()), None);
    FileRead { doubt: Some(doubt), ..FileRead::default() }
}

pub(super) fn read_file(
    context: &Context<'_>,
    file: &File,
    source: &Arc<Source>,
    fields: &IndexMap<SmolStr, FieldClass>,
) -> FileRead {
    let id = file.id.clone();
    if !file.module.is_empty() {
        return read_python(context, source, id, &file.module, fields);
    }
    let toml = file.path.extension().is_some_and(|extension| extension == "toml");
    let (read, mut diagnostics) = if toml { native::toml::read(source, id) } else { native::sql::read(source, id) };
    let knowledge = Configured { fields, others: &NoKnowledge };
    match read.map(|file| understand::native(file, &knowledge)) {
        Some(Ok(migration)) => FileRead { migration: Some(migration), diagnostics, doubt: None },
        Some(Err(more)) => {
            diagnostics.extend(more);
            FileRead { diagnostics, ..FileRead::default() }
        }
        None => FileRead { diagnostics, ..FileRead::default() },
    }
}

fn read_python(
    context: &Context<'_>,
    source: &Arc<Source>,
    id: MigrationId,
    module: &str,
    fields: &IndexMap<SmolStr, FieldClass>,
) -> FileRead {
    let (raw, mut diagnostics) = python::read_migration(context, source, id, module);
    let Some(raw) = raw else {
        let doubt = take_doubt(&mut diagnostics);
        return FileRead { migration: None, diagnostics, doubt };
    };
    let source = SourceKnowledge::new(*context, Some(&raw));
    match raw.migration_with(&Configured { fields, others: &source }) {
        Ok(migration) => FileRead { migration: Some(migration), diagnostics, doubt: None },
        Err(problems) => {
            let first = problems.first();
            let reason = first.map_or_else(String::new, |problem| problem.reason.clone());
            let doubt = Doubt::new(reason, first.and_then(|problem| problem.span));
            FileRead { migration: None, diagnostics, doubt: Some(doubt) }
        }
    }
}

/// Takes out what Python may still know: a class that this reader could not follow.
pub(super) fn take_doubt(diagnostics: &mut Vec<Diagnostic>) -> Option<Doubt> {
    let position = diagnostics.iter().position(|diagnostic| diagnostic.code == "migration-not-known")?;
    let diagnostic = diagnostics.remove(position);
    Some(Doubt::new(diagnostic.message, diagnostic.labels.first().map(|(span, _)| *span)))
}
