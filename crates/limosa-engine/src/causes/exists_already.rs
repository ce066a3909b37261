//! An object that is to be made is there already.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "exists-already",
    title: "what is to be made is there already",
    postgres: &["42P04", "42P06", "42P07", "42701", "42710", "42723"],
    mysql: &["1007", "1050", "1060", "1061", "1068", "1304", "1359", "1826", "3822"],
    sqlite: &["1"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = &refusal.error.message;
    if refusal.dialect == limosa_sql::dialect::Dialect::Sqlite
        && !message.contains("already exists")
        && !message.starts_with("duplicate column name")
    {
        return None;
    }
    Some(plain(
        "it was made before: by hand, by a restored dump, or by a migration whose row is missing in the history",
        "compare it with what the migration makes; if it is the same, record the migration with `--fake` \
         (`--fake-initial` for the first one of an app), else rename or drop it",
    ))
}
