//! A transaction that came too late.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "concurrent-change",
    title: "another transaction changed the same rows first",
    postgres: &["40001"],
    mysql: &["1020"],
    sqlite: &[],
    explain,
};

fn explain(_: &Refusal<'_>) -> Option<Explanation> {
    Some(plain("another transaction changed what this one had read", "run `limosa migrate` again"))
}
