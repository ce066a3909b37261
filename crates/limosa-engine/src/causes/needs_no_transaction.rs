//! Statements that no transaction may hold.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "needs-no-transaction",
    title: "a statement cannot run in a transaction",
    postgres: &["25001", "55P04"],
    mysql: &["1568"],
    sqlite: &["1"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = &refusal.error.message;
    if refusal.error.code.as_deref() == Some("1") && !message.contains("within a transaction") {
        return None;
    }
    if refusal.error.code.as_deref() == Some("55P04") {
        return Some(plain(
            "a value of an enumerated type can be used only when the transaction that added it is committed",
            "add the value in one migration and use it in the next",
        ));
    }
    Some(plain(
        "the statement cannot be part of a transaction, and a migration is one by default",
        "put it into a migration of its own with `atomic = False` (TOML: `atomic = false`)",
    ))
}
