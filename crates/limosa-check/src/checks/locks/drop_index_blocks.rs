//! LK002.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// An index is dropped while nobody can use the table.
    ///
    /// PostgreSQL's `DROP INDEX` takes a lock that keeps reads and writes out. It is quick, but it waits for every transaction that uses the
    /// table, and everybody else waits behind it. `DROP INDEX CONCURRENTLY` lets them pass; it cannot run inside a transaction.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RemoveIndex("order", "order_number_idx"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     RemoveIndexConcurrently("order", "order_number_idx"),
    /// ]
    /// ```
    "LK002" "drop-index-blocks",
    group: Locks,
    level: Warning,
    databases: [Postgres],
    Statement: check,
    fix: fix::concurrently,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, cost) in subject.effects() {
        let Effect::DropIndex { name, table, concurrently: false, .. } = effect else { continue };
        let table = table.as_deref().or_else(|| cost.locks.first().map(|lock| lock.table.as_str()));
        if subject.so_far.is_new_index(name) || table.is_some_and(|table| subject.so_far.is_new(table)) {
            continue;
        }
        let of = table.map(|table| format!(" of `{table}`")).unwrap_or_default();
        let finding = findings
            .report(format!("dropping index `{name}`{of} waits for everybody who uses the table, and everybody else behind it"))
            .help(match subject.is_own_sql() {
                true => "write `DROP INDEX CONCURRENTLY` and set `atomic = False` on the migration",
                false => {
                    "use `RemoveIndexConcurrently`, or `DROP INDEX CONCURRENTLY` in `RunSQL`, and set `atomic = False` on the migration"
                }
            });
        if let Some(table) = table {
            finding.cost(table, cost);
        }
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn indexes_of_old_tables() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                ("DROP INDEX order_number_idx", 1),
                ("drop index if exists \"order_number_idx\"", 1),
                ("DROP INDEX order_number_idx, other_idx", 2),
                ("-- not atomic\nDROP INDEX CONCURRENTLY order_number_idx", 0),
                ("CREATE INDEX fresh ON shop_order (note); DROP INDEX fresh", 0),
                ("operations = [migrations.RemoveIndex('order', 'order_number_idx')]", 1),
                (
                    "operations = [migrations.SeparateDatabaseAndState([], [migrations.RemoveIndex('order', 'order_number_idx')])]",
                    0,
                ),
            ],
        );
    }
}
