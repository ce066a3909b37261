//! BC001.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column is dropped that the running code names in each of its queries.
    ///
    /// Django names every field of a model in `SELECT` and `INSERT`. Until the last process with the old code has ended, each of its
    /// queries fails. Remove the field from the code first, with a state that forgets it and a column that may be left out; drop the column
    /// after the deploy.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    "BC001" "column-dropped",
    group: Compatibility,
    level: Error,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, column, effect) in subject.dropped_columns() {
        findings
            .about(effect, format!("the running code still names `{table}.{column}`, and fails once it is dropped"))
            .help("deploy code without it first, and drop the column after the deploy (`stage = \"post-deploy\"`)")
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn columns() {
        let cases = [
            ("migrations.RemoveField('order', 'note')", 1),
            ("stage = 'post-deploy'\noperations = [migrations.RemoveField('order', 'note')]", 0),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'note')])", 0),
            ("migrations.DeleteModel('order')", 0),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True))\n----\n\
                 migrations.RemoveField('order', 'x')",
                0,
            ),
            ("migrations.RenameField('order', 'note', 'remark')", 0),
            ("ALTER TABLE shop_order DROP COLUMN note", 1),
            ("CREATE TABLE t (a int, b int); ALTER TABLE t DROP COLUMN a", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE public.shop_order DROP note, DROP COLUMN IF EXISTS status", 2),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE public.shop_order DROP x", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
