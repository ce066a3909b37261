//! Puts in what the project's Python answered.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use limosa_model::field::FieldError;
use limosa_model::operations::{Custom, OperationKind, SeparateDatabaseAndState, StateEffect};
use limosa_model::value::Call;
use limosa_model::{Diagnostic, Field, Migration, MigrationId, ModelState, Operation, ProjectState, SmolStr, Value};

use super::understand::{self, Configured};
use super::{App, Backend, Database, DefaultAutoField, Kind, Migrations, Need, Project};
use crate::config::Secret;
use crate::convert::{self, Knowledge, KnownEffect, KnownOperation, Problem, Purpose};
use crate::describe::{AppDescription, DatabaseDescription, MissingMigrations, ProjectDescription};
use crate::export::{
    Export, ExportedMigration, ExportedModel, FieldTable, OperationFacts, StateDelta, StateKnowledge, decode_value,
};
use crate::pending;

/// What the project's Python answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Which apps there are and what the settings say.
    Description(Box<ProjectDescription>),
    /// The models of apps without migrations, as the bridge encodes them.
    Models(Vec<serde_json::Value>),
    /// Migrations that could not be read.
    Export(Export),
    /// What operations do to the state, with what is known about the fields in it.
    StateDeltas(Vec<StateDelta>, FieldTable),
}

impl Project {
    /// Puts in an answer; what it settles is no longer a need, and what it leaves open is one.
    pub fn resolve(&mut self, answer: Answer) {
        match answer {
            Answer::Description(description) => self.take_description(*description),
            Answer::Models(models) => {
                self.needs.retain(|need| !matches!(need, Need::Models { .. }));
                self.unmigrated = models;
                self.models_are_known = true;
            }
            Answer::Export(export) => self.take_export(export),
            Answer::StateDeltas(deltas, fields) => self.take_deltas(&deltas, &fields),
        }
    }

    fn take_description(&mut self, description: ProjectDescription) {
        self.needs.retain(|need| !matches!(need, Need::Describe { .. } | Need::Models { .. }));
        self.diagnostics.retain(|diagnostic| diagnostic.code != "no-python");
        self.apps = description.apps.iter().map(app).collect();
        for described in &description.apps {
            if let (Some(error), Some(module)) = (&described.migrations.error, &described.migrations.module) {
                let message = format!(
                    "the migrations of `{}` cannot be imported from `{module}`: {}",
                    described.label,
                    error_text(error)
                );
                self.diagnostics.push(Diagnostic::error("no-migration-module", message));
            }
        }
        let settings = &mut self.settings;
        if self.config.django_version.is_none() {
            match description.django.parse() {
                Ok(version) => settings.django = version,
                Err(error) => self.diagnostics.push(Diagnostic::error("unsupported-django", format!("{error}"))),
            }
        }
        settings.django_installed = Some(description.django.as_str().into());
        settings.default_auto_field = description.default_auto_field.as_str().into();
        settings.auth_user_model = description.auth_user_model.as_str().into();
        settings.use_tz = description.use_tz;
        settings.time_zone = description.time_zone.as_deref().unwrap_or_default().into();
        settings.site_id = description.site_id;
        settings.default_tablespace = filled(&description.default_tablespace);
        settings.default_index_tablespace = filled(&description.default_index_tablespace);
        settings.routers = !description.routers.is_empty();
        settings.databases =
            description.databases.iter().map(|(alias, database)| (alias.into(), to_database(database))).collect();
        let swappable = description.swappable.iter();
        let swappable = swappable
            .filter_map(|(setting, model)| Some((SmolStr::from(setting), SmolStr::from(model.value.as_deref()?))));
        settings.swappable = swappable.collect();
        let known = [
            ("DEFAULT_AUTO_FIELD", Value::Str(settings.default_auto_field.clone())),
            ("AUTH_USER_MODEL", Value::Str(settings.auth_user_model.clone())),
            ("USE_TZ", Value::Bool(settings.use_tz)),
            ("TIME_ZONE", Value::Str(settings.time_zone.clone())),
        ];
        let known = known.into_iter().map(|(name, value)| (SmolStr::new_static(name), value));
        let swapped = settings.swappable.iter().map(|(name, model)| (name.clone(), Value::Str(model.clone())));
        let all: Vec<(SmolStr, Value)> = known.chain(swapped).collect();
        settings.values.extend(all, false);
        self.modules.extend(description.sys_path.iter().map(Into::into));
        self.unmigrated = description.unmigrated_models.clone();
        self.models_are_known = true;
        self.described = Some(Box::new(description));
        self.migrations.clear();
        self.read_migrations();
    }

    fn take_export(&mut self, export: Export) {
        let mut open: Vec<(MigrationId, super::Doubt)> = Vec::new();
        for need in &mut self.needs {
            if let Need::Export { migrations } = need {
                open.append(migrations);
            }
        }
        self.needs.retain(|need| !matches!(need, Need::Export { .. }));
        for exported in export.migrations {
            open.retain(|(id, _)| *id != exported.id);
            let file = exported.file.as_deref().and_then(|file| self.sources.read(file).ok());
            let conflict = pending::conflicts(&exported.attributes, file.as_ref().map(|file| file.span(0..0)));
            if let Some(conflict) = conflict.filter(|_| exported.pending > 0) {
                self.diagnostics.push(conflict);
                continue;
            }
            match exported_migration(&exported, &export.fields, &self.config.fields) {
                Ok(mut migration) => {
                    migration.source = file.map(|file| file.id);
                    self.migrations.push(migration);
                }
                Err(diagnostic) => self.diagnostics.push(*diagnostic),
            }
        }
        if !open.is_empty() {
            self.needs.push(Need::Export { migrations: open });
        }
        let order: BTreeMap<SmolStr, usize> =
            self.apps.iter().enumerate().map(|(position, app)| (app.label.clone(), position)).collect();
        self.migrations
            .sort_by_cached_key(|migration| (order.get(&migration.id.app).copied(), migration.id.name.clone()));
        self.migrations_were_read();
    }

    fn take_deltas(&mut self, deltas: &[StateDelta], fields: &FieldTable) {
        self.needs.retain(|need| !matches!(need, Need::StateDelta { .. }));
        for delta in deltas {
            let changed: Result<Vec<ModelState>, Diagnostic> =
                delta.changed.iter().map(|model| to_model(model, fields, &self.config.fields)).collect();
            let changed = match changed {
                Ok(changed) => changed,
                Err(diagnostic) => {
                    self.diagnostics.push(diagnostic);
                    continue;
                }
            };
            let migration = self.migrations.iter_mut().find(|migration| migration.id == delta.migration);
            if let Some(operation) = migration.and_then(|migration| at_path(&mut migration.operations, &delta.path)) {
                operation.effect = StateEffect::Delta { removed: delta.removed.clone(), changed };
            }
        }
    }

    /// Returns the models of the apps without migrations, as far as Python described them: where every state begins.
    pub fn unmigrated_state(&self) -> ProjectState {
        let mut state = ProjectState::default();
        self.models(&self.unmigrated).for_each(|model| state.add_model(model));
        state
    }

    /// Reads models as the bridge encodes them; those that are not understood are left out.
    pub fn models<'a>(&'a self, encoded: &'a [serde_json::Value]) -> impl Iterator<Item = ModelState> + 'a {
        encoded.iter().filter_map(|json| {
            let (model, fields) = ExportedModel::decode(json).ok()?;
            to_model(&model, &fields, &self.config.fields).ok()
        })
    }

    /// Returns the apps without migrations that may have models nobody described yet, judged by the text of their modules.
    pub fn undescribed_apps(&self) -> impl Iterator<Item = &App> {
        let undescribed = !self.models_are_known && self.kind == Kind::Django;
        self.unmigrated_apps().filter(move |app| undescribed && app.has_models && may_define_models(app))
    }
}

/// Returns whether the `models` module of an app holds a class, or takes in anything that could be one.
fn may_define_models(app: &App) -> bool {
    let Some(folder) = &app.path else { return true };
    let candidates = [folder.join("models.py"), folder.join("models").join("__init__.py")];
    let Some(text) = candidates.iter().find_map(|path| fs_err::read_to_string(path).ok()) else { return true };
    let code = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim_start());
    code.into_iter().any(|line| ["class ", "import ", "from "].iter().any(|word| line.starts_with(word)))
}

/// What the bridge said about one migration.
struct Exported<'a> {
    fields: &'a FieldTable,
    facts: &'a BTreeMap<String, OperationFacts>,
}

impl Knowledge for Exported<'_> {
    fn field(&self, call: &Call, _: Purpose) -> Result<Field, FieldError> {
        build(self.fields, call)
    }

    fn operation(&self, _: &Call, place: &str) -> Option<KnownOperation> {
        let facts = self.facts.get(place)?;
        let base = facts.base_view.as_ref().and_then(Value::as_call);
        if let Some(base) = base.filter(|_| facts.is_base()) {
            return Some(KnownOperation::Same(base.clone()));
        }
        let effect = match (facts.state(), base) {
            (StateKnowledge::Nothing, _) => KnownEffect::Nothing,
            (StateKnowledge::Base, Some(base)) => KnownEffect::Base(base.clone()),
            _ => KnownEffect::Unknown,
        };
        Some(KnownOperation::Custom {
            effect,
            description: facts.describe.clone(),
            reversible: Some(facts.reversible),
            atomic: facts.atomic.unwrap_or(false),
            runs: facts.runs(),
        })
    }

    fn documentation(&self, _: &str, place: &str, reverse: bool) -> Option<SmolStr> {
        let facts = self.facts.get(place)?;
        let doc = if reverse { &facts.reverse_code_doc } else { &facts.code_doc };
        doc.as_deref().map(SmolStr::from)
    }
}

/// Builds a field of any class, and the fields inside it.
fn build(fields: &FieldTable, call: &Call) -> Result<Field, FieldError> {
    let inner = |inner: &Call| build(fields, inner);
    match fields.get(call) {
        Some(facts) => facts.build(call, &inner),
        None => Field::from_call_around(call, &call.callee, None, &inner),
    }
}

fn exported_migration(
    exported: &ExportedMigration,
    fields: &FieldTable,
    configured: &IndexMap<SmolStr, crate::config::FieldClass>,
) -> Result<Migration, Box<Diagnostic>> {
    if let Some(error) = &exported.error {
        let place = match (&error.file, error.line) {
            (Some(file), Some(line)) => format!(" ({}:{line})", file.display()),
            _ => String::new(),
        };
        let message =
            format!("Python cannot import the migration {}: {}: {}{place}", exported.id, error.class, error.message);
        return Err(Box::new(Diagnostic::error("python-error", message)));
    }
    let own = Exported { fields, facts: &exported.facts };
    let knowledge = Configured { fields: configured, others: &own };
    let operations = convert::operations(&exported.operations, &knowledge)
        .map_err(|problems| Box::new(understand::not_understood(&exported.id, &problems)))?;
    let mut migration = Migration {
        id: exported.id.clone(),
        operations,
        dependencies: exported.dependencies.clone(),
        run_before: exported.run_before.clone(),
        replaces: exported.replaces.clone(),
        initial: exported.initial,
        atomic: exported.atomic,
        attributes: exported.attributes.clone(),
        source: None,
    };
    migration.set_pending(exported.pending);
    Ok(migration)
}

/// Builds a model from what the bridge says, by the same way as `CreateModel`.
fn to_model(
    model: &ExportedModel,
    fields: &FieldTable,
    configured: &IndexMap<SmolStr, crate::config::FieldClass>,
) -> Result<ModelState, Diagnostic> {
    let pairs = model.fields.iter().map(|(name, field)| Value::Tuple(vec![Value::Str(name.clone()), field.clone()]));
    let options = model.options.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone()));
    let managers =
        model.managers.iter().map(|(name, manager)| Value::Tuple(vec![Value::Str(name.clone()), manager.clone()]));
    let kwargs = [
        ("name", Value::Str(model.name.clone())),
        ("fields", Value::List(pairs.collect())),
        ("options", Value::Dict(options.collect())),
        ("bases", Value::Tuple(model.bases.clone())),
        ("managers", Value::List(managers.collect())),
    ];
    let kwargs = kwargs.into_iter().map(|(name, value)| (SmolStr::new_static(name), value)).collect();
    let call = Value::call("django.db.migrations.CreateModel", Vec::new(), kwargs, None);
    let nothing = BTreeMap::new();
    let own = Exported { fields, facts: &nothing };
    let operations = convert::operations(&[call], &Configured { fields: configured, others: &own });
    match operations.map(|mut operations| operations.pop().map(|operation| operation.kind)) {
        Ok(Some(OperationKind::CreateModel(create))) => Ok(ModelState { app: model.app.clone(), ..create.model }),
        Ok(_) => {
            Err(Diagnostic::error("invalid-model", format!("the model {}.{} is not understood", model.app, model.name)))
        }
        Err(problems) => {
            let reasons: Vec<&str> = problems.iter().map(|problem: &Problem| problem.reason.as_str()).collect();
            let message = format!("the model {}.{} is not understood: {}", model.app, model.name, reasons.join("; "));
            Err(Diagnostic::error("invalid-model", message))
        }
    }
}

/// Finds the operation of an unknown class at a path such as `3` or `3.state_operations.0`.
fn at_path<'a>(operations: &'a mut [Operation], path: &str) -> Option<&'a mut Custom> {
    let (position, rest) = path.split_once('.').map_or((path, None), |(position, rest)| (position, Some(rest)));
    let operation = operations.get_mut(position.parse::<usize>().ok()?)?;
    match (&mut operation.kind, rest) {
        (OperationKind::Custom(custom), None) => Some(custom),
        (
            OperationKind::SeparateDatabaseAndState(SeparateDatabaseAndState { database_operations, state_operations }),
            Some(rest),
        ) => {
            let (list, rest) = rest.split_once('.')?;
            at_path(if list == "state_operations" { state_operations } else { database_operations }, rest)
        }
        (OperationKind::RunSql(run), Some(rest)) => at_path(&mut run.state_operations, rest.split_once('.')?.1),
        _ => None,
    }
}

fn app(described: &AppDescription) -> App {
    let migrations = &described.migrations;
    App {
        label: described.label.as_str().into(),
        name: described.name.as_str().into(),
        path: Some(described.path.clone()),
        migrations: match (&migrations.missing, &migrations.module, migrations.paths.first()) {
            (None, Some(module), Some(folder)) => {
                Migrations::In { module: module.as_str().into(), folder: folder.clone() }
            }
            (Some(MissingMigrations::Disabled), ..) => Migrations::Disabled,
            _ => Migrations::Absent,
        },
        default_auto_field: DefaultAutoField::Named(described.default_auto_field.as_str().into()),
        has_models: described.has_models,
    }
}

fn to_database(described: &DatabaseDescription) -> Database {
    let options = decode_value(&described.options).ok();
    let pairs = options.as_ref().and_then(Value::pairs).unwrap_or_default();
    let database = Database {
        engine: described.engine.as_str().into(),
        name: described.name.clone(),
        user: described.user.clone(),
        password: Secret::new(described.password.clone()),
        host: described.host.clone(),
        port: described.port.clone(),
        options: BTreeMap::new(),
        mirror: described.mirror.clone(),
        backend: None,
    };
    let mut database = database.with_options(pairs);
    if !database.is_djangos() {
        let vendor = described.vendor.as_deref();
        database.backend = vendor.and_then(|vendor| Backend::new(vendor, described.own_editor));
    }
    database
}

fn filled(text: &str) -> Option<SmolStr> {
    (!text.is_empty()).then(|| text.into())
}

fn error_text(error: &serde_json::Value) -> String {
    let part = |name: &str| error.get(name).and_then(serde_json::Value::as_str);
    match (part("type"), part("message")) {
        (Some(class), Some(message)) => format!("{class}: {message}"),
        _ => error.to_string(),
    }
}
