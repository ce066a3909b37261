//! HI001.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An app lacks the file that names its last migration.
    ///
    /// The project keeps `max_migration.txt` beside its migrations, as django-linear-migrations does, so that two branches with a migration each
    /// conflict in git. An app without the file is not protected.
    ///
    /// # Instead
    ///
    /// Write the name of the last migration into the file.
    "HI001" "last-migration-missing",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(last) = super::last(subject)
        && last.lines.is_none()
    {
        findings
            .report(format!("`{}` is not there, and names no last migration", last.path))
            .help(format!("write `{}` into it", last.leaves.join("` or `")));
    }
}
