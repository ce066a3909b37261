//! What an effect costs on SQLite, which has one lock for the whole file.

use super::postgres::rows;
use super::{Blocks, Impact, Lock, Work};
use crate::effect::{Effect, Generated, TableChange};

/// Source: SQLite's documentation, "File Locking And Concurrency" and "ALTER TABLE".
pub(super) fn impact(effect: &Effect) -> Impact {
    let (table, work, why) = match effect {
        Effect::AlterTable { table, change } => {
            let (work, why) = alter(change);
            (table.as_str(), work, why)
        }
        Effect::CreateTable { table, from_query: true, .. } => (table.as_str(), Work::Rows, "a query fills the table"),
        Effect::CreateTable { .. } => return Impact::new(Vec::new(), Work::Catalog, "the table is new"),
        Effect::DropTable { table, .. } => (table.as_str(), Work::Catalog, "the table's pages are freed"),
        Effect::RenameTable { table, .. } => (table.as_str(), Work::Catalog, "only the schema changes"),
        Effect::CreateIndex { table, .. } => (table.as_str(), Work::BuildIndex, "the index is built"),
        Effect::DropIndex { name, .. } => (name.as_str(), Work::Catalog, "the index's pages are freed"),
        Effect::Reindex { name, .. } => {
            (name.as_deref().unwrap_or_default(), Work::BuildIndex, "indexes are built anew")
        }
        Effect::Rebuild { table, .. } => {
            (table.as_deref().unwrap_or_default(), Work::Rewrite, "the whole file is written anew")
        }
        Effect::Rows { table, change, bounded } => {
            let lock = Lock { table: table.as_str().into(), mode: "RESERVED", blocks: Blocks::Writes };
            return Impact::new(vec![lock], Work::Rows, rows(*change, *bounded));
        }
        Effect::DropObject { name, .. } => (name.as_str(), Work::Catalog, "only the schema changes"),
        _ => return Impact::none(),
    };
    let lock = Lock { table: table.into(), mode: "EXCLUSIVE", blocks: Blocks::Everything };
    let impact = Impact::new(vec![lock], work, why);
    let unknown = matches!(effect, Effect::AlterTable { change: TableChange::Unknown { .. }, .. });
    if unknown { impact.unsure() } else { impact }
}

fn alter(change: &TableChange) -> (Work, &'static str) {
    match change {
        TableChange::AddColumn(column) => {
            let generated = matches!(column.generated, Some(Generated::Virtual)) && column.not_null;
            if column.check || generated {
                (Work::Scan, "every row is checked")
            } else {
                (Work::Catalog, "no row is touched")
            }
        }
        TableChange::DropColumn { .. } => (Work::Rewrite, "every row is written anew without the column"),
        TableChange::RenameColumn { .. } | TableChange::SetDefault { .. } | TableChange::DropNotNull { .. } => {
            (Work::Catalog, "only the schema changes")
        }
        TableChange::SetNotNull { .. } | TableChange::AddConstraint { .. } => (Work::Scan, "every row is checked"),
        _ => (Work::Catalog, "only the schema changes"),
    }
}
