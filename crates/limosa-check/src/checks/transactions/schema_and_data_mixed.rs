//! TX004.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// Rows and schema of tables in use change in one transaction.
    ///
    /// The locks of the schema's change are held for as long as the rows take; on SQLite nobody writes meanwhile anyway. PostgreSQL also refuses to
    /// alter a table whose rows were changed before while a deferred foreign key is still to be checked (`pending trigger events`). Put the rows in
    /// a migration of their own.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    ///     migrations.RunSQL("UPDATE shop_order SET weight = 1", ""),
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
    "TX004" "schema-and-data-mixed",
    group: Transactions,
    level: Warning,
    databases: [Postgres, Sqlite],
    Migration: check,
    fix: fix::rows_apart,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if !subject.migration.transaction {
        return;
    }
    let mut made: Vec<String> = Vec::new();
    let (mut schema, mut rows) = (None, None);
    for operation in &subject.migration.operations {
        let is_old =
            |table: &str, made: &[String]| !subject.so_far.is_new(table) && !made.iter().any(|made| made == table);
        for meant in &operation.meaning {
            match &meant.effect {
                Effect::CreateTable { table, .. } => made.push(table.clone()),
                Effect::Rows { table, .. } if is_old(table, &made) => {
                    rows = rows.or_else(|| Some(operation.describe()))
                }
                Effect::AlterTable { table, .. }
                | Effect::DropTable { table, .. }
                | Effect::RenameTable { table, .. }
                    if is_old(table, &made) =>
                {
                    schema = schema.or_else(|| Some(table.clone()));
                }
                _ => {}
            }
        }
        if operation.code && operation.operation.is_none_or(|operation| operation.may_change_rows()) {
            rows = rows.or_else(|| Some(operation.describe()));
        }
    }
    if let (Some(table), Some(rows)) = (schema, rows) {
        findings
            .report(format!("the transaction changes `{table}` and rows as well ({rows})"))
            .help("move what changes rows to a migration of its own")
            .table(&table);
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
                (
                    r#"operations = [migrations.AddField("order", "weight", models.IntegerField(null=True)), migrations.RunSQL("update shop_order set weight = 1")]"#,
                    1,
                ),
                (r#"UPDATE shop_order SET number = 1; ALTER TABLE shop_order ADD COLUMN weight int"#, 1),
                (
                    r#"def fill(apps, schema_editor):
    apps.get_model("shop", "Order").objects.update(number=1)

operations = [migrations.AddField("order", "weight", models.IntegerField(null=True)), migrations.RunPython(fill)]"#,
                    1,
                ),
                (r#"UPDATE shop_order SET number = 1"#, 0),
                (r#"CREATE TABLE fresh (a int); INSERT INTO fresh VALUES (1)"#, 0),
                (
                    r#"operations = [migrations.AddField("order", "weight", models.IntegerField(null=True)), migrations.RunPython(migrations.RunPython.noop)]"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.AddField("order", "weight", models.IntegerField(null=True)), migrations.RunSQL("UPDATE shop_order SET weight = 1")]"#,
                    0,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN weight int
----
UPDATE shop_order SET weight = 1"#,
                    0,
                ),
                (r#"migrations.AlterField("customer", "city", models.CharField(max_length=50, default=""))"#, 0),
            ],
        );
    }
}
