//! The stage of the project's own SQL, by what its statements do.

use limosa_model::operations::Sql;
use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Effect, EnumChange, TableChange, effects};

use super::operation::Reason;

/// Returns what speaks for running it after the deploy; nothing when that is nothing, and `Fresh` when all of it is about new tables.
pub(super) fn reason(sql: &Sql, dialect: Dialect, is_fresh: &dyn Fn(&str) -> bool) -> Option<Reason> {
    let all: Vec<Effect> = sql.texts().into_iter().flat_map(|text| effects(text, dialect)).collect();
    let mut made: Vec<&str> = Vec::new();
    let mut found = None;
    for (place, effect) in all.iter().enumerate() {
        match effect {
            Effect::CreateTable { table, .. } => made.push(table),
            _ if effect.table().is_some_and(|table| is_fresh(table) || made.contains(&table)) => {}
            _ => found = found.or_else(|| of_effect(effect, &all[place + 1..])),
        }
    }
    let is_about_fresh = |effect: &Effect| effect.table().is_some_and(is_fresh);
    found.or_else(|| (!all.is_empty() && all.iter().all(is_about_fresh)).then_some(Reason::Fresh))
}

fn of_effect(effect: &Effect, later: &[Effect]) -> Option<Reason> {
    match effect {
        Effect::DropTable { .. } | Effect::Truncate { .. } => Some(Reason::Removes),
        Effect::RenameTable { .. } | Effect::RenameSchema { .. } | Effect::RenameObject { .. } => Some(Reason::Renames),
        Effect::AlterEnum { change: EnumChange::RenameValue, .. } => Some(Reason::Renames),
        Effect::CreateIndex { unique: true, .. } => Some(Reason::Tightens),
        // What is made again is replaced.
        Effect::DropObject { kind, table: None, .. } if !later.iter().any(|effect| effect.makes(kind)) => {
            Some(Reason::Removes)
        }
        Effect::AlterTable { change, .. } => of_change(change),
        _ => None,
    }
}

fn of_change(change: &TableChange) -> Option<Reason> {
    match change {
        TableChange::DropColumn { .. } => Some(Reason::Removes),
        TableChange::RenameColumn { .. } | TableChange::SetSchema { .. } => Some(Reason::Renames),
        TableChange::ModifyColumn { column, to } if !column.eq_ignore_ascii_case(&to.name) => Some(Reason::Renames),
        TableChange::SetNotNull { .. }
        | TableChange::AddConstraint { .. }
        | TableChange::AlterConstraint { at_once: true, .. }
        | TableChange::AddIndex { unique: true, .. } => Some(Reason::Tightens),
        _ => None,
    }
}
