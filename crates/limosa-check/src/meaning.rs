//! What an operation means for the schema, whatever statements its database needs for it.
//!
//! SQLite writes a table anew where others alter it, and MySQL says all of a column anew. What is lost, and what the running code misses,
//! is the same. So it is told from the states before and after an operation of Django's, and from the text of the project's own SQL.

use std::sync::Arc;

use limosa_model::operations::OperationKind;
use limosa_model::{ModelId, Operation, ProjectState};
use limosa_sql::dialect::Context;
use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange, Using};
use limosa_sql::model::{FieldView, ModelView, Models};
use smol_str::SmolStr;

use crate::known;
use crate::plan::{Meant, Statement};

/// Returns what an operation of Django's means for the schema, by the states before and after it.
pub(crate) fn of_states(
    app: &str,
    operation: &Operation,
    before: &ProjectState,
    after: &ProjectState,
    context: &Context,
) -> Vec<Meant> {
    let both = Both { before: Models::new(before, context), after: Models::new(after, context) };
    let renamed = renamed_model(app, operation, before);
    let mut effects = Vec::new();
    for id in before.differing(after) {
        let other = renamed.as_ref().filter(|(old, _)| *old == id).map(|(_, new)| new);
        if renamed.as_ref().is_some_and(|(_, new)| *new == id) {
            continue;
        }
        let (old, new) = (both.before.orphan(&id).ok(), both.after.orphan(other.unwrap_or(&id)).ok());
        let stays = old.is_some() && new.is_some();
        let is_table = |view: &ModelView| view.can_migrate(context.dialect.vendor());
        let (old, new) = (old.filter(is_table), new.filter(is_table));
        // A model that is managed from now on, or no longer, leaves its table as it is.
        if !stays || old.is_some() == new.is_some() {
            both.model(operation, old, new, &mut effects);
        }
    }
    effects.into_iter().map(|effect| Meant { effect, statement: None }).collect()
}

/// Returns what a script of the project means for the schema: a table that is written anew under another name is not dropped.
pub(crate) fn of_script(statements: &[Statement]) -> Vec<Meant> {
    let effects = || statements.iter().flat_map(|statement| &statement.effects).map(|(effect, _)| effect);
    let is_dropped =
        |name: &str| effects().any(|effect| matches!(effect, Effect::DropTable { table, .. } if table == name));
    let rebuilt: Vec<(&String, &String)> = effects()
        .filter_map(|effect| match effect {
            Effect::RenameTable { table, to } if is_dropped(to) => Some((table, to)),
            _ => None,
        })
        .collect();
    let is_step = |effect: &Effect| match effect {
        Effect::CreateTable { table, .. } | Effect::RenameTable { table, .. } => {
            rebuilt.iter().any(|(new, _)| *new == table)
        }
        Effect::DropTable { table, .. } => rebuilt.iter().any(|(_, old)| *old == table),
        _ => false,
    };
    let meant = |(index, statement): (usize, &Statement)| -> Vec<Meant> {
        let effects = statement.effects.iter().map(|(effect, _)| effect).filter(|effect| !is_step(effect));
        effects.map(|effect| Meant { effect: effect.clone(), statement: Some(index) }).collect()
    };
    statements.iter().enumerate().flat_map(meant).collect()
}

/// Returns the model that a renaming takes the name from, and the one that it gives it to.
fn renamed_model(app: &str, operation: &Operation, before: &ProjectState) -> Option<(ModelId, ModelId)> {
    let OperationKind::RenameModel(op) = &operation.kind else { return None };
    let (old, new) = (ModelId::new(app, &op.old_name), ModelId::new(app, &op.new_name));
    Some(if before.get(&old).is_some() { (old, new) } else { (new, old) })
}

/// The models before and after an operation.
struct Both<'a> {
    before: Models<'a>,
    after: Models<'a>,
}

impl Both<'_> {
    fn model(&self, operation: &Operation, old: Option<ModelView>, new: Option<ModelView>, effects: &mut Vec<Effect>) {
        match (old, new) {
            (None, Some(new)) => {
                let columns = new.fields.iter().filter_map(|field| known::definition(self.after, field)).collect();
                effects.push(created(&new.table, columns));
                let throughs = self.after.automatic_throughs(&new).unwrap_or_default();
                effects.extend(throughs.iter().map(|(_, through)| created(&through.table, Vec::new())));
            }
            (Some(old), None) => {
                effects.push(dropped(&old.table));
                let throughs = self.before.automatic_throughs(&old).unwrap_or_default();
                effects.extend(throughs.iter().map(|(_, through)| dropped(&through.table)));
            }
            (Some(old), Some(new)) => {
                if old.table != new.table {
                    effects.push(Effect::RenameTable { table: old.table.to_string(), to: new.table.to_string() });
                }
                self.columns(operation, &old, &new, effects);
                self.constraints(&old, &new, effects);
                self.throughs(&old, &new, effects);
            }
            (None, None) => {}
        }
    }

    fn columns(&self, operation: &Operation, old: &ModelView, new: &ModelView, effects: &mut Vec<Effect>) {
        let renamed = |field: &FieldView| match &operation.kind {
            OperationKind::RenameField(op) => {
                let (from, to) = (&op.old_name, &op.new_name);
                // Backwards, the new name is the one before.
                let (from, to) =
                    if old.fields.iter().any(|field| field.name == *from) { (from, to) } else { (to, from) };
                if field.name == *from { to.clone() } else { field.name.clone() }
            }
            _ => field.name.clone(),
        };
        // A primary key of its own that goes is another one than the automatic one that the state has from then on.
        let is_automatic = |view: &ModelView, field: &FieldView| !view.state.fields.contains_key(&field.name);
        let mut kept = Vec::new();
        for field in &old.fields {
            let name = renamed(field);
            match new.fields.iter().find(|other| other.name == name) {
                Some(other) if is_automatic(old, field) == is_automatic(new, other) => {
                    kept.push(name);
                    self.field(&new.table, field, other, effects);
                }
                _ if is_automatic(old, field) => {}
                _ => effects.extend(field.column.as_ref().map(|column| {
                    let column = column.to_string();
                    alter(&new.table, TableChange::DropColumn { column, cascade: false, if_exists: false })
                })),
            }
        }
        let added = new.fields.iter().filter(|field| !kept.contains(&field.name) && !is_automatic(new, field));
        let columns = added.filter_map(|field| known::definition(self.after, field));
        effects.extend(columns.map(|column| alter(&new.table, TableChange::AddColumn(column))));
    }

    /// Tells what becomes of a column that stays.
    fn field(&self, table: &SmolStr, old: &FieldView, new: &FieldView, effects: &mut Vec<Effect>) {
        // What both states share, the operation left alone; but the type of a foreign key follows from another field.
        let is_shared = Arc::ptr_eq(&old.field, &new.field) && old.column == new.column;
        if is_shared && old.field.foreign_key().is_none() {
            return;
        }
        let (Some(before), Some(after)) = (known::definition(self.before, old), known::definition(self.after, new))
        else {
            return;
        };
        let mut change = |change| effects.push(alter(table, change));
        if before.name != after.name {
            change(TableChange::RenameColumn { column: before.name, to: after.name.clone() });
        }
        let column = after.name.clone();
        if before.data_type != after.data_type {
            let to = after.data_type.clone();
            change(TableChange::AlterType { column: column.clone(), to, using: Using::Nothing, collation: None });
        }
        match (before.not_null, after.not_null) {
            (false, true) => change(TableChange::SetNotNull { column: column.clone() }),
            (true, false) => change(TableChange::DropNotNull { column: column.clone() }),
            _ => {}
        }
        if before.default != after.default {
            change(TableChange::SetDefault { column: column.clone(), to: after.default.clone() });
        }
        if !before.check && after.check {
            change(add(ConstraintKind::Check(String::new())));
        }
        if !before.unique && after.unique {
            change(add(ConstraintKind::Unique(vec![column.clone()])));
        }
        if let Some(to_table) = after.references.filter(|_| before.references.is_none()) {
            change(add(ConstraintKind::ForeignKey { columns: vec![column], to_table }));
        }
    }

    fn constraints(&self, old: &ModelView, new: &ModelView, effects: &mut Vec<Effect>) {
        use limosa_model::index::ConstraintKind as Kind;
        let columns = |fields: &[SmolStr]| -> Vec<String> {
            let column =
                |name: &SmolStr| new.fields.iter().find(|field| field.name == *name).map(FieldView::column_name);
            fields.iter().map(|name| column(name).unwrap_or(name).to_owned()).collect()
        };
        for constraint in &new.state.options.constraints {
            if old.state.options.constraints.iter().any(|other| other.name == constraint.name) {
                continue;
            }
            let kind = match &constraint.kind {
                Kind::Check(_) => ConstraintKind::Check(String::new()),
                Kind::Unique(unique) => ConstraintKind::Unique(columns(&unique.fields)),
                Kind::Exclusion(_) => ConstraintKind::Exclusion,
                Kind::Custom(_) => continue,
            };
            let name = Some(constraint.name.to_string());
            let change = TableChange::AddConstraint { name, kind, not_valid: false, using_index: None };
            effects.push(alter(&new.table, change));
        }
        let together = |view: &ModelView| view.state.options.unique_together.clone();
        for fields in together(new).iter().filter(|fields| !together(old).contains(fields)) {
            effects.push(alter(&new.table, add(ConstraintKind::Unique(columns(fields)))));
        }
    }

    /// Tells what becomes of the tables in between of many-to-many fields.
    fn throughs(&self, old: &ModelView, new: &ModelView, effects: &mut Vec<Effect>) {
        let tables = |models: Models<'_>, view: &ModelView| -> Vec<(SmolStr, SmolStr)> {
            let throughs = models.automatic_throughs(view).unwrap_or_default();
            throughs.into_iter().map(|(field, through)| (field.name, through.table)).collect()
        };
        let (before, after) = (tables(self.before, old), tables(self.after, new));
        for (field, table) in &before {
            match after.iter().find(|(other, _)| other == field) {
                None => effects.push(dropped(table)),
                Some((_, to)) if to != table => {
                    effects.push(Effect::RenameTable { table: table.to_string(), to: to.to_string() });
                }
                Some(_) => {}
            }
        }
        let is_new = |pair: &&(SmolStr, SmolStr)| before.iter().all(|(field, _)| *field != pair.0);
        effects.extend(after.iter().filter(is_new).map(|(_, table)| created(table, Vec::new())));
    }
}

fn alter(table: &SmolStr, change: TableChange) -> Effect {
    Effect::AlterTable { table: table.to_string(), change }
}

fn add(kind: ConstraintKind) -> TableChange {
    TableChange::AddConstraint { name: None, kind, not_valid: false, using_index: None }
}

fn created(table: &SmolStr, columns: Vec<ColumnDefinition>) -> Effect {
    Effect::CreateTable {
        table: table.to_string(),
        columns,
        constraints: Vec::new(),
        temporary: false,
        if_not_exists: false,
        partition_of: None,
        from_query: false,
    }
}

fn dropped(table: &SmolStr) -> Effect {
    Effect::DropTable { table: table.to_string(), cascade: true, if_exists: false }
}
