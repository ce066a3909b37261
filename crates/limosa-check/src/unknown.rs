//! What one version of the models knows and another does not.

use std::collections::BTreeSet;

use limosa_model::field::OnDelete;
use limosa_model::{ModelId, ProjectState, SmolStr};
use limosa_sql::dialect::Context;
use limosa_sql::effect::{ColumnDefinition, Effect, TableChange};
use limosa_sql::model::{FieldView, ModelView, Models};

use crate::known;
use crate::plan::PlannedOperation;
use crate::subject::Subject;

/// A column that one version of the models knows and another does not.
#[derive(Clone, Debug)]
pub(crate) struct Unknown {
    pub(crate) table: String,
    pub(crate) column: ColumnDefinition,
    /// Whether its whole table is not known.
    pub(crate) whole_table: bool,
    /// The table that it refers to by a constraint that keeps rows there from being deleted.
    pub(crate) keeps: Option<String>,
}

/// How long the database keeps a column that the models know no more, while the new code runs.
pub(crate) struct Kept<'a> {
    /// The operation of the migration that drops it after the deploy; nothing when another migration does, or it stays for good.
    pub(crate) dropped_by: Option<&'a PlannedOperation<'a>>,
    /// How long, as the end of a sentence.
    pub(crate) until: &'static str,
}

/// Returns the columns that the models of one state know and those of another do not.
pub(crate) fn unknown_to(other: &ProjectState, state: &ProjectState, context: &Context) -> Vec<Unknown> {
    let models = Models::new(state, context);
    let mut found = Vec::new();
    for id in state.differing(other) {
        let Some(view) = view(models, &id) else { continue };
        let same = view_of_table(other, context, &id, &view.table);
        let there: Vec<ModelView> = same.map(|view| tables(Models::new(other, context), view)).unwrap_or_default();
        for view in tables(models, view) {
            let same = there.iter().find(|same| same.table.eq_ignore_ascii_case(&view.table));
            let names: BTreeSet<String> = same.into_iter().flat_map(columns).map(|name| name.to_lowercase()).collect();
            let is_there =
                |field: &&FieldView| field.column.as_ref().is_some_and(|name| names.contains(&name.to_lowercase()));
            for field in view.fields.iter().filter(|field| !is_there(field)) {
                let Some(column) = known::definition(models, field) else { continue };
                let keeps = column.references.clone().filter(|_| is_carried_out(field));
                found.push(Unknown { table: view.table.to_string(), column, whole_table: same.is_none(), keeps });
            }
        }
    }
    found
}

/// Returns the tables whose constraints refer to a table, but for itself.
pub(crate) fn referring(state: &ProjectState, context: &Context, table: &str) -> Vec<String> {
    let models = Models::new(state, context);
    let views = state.models().filter_map(|model| view(models, &model.id())).flat_map(|view| tables(models, view));
    let refers = |field: &FieldView| {
        let column = field.field.foreign_key().and_then(|_| known::definition(models, field));
        column.and_then(|column| column.references).is_some_and(|other| known::is_same(&other, table))
    };
    let found = views.filter(|view| !known::is_same(&view.table, table) && view.fields.iter().any(refers));
    found.map(|view| view.table.to_string()).collect()
}

impl Unknown {
    /// Returns how long it is kept; nothing when the deploy drops it while the old code runs, or gives it or its table another name.
    pub(crate) fn kept<'a>(&self, subject: &Subject<'a>) -> Option<Kept<'a>> {
        let operations =
            subject.deploy.iter().flat_map(|migration| migration.operations.iter().map(move |one| (migration, one)));
        for (migration, operation) in operations {
            let Some(is_renamed) = operation.meant().find_map(|effect| self.is_renamed_by(effect)) else {
                continue;
            };
            let stays = !is_renamed && migration.runs_post_deploy(operation);
            let is_own = std::ptr::eq(migration, subject.migration);
            return stays.then_some(Kept { dropped_by: is_own.then_some(operation), until: " until it is dropped" });
        }
        Some(Kept { dropped_by: None, until: "" })
    }

    /// Returns whether an effect gives it, or its table, another name; nothing when it neither does that nor drops it.
    fn is_renamed_by(&self, effect: &Effect) -> Option<bool> {
        let is_column = |column: &str| column.eq_ignore_ascii_case(&self.column.name);
        effect.table().filter(|table| known::is_same(table, &self.table))?;
        match effect {
            Effect::DropTable { .. } => Some(false),
            Effect::RenameTable { .. } => Some(true),
            Effect::AlterTable { change, .. } => match change {
                TableChange::DropColumn { column, .. } if is_column(column) => Some(false),
                TableChange::RenameColumn { column, .. } if is_column(column) => Some(true),
                TableChange::ModifyColumn { column, to } if is_column(column) && !is_column(&to.name) => Some(true),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns a model whose table migrations make.
fn view(models: Models<'_>, id: &ModelId) -> Option<ModelView> {
    models.model(id).ok().filter(|view| view.can_migrate(models.context.dialect.vendor()))
}

/// Returns the model of a table, which most often still has its name.
fn view_of_table(state: &ProjectState, context: &Context, id: &ModelId, table: &str) -> Option<ModelView> {
    let same = Models::new(state, context).model(id).ok().filter(|view| view.table.eq_ignore_ascii_case(table));
    same.or_else(|| known::model(state, context, table))
}

/// Returns a model and those of the tables in between of its many-to-many fields.
fn tables(models: Models<'_>, view: ModelView) -> Vec<ModelView> {
    let throughs = models.automatic_throughs(&view).unwrap_or_default();
    std::iter::once(view).chain(throughs.into_iter().map(|(_, through)| through)).collect()
}

fn columns(view: &ModelView) -> impl Iterator<Item = &SmolStr> {
    view.fields.iter().filter_map(|field| field.column.as_ref())
}

/// Returns whether Django carries out what becomes of a row when that is deleted to which it refers.
fn is_carried_out(field: &FieldView) -> bool {
    field.field.foreign_key().is_some_and(|relation| matches!(relation.on_delete, OnDelete::Python(_)))
}
