//! What an effect costs on PostgreSQL.
//!
//! Source: PostgreSQL's manual, "Explicit Locking" and the pages of the statements, versions 12 to 18;
//! `commands/tablecmds.c`, `AlterTableGetLockLevel`.

use super::{Blocks, Impact, Lock, Work, postgres_table};
use crate::catalog::{Catalog, Table};
use crate::dialect::Context;
use crate::effect::{ColumnDefinition, ConstraintKind, Effect, RowChange, TableChange};
use limosa_model::SmolStr;

pub(super) const ACCESS_EXCLUSIVE: &str = "ACCESS EXCLUSIVE";
pub(super) const SHARE_ROW_EXCLUSIVE: &str = "SHARE ROW EXCLUSIVE";
pub(super) const SHARE_UPDATE_EXCLUSIVE: &str = "SHARE UPDATE EXCLUSIVE";

/// The modes from the weakest to the strongest, with what they keep others from.
const MODES: [(&str, Blocks); 8] = [
    ("ACCESS SHARE", Blocks::Nothing),
    ("ROW SHARE", Blocks::Nothing),
    ("ROW EXCLUSIVE", Blocks::Nothing),
    (SHARE_UPDATE_EXCLUSIVE, Blocks::Nothing),
    ("SHARE", Blocks::Writes),
    (SHARE_ROW_EXCLUSIVE, Blocks::Writes),
    ("EXCLUSIVE", Blocks::Writes),
    (ACCESS_EXCLUSIVE, Blocks::Everything),
];

/// Returns a lock of a mode; of one that does not exist, the strongest.
pub(super) fn lock(table: &str, mode: &str) -> Lock {
    let (mode, blocks) =
        MODES.into_iter().find(|(name, _)| *name == mode).unwrap_or((ACCESS_EXCLUSIVE, Blocks::Everything));
    Lock { table: table.into(), mode, blocks }
}

pub(super) fn impact(effect: &Effect, table: Option<&Table>, context: &Context) -> Impact {
    let one = |name: &str, mode: &str, work, why: &str| Impact::new(vec![lock(name, mode)], work, why);
    match effect {
        Effect::AlterTable { table: name, change } => postgres_table::impact(name, change, table, context),
        Effect::CreateTable { columns, constraints, partition_of, from_query, .. } => {
            let work = if *from_query { Work::Rows } else { Work::Catalog };
            let mut locks = foreign(columns, constraints);
            locks.extend(partition_of.iter().map(|parent| lock(parent, ACCESS_EXCLUSIVE)));
            Impact::new(locks, work, if *from_query { "a query fills the table" } else { "the table is new" })
        }
        Effect::DropTable { table: name, cascade, .. } => {
            let mut locks = vec![lock(name, ACCESS_EXCLUSIVE)];
            // The triggers of its foreign keys are dropped with it.
            locks.extend(targets(table, |_| true).map(|target| lock(target, ACCESS_EXCLUSIVE)));
            let impact = Impact::new(locks, Work::Catalog, "the table's files are removed");
            if *cascade { impact.unsure() } else { impact }
        }
        Effect::RenameTable { table: name, .. } => one(name, ACCESS_EXCLUSIVE, Work::Catalog, "only the name changes"),
        Effect::CreateIndex { table: name, concurrently: true, .. } => {
            one(name, SHARE_UPDATE_EXCLUSIVE, Work::BuildIndex, "the index is built while others write")
        }
        Effect::CreateIndex { table: name, .. } => one(name, "SHARE", Work::BuildIndex, "the index is built"),
        Effect::DropIndex { name, table: of, concurrently, .. } => {
            let mode = if *concurrently { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            let of = of.as_deref().or_else(|| table.map(|table| table.name.as_str())).unwrap_or(name);
            one(of, mode, Work::Catalog, "the index's file is removed")
        }
        Effect::RenameIndex { name } => {
            let mode = if context.server_version >= (12, 0, 0) { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            one(name, mode, Work::Catalog, "only the name changes")
        }
        Effect::Reindex { name, concurrently } => {
            // Whoever plans a query opens the indexes of its tables, so the table cannot be read either.
            let mode = if *concurrently { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            let locks = name.iter().map(|name| lock(name, mode)).collect();
            Impact::new(locks, Work::BuildIndex, "indexes are built anew")
        }
        Effect::Rebuild { table: name, verb } => {
            let mode = if verb.contains("CONCURRENTLY") { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            let locks = name.iter().map(|name| lock(name, mode)).collect();
            Impact::new(locks, Work::Rewrite, format!("{verb} writes every row anew"))
        }
        Effect::Truncate { table: name, cascade } => {
            let impact = one(name, ACCESS_EXCLUSIVE, Work::Catalog, "the table gets new files");
            if *cascade { impact.unsure() } else { impact }
        }
        Effect::Rows { table: name, change, bounded } => {
            one(name, "ROW EXCLUSIVE", Work::Rows, rows(*change, *bounded))
        }
        Effect::LockTable { table: name, mode } => one(name, mode, Work::Catalog, "the statement asks for the lock"),
        Effect::RefreshView { name, concurrently } => {
            let mode = if *concurrently { "EXCLUSIVE" } else { ACCESS_EXCLUSIVE };
            one(name, mode, Work::Rows, "the view's query runs anew")
        }
        Effect::Domain { create: false, constraint: true, not_valid: false, .. } => {
            Impact::new(Vec::new(), Work::Scan, "every table that has columns of the domain is read").unsure()
        }
        Effect::DropObject { table: Some(name), .. } => {
            one(name, ACCESS_EXCLUSIVE, Work::Catalog, "only the catalog changes")
        }
        Effect::AlterEnum { .. }
        | Effect::Domain { .. }
        | Effect::RenameSchema { .. }
        | Effect::RenameObject { .. }
        | Effect::DropObject { .. } => Impact::new(Vec::new(), Work::Catalog, "only the catalog changes"),
        Effect::Transaction | Effect::Set { .. } | Effect::Other { .. } | Effect::Unknown { .. } => Impact::none(),
    }
}

/// Returns the tables whose foreign keys refer to what an effect drops, empties or gives another type, in order.
pub(super) fn reached(effect: &Effect, table: Option<&Table>, catalog: &Catalog) -> Vec<SmolStr> {
    let Some(table) = table else { return Vec::new() };
    let to_column = |column: &str| {
        let keys = catalog.references_to(&table.name);
        let own = keys.filter(|(_, key)| key.foreign_key.as_ref().is_some_and(|target| target.column == *column));
        own.map(|(other, _)| other.name.clone()).collect()
    };
    let mut tables: Vec<SmolStr> = match effect {
        Effect::DropTable { cascade: true, .. } => {
            catalog.references_to(&table.name).map(|(other, _)| other.name.clone()).collect()
        }
        Effect::Truncate { cascade: true, .. } => emptied(&table.name, catalog),
        Effect::AlterTable { change: TableChange::DropColumn { column, cascade: true, .. }, .. } => to_column(column),
        Effect::AlterTable { change: TableChange::AlterType { column, .. }, .. } => to_column(column),
        _ => Vec::new(),
    };
    tables.retain(|other| *other != table.name);
    tables.dedup();
    tables
}

/// Returns the tables that are emptied with one: those that refer to it, and to these.
fn emptied(table: &str, catalog: &Catalog) -> Vec<SmolStr> {
    let mut tables = vec![SmolStr::new(table)];
    let mut at = 0;
    while let Some(name) = tables.get(at).cloned() {
        for (other, _) in catalog.references_to(&name) {
            if !tables.contains(&other.name) {
                tables.push(other.name.clone());
            }
        }
        at += 1;
    }
    tables
}

/// Returns why rows cost what they cost.
pub(super) fn rows(change: RowChange, bounded: bool) -> &'static str {
    match (change, bounded) {
        (RowChange::Insert, true) => "rows are added",
        (RowChange::Insert, false) => "a query's rows are added",
        (RowChange::Update, true) => "the rows of a condition are changed",
        (RowChange::Update, false) => "every row is changed",
        (RowChange::Delete, true) => "the rows of a condition are removed",
        (RowChange::Delete, false) => "every row is removed",
        (RowChange::Merge, _) => "a query's rows are merged",
    }
}

/// Returns the tables that a new table refers to, which get triggers.
fn foreign(columns: &[ColumnDefinition], constraints: &[ConstraintKind]) -> Vec<Lock> {
    referred(columns, constraints).into_iter().map(|name| lock(name, SHARE_ROW_EXCLUSIVE)).collect()
}

/// Returns the tables that a new table refers to.
pub(super) fn referred<'a>(columns: &'a [ColumnDefinition], constraints: &'a [ConstraintKind]) -> Vec<&'a str> {
    let mut tables = Vec::new();
    let of_constraints = constraints.iter().filter_map(|constraint| match constraint {
        ConstraintKind::ForeignKey { to_table, .. } => Some(to_table.as_str()),
        _ => None,
    });
    for table in columns.iter().filter_map(|column| column.references.as_deref()).chain(of_constraints) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    tables
}

/// Returns the tables that foreign keys of a table refer to, of those that are asked for by name and columns.
pub(super) fn targets<'a>(
    table: Option<&'a Table>,
    asked: impl Fn(&crate::catalog::Constraint) -> bool + 'a,
) -> impl Iterator<Item = &'a str> {
    let constraints = table.map_or(&[][..], |table| &table.constraints);
    constraints.iter().filter(move |found| asked(found)).filter_map(move |found| {
        let target = found.foreign_key.as_ref()?.table.as_str();
        (Some(target) != table.map(|table| table.name.as_str())).then_some(target)
    })
}

/// Returns the lock of what changes nothing that rows depend on, by its first words.
pub(super) fn attribute_mode(verb: &str) -> &'static str {
    const LIGHT: [&str; 7] = [
        "set",
        "reset",
        "cluster on",
        "alter column set statistics",
        "alter column set",
        "alter column reset",
        "comment on",
    ];
    if LIGHT.contains(&verb) {
        SHARE_UPDATE_EXCLUSIVE
    } else if matches!(verb, "enable trigger" | "disable trigger" | "create trigger")
        || verb.starts_with("enable ") && verb.ends_with(" trigger")
    {
        SHARE_ROW_EXCLUSIVE
    } else {
        ACCESS_EXCLUSIVE
    }
}
