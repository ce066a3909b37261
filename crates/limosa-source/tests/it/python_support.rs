//! What the tests of the Python reader share: a project in memory or on disk, and values shown as Python would write them.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use limosa_model::{Diagnostic, MigrationId, SmolStr, Value};
use limosa_source::python::{
    Context, Found, Module, ModuleResolver, Modules, RawMigration, Setting, SettingsSource, evaluate_module,
    read_migration,
};
use limosa_source::sources::Sources;

/// A project of files in a temporary folder, with settings.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    pub(crate) sources: Sources,
    pub(crate) modules: Modules,
    settings: Settings,
    environment: IndexMap<String, String>,
}

struct Settings(IndexMap<SmolStr, Value>);

impl SettingsSource for Settings {
    fn setting(&self, name: &str) -> Setting {
        match name {
            "SECRET" => Setting::Unknown,
            name => self.0.get(name).map_or(Setting::Unset, |value| Setting::Value(value.clone())),
        }
    }
}

struct Folder(PathBuf);

impl ModuleResolver for Folder {
    fn find(&self, name: &str) -> Found {
        let path = self.0.join(name.replace('.', "/"));
        let (package, file) = (path.join("__init__.py"), path.with_extension("py"));
        match () {
            () if package.is_file() => Found::Source(package),
            () if file.is_file() => Found::Source(file),
            () if name.starts_with("django") => Found::Unknown,
            () => Found::Missing,
        }
    }
}

impl Project {
    /// Makes a project of these files, by their paths.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let apps = Value::List(vec![Value::from("django.contrib.auth"), Value::from("shop")]);
        let settings = [
            ("AUTH_USER_MODEL", Value::from("accounts.User")),
            ("DEFAULT_AUTO_FIELD", Value::from("django.db.models.BigAutoField")),
            ("LENGTH", Value::Int(7)),
            ("INSTALLED_APPS", apps),
        ];
        Self {
            folder,
            sources: Sources::default(),
            modules: Modules::default(),
            settings: Settings(settings.into_iter().map(|(name, value)| (name.into(), value)).collect()),
            environment: IndexMap::from([("HOME_DIR".to_owned(), "/home/me".to_owned())]),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let resolver = Folder(self.folder.path().to_owned());
        let mut context = Context::new(&self.sources, &self.modules);
        context.resolver = &resolver;
        context.settings = &self.settings;
        context.environment = Some(&self.environment);
        context.vendor = Some("postgresql");
        context.engine = Some("django.db.backends.postgresql");
        context.django = Some("5.2.8");
        work(&context)
    }

    /// Evaluates the text as the module `shop.example`.
    pub(crate) fn evaluate(&self, text: &str) -> Result<Module, Diagnostic> {
        let source = self.sources.add(Path::new("/project/shop/example.py"), text.as_bytes().to_vec())?;
        self.with(|context| evaluate_module(context, source, "shop.example"))
    }

    /// Reads the text as the migration `shop.0002_next` and hands it to `work`.
    pub(crate) fn migration<T>(
        &self,
        text: &str,
        work: impl FnOnce(&Context<'_>, Option<RawMigration>, Vec<Diagnostic>) -> T,
    ) -> T {
        self.bytes(text.as_bytes(), work)
    }

    /// Does the same with the bytes of a file.
    pub(crate) fn bytes<T>(
        &self,
        text: &[u8],
        work: impl FnOnce(&Context<'_>, Option<RawMigration>, Vec<Diagnostic>) -> T,
    ) -> T {
        let path = self.folder.path().join("shop/migrations/0002_next.py");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        let id = MigrationId::new("shop", "0002_next");
        self.with(|context| {
            let source = match self.sources.read(&path) {
                Ok(source) => source,
                Err(diagnostic) => return work(context, None, vec![diagnostic]),
            };
            let (raw, diagnostics) = read_migration(context, &source, id, "shop.migrations.0002_next");
            work(context, raw, diagnostics)
        })
    }
}

/// Shows a value as Python would write it; what is opaque as its reason.
pub(crate) fn show(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text) => format!("'{text}'"),
        Value::Bytes(bytes) => format!("b'{}'", String::from_utf8_lossy(bytes)),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", all(items)),
        Value::Tuple(items) => format!("({})", all(items)),
        Value::Set(items) => format!("{{{}}}", all(items)),
        Value::Dict(pairs) => {
            let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Call(call) => {
            let args = call.args.iter().map(show);
            let kwargs = call.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value)));
            format!("{}({})", call.callee, args.chain(kwargs).collect::<Vec<_>>().join(", "))
        }
        Value::Reference(path) => path.to_string(),
        Value::Opaque(opaque) => format!("<{}>", opaque.reason),
    }
}
