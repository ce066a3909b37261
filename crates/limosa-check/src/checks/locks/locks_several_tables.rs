//! LK018.

use std::collections::BTreeSet;

use limosa_sql::effect::Blocks;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::plan::Statement;
use crate::subject::Subject;

declare! {
    /// A transaction locks one table after another, and keeps all of them until it ends.
    ///
    /// Whoever uses the tables in another order can end in a deadlock with it, and each table is locked for as long as the wait for the next one
    /// takes. Change one table in each migration. Locks that let others read are a note, and so is a single statement that locks two tables,
    /// as those about foreign keys do.
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
    let Some(blocks) = so_far.locks_another(statement) else {
        return one_statement(subject, statement, findings);
    };
    if so_far.locked_several >= Some(blocks) {
        return;
    }
    // Who only reads is in nobody's way.
    let level = if blocks == Blocks::Writes { Level::Note } else { Level::Warning };
    let (first, second) = (so_far.locked_tables(Blocks::Writes).next(), so_far.newly_locked(statement).next());
    let (Some(first), Some((second, _))) = (first, second) else { return };
    findings
        .report(format!("the transaction locks `{second}` while it still keeps others from `{first}`"))
        .help("change one table in each migration")
        .level(level)
        .once()
        .table(second);
}

/// Reports a statement that locks several tables by itself: an operation of that kind cannot do without.
fn one_statement(subject: &Subject<'_>, statement: &Statement, findings: &mut Findings<'_>) {
    if subject.so_far.locked_several.is_some() {
        return;
    }
    let locks = statement.effects.iter().flat_map(|(_, cost)| &cost.locks);
    let felt = locks.filter(|lock| lock.blocks >= Blocks::Writes && !subject.so_far.is_new(&lock.table));
    let tables: BTreeSet<&str> = felt.map(|lock| lock.table.as_str()).collect();
    let mut tables = tables.into_iter();
    let (Some(first), Some(second)) = (tables.next(), tables.next()) else { return };
    findings
        .report(format!("the statement locks `{first}` and `{second}`, one after the other"))
        .help("run it when less is going on; where the database ends it because of a deadlock, run `limosa migrate` again")
        .level(Level::Note)
        .once()
        .table(second);
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::finding::Level;
    use crate::stats::Stats;
    use crate::testing::{expect_everywhere, found};
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect};

    #[test]
    fn one_statement_is_a_note() {
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        let found = |deploy| found(&CHECK, &context, &Stats::default(), deploy);
        let levels = |deploy| found(deploy).iter().map(|finding| finding.level).collect::<Vec<_>>();
        assert_eq!(levels("DROP TABLE shop_order"), [Level::Note]);
        assert_eq!(levels("ALTER TABLE shop_order ADD a int; ALTER TABLE shop_customer ADD b int"), [Level::Warning]);
    }

    /// A foreign key of a new table is put off to the end, behind the operations that follow.
    #[test]
    fn statements_are_judged_in_the_order_in_which_they_run() {
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        let deploy = "operations = [\n\
                      migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('customer', models.ForeignKey('shop.Customer', models.CASCADE))]),\n\
                      migrations.AddField('order', 'x', models.IntegerField(null=True)),\n]";
        let found = found(&CHECK, &context, &Stats::default(), deploy);
        let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["the transaction locks `shop_customer` while it still keeps others from `shop_order`"]);
    }

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
                (r#"ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer NOT VALID"#, 1),
                ("migrations.RemoveField('order', 'customer')", 1),
                ("migrations.RemoveField('order', 'number')", 0),
                ("CREATE TABLE fresh (a bigint REFERENCES shop_order)", 0),
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
