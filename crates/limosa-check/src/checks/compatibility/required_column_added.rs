//! BC005.

use limosa_sql::effect::{ColumnDefinition, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// A column is added that needs a value, and the database has none of its own.
    ///
    /// The running code does not know the column and leaves it out of its `INSERT`s, which then fail. A `default` does not help: that is
    /// Python of the new code; Django drops it from the database as soon as the rows that are there are filled. Give the column a default
    /// in the database (`db_default`), or allow NULL until the deploy is finished.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "channel", models.CharField(max_length=10, default="web")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "channel", models.CharField(max_length=10, db_default="web")),
    /// ]
    /// ```
    "BC005" "required-column-added",
    group: Compatibility,
    level: Error,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
    fix: fix::db_default,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let is_missed = |column: &ColumnDefinition| !column.fills_itself();
        let column = match change {
            TableChange::AddColumn(column) if (column.not_null || column.primary_key) && is_missed(column) => {
                &column.name
            }
            _ => match change.not_null_column() {
                Some(column) if subject.added_column(table, column, effect).is_some_and(is_missed) => column,
                _ => continue,
            },
        };
        findings
            .about(effect, format!("the running code leaves `{table}.{column}` out, so that its `INSERT`s fail"))
            .help(
                "give the column a default in the database (`db_default`), or allow NULL until the deploy is finished",
            )
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
            ("migrations.AddField('order', 'x', models.IntegerField(default=0))", 1),
            ("migrations.AddField('order', 'x', models.IntegerField(default=0), preserve_default=False)", 1),
            ("migrations.AddField('order', 'x', models.IntegerField(null=True))", 0),
            ("migrations.AddField('order', 'x', models.IntegerField(db_default=0))", 0),
            ("migrations.AddField('order', 'x', models.ManyToManyField('shop.Customer'))", 0),
            (
                "migrations.SeparateDatabaseAndState(state_operations=[migrations.AddField('order', 'x', models.IntegerField())])",
                0,
            ),
            (
                "operations = [\n    migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]),\n\
                     migrations.AddField('tag', 'x', models.IntegerField(default=0)),\n]",
                0,
            ),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True))\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField())",
                1,
            ),
            (
                "migrations.AddField('order', 'x', models.IntegerField(null=True, db_default=0))\n----\n\
                 migrations.AlterField('order', 'x', models.IntegerField(db_default=0))",
                0,
            ),
            ("migrations.AlterField('order', 'paid_at', models.DateTimeField())", 0),
            ("ALTER TABLE shop_order ADD COLUMN x int NOT NULL", 1),
            ("alter table shop_order add x int not null default 5", 0),
            ("ALTER TABLE shop_order ADD COLUMN x int", 0),
            ("CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN x int NOT NULL", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE shop_order ADD x bigserial NOT NULL", 0),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order ALTER x SET NOT NULL", 1),
            ("ALTER TABLE shop_order ADD x int DEFAULT 1, ALTER x SET NOT NULL", 0),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order ADD NOT NULL x", 1),
            ("ALTER TABLE shop_order DROP CONSTRAINT shop_order_pkey, ADD x int PRIMARY KEY", 1),
            ("ALTER TABLE shop_order DROP CONSTRAINT shop_order_pkey, ADD x serial PRIMARY KEY", 0),
            ("ALTER TABLE shop_order ADD x int NOT NULL GENERATED ALWAYS AS (number * 2) STORED", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
