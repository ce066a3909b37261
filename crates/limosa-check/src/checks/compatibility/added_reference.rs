//! BC016.

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;
use crate::unknown::unknown_to;

declare! {
    /// A foreign key is added that the running code does not know, and keeps it from deleting rows.
    ///
    /// Django deletes the rows that refer to a row itself, before that row. Once the new code has written rows that refer to one, the old
    /// code, which does not know them, cannot delete it: the database refuses. This is told where the project divides its deploys. Where
    /// the old code deletes such rows while both run, add the field without a constraint (`db_constraint=False`), and the constraint after
    /// the deploy.
    ///
    /// # Example
    ///
    /// ```python
    /// stage = "pre-deploy"
    /// operations = [
    ///     migrations.AddField("order", "payer", models.ForeignKey("shop.Customer", models.CASCADE, null=True, related_name="+")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "pre-deploy"
    /// operations = [
    ///     migrations.AddField(
    ///         "order", "payer",
    ///         models.ForeignKey("shop.Customer", models.CASCADE, null=True, related_name="+", db_constraint=False),
    ///     ),
    /// ]
    /// ```
    "BC016" "added-reference",
    group: Compatibility,
    level: Note,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let migration = subject.migration;
    let (Some(_), Some(first)) = (&migration.staged, subject.deploy.first()) else { return };
    for added in unknown_to(&migration.before, &migration.after, subject.context()) {
        let Some(target) = &added.keeps else { continue };
        // A renamed table refers to what it referred to.
        let was_there = known::column(&first.before, subject.context(), &added.table, &added.column.name).is_some();
        if was_there || known::model(&first.before, subject.context(), target).is_none() {
            continue;
        }
        let (table, column) = (&added.table, &added.column.name);
        findings
            .report(format!(
                "the old code does not know that `{table}.{column}` refers to `{target}`, and cannot delete such rows"
            ))
            .help("where it deletes some, add the constraint after the deploy (`db_constraint=False` before)")
            .once()
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn references() {
        let staged = |operation: &str| format!("stage = 'pre-deploy'\noperations = [{operation}]");
        let key = |more: &str| {
            staged(&format!(
                "migrations.AddField('order', 'x', models.ForeignKey('shop.Customer', models.CASCADE, null=True, {more}))"
            ))
        };
        let cases = [
            (key(""), 1),
            (key("db_constraint=False"), 0),
            (key("").replace("pre-deploy", "post-deploy"), 0),
            (staged("migrations.AddField('order', 'x', models.ManyToManyField('shop.Customer'))"), 1),
            (staged("migrations.AddField('order', 'x', models.IntegerField(null=True))"), 0),
            (
                staged(
                    "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]), \
                     migrations.CreateModel('Label', [('id', models.AutoField(primary_key=True)), \
                     ('tag', models.ForeignKey('shop.Tag', models.CASCADE))])",
                ),
                0,
            ),
            (
                staged(
                    "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), \
                     ('customer', models.ForeignKey('shop.Customer', models.CASCADE))])",
                ),
                1,
            ),
            // The project does not divide its deploys.
            (
                "migrations.AddField('order', 'x', models.ForeignKey('shop.Customer', models.CASCADE, null=True))"
                    .into(),
                0,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
