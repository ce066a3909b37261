//! What can be said only once the migrations are there: swapped models, unmigrated apps, unknown effects.

use std::collections::{BTreeMap, BTreeSet};

use limosa_model::operations::{OperationKind as Kind, StateEffect};
use limosa_model::{Field, MigrationId, ModelId, Operation, SmolStr, Value};

use super::{Doubt, Need, Project};

impl Project {
    /// Looks through the migrations for what else must be known.
    pub(super) fn migrations_were_read(&mut self) {
        let mut found = Found::default();
        for migration in &self.migrations {
            for (position, operation) in migration.operations.iter().enumerate() {
                found.operation(operation, &migration.id, &position.to_string());
            }
        }
        let mut doubts = Vec::new();
        self.settings.swappable.insert("AUTH_USER_MODEL".into(), self.settings.auth_user_model.clone());
        for setting in &found.swappable {
            match self.settings.values.lookup(setting) {
                Ok(Some(Value::Str(model))) => _ = self.settings.swappable.insert(setting.clone(), model.clone()),
                Ok(Some(Value::None) | None) => {}
                Ok(Some(_)) => {
                    doubts.push(Doubt::new(format!("the setting {setting}, which swaps a model, is not a text"), None))
                }
                Err(reason) => {
                    doubts.push(Doubt::new(format!("the setting {setting}, which swaps a model, {reason}"), None))
                }
            }
        }
        let mut models = Vec::new();
        for app in self.unmigrated_apps().filter(|app| app.has_models) {
            if let Some((migration, model)) = found.references.get(&app.label) {
                let reason =
                    format!("{migration} refers to `{model}` of the app `{}`, which has no migrations", app.label);
                models.push(Doubt::new(reason, None));
            }
        }
        self.needs.retain(|need| !matches!(need, Need::StateDelta { .. } | Need::Models { .. }));
        if self.described.is_none() && !doubts.is_empty() && self.kind == super::Kind::Django {
            self.needs.insert(0, Need::Describe { doubts });
        } else if !self.models_are_known && !models.is_empty() && self.kind == super::Kind::Django {
            self.needs.insert(0, Need::Models { doubts: models });
        }
        if !found.unknown.is_empty() {
            self.needs.push(Need::StateDelta { operations: found.unknown });
        }
    }
}

#[derive(Default)]
struct Found {
    /// The settings that swap models.
    swappable: BTreeSet<SmolStr>,
    /// By app: the first model of it that is referred to, and by which migration.
    references: BTreeMap<SmolStr, (MigrationId, ModelId)>,
    /// Operations whose effect is not known, with their paths.
    unknown: Vec<(MigrationId, String)>,
}

impl Found {
    fn operation(&mut self, operation: &Operation, id: &MigrationId, path: &str) {
        match &operation.kind {
            Kind::CreateModel(create) => {
                self.swappable.extend(create.model.options.swappable().map(SmolStr::from));
                for field in create.model.fields.values() {
                    self.field(field, id, &create.model.name);
                }
                for parent in create.model.parents() {
                    self.reference(
                        ModelId { app: if parent.app.is_empty() { id.app.clone() } else { parent.app }, ..parent },
                        id,
                    );
                }
            }
            Kind::AddField(add) => self.field(&add.field, id, &add.model),
            Kind::AlterField(alter) => self.field(&alter.field, id, &alter.model),
            Kind::SeparateDatabaseAndState(both) => {
                self.list(&both.database_operations, id, &format!("{path}.database_operations"));
                self.list(&both.state_operations, id, &format!("{path}.state_operations"));
            }
            Kind::RunSql(run) => self.list(&run.state_operations, id, &format!("{path}.state_operations")),
            Kind::Custom(custom) => match &custom.effect {
                StateEffect::Unknown => self.unknown.push((id.clone(), path.to_owned())),
                StateEffect::Base(base) => self.operation(base, id, path),
                StateEffect::None | StateEffect::Delta { .. } => {}
            },
            _ => {}
        }
    }

    fn list(&mut self, operations: &[Operation], id: &MigrationId, path: &str) {
        for (position, operation) in operations.iter().enumerate() {
            self.operation(operation, id, &format!("{path}.{position}"));
        }
    }

    fn field(&mut self, field: &Field, id: &MigrationId, model: &str) {
        let through = field.many_to_many().and_then(|relation| relation.through.as_deref());
        for reference in field.related_model().into_iter().chain(through) {
            self.reference(ModelId::resolve(reference, &id.app, model), id);
        }
    }

    fn reference(&mut self, model: ModelId, id: &MigrationId) {
        self.references.entry(model.app.clone()).or_insert_with(|| (id.clone(), model));
    }
}
