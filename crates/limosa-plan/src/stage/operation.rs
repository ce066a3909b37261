//! The stage of an operation, by what it does to code that runs meanwhile.

use std::collections::BTreeSet;

use limosa_model::operations::{OperationKind as Kind, PostgresOperation, RunPython, StateEffect};
use limosa_model::state::ProjectState;
use limosa_model::{Field, ModelId, ModelState, Operation, SmolStr, Stage};
use limosa_sql::dialect::Dialect;
use limosa_sql::effect::bare;
use limosa_sql::names::default_table;

use super::sql;
use super::width::narrows;

/// The stage of an operation and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationStage {
    /// The stage; `None` when either will do.
    pub stage: Option<Stage>,
    /// Why.
    pub reason: Reason,
}

/// Why an operation has its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It says so.
    Explicit,
    /// It does nothing to the database.
    Nothing,
    /// It is about a table that is made in the same plan, which no code uses yet.
    Fresh,
    /// It looks at the rows that are there, which no code asks for.
    Validates,
    /// It takes away what the old code may use.
    Removes,
    /// It refuses rows that the old code may write.
    Tightens,
    /// It gives something another name: neither the old nor the new code finds it in the other half.
    Renames,
    /// It adds or allows what the new code may need.
    Adds,
    /// It runs SQL or code of the project, which the new code may need.
    Runs,
}

impl Reason {
    /// Describes it, as the end of a sentence that begins with the operation.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Explicit => "says so itself",
            Self::Nothing => "does nothing to the database",
            Self::Fresh => "is about a table that is made in the same plan",
            Self::Validates => "looks at the rows that are there, which no code asks for",
            Self::Removes => "takes away what the old code may use",
            Self::Tightens => "refuses what the old code may write",
            Self::Renames => "renames, which neither the old nor the new code expects",
            Self::Adds => "adds or allows what the new code may need",
            Self::Runs => "runs what the new code may need",
        }
    }

    fn stage(self) -> Option<Stage> {
        match self {
            Self::Explicit | Self::Nothing | Self::Fresh | Self::Validates => None,
            Self::Removes | Self::Tightens | Self::Renames => Some(Stage::PostDeploy),
            Self::Adds | Self::Runs => Some(Stage::PreDeploy),
        }
    }
}

/// The models whose tables are made in the same plan.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    models: BTreeSet<ModelId>,
    tables: BTreeSet<SmolStr>,
}

impl Fresh {
    /// Takes note of what an operation makes.
    pub fn follow(&mut self, app: &str, operation: &Operation, to: &ProjectState) {
        match &operation.kind {
            Kind::CreateModel(op) => self.add(&ModelId::new(app, &op.model.name), to),
            Kind::RenameModel(op) if self.models.contains(&ModelId::new(app, &op.old_name)) => {
                self.add(&ModelId::new(app, &op.new_name), to);
            }
            Kind::SeparateDatabaseAndState(op) => {
                op.database_operations.iter().for_each(|operation| self.follow(app, operation, to));
            }
            _ => {}
        }
    }

    fn add(&mut self, id: &ModelId, to: &ProjectState) {
        let named = to.get(id).and_then(|model| model.options.db_table());
        self.tables
            .insert(named.map_or_else(|| default_table(&id.app, &id.name, None), Into::into).to_lowercase().into());
        self.models.insert(id.clone());
    }
}

/// Returns the stage of an operation between two states; `fresh` is what the plan made before it.
pub fn operation_stage(
    app: &str,
    operation: &Operation,
    from: &ProjectState,
    to: &ProjectState,
    fresh: &Fresh,
    dialect: Dialect,
) -> OperationStage {
    if let Some(stage) = operation.stage.0 {
        return OperationStage { stage: Some(stage), reason: Reason::Explicit };
    }
    let reason = Judge { app, from, to, fresh, dialect }.reason(operation);
    OperationStage { stage: reason.stage(), reason }
}

struct Judge<'a> {
    app: &'a str,
    from: &'a ProjectState,
    to: &'a ProjectState,
    fresh: &'a Fresh,
    dialect: Dialect,
}

impl Judge<'_> {
    fn reason(&self, operation: &Operation) -> Reason {
        let (is_about_fresh, has_table) = match model(operation) {
            Some(name) => (self.fresh.models.contains(&ModelId::new(self.app, name)), self.has_table(name)),
            None => (false, true),
        };
        if !has_table {
            return Reason::Nothing;
        }
        match &operation.kind {
            _ if is_about_fresh => Reason::Fresh,
            Kind::AlterModelOptions(_)
            | Kind::AlterModelManagers(_)
            | Kind::AlterModelTableComment(_)
            | Kind::AlterConstraint(_) => Reason::Nothing,
            Kind::DeleteModel(_) | Kind::RemoveField(_) => Reason::Removes,
            Kind::RenameModel(op) => self.renamed_model(&op.old_name, &op.new_name),
            Kind::AlterModelTable(op) => self.renamed_model(&op.name, &op.name),
            Kind::RenameField(op) => {
                let keeps = self.field(&op.model, &op.old_name).is_some_and(|field| field.db_column.is_some());
                if keeps { Reason::Nothing } else { Reason::Renames }
            }
            Kind::AlterField(op) => self.altered(&op.model, &op.name),
            Kind::AddConstraint(_) => Reason::Tightens,
            Kind::AlterUniqueTogether(op) => {
                let sets = |state: &ProjectState| {
                    state.get(&ModelId::new(self.app, &op.name)).map(|model| model.options.unique_together.clone())
                };
                let old = sets(self.from).unwrap_or_default();
                let adds = sets(self.to).unwrap_or_default().iter().any(|set| !old.contains(set));
                if adds { Reason::Tightens } else { Reason::Adds }
            }
            Kind::AlterOrderWithRespectTo(op) => {
                let model = self.to.get(&ModelId::new(self.app, &op.name));
                let orders = model.is_some_and(|model| model.options.order_with_respect_to().is_some());
                if orders { Reason::Adds } else { Reason::Removes }
            }
            Kind::SeparateDatabaseAndState(op) => self.all(&op.database_operations),
            Kind::RunSql(op) if op.sql.is_noop() => Reason::Nothing,
            Kind::RunSql(op) => {
                let is_fresh = |table: &str| {
                    let name = bare(table).to_lowercase();
                    self.fresh.tables.contains(name.as_str())
                };
                sql::reason(&op.sql, self.dialect, &is_fresh).unwrap_or(Reason::Runs)
            }
            Kind::RunPython(op) if RunPython::does_nothing(&op.code, self.from) => Reason::Nothing,
            Kind::Postgres(PostgresOperation::RemoveCollation(_)) => Reason::Removes,
            // It goes with the constraint, in whatever half that is added.
            Kind::Postgres(PostgresOperation::ValidateConstraint { .. }) => Reason::Validates,
            Kind::Custom(op) => match &op.effect {
                StateEffect::Base(base) => self.reason(base),
                StateEffect::None if !op.runs => Reason::Nothing,
                _ => Reason::Runs,
            },
            Kind::RunPython(_) | Kind::RunRust(_) => Reason::Runs,
            Kind::CreateModel(_)
            | Kind::AlterIndexTogether(_)
            | Kind::AddField(_)
            | Kind::AddIndex(_)
            | Kind::RemoveIndex(_)
            | Kind::RenameIndex(_)
            | Kind::RemoveConstraint(_)
            | Kind::Postgres(_) => Reason::Adds,
        }
    }

    /// Judges operations that follow each other: what speaks for later wins.
    fn all(&self, operations: &[Operation]) -> Reason {
        let mut state = self.from.clone();
        let mut found = Reason::Nothing;
        for operation in operations {
            let before = state.clone();
            if operation.state_forwards(self.app, &mut state).is_err() {
                return Reason::Adds;
            }
            let reason = Judge { from: &before, to: &state, ..*self }.reason(operation);
            let is_stronger = match (found.stage(), reason.stage()) {
                (None, _) => reason != Reason::Nothing,
                (Some(Stage::PreDeploy), Some(Stage::PostDeploy)) => true,
                _ => false,
            };
            found = if is_stronger { reason } else { found };
        }
        found
    }

    /// Judges a field by what the old code may write.
    fn altered(&self, model: &str, name: &str) -> Reason {
        let (Some(old), Some(new)) = (self.field(model, name), self.new_field(model, name)) else {
            return Reason::Adds;
        };
        let is_unique = |field: &Field| field.declared_unique || field.primary_key;
        let drops_default = old.db_default.is_some() && new.db_default.is_none() && !new.null;
        let refuses = (old.null && !new.null) || (!is_unique(old) && is_unique(new)) || narrows(old, new);
        if refuses || drops_default {
            return Reason::Tightens;
        }
        if old.db_column != new.db_column { Reason::Renames } else { Reason::Adds }
    }

    fn renamed_model(&self, old: &str, new: &str) -> Reason {
        let table = |state: &ProjectState, name: &str| {
            let id = ModelId::new(self.app, name);
            let named = state.get(&id).and_then(|model| model.options.db_table().map(str::to_owned));
            named.unwrap_or_else(|| default_table(&id.app, &id.name, None).to_string())
        };
        if table(self.from, old) == table(self.to, new) { Reason::Nothing } else { Reason::Renames }
    }

    fn field(&self, model: &str, name: &str) -> Option<&Field> {
        let model = self.from.get(&ModelId::new(self.app, model))?;
        model.fields.get(name).map(AsRef::as_ref)
    }

    fn new_field(&self, model: &str, name: &str) -> Option<&Field> {
        let model = self.to.get(&ModelId::new(self.app, model))?;
        model.fields.get(name).map(AsRef::as_ref)
    }

    fn has_table(&self, model: &str) -> bool {
        let id = ModelId::new(self.app, model);
        let model: Option<&ModelState> = self.from.get(&id).or_else(|| self.to.get(&id)).map(AsRef::as_ref);
        model.is_none_or(|model| model.options.managed() && !model.options.proxy())
    }
}

/// Returns the name of the model that an operation is about.
fn model(operation: &Operation) -> Option<&str> {
    Some(match &operation.kind {
        Kind::DeleteModel(op) => &op.name,
        Kind::CreateModel(op) => &op.model.name,
        Kind::RenameModel(op) => &op.old_name,
        Kind::AlterModelTable(op) => &op.name,
        Kind::AlterModelTableComment(op) => &op.name,
        Kind::AlterUniqueTogether(op) => &op.name,
        Kind::AlterIndexTogether(op) => &op.name,
        Kind::AlterOrderWithRespectTo(op) => &op.name,
        Kind::AlterModelOptions(op) => &op.name,
        Kind::AlterModelManagers(op) => &op.name,
        Kind::AddField(op) => &op.model,
        Kind::RemoveField(op) => &op.model,
        Kind::AlterField(op) => &op.model,
        Kind::RenameField(op) => &op.model,
        Kind::AddIndex(op) => &op.model,
        Kind::RemoveIndex(op) => &op.model,
        Kind::RenameIndex(op) => &op.model,
        Kind::AddConstraint(op) => &op.model,
        Kind::RemoveConstraint(op) => &op.model,
        Kind::AlterConstraint(op) => &op.model,
        _ => return None,
    })
}
