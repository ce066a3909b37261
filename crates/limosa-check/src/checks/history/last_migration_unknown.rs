//! HI003.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// The file that names the last migration of an app names one that is not there.
    ///
    /// The migration was renamed or removed, and `max_migration.txt` was not.
    ///
    /// # Instead
    ///
    /// Write the name of the last migration into the file.
    "HI003" "last-migration-unknown",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(last) = super::last(subject)
        && let Some([name]) = last.lines.as_deref()
        && !last.names.contains(name.as_str())
    {
        findings
            .report(format!("`{}` names `{name}`, which is not there", last.path))
            .help(format!("write `{}` into it", last.leaves.join("` or `")));
    }
}
