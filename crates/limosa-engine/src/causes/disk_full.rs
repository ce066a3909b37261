//! No room is left.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "disk-full",
    title: "the disk or the memory is full",
    postgres: &["53100", "53200"],
    mysql: &["1021", "1037", "1038", "1041", "1114"],
    sqlite: &["13", "7"],
    explain,
};

fn explain(_: &Refusal<'_>) -> Option<Explanation> {
    Some(plain(
        "the server has no room left: a table that is rewritten or indexed needs its size once more while that lasts",
        "make room, and run `limosa migrate` again",
    ))
}
