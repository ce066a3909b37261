//! BC017.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::plan::PlannedOperation;
use crate::subject::Subject;
use crate::types::{Fit, fit};

declare! {
    /// What the new code needs is made after the deploy, when it has been running for a while.
    ///
    /// The migration says that it runs after the deploy, or the configuration does. Until then each query of the new code that names a
    /// column or a table of it fails, and so does one that writes what only the new column takes. Let it run before the deploy; where the
    /// migration has other operations that must wait, make two of it.
    ///
    /// # Example
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.AddField("order", "remark", models.TextField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "pre-deploy"
    /// operations = [
    ///     migrations.AddField("order", "remark", models.TextField(null=True)),
    /// ]
    /// ```
    "BC017" "needed-before-deploy",
    group: Compatibility,
    level: Error,
    after_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    // What the project's own SQL adds, nobody knows who needs.
    if subject.operation.is_some_and(PlannedOperation::is_own_sql) {
        return;
    }
    for effect in subject.meant() {
        let Some(table) = effect.table() else { continue };
        let (what, level) = match effect {
            Effect::CreateTable { .. } => (format!("the new code uses `{table}`, and fails"), Level::Error),
            _ if subject.so_far.is_new(table) => continue,
            Effect::AlterTable { change, .. } => match change {
                TableChange::AddColumn(column) => {
                    (format!("the new code names `{table}.{}`, and fails", column.name), Level::Error)
                }
                _ if is_about_new_column(subject, table, change, effect) => continue,
                TableChange::DropNotNull { column } => {
                    (format!("the new code may write NULL into `{table}.{column}`, and fails"), Level::Warning)
                }
                TableChange::AlterType { column, to, .. } => {
                    let before = subject.column_before(table, column).map(|before| before.data_type);
                    // What becomes of values of the new type in the old one.
                    let Some(before) = before else { continue };
                    match fit(Some(to), &before, subject.dialect()) {
                        Fit::Refused | Fit::Cut => (
                            format!(
                                "the new code may write values into `{table}.{column}` that {before} does not take"
                            ),
                            Level::Warning,
                        ),
                        // BC007 tells of the others.
                        _ => continue,
                    }
                }
                _ => continue,
            },
            _ => continue,
        };
        findings
            .about(effect, format!("{what} until the migration runs, after the deploy"))
            .level(level)
            .help("let it run before the deploy (`stage = \"pre-deploy\"`), in a migration of its own where others must wait")
            .table(table);
    }
}

/// Returns whether a column is changed that the deploy adds: its addition is told of.
fn is_about_new_column(subject: &Subject<'_>, table: &str, change: &TableChange, effect: &Effect) -> bool {
    match change {
        TableChange::DropNotNull { column } | TableChange::AlterType { column, .. } => {
            subject.added_column(table, column, effect).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn operations() {
        let staged = |stage: &str, operation: &str| format!("stage = '{stage}'\noperations = [{operation}]");
        let after = |operation: &str| staged("post-deploy", operation);
        let add = "migrations.AddField('order', 'x', models.IntegerField(null=True))";
        let cases = [
            (after(add), 1),
            (staged("pre-deploy", add), 0),
            (add.to_owned(), 0),
            (after("migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])"), 1),
            // It has no table here.
            (
                after(
                    "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))], \
                     options={'required_db_vendor': 'oracle'})",
                ),
                0,
            ),
            (
                after(
                    "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]), \
                     migrations.AddField('tag', 'x', models.IntegerField(null=True))",
                ),
                1,
            ),
            (after("migrations.AddField('order', 'x', models.ManyToManyField('shop.Customer'))"), 1),
            (after("migrations.AlterField('order', 'number', models.IntegerField(null=True))"), 1),
            (after("migrations.AlterField('order', 'paid_at', models.DateTimeField())"), 0),
            (after("migrations.RemoveField('order', 'number')"), 0),
            (after("migrations.RunSQL('ALTER TABLE shop_order ADD x int', '')"), 0),
            (after("migrations.AddIndex('order', models.Index(fields=['status'], name='i'))"), 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let length = |length: u32| {
            after(&format!(
                "migrations.AlterField('order', 'status', models.CharField(max_length={length}, default='new'))"
            ))
        };
        let (longer, shorter) = (length(40), length(10));
        for dialect in [Dialect::Postgres, Dialect::MySql] {
            expect(&CHECK, dialect, &[(longer.as_str(), 1), (shorter.as_str(), 0)]);
        }
    }
}
