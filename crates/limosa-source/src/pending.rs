//! Pending operations beside a stage that decides about the whole migration.

use limosa_model::{Diagnostic, SmolStr, Span, Value};

/// The attributes by which a migration in Python says its stage.
const STAGES: [&str; 2] = ["stage", "safe"];

/// Refuses pending operations beside an attribute that decides about all operations.
pub(crate) fn conflicts(attributes: &[(SmolStr, Value)], span: Option<Span>) -> Option<Diagnostic> {
    let said = attributes.iter().find(|(name, value)| STAGES.contains(&name.as_str()) && *value != Value::None);
    said.map(|(name, _)| conflict(name, span))
}

/// Refuses pending operations beside this key or attribute.
pub(crate) fn conflict(key: &str, span: Option<Span>) -> Diagnostic {
    let message = format!("`{key}` decides about all operations, and `pending_operations` have one");
    Diagnostic::error("conflicting-keys", message).at(span, "here").help(format!("leave `{key}` out"))
}
