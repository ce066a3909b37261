//! Rows were changed in the same transaction, and their foreign keys wait to be checked.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "pending-triggers",
    title: "a table is changed whose rows were changed in the same transaction",
    postgres: &["55006"],
    mysql: &[],
    sqlite: &[],
    explain,
};

fn explain(_: &Refusal<'_>) -> Option<Explanation> {
    Some(plain(
        "the migration changes rows and then their table, in one transaction: deferred foreign keys of these rows are still to be checked",
        "split it: one migration for the rows, another for the table; or run `SET CONSTRAINTS ALL IMMEDIATE` in between",
    ))
}
