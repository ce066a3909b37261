//! BC002.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A table is dropped that the running code reads and writes.
    ///
    /// Until the last process with the old code has ended, each of its queries to the table fails; so does deleting a row that rows of the
    /// table refer to, since Django looks for those first. Remove the model from the code first, and drop the table after the deploy. The
    /// table of a many-to-many field is such a table, too, and so is a view that a model stands for.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.DeleteModel("order"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.DeleteModel("order"),
    /// ]
    /// ```
    "BC002" "table-dropped",
    group: Compatibility,
    level: Error,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        if let Effect::DropTable { .. } = effect {
            findings
                .about(effect, format!("the running code still uses `{table}`, and fails once it is dropped"))
                .help("deploy code without it first, and drop the table after the deploy (`stage = \"post-deploy\"`)")
                .table(table);
        }
    }
    // What is made again is replaced.
    let is_made_again = subject.meant().any(|effect| effect.makes("view"));
    for effect in subject.meant().filter(|_| !is_made_again) {
        if let Effect::DropObject { kind, name, .. } = effect
            && kind.ends_with("view")
        {
            findings
                .about(effect, format!("the running code may still read the {kind} `{name}`"))
                .level(Level::Warning)
                .help("deploy code without it first, and drop it after the deploy (`stage = \"post-deploy\"`)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn tables() {
        let cases = [
            ("migrations.DeleteModel('order')", 1),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('order')])", 0),
            ("stage = 'post-deploy'\noperations = [migrations.DeleteModel('order')]", 0),
            (
                "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])\n----\n\
                 migrations.DeleteModel('Tag')",
                0,
            ),
            (
                "migrations.AddField('order', 'others', models.ManyToManyField('shop.Order'))\n----\n\
                 migrations.RemoveField('order', 'others')",
                0,
            ),
            ("migrations.AlterModelOptions('order', {'managed': False})", 0),
            ("DROP TABLE shop_order", 1),
            ("CREATE TEMPORARY TABLE t (a int); DROP TABLE t", 0),
            ("CREATE TABLE Fresh (a int); DROP TABLE fresh", 0),
            ("CREATE TABLE new__t (a int); DROP TABLE shop_order; ALTER TABLE new__t RENAME TO shop_order", 0),
            ("DROP VIEW totals", 1),
            ("DROP VIEW totals; CREATE VIEW totals AS SELECT 1", 0),
            ("DROP INDEX order_number_idx", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        for dialect in [Dialect::Postgres, Dialect::MySql] {
            expect(&CHECK, dialect, &[("drop table if exists shop_order, shop_customer", 2)]);
        }
    }
}
