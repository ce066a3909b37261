//! From what a file or the bridge says to a typed migration.

use indexmap::IndexMap;
use limosa_model::field::{CustomColumn, FieldError};
use limosa_model::value::Call;
use limosa_model::{Diagnostic, Field, Migration, MigrationId, SmolStr, Stage};

use crate::config::FieldClass;
use crate::convert::{self, Knowledge, KnownOperation, Problem, Purpose};
use crate::native::MigrationFile;

/// What the configuration says about field classes, before what another source knows.
pub(super) struct Configured<'a> {
    pub(super) fields: &'a IndexMap<SmolStr, FieldClass>,
    pub(super) others: &'a dyn Knowledge,
}

impl Knowledge for Configured<'_> {
    fn field(&self, call: &Call, purpose: Purpose) -> Result<Field, FieldError> {
        let Some(class) = self.fields.get(&call.callee) else { return self.others.field(call, purpose) };
        let custom = CustomColumn { types: class.types.clone(), ..CustomColumn::default() };
        match &class.base {
            Some(base) => Field::from_call_as(call, base, (!class.types.is_empty()).then_some(custom)),
            None => Field::from_custom_call(call, custom),
        }
    }

    fn operation(&self, call: &Call, place: &str) -> Option<KnownOperation> {
        self.others.operation(call, place)
    }

    fn stage(&self, call: &Call) -> Option<Stage> {
        self.others.stage(call)
    }

    fn documentation(&self, function: &str, place: &str, reverse: bool) -> Option<SmolStr> {
        self.others.documentation(function, place, reverse)
    }
}

/// Understands a native migration; what is wrong with it is an error.
pub(super) fn native(file: MigrationFile, knowledge: &dyn Knowledge) -> Result<Migration, Vec<Diagnostic>> {
    let operations = convert::operations(&file.operations, knowledge);
    let operations =
        operations.map_err(|problems| problems.iter().map(|problem| invalid(&file.id, problem)).collect::<Vec<_>>())?;
    let mut migration = Migration {
        id: file.id,
        operations,
        dependencies: file.dependencies,
        run_before: file.run_before,
        replaces: file.replaces,
        initial: file.initial,
        atomic: file.atomic,
        attributes: file.attributes,
        source: Some(file.source),
    };
    migration.set_pending(file.pending);
    Ok(migration)
}

/// Returns the diagnostic for a part of a native migration that makes no sense.
fn invalid(id: &MigrationId, problem: &Problem) -> Diagnostic {
    let message = format!("the migration {id} is not understood: {}", problem.reason);
    Diagnostic::error("invalid-operation", message).at(problem.span, problem.reason.clone())
}

/// Returns the diagnostic for a migration that not even Python's answers made clear.
pub(super) fn not_understood(id: &MigrationId, problems: &[Problem]) -> Diagnostic {
    let reasons: Vec<&str> = problems.iter().map(|problem| problem.reason.as_str()).collect();
    let message = format!("the migration {id} is not understood: {}", reasons.join("; "));
    let help = "say in limosa.toml how the field class stores: [fields] \"path.of.Class\" = \"CharField\"";
    Diagnostic::error("invalid-operation", message)
        .at(problems.iter().find_map(|problem| problem.span), "here")
        .help(help)
}
