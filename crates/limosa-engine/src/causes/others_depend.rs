//! Views and other objects hold on to what is to be dropped or changed.

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "others-depend",
    title: "other objects depend on what is to be dropped or changed",
    postgres: &["0A000", "2BP01"],
    mysql: &["1553", "1828", "1829", "1830", "1834", "3730", "3959"],
    sqlite: &["1"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let message = &refusal.error.message;
    match refusal.error.code.as_deref() {
        // The number also stands for everything else that is not supported.
        Some("0A000") if !message.contains("used by a view") && !message.contains("used by a") => return None,
        Some("1") if !message.starts_with("error in ") => return None,
        _ => {}
    }
    Some(plain(
        "a view, a foreign key, a trigger or another object that the migrations do not know needs it",
        "drop that object before, in a `RunSQL`, and make it again afterwards",
    ))
}
