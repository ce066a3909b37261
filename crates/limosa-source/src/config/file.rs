//! The configuration file: `limosa.toml`, or `[tool.limosa]` in `pyproject.toml`.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::{Diagnostic, SmolStr, Value};
use toml::de::DeTable;

use super::table::Table;
use super::{CheckSection, FieldClass, Routing, Secret, Sourced, StageSection, keys};
use crate::native::toml_value;
use crate::sources::{Source, Sources};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "limosa.toml";

/// What a configuration file says.
#[derive(Clone, Debug, Default)]
pub struct ConfigFile {
    /// The file; nothing when there is none.
    pub path: Option<PathBuf>,
    /// The settings module.
    pub settings: Option<Sourced<SmolStr>>,
    /// The interpreter.
    pub python: Option<Sourced<PathBuf>>,
    /// The database.
    pub database_url: Option<Sourced<Secret>>,
    /// The line of Django to behave as.
    pub django_version: Option<Sourced<DjangoVersion>>,
    /// The table of the history.
    pub history_table: Option<Sourced<SmolStr>>,
    /// Whether the record of runs keeps statements.
    pub history_sql: Option<Sourced<bool>>,
    /// The apps of a native project.
    pub apps: IndexMap<SmolStr, Sourced<PathBuf>>,
    /// Field classes that are not Django's.
    pub fields: IndexMap<SmolStr, FieldClass>,
    /// The databases by alias.
    pub databases: IndexMap<SmolStr, Sourced<Secret>>,
    /// Which apps and models live in which databases.
    pub routing: Routing,
    /// In which half of a deploy migrations run.
    pub stages: StageSection,
    /// Which safety checks run, and what they pass over.
    pub checks: CheckSection,
    /// The settings, described for use without Python.
    pub django: DjangoSection,
}

/// The settings of a Django project, described for use without Python.
#[derive(Clone, Debug, Default)]
pub struct DjangoSection {
    /// `INSTALLED_APPS`.
    pub installed_apps: Option<Vec<Sourced<SmolStr>>>,
    /// Folders in which modules are looked for besides the project.
    pub python_path: Vec<Sourced<SmolStr>>,
    /// Settings by their Django names, in the order in which they were written.
    pub settings: IndexMap<SmolStr, Sourced<Value>>,
}

impl DjangoSection {
    /// Returns whether it describes a project, so that its settings module need not be read.
    pub fn describes_project(&self) -> bool {
        self.installed_apps.is_some()
    }
}

impl ConfigFile {
    /// Looks for the file in the project's folder and reads it; without one everything is absent.
    pub fn find(project: &Path, sources: &Sources) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let own = project.join(CONFIG_FILE);
        let pyproject = project.join("pyproject.toml");
        let file = if own.is_file() {
            Self::read(&own, sources, &[], &mut diagnostics)
        } else if pyproject.is_file() {
            Self::read(&pyproject, sources, &["tool", "limosa"], &mut diagnostics)
        } else {
            None
        };
        (file.unwrap_or_default(), diagnostics)
    }

    fn read(path: &Path, sources: &Sources, section: &[&str], diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let source = match sources.read(path) {
            Ok(source) => source,
            Err(diagnostic) => {
                diagnostics.push(diagnostic);
                return None;
            }
        };
        let (document, errors) = DeTable::parse_recoverable(&source.text);
        diagnostics.extend(toml_value::first_error(&errors).map(|error| toml_value::syntax_error(error, &source)));
        let mut table = document.get_ref();
        for name in section {
            table = table.get(*name)?.get_ref().as_table()?;
        }
        let mut file = Self { path: Some(path.to_owned()), ..Self::default() };
        file.fill(&mut Table::new(table, &section.join("."), &keys::names(""), &source, diagnostics), &source);
        Some(file)
    }

    fn fill(&mut self, table: &mut Table<'_, '_>, source: &Source) {
        self.settings = table.text("settings");
        self.python = table.text("python").map(|path| path.map(|path| PathBuf::from(path.as_str())));
        self.database_url = table.text("database-url").map(|url| url.map(Secret::new));
        self.history_table = table.text("history-table");
        if let Some(mut history) = table.table("history", &keys::names("history")) {
            self.history_sql = history.bool("sql");
        }
        if table.is_text("django") {
            self.django_version = version(table, "django");
        } else if let Some(mut django) = table.table("django", &keys::names("django")) {
            self.django_version = version(&mut django, "version");
            self.django = django_section(&mut django, source);
        }
        if let Some(mut apps) = table.table("apps", &[]) {
            for label in apps.keys() {
                if let Some(folder) = apps.text(&label) {
                    self.apps.insert(label, folder.map(|folder| PathBuf::from(folder.as_str())));
                }
            }
        }
        if let Some(mut databases) = table.table("databases", &[]) {
            for alias in databases.keys() {
                let mut database = databases.table(&alias, &keys::names("databases.NAME"));
                if let Some(url) = database.as_mut().and_then(|database| database.text("url")) {
                    self.databases.insert(alias, url.map(Secret::new));
                }
            }
        }
        if let Some(mut routing) = table.table("routing", &[]) {
            self.routing = Routing::read(&mut routing);
        }
        if let Some(mut stages) = table.table("stages", &keys::names("stages")) {
            self.stages = StageSection::read(&mut stages);
        }
        if let Some(mut checks) = table.table("checks", &keys::names("checks")) {
            self.checks = CheckSection::read(&mut checks);
        }
        if let Some(mut fields) = table.table("fields", &[]) {
            for class in fields.keys() {
                if let Some(entry) = FieldClass::read(&mut fields, &class) {
                    self.fields.insert(class, entry);
                }
            }
        }
    }
}

fn version(table: &mut Table<'_, '_>, key: &str) -> Option<Sourced<DjangoVersion>> {
    let text = table.text(key)?;
    match text.value.parse() {
        Ok(version) => Some(text.map(|_| version)),
        Err(error) => {
            let span = table.span_of(key);
            table.report(Diagnostic::error("unsupported-django", format!("{error}")).at(span, "here"));
            None
        }
    }
}

/// Reads `[django]` into settings under Django's own names.
fn django_section(table: &mut Table<'_, '_>, source: &Source) -> DjangoSection {
    const TEXTS: [(&str, &str); 5] = [
        ("default-auto-field", "DEFAULT_AUTO_FIELD"),
        ("auth-user-model", "AUTH_USER_MODEL"),
        ("time-zone", "TIME_ZONE"),
        ("default-tablespace", "DEFAULT_TABLESPACE"),
        ("default-index-tablespace", "DEFAULT_INDEX_TABLESPACE"),
    ];
    let mut settings = IndexMap::new();
    for (key, name) in TEXTS {
        if let Some(text) = table.text(key) {
            settings.insert(name.into(), text.map(Value::Str));
        }
    }
    if let Some(value) = table.bool("use-tz") {
        settings.insert("USE_TZ".into(), value.map(Value::Bool));
    }
    if let Some(value) = table.integer("site-id") {
        settings.insert("SITE_ID".into(), value.map(Value::from));
    }
    if let Some(modules) = migration_modules(table) {
        settings.insert("MIGRATION_MODULES".into(), modules);
    }
    if let Some(others) = table.table("settings", &[]) {
        for name in others.keys() {
            if let Some((span, value)) = others.any(&name) {
                let value = toml_value::plain(value, span, source);
                settings.insert(name, Sourced { value, origin: super::Origin::File(span) });
            }
        }
    }
    let python_path = table.texts("python-path").unwrap_or_default();
    DjangoSection { installed_apps: table.texts("installed-apps"), python_path, settings }
}

fn migration_modules(table: &mut Table<'_, '_>) -> Option<Sourced<Value>> {
    let span = table.span_of("migration-modules")?;
    let mut modules = table.table("migration-modules", &[])?;
    let mut pairs = Vec::new();
    for label in modules.keys() {
        let module = if modules.is_bool(&label) {
            match modules.bool(&label)?.value {
                false => Value::None,
                true => continue,
            }
        } else {
            let Some(module) = modules.text(&label) else { continue };
            Value::Str(module.value)
        };
        pairs.push((Value::Str(label), module));
    }
    Some(Sourced { value: Value::Dict(pairs), origin: super::Origin::File(span) })
}
