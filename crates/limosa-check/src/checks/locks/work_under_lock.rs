//! LK012.

use limosa_sql::effect::{Blocks, Effect, Work};

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;

declare! {
    /// A slow statement runs while the transaction keeps everybody from a table.
    ///
    /// A quick `ALTER TABLE` locks its table until the transaction ends. What comes after it in the same migration, an index, a scan, a change of
    /// many rows, prolongs that lock. Put it in a migration of its own.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    ///     migrations.AddIndex("order", models.Index(fields=["status"], name="order_status_idx")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    "LK012" "work-under-lock",
    group: Locks,
    level: Warning,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        // What keeps everybody from its own table by itself prolongs nothing there.
        let own = |locked: &str| known::is_same(locked, table) && cost.blocks() == Blocks::Everything;
        let Some(locked) = subject.so_far.locked_tables(Blocks::Everything).find(|locked| !own(locked)) else {
            continue;
        };
        // The index of a field that the migration adds goes with it: LK001 tells of it.
        let comes_with_field =
            subject.statement.is_some_and(|statement| statement.deferred) && known::is_same(locked, table);
        if comes_with_field && matches!(effect, Effect::CreateIndex { .. }) {
            continue;
        }
        let what = match (effect, cost.work) {
            (_, Work::Catalog) => continue,
            (Effect::Rows { bounded: true, .. }, _) => continue,
            (_, Work::Scan) => format!("all of `{table}` is read"),
            (_, Work::BuildIndex) => format!("an index of `{table}` is built"),
            (_, Work::Rewrite) => format!("all of `{table}` is written anew"),
            (_, Work::Rows) => format!("rows of `{table}` are changed"),
        };
        findings
            .report(format!("an earlier statement of the transaction keeps everybody from `{locked}` while {what}"))
            .help("move it to a migration of its own")
            .once()
            .cost(table, cost);
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
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; CREATE INDEX i ON shop_order (status)"#, 1),
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; UPDATE shop_order SET weight = 1"#, 1),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; ALTER TABLE shop_customer ALTER name TYPE integer USING 1"#,
                    1,
                ),
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; UPDATE shop_order SET weight = 1 WHERE id = 7"#, 0),
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; ALTER TABLE shop_order ADD COLUMN height int"#, 0),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int
----
CREATE INDEX i ON shop_order (status)"#,
                    0,
                ),
                (r#"CREATE INDEX i ON shop_order (status); ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (
                    r#"migrations.AddField("order", "other", models.ForeignKey("shop.Customer", models.CASCADE, null=True))"#,
                    0,
                ),
                // One of them is enough.
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; CREATE INDEX i ON shop_order (status); CREATE INDEX j ON shop_order (number)"#,
                    1,
                ),
                // The rewriting of the table itself is another check's.
                (r#"ALTER TABLE shop_order ADD COLUMN weight int; ALTER TABLE shop_order ALTER number TYPE bigint"#, 0),
                (
                    r#"CREATE TABLE fresh (a int); ALTER TABLE fresh ADD b int; CREATE INDEX i ON shop_order (status)"#,
                    0,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; CREATE TABLE fresh (a int); CREATE INDEX i ON fresh (a)"#,
                    0,
                ),
            ],
        );
    }
}
