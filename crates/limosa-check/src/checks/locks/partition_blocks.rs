//! LK016.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A partition is attached or detached while others wait.
    ///
    /// `ATTACH PARTITION` reads all rows of the new partition while nobody can use it, unless a valid check says already what the partition's
    /// bounds say. `DETACH PARTITION` keeps everybody from the whole partitioned table; with `CONCURRENTLY` it does not.
    ///
    /// # Example
    ///
    /// ```sql
    /// CREATE TABLE shop_orders (LIKE shop_order) PARTITION BY RANGE (id);
    /// ALTER TABLE shop_orders ATTACH PARTITION shop_order FOR VALUES FROM (0) TO (1000000);
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("CREATE TABLE shop_orders (LIKE shop_order) PARTITION BY RANGE (id)", ""),
    ///     migrations.RunSQL("ALTER TABLE shop_order ADD CONSTRAINT id_range CHECK (id IS NOT NULL AND id >= 0 AND id < 1000000) NOT VALID", ""),
    ///     migrations.RunSQL("ALTER TABLE shop_order VALIDATE CONSTRAINT id_range", ""),
    ///     migrations.RunSQL("ALTER TABLE shop_orders ATTACH PARTITION shop_order FOR VALUES FROM (0) TO (1000000)", ""),
    /// ]
    /// ```
    "LK016" "partition-blocks",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, cost) in subject.effects() {
        let Effect::AlterTable { table, change } = effect else { continue };
        match change {
            TableChange::AttachPartition { partition }
                if !subject.so_far.is_new(partition) && !subject.so_far.has_valid_check(partition) =>
            {
                findings
                    .report(format!("attaching `{partition}` to `{table}` reads all its rows while nobody can use it"))
                    .help(format!(
                        "first add a check with the bounds to `{partition}` as `NOT VALID`, and validate it in another transaction"
                    ))
                    .cost(partition, cost);
            }
            TableChange::DetachPartition { partition, concurrently: false } if !subject.so_far.is_new(table) => {
                findings
                    .report(format!(
                        "detaching `{partition}` waits for everybody who uses `{table}`, and everybody else behind it"
                    ))
                    .help("write `DETACH PARTITION … CONCURRENTLY` and set `atomic = False` on the migration")
                    .cost(table, cost);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES IN (2024)"#, 1),
                (r#"alter table orders detach partition orders_2024"#, 1),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("ALTER TABLE orders DETACH PARTITION orders_2024 CONCURRENTLY")]"#,
                    0,
                ),
                (
                    r#"CREATE TABLE orders_2025 (LIKE orders); ALTER TABLE orders ATTACH PARTITION orders_2025 FOR VALUES IN (2025)"#,
                    0,
                ),
                (
                    r#"ALTER TABLE orders_2024 ADD CONSTRAINT b CHECK (year = 2024); ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES IN (2024)"#,
                    0,
                ),
                (
                    r#"ALTER TABLE orders_2024 ADD CONSTRAINT b CHECK (year = 2024) NOT VALID; ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES IN (2024)"#,
                    1,
                ),
            ],
        );
    }
}
