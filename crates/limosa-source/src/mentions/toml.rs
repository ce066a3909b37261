//! The lists of a TOML file.

use toml::de::{DeTable, DeValue};

use super::{Mention, inside};
use crate::native::dependency;

pub(super) fn find(text: &str) -> Vec<Mention> {
    let (document, _) = DeTable::parse_recoverable(text);
    let mut found = Vec::new();
    for key in ["dependencies", "run_before", "replaces"] {
        let Some(DeValue::Array(items)) = document.get_ref().get(key).map(toml::Spanned::get_ref) else { continue };
        for item in items {
            let Some(id) = item.get_ref().as_str().and_then(dependency) else { continue };
            if let Some(name) = inside(text, item.span(), &id.name) {
                found.push(Mention { id, is_dependency: key == "dependencies", name });
            }
        }
    }
    found
}
