//! BC012.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// NULL may stand in a column while code runs that expects a value.
    ///
    /// Nothing fails at once. But as soon as the new code writes the first NULL into a column that allows it now, the old code that still
    /// runs beside it reads one, and has never been told that it might. Deploy code that can read it first, and let the code that writes
    /// it follow. It is the same with a column that allows NULL until the deploy is over: the new code, which expects a value, may read
    /// what the old one wrote.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "number", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(
    ///         state_operations=[migrations.AlterField("order", "number", models.IntegerField(null=True))],
    ///     ),
    /// ]
    /// ```
    ///
    /// and the column itself with the deploy after this one.
    "BC012" "not-null-dropped",
    group: Compatibility,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let is_after = subject.is_post_deploy();
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let was_not_null = |column: &str| subject.column_before(table, column).map(|before| before.not_null);
        let column = match change {
            TableChange::DropNotNull { column } if !is_after => column,
            TableChange::ModifyColumn { column, to }
                if to.not_null == is_after && was_not_null(column) == Some(!is_after) =>
            {
                column
            }
            _ => match change.not_null_column() {
                Some(column) if is_after => column,
                _ => continue,
            },
        };
        if subject.added_column(table, column, effect).is_some() {
            continue;
        }
        let (message, help) = match is_after {
            false => (
                format!("the running code may read NULL from `{table}.{column}`, which had a value so far"),
                "deploy code that can read NULL before code that writes it",
            ),
            true => (
                format!("the new code may read NULL from `{table}.{column}` until the column demands a value"),
                "let the new code read NULL, or fill the column before the deploy and have the old code write values",
            ),
        };
        findings.about(effect, message).help(help).table(table);
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
            ("migrations.AlterField('order', 'number', models.IntegerField(null=True))", 1),
            (
                "stage = 'post-deploy'\noperations = [migrations.AlterField('order', 'number', models.IntegerField(null=True))]",
                0,
            ),
            (
                "stage = 'post-deploy'\noperations = [migrations.AlterField('order', 'paid_at', models.DateTimeField())]",
                1,
            ),
            ("migrations.AlterField('order', 'number', models.IntegerField(blank=True))", 0),
            ("migrations.AlterField('order', 'paid_at', models.DateTimeField())", 0),
            (
                "migrations.AddField('order', 'x', models.IntegerField(db_default=1))\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField(null=True, db_default=1))",
                0,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(&CHECK, Dialect::Postgres, &[("alter table shop_order alter number drop not null", 1)]);
        let cases =
            [("ALTER TABLE shop_order MODIFY number int", 1), ("ALTER TABLE shop_order MODIFY paid_at datetime(6)", 0)];
        expect(&CHECK, Dialect::MySql, &cases);
    }
}
