//! Types between which the database does not convert by itself.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "cannot-be-converted",
    title: "a column cannot be converted to another type",
    postgres: &["42804", "42846"],
    mysql: &[],
    sqlite: &[],
    explain,
};

fn explain(_: &Refusal<'_>) -> Option<Explanation> {
    Some(plain(
        "PostgreSQL does not convert between these two types by itself",
        "change the type with `ALTER COLUMN … TYPE … USING …` in a `RunSQL` whose `state_operations` hold the `AlterField`; \
         or add a new column, copy the values, and drop the old one",
    ))
}
