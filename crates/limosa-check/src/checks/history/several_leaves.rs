//! HI005.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An app has several last migrations.
    ///
    /// The project keeps its migrations in one line (`max_migration.txt`); two of them depend on the same one.
    ///
    /// # Instead
    ///
    /// Run `limosa rebase`, which puts one behind the other.
    "HI005" "several-leaves",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(last) = super::last(subject)
        && last.leaves.len() > 1
    {
        findings
            .report(format!("`{}` has several last migrations: {}", subject.migration.id().app, last.leaves.join(", ")))
            .help(format!("put one behind the other: `limosa rebase {}`", subject.migration.id().app));
    }
}
