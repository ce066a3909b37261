//! Migrations in TOML: typed operations under Django's names, with the place of each part.

mod datetime;
mod expression;
mod field;
mod field_keys;
mod index;
mod operation;
mod options;
mod reader;

use limosa_model::stage::delay;
use limosa_model::{Diagnostic, MigrationId, Severity, SmolStr, Stage, Value};
use toml::de::{DeTable, DeValue};

use super::toml_value::{first_error, syntax_error};
use super::{MigrationFile, dependency};
use crate::pending;
use crate::sources::Source;

use self::reader::Reader;

pub(crate) use operation::RUN_RUST;

const KEYS: [&str; 9] = [
    "dependencies",
    "operations",
    "pending_operations",
    "atomic",
    "stage",
    "delay",
    "replaces",
    "run_before",
    "initial",
];

/// Reads a migration from TOML; what is wrong with it is reported with its place.
///
/// The migration is absent when a part of it could not be understood.
pub fn read(source: &Source, id: MigrationId) -> (Option<MigrationFile>, Vec<Diagnostic>) {
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    if let Some(error) = first_error(&errors) {
        return (None, vec![syntax_error(error, source)]);
    }
    let mut reader = Reader::new(source);
    let file = reader.migration(document.get_ref(), id);
    let broken = reader.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    (Some(file).filter(|_| !broken), reader.diagnostics)
}

impl Reader<'_> {
    fn migration(&mut self, table: &DeTable<'_>, id: MigrationId) -> MigrationFile {
        self.check_keys(table, KEYS, "a migration");
        let mut file = MigrationFile::new(id, self.source.id);
        let mut pending = Vec::new();
        for (key, node) in table {
            match key.get_ref().as_ref() {
                "dependencies" => file.dependencies = self.dependencies(node),
                "replaces" => file.replaces = self.dependencies(node),
                "run_before" => file.run_before = self.dependencies(node),
                "atomic" => file.atomic = self.bool(node).unwrap_or(true),
                "initial" => file.initial = self.bool(node),
                "operations" => file.operations = self.operations(node).unwrap_or_default(),
                "stage" => {
                    if let Some(stage) = self.one_of(node, &Stage::NAMES) {
                        file.attributes.push((SmolStr::new_static("stage"), Value::Str(stage)));
                    }
                }
                "delay" => {
                    let text = self.text(node);
                    match text.as_deref().map(delay) {
                        Some(Some(_)) => file.attributes.extend(text.map(|text| ("delay".into(), Value::Str(text)))),
                        Some(None) => _ = self.wrong::<()>(node, "a number with s, m, h or d, such as \"2h\""),
                        None => {}
                    }
                }
                "pending_operations" => {
                    pending = self.operations(node).unwrap_or_default();
                    if table.contains_key("stage") {
                        let span = self.source.span(key.span());
                        self.diagnostics.push(pending::conflict("stage", Some(span)));
                    }
                }
                _ => {}
            }
        }
        file.pending = pending.len();
        file.operations.append(&mut pending);
        file
    }

    fn dependencies(&mut self, node: &reader::Node<'_>) -> Vec<MigrationId> {
        let DeValue::Array(items) = node.get_ref() else {
            return self.wrong(node, "a list of migrations").unwrap_or_default();
        };
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            let Some(text) = self.text(item) else { continue };
            match dependency(&text) {
                Some(id) => ids.push(id),
                None => {
                    let span = self.span(item);
                    let help = "write the app and the migration: \"blog.0001_initial\"";
                    self.error_with_help(
                        "invalid-dependency",
                        span,
                        format!("`{text}` names no migration"),
                        help.into(),
                    );
                }
            }
        }
        ids
    }
}
