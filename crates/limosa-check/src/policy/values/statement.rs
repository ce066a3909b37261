//! Statements as values.

use cel::Value;
use limosa_sql::effect::{Blocks, Effect, Impact, RowChange, TableChange, Work};

use super::{Members, texts};
use crate::plan::Statement;

/// Returns the tables that a statement is about, each once.
pub(super) fn tables(statement: &Statement) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for table in statement.effects.iter().filter_map(|(effect, _)| effect.table()) {
        if !tables.iter().any(|known| known == table) {
            tables.push(table.to_owned());
        }
    }
    tables
}

/// Returns a statement.
pub(super) fn value(statement: &Statement) -> Value {
    let impacts = || statement.effects.iter().map(|(_, impact)| impact);
    let locks = impacts().flat_map(|impact: &Impact| &impact.locks).map(|lock| {
        let members = Members::default().set("table", lock.table.as_str()).set("mode", lock.mode);
        members.set("blocks", blocks(lock.blocks)).value()
    });
    let strongest = impacts().flat_map(|impact| &impact.locks).map(|lock| lock.blocks).max();
    let work = impacts().map(|impact| impact.work).max().unwrap_or(Work::Catalog);
    Members::default()
        .set("sql", statement.sql.as_str())
        .set("own", statement.own)
        .set("effects", statement.effects.iter().map(|(effect, _)| self::effect(effect)).collect::<Vec<_>>())
        .set("tables", texts(tables(statement)))
        .set("locks", locks.collect::<Vec<_>>())
        .set("blocks", blocks(strongest.unwrap_or(Blocks::Nothing)))
        .set("work", self::work(work))
        .value()
}

fn blocks(blocks: Blocks) -> &'static str {
    match blocks {
        Blocks::Nothing => "nothing",
        Blocks::Writes => "writes",
        Blocks::Everything => "everything",
    }
}

fn work(work: Work) -> &'static str {
    match work {
        Work::Catalog => "catalog",
        Work::Scan => "scan",
        Work::BuildIndex => "index",
        Work::Rewrite => "rewrite",
        Work::Rows => "rows",
    }
}

fn effect(effect: &Effect) -> Value {
    let concurrently = match effect {
        Effect::CreateIndex { concurrently, .. }
        | Effect::DropIndex { concurrently, .. }
        | Effect::Reindex { concurrently, .. } => Some(*concurrently),
        Effect::AlterTable { change: TableChange::AddIndex { .. } | TableChange::DropIndex { .. }, .. } => Some(false),
        _ => None,
    };
    Members::default()
        .set("kind", kind(effect))
        .set_some("table", effect.table())
        .set_some("column", column(effect))
        .set_some("concurrently", concurrently)
        .value()
}

fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::CreateTable { .. } => "create table",
        Effect::DropTable { .. } => "drop table",
        Effect::RenameTable { .. } => "rename table",
        Effect::AlterTable { change, .. } => change_kind(change),
        Effect::CreateIndex { .. } => "create index",
        Effect::DropIndex { .. } => "drop index",
        Effect::RenameIndex { .. } => "rename index",
        Effect::Reindex { .. } => "reindex",
        Effect::Rebuild { .. } => "rebuild",
        Effect::Truncate { .. } => "truncate",
        Effect::Rows { change, .. } => match change {
            RowChange::Insert => "insert",
            RowChange::Update => "update",
            RowChange::Delete => "delete",
            RowChange::Merge => "merge",
        },
        Effect::LockTable { .. } => "lock table",
        Effect::RefreshView { .. } => "refresh view",
        Effect::AlterEnum { .. } => "alter enum",
        Effect::Domain { .. } => "domain",
        Effect::RenameSchema { .. } => "rename schema",
        Effect::RenameObject { .. } => "rename object",
        Effect::DropObject { .. } => "drop object",
        Effect::Set { .. } => "set",
        Effect::Transaction => "transaction",
        Effect::Other { .. } => "other",
        Effect::Unknown { .. } => "unknown",
    }
}

fn change_kind(change: &TableChange) -> &'static str {
    match change {
        TableChange::AddColumn(_) => "add column",
        TableChange::DropColumn { .. } => "drop column",
        TableChange::RenameColumn { .. } => "rename column",
        TableChange::AlterType { .. } => "alter type",
        TableChange::ModifyColumn { .. } => "modify column",
        TableChange::SetNotNull { .. } => "set not null",
        TableChange::DropNotNull { .. } => "drop not null",
        TableChange::SetDefault { to: Some(_), .. } => "set default",
        TableChange::SetDefault { to: None, .. } => "drop default",
        TableChange::AddConstraint { .. } => "add constraint",
        TableChange::ValidateConstraint { .. } => "validate constraint",
        TableChange::DropConstraint { .. } => "drop constraint",
        TableChange::AddIndex { .. } => "create index",
        TableChange::DropIndex { .. } => "drop index",
        TableChange::RenameIndex { .. } => "rename index",
        TableChange::Rebuild { .. } => "rebuild",
        TableChange::Unknown { .. } => "unknown",
        TableChange::AlterConstraint { .. }
        | TableChange::Identity { .. }
        | TableChange::AttachPartition { .. }
        | TableChange::DetachPartition { .. }
        | TableChange::SetSchema { .. }
        | TableChange::Online(_)
        | TableChange::Attribute { .. } => "alter table",
    }
}

fn column(effect: &Effect) -> Option<&str> {
    let Effect::AlterTable { change, .. } = effect else { return None };
    match change {
        TableChange::AddColumn(column) => Some(&column.name),
        TableChange::DropColumn { column, .. }
        | TableChange::RenameColumn { column, .. }
        | TableChange::AlterType { column, .. }
        | TableChange::ModifyColumn { column, .. }
        | TableChange::SetNotNull { column }
        | TableChange::DropNotNull { column }
        | TableChange::SetDefault { column, .. }
        | TableChange::Identity { column, .. } => Some(column),
        _ => None,
    }
}
