//! Passwords that a description holds: not written, but where they stand in what the description was read from.
//!
//! What was read is compared by its hash before an answer is used, so the place still holds the password then.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::config::Env;
use crate::describe::ReadFrom;

/// Where the password of a database stands.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Hidden {
    /// The alias of the database.
    alias: String,
    /// What holds it.
    within: Within,
    /// Where it begins, in bytes.
    start: usize,
    /// How long it is there.
    length: usize,
    /// Whether it is written as in a URL.
    encoded: bool,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Within {
    Variable(String),
    File(PathBuf),
}

/// Takes the passwords out of a description; nothing when one stands nowhere that is known.
pub(super) fn hide(description: &mut Json, read: &ReadFrom, env: &Env) -> Option<Vec<Hidden>> {
    let mut hidden = Vec::new();
    let Some(databases) = description.get_mut("databases").and_then(Json::as_object_mut) else { return Some(hidden) };
    for (alias, database) in databases {
        let password = database.get("password").and_then(Json::as_str).unwrap_or_default().to_owned();
        if password.is_empty() {
            continue;
        }
        let (within, start, length, encoded) = find(&password, read, env)?;
        hidden.push(Hidden { alias: alias.clone(), within, start, length, encoded });
        database["password"] = Json::String(String::new());
    }
    Some(hidden)
}

/// Puts the passwords back; nothing when one is no longer there.
pub(super) fn reveal(mut description: Json, hidden: &[Hidden], env: &Env) -> Option<Json> {
    for place in hidden {
        let text = text(&place.within, env)?;
        let found = text.get(place.start..place.start + place.length)?;
        let password = if place.encoded { decode(found)? } else { found.to_owned() };
        *description.get_mut("databases")?.get_mut(&place.alias)?.get_mut("password")? = Json::String(password);
    }
    Some(description)
}

fn find(password: &str, read: &ReadFrom, env: &Env) -> Option<(Within, usize, usize, bool)> {
    let variables = read.environment.iter().map(|name| Within::Variable(name.clone()));
    let files = read.files.iter().map(|path| Within::File(path.clone()));
    let url = encode(password);
    for within in variables.chain(files) {
        let Some(text) = text(&within, env) else { continue };
        for (form, encoded) in [(password, false), (url.as_str(), true)] {
            if let Some(start) = text.find(form) {
                return Some((within, start, form.len(), encoded));
            }
        }
    }
    None
}

fn text(within: &Within, env: &Env) -> Option<String> {
    match within {
        Within::Variable(name) => env.var(name).map(str::to_owned),
        Within::File(path) => fs_err::read_to_string(path).ok(),
    }
}

/// Writes a text as it stands in a URL (Python: `urllib.parse.quote` with nothing safe).
fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
