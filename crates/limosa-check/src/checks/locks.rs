//! Locks, scans and rewrites.

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Blocks, Effect, Impact, Lock, Work};

use crate::finding::Findings;
use crate::subject::Subject;

pub(super) mod check_scans;
pub(super) mod copies_table;
pub(super) mod deadlocks_with_transactions;
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

/// Returns whether others wait for longer than an instant, or may: what is not known counts as the worst.
fn is_felt(cost: &Impact) -> bool {
    !cost.known || (cost.work > Work::Catalog && cost.blocks() > Blocks::Nothing)
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
    let whom = match cost.blocks() {
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

/// Returns whether a statement keeps others from a table, or they wait behind it for a moment: MySQL and MariaDB lock a table exclusively for each
/// change of its definition, also for one that others work beside.
fn is_in_the_way(effect: &Effect, lock: &Lock, dialect: Dialect) -> bool {
    lock.blocks > Blocks::Nothing || (dialect == Dialect::MySql && !matches!(effect, Effect::Rows { .. }))
}

/// Reports the first statement of a migration that locks an old table in a way that is felt while none of some settings limits it.
fn report_without(
    subject: &Subject<'_>,
    settings: &[&str],
    is_felt: impl Fn(&Effect, &Lock) -> bool,
    findings: &mut Findings<'_>,
) {
    let mut so_far = subject.so_far.tables_and_settings();
    so_far.begin(subject.migration.transaction);
    for operation in &subject.migration.operations {
        for statement in &operation.statements {
            if settings.iter().any(|name| so_far.has_limit(name)) {
                return;
            }
            let locks =
                statement.effects.iter().flat_map(|(effect, cost)| cost.locks.iter().map(move |lock| (effect, lock)));
            let mut felt = locks.filter(|(effect, lock)| is_felt(effect, lock) && !so_far.is_new(&lock.table));
            if let Some((_, lock)) = felt.next() {
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
