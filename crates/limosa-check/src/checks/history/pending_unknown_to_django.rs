//! HI008.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A Python migration has pending operations, which Django does not know.
    ///
    /// Limosa runs `pending_operations` when the deploy is over. Django looks at `operations` alone: its `migrate` records the migration without the
    /// others, its `makemigrations` writes a second migration for what they do, and code that its `migrate` runs later is given models as if they had
    /// never run.
    ///
    /// # Example
    ///
    /// ```text
    /// class Migration(migrations.Migration):
    ///     operations = [migrations.AddField("order", "total", models.IntegerField(null=True))]
    ///     pending_operations = [migrations.RemoveField("order", "sum")]
    /// ```
    ///
    /// # Instead
    ///
    /// Where Django's commands are used beside Limosa, leave what removes something in `operations`: it is known to belong after the deploy, and waits
    /// for it all the same. What comes when the migration is applied belongs into a later one:
    ///
    /// ```text
    /// class Migration(migrations.Migration):
    ///     operations = [
    ///         migrations.AddField("order", "total", models.IntegerField(null=True)),
    ///         migrations.RemoveField("order", "sum"),
    ///     ]
    /// ```
    "HI008" "pending-unknown-to-django",
    group: History,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let migration = subject.migration.migration;
    let is_python = |path: &String| path.ends_with(".py");
    let first = migration.operations.get(migration.pending()).and_then(|pending| pending.first());
    if let Some(first) = first.filter(|_| subject.plan.history.files.get(&migration.id).is_some_and(is_python)) {
        let finding =
            findings.report("Django knows no `pending_operations`: its `migrate` and `makemigrations` leave them out");
        let finding = finding.help(
            "where Django's commands are used, too, put them into `operations` (what removes something waits for the end of the deploy there as well), \
             or into a later migration",
        );
        if let Some(place) = first.span.0 {
            finding.at(place);
        }
    }
}
