//! BC014.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;
use crate::unknown::{Kept, unknown_to};

declare! {
    /// A column stays while code runs that does not know it any more, and demands a value.
    ///
    /// The field is gone from the models, and the column goes after the deploy, or not at all. Until then the new code leaves it out of
    /// its `INSERT`s, which fail when it takes no NULL and the database has no default for it. Before the deploy, give it a default
    /// (`db_default`) or allow NULL; then remove the field.
    ///
    /// # Example
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.RemoveField("order", "note"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "note", models.TextField(null=True)),
    /// ]
    /// ```
    ///
    /// and the removal in another migration.
    "BC014" "kept-column-required",
    group: Compatibility,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let migration = subject.migration;
    for lost in unknown_to(&migration.after, &migration.before, subject.context()) {
        if lost.whole_table || subject.so_far.is_new_column(&lost.table, &lost.column.name) {
            continue;
        }
        let what = if lost.column.not_null && !lost.column.primary_key && !lost.column.fills_itself() {
            "takes no NULL and has no default"
        } else if lost.column.unique && lost.column.default.is_some() {
            "is unique, so that its default fits once"
        } else {
            continue;
        };
        let Some(Kept { dropped_by, until }) = lost.kept(subject) else { continue };
        let (table, column) = (&lost.table, &lost.column.name);
        findings
            .report(format!("the new code leaves `{table}.{column}` out, which {what}: its `INSERT`s fail{until}"))
            .help(
                "before the deploy, give it a default in the database (`db_default`) or allow NULL, in an `AlterField`",
            )
            .in_operation(dropped_by)
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect};

    use super::CHECK;
    use crate::stats::Stats;
    use crate::testing::{expect_everywhere, found};

    #[test]
    fn columns() {
        let after = |operation: &str| format!("stage = 'post-deploy'\noperations = [{operation}]");
        let eased = |field: &str| {
            format!("migrations.AlterField('order', 'number', {field})\n----\n")
                + &after("migrations.RemoveField('order', 'number')")
        };
        let cases = [
            (after("migrations.RemoveField('order', 'number')"), 1),
            (after("migrations.RemoveField('order', 'paid_at')"), 0),
            (after("migrations.RemoveField('order', 'customer')"), 1),
            (after("migrations.DeleteModel('order')"), 0),
            (after("migrations.RenameField('order', 'number', 'amount')"), 0),
            (eased("models.IntegerField(null=True)"), 0),
            (eased("models.IntegerField(db_default=0)"), 0),
            (eased("models.IntegerField(db_default=0, unique=True)"), 1),
            // The old code runs still, and BC001 tells of it.
            ("migrations.RemoveField('order', 'number')".to_owned(), 0),
            (
                "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'number')])"
                    .into(),
                1,
            ),
            (
                "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'paid_at')])"
                    .into(),
                0,
            ),
            (
                "migrations.SeparateDatabaseAndState(state_operations=[\n\
                     migrations.AlterField('order', 'number', models.IntegerField(db_column='number')),\n\
                     migrations.RenameField('order', 'number', 'amount'),\n])"
                    .into(),
                0,
            ),
            (
                "operations = [\n    migrations.AlterField('order', 'number', models.IntegerField(null=True)),\n\
                     migrations.RemoveField('order', 'number'),\n]\nstage = 'post-deploy'"
                    .into(),
                1,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
    }

    /// The operation that drops the column is named where it is one of the migration.
    #[test]
    fn operations() {
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        let removed = "stage = 'post-deploy'\noperations = [migrations.RemoveField('order', 'number')]";
        let forgotten = "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'number')])\n----\n\
             stage = 'post-deploy'\noperations = [migrations.RunSQL('ALTER TABLE shop_order DROP COLUMN number', '')]";
        for (deploy, expected) in [(removed, Some("Remove field number from order")), (forgotten, None)] {
            let found = found(&CHECK, &context, &Stats::default(), deploy);
            assert_eq!(found.len(), 1, "{deploy}");
            assert_eq!(found[0].operation.as_deref(), expected, "{deploy}");
            assert!(found[0].message.ends_with("until it is dropped"), "{deploy}");
        }
    }
}
