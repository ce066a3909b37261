//! Operations of `django.contrib.postgres` that touch no model.

use smol_str::SmolStr;

/// An operation of `django.contrib.postgres` that touches no model.
#[derive(Clone, Debug, PartialEq)]
pub enum PostgresOperation {
    /// Installs an extension where it is missing.
    CreateExtension {
        /// The extension.
        name: SmolStr,
        /// Settings for it (Django: `hints`).
        hints: crate::Value,
    },
    /// Creates a collation.
    CreateCollation(Collation),
    /// Removes a collation.
    RemoveCollation(Collation),
    /// Checks the rows that were there when a constraint was added.
    ValidateConstraint {
        /// The model.
        model: SmolStr,
        /// The constraint.
        name: SmolStr,
    },
}

/// A collation.
#[derive(Clone, Debug, PartialEq)]
pub struct Collation {
    /// The name.
    pub name: SmolStr,
    /// The locale.
    pub locale: SmolStr,
    /// Who provides it: `libc` or `icu`.
    pub provider: SmolStr,
    /// Whether equal means equal byte for byte.
    pub deterministic: bool,
}

impl PostgresOperation {
    pub(super) fn describe(&self) -> String {
        match self {
            Self::CreateExtension { name, .. } => format!("Creates extension {name}"),
            Self::CreateCollation(collation) => format!("Create collation {}", collation.name),
            Self::RemoveCollation(collation) => format!("Remove collation {}", collation.name),
            Self::ValidateConstraint { model, name } => format!("Validate constraint {name} on model {model}"),
        }
    }
}
