//! BC011.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A default of the database is dropped while code runs that leaves the value to it.
    ///
    /// Code that does not know the column leaves it out, and code whose field has a `db_default` writes `DEFAULT`: both get NULL from
    /// then on, which a column that demands a value refuses. Drop the default after the deploy.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "channel", models.CharField(max_length=10, db_default="web")),
    ///     migrations.AlterField("order", "channel", models.CharField(max_length=10, default="web")),
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
    "BC011" "default-dropped",
    group: Compatibility,
    level: Error,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let (column, before) = match change {
            TableChange::SetDefault { column, to: None } => (column, subject.column_before(table, column)),
            TableChange::ModifyColumn { column, to } if to.default.is_none() => {
                match subject.column_before(table, column).filter(|before| before.default.is_some()) {
                    Some(before) => (column, Some(before)),
                    None => continue,
                }
            }
            _ => continue,
        };
        let added = subject.added_column(table, column);
        let not_null = added.map(|added| added.not_null).or(before.map(|before| before.not_null));
        if added.is_some() && not_null == Some(false) {
            continue;
        }
        let (what, level) = match not_null {
            Some(true) => ("leaves its value to the default, and fails without it", Level::Error),
            _ => ("may leave its value to the default, and gets NULL without it", Level::Warning),
        };
        findings
            .about(effect, format!("the running code's `INSERT` into `{table}.{column}` {what}"))
            .help("drop the default after the deploy (`stage = \"post-deploy\"`)")
            .level(level)
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn defaults() {
        let add = "migrations.AddField('order', 'x', models.IntegerField(db_default=1))\n----\n";
        let [dropped, changed] = ["", "db_default=2"]
            .map(|arguments| format!("{add}migrations.AlterField('order', 'x', models.IntegerField({arguments}))"));
        let cases = [
            (dropped.as_str(), 1),
            (changed.as_str(), 0),
            ("migrations.AddField('order', 'x', models.IntegerField(default=1))", 0),
            ("migrations.AlterField('order', 'number', models.IntegerField(default=1))", 0),
            ("migrations.AlterField('order', 'status', models.CharField(max_length=20))", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE shop_order ALTER status DROP DEFAULT", 1),
            ("ALTER TABLE shop_order ALTER status SET DEFAULT 'x'", 0),
            ("ALTER TABLE shop_order ADD x int DEFAULT 1; ALTER TABLE shop_order ALTER x DROP DEFAULT", 0),
            ("ALTER TABLE shop_order ADD x int NOT NULL DEFAULT 1; ALTER TABLE shop_order ALTER x DROP DEFAULT", 1),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
