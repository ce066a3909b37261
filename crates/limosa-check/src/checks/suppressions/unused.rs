//! SU002.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A comment allows what is not found there.
    ///
    /// The operation has changed, or the comment stands in the wrong place. Left alone, it would hide a finding of tomorrow.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001 -- the ledger has the dates
    ///     migrations.AddField("order", "shipped_at", models.DateTimeField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "shipped_at", models.DateTimeField(null=True)),
    /// ]
    /// ```
    "SU002" "suppression-unused",
    group: Suppressions,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

/// Comments are looked at where findings are sifted ([`crate::suppress`]).
fn check(_: &Subject<'_>, _: &mut Findings<'_>) {}
