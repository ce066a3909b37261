//! SU004.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A comment names a check that there is not.
    ///
    /// It allows nothing: a code is misspelt, or of another tool.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL01 -- the ledger has the dates
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001, BC001 -- the ledger has the dates
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    "SU004" "suppression-unknown",
    group: Suppressions,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

/// Comments are looked at where findings are sifted ([`crate::suppress`]).
fn check(_: &Subject<'_>, _: &mut Findings<'_>) {}
