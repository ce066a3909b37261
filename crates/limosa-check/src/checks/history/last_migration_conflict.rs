//! HI002.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// The file that names the last migration of an app names several.
    ///
    /// Two branches added a migration each, and git left both names in `max_migration.txt`. One of the two must go behind the other:
    /// `limosa rebase` does it.
    ///
    /// # Instead
    ///
    /// Run `limosa rebase`, which leaves one name.
    "HI002" "last-migration-conflict",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(last) = super::last(subject)
        && last.lines.as_ref().is_some_and(|lines| lines.len() > 1)
    {
        findings
            .report(format!("`{}` has several lines: two branches added a migration each", last.path))
            .help(format!("put one behind the other: `limosa rebase {}`", subject.migration.id().app));
    }
}
