//! Locks, scans and rewrites.

use limosa_sql::effect::{Blocks, Impact, Work};

use crate::finding::Findings;
use crate::subject::Subject;

pub(super) mod check_scans;
pub(super) mod copies_referenced_table;
pub(super) mod copies_table;
pub(super) mod drop_index_blocks;
pub(super) mod exclusion_blocks;
pub(super) mod explicit_lock;
pub(super) mod foreign_key_scans;
pub(super) mod index_blocks_writes;
pub(super) mod locks_several_tables;
pub(super) mod new_column_rewrites;
pub(super) mod no_lock_timeout;
pub(super) mod no_statement_timeout;
pub(super) mod not_null_scans;
pub(super) mod partition_blocks;
pub(super) mod rebuilds_table;
pub(super) mod refresh_blocks;
pub(super) mod reindex_blocks;
pub(super) mod type_change_rewrites;
pub(super) mod unique_blocks;
pub(super) mod validates_under_lock;
pub(super) mod work_under_lock;

/// Returns what the strongest of its locks keeps others from.
fn blocks(cost: &Impact) -> Blocks {
    cost.locks.iter().map(|lock| lock.blocks).max().unwrap_or(Blocks::Nothing)
}

/// Returns whether others wait for longer than an instant, or may: what is not known counts as the worst.
fn is_felt(cost: &Impact) -> bool {
    !cost.known || (cost.work > Work::Catalog && blocks(cost) > Blocks::Nothing)
}

/// Returns what a statement does to a table and who works on it, in words.
fn consequence(cost: &Impact) -> String {
    let work = match (cost.work, cost.known) {
        (Work::Catalog, true) => "changes the catalog",
        (Work::Catalog, false) => "may take long",
        (Work::Scan, true) => "reads all rows",
        (Work::Scan, false) => "may read all rows",
        (Work::BuildIndex, true) => "builds indexes anew",
        (Work::BuildIndex, false) => "may build indexes anew",
        (Work::Rewrite | Work::Rows, true) => "writes all rows anew",
        (Work::Rewrite | Work::Rows, false) => "may write all rows anew",
    };
    let whom = match blocks(cost) {
        Blocks::Everything => "nobody can use the table",
        Blocks::Writes => "nobody can write to it",
        Blocks::Nothing => "others work on",
    };
    format!("{work} while {whom}")
}

/// Returns why it costs that, as an addition to a sentence.
fn because(cost: &Impact) -> String {
    if cost.why.is_empty() { String::new() } else { format!(" ({})", cost.why) }
}

/// Reports the first statement of a migration that keeps others from an old table while none of some settings limits it.
fn report_without(subject: &Subject<'_>, settings: &[&str], findings: &mut Findings<'_>) {
    let mut so_far = subject.so_far.clone();
    so_far.begin(subject.migration.transaction);
    for operation in &subject.migration.operations {
        for statement in &operation.statements {
            let is_set = |value: &String| !["0", "default"].contains(&value.to_lowercase().as_str());
            if settings.iter().any(|name| so_far.settings.get(*name).is_some_and(is_set)) {
                return;
            }
            let locks = statement.effects.iter().flat_map(|(_, cost)| &cost.locks);
            let mut felt = locks.filter(|lock| lock.blocks > Blocks::Nothing && !so_far.is_new(&lock.table));
            if let Some(lock) = felt.next() {
                let name = settings.first().copied().unwrap_or_default();
                findings
                    .report(format!("`{}` is locked ({}) without `{name}`", lock.table, lock.mode))
                    .help(format!("set `{name}` before, in `RunSQL`"))
                    .table(&lock.table);
                return;
            }
            so_far.follow(statement, subject.dialect());
        }
        so_far.follow_operation(&operation.meaning);
    }
}
