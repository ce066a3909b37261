//! BC015.

use std::collections::BTreeSet;

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;
use crate::unknown::{Kept, unknown_to};

declare! {
    /// A foreign key stays while code runs that does not know it any more, and keeps rows from being deleted.
    ///
    /// Django deletes the rows that refer to a row itself, before that row. The new code does not know this foreign key, whose column or
    /// table goes after the deploy, or not at all: where it deletes a row that the old code made others refer to, the database refuses.
    /// Drop the constraint before the deploy (`db_constraint=False`); the old code does not miss it. That goes for a model that is
    /// deleted and for a many-to-many field, too.
    ///
    /// # Example
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.RemoveField("order", "customer"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField(
    ///         "order", "customer", models.ForeignKey("shop.Customer", models.CASCADE, null=True, db_constraint=False),
    ///     ),
    /// ]
    /// ```
    ///
    /// and the removal in another migration.
    "BC015" "kept-reference",
    group: Compatibility,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let migration = subject.migration;
    let mut told = BTreeSet::new();
    for lost in unknown_to(&migration.after, &migration.before, subject.context()) {
        let Some(target) = &lost.keeps else { continue };
        let (table, column) = (&lost.table, &lost.column.name);
        if subject.so_far.is_new_column(table, column)
            || known::model(&migration.after, subject.context(), target).is_none()
        {
            continue;
        }
        let Some(Kept { dropped_by, until }) = lost.kept(subject) else { continue };
        if told.insert((table.clone(), target.clone())) {
            findings
                .report(format!(
                    "the new code does not know that `{table}.{column}` refers to `{target}`, and cannot delete such rows{until}"
                ))
                .help("drop the constraint before the deploy (`db_constraint=False`)")
                .in_operation(dropped_by)
                .table(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn references() {
        let after = |operation: &str| format!("stage = 'post-deploy'\noperations = [{operation}]");
        let eased = "migrations.AlterField('order', 'customer', models.ForeignKey('shop.Customer', models.CASCADE, \
                     db_constraint=False))\n----\n";
        let many = "migrations.AddField('order', 'others', models.ManyToManyField('shop.Customer'))\n----\n";
        let cases = [
            (after("migrations.RemoveField('order', 'customer')"), 1),
            (after("migrations.RemoveField('order', 'number')"), 0),
            (after("migrations.DeleteModel('order')"), 1),
            (after("migrations.RemoveField('order', 'customer'), migrations.DeleteModel('customer')"), 0),
            (after("migrations.RenameModel('order', 'purchase')"), 0),
            (eased.to_owned() + &after("migrations.RemoveField('order', 'customer')"), 0),
            ("migrations.RemoveField('order', 'customer')".to_owned(), 0),
            // It is new: no old code made rows.
            (many.to_owned() + &after("migrations.RemoveField('order', 'others')"), 0),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('order')])".into(), 1),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
