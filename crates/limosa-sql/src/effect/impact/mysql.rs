//! What an effect costs on MySQL and MariaDB, with InnoDB.
//!
//! Source: MySQL's manual, "Online DDL Operations" (8.0, 8.4); MariaDB's documentation, "InnoDB Online DDL Operations with the
//! INSTANT, NOCOPY and INPLACE Alter Algorithm".

use super::mysql_column::{add_column, drop_column, modify_column};
use super::postgres::{referred, rows, targets};
use super::{Blocks, Impact, Lock, Work};
use crate::catalog::Table;
use crate::dialect::Context;
use crate::effect::{ConstraintKind, Effect, OnlineOptions, TableChange};

/// The lock that every definition takes for a moment.
pub(super) const BRIEF: &str = "EXCLUSIVE";

/// The way in which the server changes a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Only the definition changes.
    Instant,
    /// Indexes are built beside the table, which others write meanwhile.
    Index,
    /// Indexes are built beside the table, which others read meanwhile.
    SharedIndex,
    /// The table is written anew, and others write it meanwhile.
    Rebuild,
    /// The table is written anew, and others read it meanwhile.
    SharedRebuild,
    /// The rows are copied one by one to a new table, and others read meanwhile (`ALGORITHM=COPY`).
    Copy,
}

impl Way {
    /// Returns what the way costs.
    pub(super) fn of(self, table: &str, why: &str) -> Impact {
        let (mode, blocks, work) = match self {
            Self::Instant => (BRIEF, Blocks::Everything, Work::Catalog),
            Self::Index => ("SHARED_UPGRADABLE", Blocks::Nothing, Work::BuildIndex),
            Self::SharedIndex => ("SHARED_NO_WRITE", Blocks::Writes, Work::BuildIndex),
            Self::Rebuild => ("SHARED_UPGRADABLE", Blocks::Nothing, Work::Rewrite),
            Self::SharedRebuild | Self::Copy => ("SHARED_NO_WRITE", Blocks::Writes, Work::Rewrite),
        };
        Impact::new(vec![Lock { table: table.into(), mode, blocks }], work, why)
    }
}

/// Returns a lock that nobody reads or writes beside.
pub(super) fn exclusive(table: &str) -> Lock {
    Lock { table: table.into(), mode: BRIEF, blocks: Blocks::Everything }
}

/// Returns the lock on a table whose foreign keys come or go: MySQL keeps all away for a moment, MariaDB waits for those who write.
fn parent(table: &str, context: &Context) -> Lock {
    if context.is_mariadb() {
        Lock { table: table.into(), mode: "SHARED_NO_WRITE", blocks: Blocks::Writes }
    } else {
        exclusive(table)
    }
}

pub(super) fn impact(effect: &Effect, table: Option<&Table>, context: &Context) -> Impact {
    let brief = |name: &str, why: &str| Way::Instant.of(name, why);
    match effect {
        Effect::AlterTable { table: name, change } => alter(name, change, table, context),
        Effect::CreateTable { columns, constraints, from_query, .. } => {
            let work = if *from_query { Work::Rows } else { Work::Catalog };
            let locks = referred(columns, constraints).into_iter().map(|name| parent(name, context)).collect();
            Impact::new(locks, work, if *from_query { "a query fills the table" } else { "the table is new" })
        }
        Effect::DropTable { table: name, .. } => {
            let mut impact = brief(name, "the table's file is removed");
            impact.locks.extend(targets(table, |_| true).map(|target| parent(target, context)));
            impact
        }
        Effect::RenameTable { table: name, .. } => brief(name, "only the name changes"),
        Effect::CreateIndex { table: name, method, online, .. } => forced(index(name, method.as_deref()), name, online),
        Effect::DropIndex { name, table: of, online, .. } => {
            let name = of.as_deref().unwrap_or(name);
            forced(brief(name, "only the definition changes"), name, online)
        }
        Effect::Rebuild { table: name, verb } => match name {
            Some(name) => Way::Rebuild.of(name, &format!("{verb} writes every row anew")),
            None => Impact::new(Vec::new(), Work::Rewrite, format!("{verb} writes every row anew")),
        },
        Effect::Truncate { table: name, .. } => brief(name, "the table gets a new file"),
        Effect::Rows { table: name, change, bounded } => {
            let lock = Lock { table: name.as_str().into(), mode: "SHARED_WRITE", blocks: Blocks::Nothing };
            Impact::new(vec![lock], Work::Rows, rows(*change, *bounded))
        }
        Effect::LockTable { table: name, mode } if mode.contains("READ") => {
            let lock = Lock { table: name.as_str().into(), mode: "SHARED_READ_ONLY", blocks: Blocks::Writes };
            Impact::new(vec![lock], Work::Catalog, "the statement asks for the lock")
        }
        Effect::LockTable { table: name, .. } => {
            let lock = Lock { table: name.as_str().into(), mode: "SHARED_NO_READ_WRITE", blocks: Blocks::Everything };
            Impact::new(vec![lock], Work::Catalog, "the statement asks for the lock")
        }
        Effect::DropObject { table: Some(name), .. } => brief(name, "only the definition changes"),
        _ => Impact::new(Vec::new(), Work::Catalog, "only the definition changes"),
    }
}

fn alter(name: &str, change: &TableChange, table: Option<&Table>, context: &Context) -> Impact {
    const DEFINITION: &str = "only the definition changes";
    match change {
        TableChange::AddColumn(column) => add_column(name, column, table, context),
        TableChange::DropColumn { column, .. } => drop_column(name, column, table, context),
        TableChange::ModifyColumn { column, to } => modify_column(name, column, to, table, context),
        TableChange::AddIndex { method, .. } => index(name, method.as_deref()),
        TableChange::AddConstraint { kind, .. } => constraint(name, kind, context),
        TableChange::DropConstraint { name: None, .. } => {
            Way::Copy.of(name, "every row is copied to a table without the primary key")
        }
        TableChange::DropConstraint { name: Some(constraint), .. } => {
            let mut impact = Way::Instant.of(name, DEFINITION);
            let own = targets(table, |found| found.name == *constraint);
            impact.locks.extend(own.map(|target| parent(target, context)));
            impact
        }
        TableChange::Rebuild { verb } => match verb.as_str() {
            "FORCE" | "ROW_FORMAT" | "KEY_BLOCK_SIZE" => Way::Rebuild.of(name, "every row is written anew"),
            // The same engine again rebuilds in place, another one copies.
            _ => Way::Copy.of(name, "every row is copied to a new table").unsure(),
        },
        TableChange::Online(options) => forced(Impact::none(), name, options),
        TableChange::AlterConstraint { .. } => {
            // `ENFORCED` checks the rows, `NOT ENFORCED` does not.
            Way::Copy.of(name, "every row may be checked").unsure()
        }
        TableChange::RenameColumn { .. }
        | TableChange::SetDefault { .. }
        | TableChange::DropIndex { .. }
        | TableChange::RenameIndex { .. }
        | TableChange::Attribute { .. } => Way::Instant.of(name, DEFINITION),
        _ => Way::Copy.of(name, "nobody knows what the action does").unsure(),
    }
}

fn index(name: &str, method: Option<&str>) -> Impact {
    match method {
        Some("fulltext" | "spatial") => Way::SharedIndex.of(name, "the index is built while nobody writes"),
        _ => Way::Index.of(name, "the index is built while others write"),
    }
}

fn constraint(name: &str, kind: &ConstraintKind, context: &Context) -> Impact {
    match kind {
        ConstraintKind::ForeignKey { to_table, .. } => {
            let mut impact = Way::Copy.of(name, "every row is checked against the other table and copied");
            if to_table != name {
                impact.locks.push(parent(to_table, context));
            }
            impact
        }
        ConstraintKind::Unique(_) => index(name, None),
        ConstraintKind::PrimaryKey(_) => Way::Rebuild.of(name, "every row is written anew in the order of the key"),
        _ => Way::Copy.of(name, "every row is checked and copied"),
    }
}

/// Returns what `ALGORITHM` and `LOCK` make of it: the server refuses what is less than it needs, and does what is more.
fn forced(impact: Impact, name: &str, online: &OnlineOptions) -> Impact {
    let mut impact = impact;
    if online.algorithm.as_deref() == Some("COPY") {
        impact = Way::Copy.of(name, "ALGORITHM=COPY copies every row");
    }
    let (mode, blocks) = match online.lock.as_deref() {
        Some("SHARED") => ("SHARED_NO_WRITE", Blocks::Writes),
        Some("EXCLUSIVE") => ("SHARED_NO_READ_WRITE", Blocks::Everything),
        _ => return impact,
    };
    if impact.blocks() < blocks {
        impact.locks = vec![Lock { table: name.into(), mode, blocks }];
    }
    impact
}
