//! SU003.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A comment allows a finding until a day that is over.
    ///
    /// The finding counts again. A date puts something off that shall not be forgotten.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001, BC001 until 2020-12-31 -- until the next release
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     # limosa: ignore DL001, BC001 until 2999-12-31 -- until the next release
    ///     migrations.RemoveField("order", "paid_at"),
    /// ]
    /// ```
    "SU003" "suppression-expired",
    group: Suppressions,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

/// Comments are looked at where findings are sifted ([`crate::suppress`]).
fn check(_: &Subject<'_>, _: &mut Findings<'_>) {}
