//! BC012.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column allows NULL while code runs that expects a value.
    ///
    /// Nothing fails at once. But as soon as the new code writes the first NULL, the old code that still runs beside it reads one, and has
    /// never been told that it might. Deploy code that can read it first, and let the code that writes it follow.
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
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.AlterField("order", "number", models.IntegerField(null=True)),
    /// ]
    /// ```
    "BC012" "not-null-dropped",
    group: Compatibility,
    level: Note,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let column = match change {
            TableChange::DropNotNull { column } => column,
            TableChange::ModifyColumn { column, to }
                if !to.not_null && subject.column_before(table, column).is_some_and(|before| before.not_null) =>
            {
                column
            }
            _ => continue,
        };
        if subject.added_column(table, column).is_none() {
            findings
                .about(
                    effect,
                    format!("the running code may read NULL from `{table}.{column}`, which had a value so far"),
                )
                .help("deploy code that can read NULL before code that writes it")
                .table(table);
        }
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
