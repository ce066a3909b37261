//! `[routing]`: which apps and models live in which databases.

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr, Span};

use super::table::Table;

/// Which apps and models live in which databases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routing {
    /// The aliases by `app`, `app.model` in lower case, or `*` for all that is not named.
    rules: IndexMap<SmolStr, Vec<SmolStr>>,
    /// All aliases with the places where they were written.
    pub(crate) named: Vec<(SmolStr, Span)>,
}

impl Routing {
    /// Returns whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns whether an app, or a model of it, may be migrated on a database; nothing when that is not said.
    pub fn allows(&self, alias: &str, app: &str, model: Option<&str>) -> Option<bool> {
        let of_model = model.and_then(|model| self.rules.get(format!("{app}.{}", model.to_lowercase()).as_str()));
        let aliases = of_model.or_else(|| self.rules.get(app)).or_else(|| self.rules.get("*"))?;
        Some(aliases.iter().any(|known| known == alias))
    }

    /// Reads the table: each value is an alias or a list of aliases.
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let mut routing = Self::default();
        for key in table.keys() {
            let Some(span) = table.span_of(&key) else { continue };
            let aliases: Vec<(SmolStr, Span)> = if table.is_text(&key) {
                table.text(&key).map(|alias| (alias.value, span)).into_iter().collect()
            } else {
                let aliases = table.texts(&key).into_iter().flatten();
                aliases.map(|alias| (alias.value.clone(), alias.span().unwrap_or(span))).collect()
            };
            let name = match key.split_once('.') {
                Some((app, model)) if !app.is_empty() && !model.is_empty() && !model.contains('.') => {
                    SmolStr::from(format!("{app}.{}", model.to_lowercase()))
                }
                Some(_) => {
                    let message = format!("`routing.{key}` names neither an app nor a model");
                    let help = "write `app = \"alias\"` or `\"app.Model\" = [\"alias\", \"other\"]`";
                    table.report(Diagnostic::error("invalid-configuration", message).at(Some(span), "here").help(help));
                    continue;
                }
                None => key.clone(),
            };
            routing.rules.insert(name, aliases.iter().map(|(alias, _)| alias.clone()).collect());
            routing.named.extend(aliases);
        }
        routing
    }
}
