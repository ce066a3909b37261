//! HI004.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// The file that names the last migration of an app names another one.
    ///
    /// A migration was added without a change of `max_migration.txt`: a branch with another one would not conflict.
    ///
    /// # Instead
    ///
    /// Write the name of the last migration into the file.
    "HI004" "last-migration-stale",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(last) = super::last(subject)
        && let Some([name]) = last.lines.as_deref()
        && let [leaf] = last.leaves.as_slice()
        && last.names.contains(name.as_str())
        && name != leaf.as_str()
    {
        findings
            .report(format!("`{}` names `{name}`, but the last migration is `{leaf}`", last.path))
            .help(format!("write `{leaf}` into it"));
    }
}
