//! What one version of the models knows and another does not.

use limosa_model::field::OnDelete;
use limosa_model::{ModelId, ProjectState};
use limosa_sql::dialect::Context;
use limosa_sql::effect::{ColumnDefinition, Effect, TableChange};
use limosa_sql::model::{ModelView, Models};

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
    let mut found = Vec::new();
    for id in state.differing(other) {
        let Some(view) = view(state, context, &id) else { continue };
        let same = view_of_table(other, context, &id, &view.table);
        for (table, columns) in tables(state, context, &view) {
            let there = match (table == view.table, &same) {
                (true, same) => same.clone(),
                (false, Some(same)) => through(other, context, same, &table),
                (false, None) => None,
            };
            let is_there = |name: &str| {
                there.as_ref().is_some_and(|there| {
                    there.fields.iter().any(|field| field.column.as_ref().is_some_and(|c| c.eq_ignore_ascii_case(name)))
                })
            };
            let columns = columns.into_iter().filter(|(column, _)| !is_there(&column.name));
            found.extend(columns.map(|(column, keeps)| Unknown {
                table: table.clone(),
                column,
                whole_table: there.is_none(),
                keeps,
            }));
        }
    }
    found
}

/// Returns the tables whose constraints refer to a table, but for itself.
pub(crate) fn referring(state: &ProjectState, context: &Context, table: &str) -> Vec<String> {
    let target = known::bare(table);
    let views = state.models().filter_map(|model| view(state, context, &model.id()));
    let all = views.flat_map(|view| tables(state, context, &view));
    let refers =
        |column: &ColumnDefinition| column.references.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(target));
    let found = all.filter(|(name, columns)| {
        !name.eq_ignore_ascii_case(target) && columns.iter().any(|(column, _)| refers(column))
    });
    found.map(|(name, _)| name).collect()
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
fn view(state: &ProjectState, context: &Context, id: &ModelId) -> Option<ModelView> {
    let view = Models::new(state, context).model(id).ok()?;
    view.can_migrate(context.dialect.vendor()).then_some(view)
}

/// Returns the model of a table, which most often still has its name.
fn view_of_table(state: &ProjectState, context: &Context, id: &ModelId, table: &str) -> Option<ModelView> {
    let same = Models::new(state, context).model(id).ok().filter(|view| view.table.eq_ignore_ascii_case(table));
    same.or_else(|| known::model(state, context, table))
}

/// Columns, each with the table that it refers to by a key whose `on_delete` Django carries out.
type Columns = Vec<(ColumnDefinition, Option<String>)>;

/// Returns the table of a model and those in between of its many-to-many fields, with their columns and what these refer to.
fn tables(state: &ProjectState, context: &Context, view: &ModelView) -> Vec<(String, Columns)> {
    let models = Models::new(state, context);
    let columns = |view: &ModelView| {
        let of = |field| {
            let column = known::definition(models, field)?;
            let keeps = column.references.clone().filter(|_| {
                let relation = field.field.foreign_key();
                relation.is_some_and(|relation| matches!(relation.on_delete, OnDelete::Python(_)))
            });
            Some((column, keeps))
        };
        view.fields.iter().filter_map(of).collect()
    };
    let mut all = vec![(view.table.to_string(), columns(view))];
    let throughs = models.automatic_throughs(view).unwrap_or_default();
    all.extend(throughs.iter().map(|(_, through)| (through.table.to_string(), columns(through))));
    all
}

fn through(state: &ProjectState, context: &Context, view: &ModelView, table: &str) -> Option<ModelView> {
    let throughs = Models::new(state, context).automatic_throughs(view).unwrap_or_default();
    throughs.into_iter().map(|(_, through)| through).find(|through| through.table == table)
}
