//! An object that a statement needs is not there.

use limosa_sql::dialect::Dialect;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "is-missing",
    title: "a table, column, index or function is not there",
    postgres: &["3F000", "42P01", "42703", "42704", "42883"],
    mysql: &["1008", "1051", "1054", "1072", "1091", "1109", "1146", "1176", "1305", "1360", "3821"],
    sqlite: &["1"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = &refusal.error.message;
    let sqlite = ["no such table", "no such column", "no such index", "no such function", "no such collation"];
    let drops = "has no column named";
    if refusal.dialect == Dialect::Sqlite
        && !sqlite.iter().any(|start| message.contains(start))
        && !message.contains(drops)
    {
        return None;
    }
    let extension = matches!(refusal.error.code.as_deref(), Some("42704" | "42883"));
    Some(plain(
        "a migration that makes it does not run before this one, because no dependency says so; or it was dropped or renamed by hand",
        if extension {
            "add the migration that makes it to `dependencies`; for a type, an operator class or a function of an extension, the one \
             that creates the extension"
        } else {
            "add the migration that makes it to `dependencies`; or make it again as the earlier migrations did"
        },
    ))
}
