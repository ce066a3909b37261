//! What the functions of migrations do, for the checks.

use limosa_check::plan::PlannedMigration;
use limosa_model::Value;
use limosa_source::python::code_facts;

use crate::workspace::Workspace;

/// Reads the functions that migrations run, those that stand in the migrations' own files.
pub(super) fn read(workspace: &Workspace, deploys: &mut [Vec<PlannedMigration<'_>>]) {
    for planned in deploys.iter_mut().flatten() {
        let name = planned.migration.id.name.clone();
        let source = planned.migration.source.and_then(|source| workspace.sources().get(source));
        planned.read_code(|code| source.as_ref().and_then(|source| code_facts(source, own_path(code, &name)?)));
    }
}

/// Returns the path of a function within the file of its migration; nothing when it is elsewhere.
fn own_path<'a>(code: &'a Value, migration: &str) -> Option<&'a str> {
    let Value::Reference(path) = code else { return None };
    let (_, within) = path.split_once(&format!(".{migration}."))?;
    Some(within)
}
