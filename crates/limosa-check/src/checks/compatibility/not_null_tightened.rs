//! BC006.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column refuses NULL while code runs that may write it.
    ///
    /// The running code knows the field as one that may be empty. Its writes fail as soon as the column demands a value, a default of the
    /// database notwithstanding: Django writes NULL where the value is `None`. Deploy code that always has a value first, and tighten the
    /// column after the deploy.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("customer", "city", models.CharField(max_length=50, default="")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.AlterField("customer", "city", models.CharField(max_length=50, default="")),
    /// ]
    /// ```
    "BC006" "not-null-tightened",
    group: Compatibility,
    level: Error,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let column = match change {
            // It may have been so before.
            TableChange::ModifyColumn { column, to }
                if to.not_null && !subject.column_before(table, column).is_some_and(|before| before.not_null) =>
            {
                column
            }
            _ => match change.not_null_column() {
                Some(column) => column,
                None => continue,
            },
        };
        if subject.added_column(table, column, effect).is_none() {
            findings
                .about(effect, format!("the running code may write NULL into `{table}.{column}`, and fails from then on"))
                .help(
                    "deploy code that always has a value first, and demand it after the deploy (`stage = \"post-deploy\"`)",
                )
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
            ("migrations.AlterField('order', 'paid_at', models.DateTimeField())", 1),
            ("migrations.AlterField('order', 'paid_at', models.DateTimeField(null=True, blank=True))", 0),
            ("migrations.AlterField('order', 'number', models.IntegerField(null=True))", 0),
            (
                "stage = 'post-deploy'\noperations = [migrations.AlterField('order', 'paid_at', models.DateTimeField())]",
                0,
            ),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True))\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField())",
                0,
            ),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True))\n----\n\
                 migrations.RenameField('order', 'x', 'y')\n----\n\
                 migrations.AlterField('order', 'y', models.IntegerField())",
                0,
            ),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True))\n----\n\
                 migrations.AlterModelTable('order', 'orders')\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField())",
                0,
            ),
            // The column of that name which is added later is another one.
            (
                "migrations.AlterField('order', 'paid_at', models.DateTimeField())\n----\n\
                 migrations.RemoveField('order', 'paid_at')\n----\n\
                 migrations.AddField('order', 'paid_at', models.DateTimeField(null=True))",
                1,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("alter table shop_order alter paid_at set not null", 1),
            ("ALTER TABLE shop_order ADD CONSTRAINT n NOT NULL paid_at NOT VALID", 1),
            ("ALTER TABLE shop_order ADD NOT NULL paid_at", 1),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order ADD NOT NULL x", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        let cases = [
            ("ALTER TABLE shop_order MODIFY paid_at datetime(6) NOT NULL", 1),
            ("ALTER TABLE shop_order MODIFY number bigint NOT NULL", 0),
            ("ALTER TABLE unknown MODIFY number bigint NOT NULL", 1),
            ("ALTER TABLE shop_order MODIFY number bigint NULL", 0),
        ];
        expect(&CHECK, Dialect::MySql, &cases);
    }
}
