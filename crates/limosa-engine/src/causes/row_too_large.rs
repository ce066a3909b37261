//! Limits of MySQL and MariaDB on rows and keys.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "row-too-large",
    title: "a row or a key is longer than the database allows",
    postgres: &["54000", "54011"],
    mysql: &["1059", "1069", "1071", "1117", "1118", "1170"],
    sqlite: &[],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    Some(match refusal.error.code.as_deref() {
        Some("1071" | "1170") => plain(
            "an index covers more bytes than a key may have: with utf8mb4 a character counts for four",
            "shorten `max_length` of the indexed fields, or index fewer of them",
        ),
        Some("1059") => plain("a name is longer than 64 characters", "give it a shorter name"),
        Some("54000") => plain(
            "a value is too long for an index: a B-tree takes about 2,700 bytes",
            "index a digest of the value, or use another kind of index",
        ),
        _ => plain(
            "the columns of the table together take more room than a row may have",
            "make long `CharField`s into `TextField`s, which are kept elsewhere, or split the table",
        ),
    })
}
