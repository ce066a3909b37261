//! LK003.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// Indexes are built anew while nobody can write to their table.
    ///
    /// PostgreSQL's `REINDEX` keeps writes to the table waiting until it is done, and reads that would use the index as well.
    /// `REINDEX … CONCURRENTLY` lets both go on; it cannot run inside a transaction.
    ///
    /// # Example
    ///
    /// ```sql
    /// REINDEX INDEX order_number_idx;
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("REINDEX INDEX CONCURRENTLY order_number_idx", ""),
    /// ]
    /// ```
    "LK003" "reindex-blocks",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, cost) in subject.effects() {
        let Effect::Reindex { name, concurrently: false } = effect else { continue };
        let is_new = |name: &String| subject.so_far.is_new(name) || subject.so_far.is_new_index(name);
        if name.as_ref().is_some_and(is_new) {
            continue;
        }
        let what = name.as_ref().map_or_else(|| "all indexes".to_owned(), |name| format!("`{name}`"));
        let finding = findings
            .report(format!("building {what} anew keeps writes and most reads waiting"))
            .help("write `REINDEX … CONCURRENTLY` and set `atomic = False` on the migration");
        if let Some(lock) = cost.locks.first() {
            finding.cost(&lock.table, cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn of_indexes_and_tables() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                ("REINDEX INDEX order_number_idx", 1),
                ("reindex (verbose) table shop_order", 1),
                ("-- not atomic\nREINDEX DATABASE shop", 1),
                ("-- not atomic\nREINDEX TABLE CONCURRENTLY shop_order", 0),
                ("-- not atomic\nREINDEX (CONCURRENTLY, VERBOSE) TABLE shop_order", 0),
                ("CREATE TABLE fresh (id int); REINDEX TABLE fresh", 0),
            ],
        );
    }
}
