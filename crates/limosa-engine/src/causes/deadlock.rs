//! Two transactions that wait for each other.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "deadlock",
    title: "two transactions waited for each other",
    postgres: &["40P01"],
    mysql: &["1213", "1614"],
    sqlite: &[],
    explain,
};

fn explain(_: &Refusal<'_>) -> Option<Explanation> {
    Some(plain(
        "another session took the same tables in another order; the database ended one of the two",
        "run `limosa migrate` again; if it comes back, change fewer tables in one migration, or run it when less is going on",
    ))
}
