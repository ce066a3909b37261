//! `[stages]`: in which half of a deploy migrations run.

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr, Stage};

use super::Sourced;
use super::table::Table;

/// In which half of a deploy migrations run; keys are labels of apps and `app.migration`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageSection {
    /// Whether it is there, with or without anything in it: such a project divides its deploys.
    pub written: bool,
    /// What goes before the operations.
    pub overrides: IndexMap<SmolStr, Sourced<Stage>>,
    /// What decides where the operations have different stages.
    pub fallbacks: IndexMap<SmolStr, Sourced<Stage>>,
    /// What decides there for apps that are installed packages; `None` in it for nothing.
    pub third_party: Option<Sourced<Option<Stage>>>,
}

/// How the configuration says that there is no default.
const NONE: &str = "none";

impl StageSection {
    /// Reads the table.
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let third_party = table.text("third-party").and_then(|text| {
            let stage = if text.value == NONE { Some(None) } else { Stage::parse(&text.value).map(Some) };
            let [before, after] = Stage::NAMES;
            let help = format!("write \"{before}\", \"{after}\" or \"{NONE}\"");
            found(table, "third-party", &text, stage, &help)
        });
        Self { written: true, overrides: rules(table, "overrides"), fallbacks: rules(table, "fallbacks"), third_party }
    }
}

fn rules(table: &mut Table<'_, '_>, name: &str) -> IndexMap<SmolStr, Sourced<Stage>> {
    let mut rules = IndexMap::new();
    let Some(mut table) = table.table(name, &[]) else { return rules };
    let help = format!("write \"{}\" or \"{}\"", Stage::NAMES[0], Stage::NAMES[1]);
    for key in table.keys() {
        let Some(text) = table.text(&key) else { continue };
        let stage = Stage::parse(&text.value);
        if let Some(stage) = found(&mut table, &key, &text, stage, &help) {
            rules.insert(key, stage);
        }
    }
    rules
}

fn found<T>(
    table: &mut Table<'_, '_>,
    key: &str,
    text: &Sourced<SmolStr>,
    value: Option<T>,
    help: &str,
) -> Option<Sourced<T>> {
    if value.is_none() {
        let message = format!("unknown stage `{}`", text.value);
        let diagnostic = Diagnostic::error("invalid-configuration", message);
        table.report(diagnostic.at(table.span_of(key), "here").help(help.to_owned()));
    }
    value.map(|value| Sourced { value, origin: text.origin })
}
