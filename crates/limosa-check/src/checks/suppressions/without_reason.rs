//! SU001.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A comment allows a finding and does not say why.
    ///
    /// Whoever reads it in a year cannot tell whether it still holds. The reason stands behind two hyphens.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001, BC001
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001, BC001 -- no code has used it since May, and the ledger has the dates
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    "SU001" "suppression-without-reason",
    group: Suppressions,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

/// Comments are looked at where findings are sifted ([`crate::suppress`]).
fn check(_: &Subject<'_>, _: &mut Findings<'_>) {}
