//! RV004.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// Unapplying the operation loses what was written since.
    ///
    /// The way back of a new column or table drops it. That is in the nature of things, and of interest to those alone who mean to go back
    /// after the new code has run; so it is asked for by name.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "channel", models.CharField(max_length=10, null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// Go back with the code alone, and leave the new column where it is: the old code does not see it.
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["status"], name="order_status_idx")),
    /// ]
    /// ```
    "RV004" "reverse-loses-data",
    group: Reversal,
    level: Note,
    opt_in: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for meant in subject.operation.into_iter().flat_map(|operation| &operation.meaning) {
        let (table, what) = match &meant.effect {
            // What the project's SQL takes back, it says itself.
            _ if meant.statement.is_some() => continue,
            Effect::CreateTable { table, .. } => (table, format!("`{table}`")),
            Effect::AlterTable { table, change: TableChange::AddColumn(column) } => {
                (table, format!("`{table}.{}`", column.name))
            }
            _ => continue,
        };
        if !subject.so_far.is_new(table) {
            findings
                .about(
                    &meant.effect,
                    format!("unapplying it drops {what} with everything that was written to it since"),
                )
                .help("to go back, run the old code on the new schema: it does not see it")
                .table(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn operations() {
        let cases = [
            ("migrations.AddField('order', 'x', models.IntegerField(null=True))", 1),
            ("migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])", 1),
            (
                "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]), \
                 migrations.AddField('tag', 'x', models.IntegerField(null=True))",
                1,
            ),
            ("migrations.RemoveField('order', 'note')", 0),
            ("CREATE TABLE t (a int)", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
