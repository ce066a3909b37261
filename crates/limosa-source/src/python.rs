//! Python files, read without running them.

pub mod context;
pub mod migration;
pub mod module;
pub mod operations;

pub(crate) mod backends;
mod canonical;
mod classes;
mod code_facts;
mod contribute;
mod evaluate;
mod fields;
mod linearize;
mod named_models;
mod nesting;
pub(crate) mod parse;
mod sent_sql;

use std::sync::Arc;

use limosa_model::Diagnostic;

pub use canonical::canonical;
pub use code_facts::code_facts;
pub use context::{Context, Modules};
pub use migration::{RawMigration, read_migration};
pub use module::{Class, Found, Function, Module, ModuleResolver, NoModules, NoSettings, Setting, SettingsSource};
pub use named_models::{NamedModels, named_models};
pub use operations::SourceKnowledge;
pub use sent_sql::{COMPUTED, sent_sql};

use crate::sources::Source;

/// Evaluates the top level of a module; `name` is its dotted path.
///
/// Values that other modules hold are looked up, as far as they can be found and evaluated.
///
/// # Errors
/// When the file is not valid Python.
pub fn evaluate_module(context: &Context<'_>, source: Arc<Source>, name: &str) -> Result<Module, Diagnostic> {
    evaluate::Evaluator::module(*context, source, name, &[], true).map(|(module, _)| module)
}
