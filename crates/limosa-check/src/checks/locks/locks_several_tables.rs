//! LK018.

use limosa_sql::effect::Blocks;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A transaction locks one table after another, and keeps all of them until it ends.
    ///
    /// Whoever uses the tables in another order can end in a deadlock with it, and each table is locked for as long as the wait for the next one
    /// takes. Change one table in each migration. Locks that let others read, as those of foreign keys, are a note.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    ///     migrations.AddField("customer", "age", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    ///     migrations.AddField("order", "height", models.IntegerField(null=True)),
    /// ]
    /// ```
    "LK018" "locks-several-tables",
    group: Locks,
    level: Warning,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement else { return };
    let so_far = subject.so_far;
    let Some(blocks) = so_far.locks_another(statement, so_far.locked.len()) else { return };
    if so_far.locked_several >= Some(blocks) {
        return;
    }
    // Who only reads is in nobody's way.
    let level = if blocks == Blocks::Writes { Level::Note } else { Level::Warning };
    let Some(first) = so_far.locked_tables(Blocks::Writes).next() else { return };
    let locks = statement.effects.iter().flat_map(|(_, cost)| &cost.locks);
    let mut others = locks.filter(|lock| lock.blocks >= Blocks::Writes).map(|lock| lock.table.as_str());
    let is_held = |table: &str| so_far.locked_tables(Blocks::Writes).any(|held| held == table);
    let Some(second) = others.find(|table| !so_far.is_new(table) && !is_held(table)) else { return };
    findings
        .report(format!("the transaction locks `{second}` while it still keeps others from `{first}`"))
        .help("change one table in each migration")
        .level(level)
        .once()
        .table(second);
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
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; ALTER TABLE shop_customer ADD COLUMN age int; ALTER TABLE shop_order ADD COLUMN height int"#,
                    1,
                ),
                (
                    r#"ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b NOT VALID; ALTER TABLE a ADD FOREIGN KEY (y) REFERENCES c NOT VALID"#,
                    1,
                ),
                (r#"ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer NOT VALID"#, 0),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; CREATE TABLE fresh (a int); ALTER TABLE fresh ADD b int"#,
                    0,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int; UPDATE shop_customer SET city = NULL WHERE id = 1"#,
                    0,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int
----
ALTER TABLE shop_customer ADD COLUMN age int"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.AddField("order", "weight", models.IntegerField(null=True)), migrations.AddField("customer", "age", models.IntegerField(null=True))]"#,
                    0,
                ),
            ],
        );
    }
}
