//! What the configuration says of stages: `[stages]` of limosa.toml, then the settings of django-syzygy.

use std::collections::{BTreeMap, BTreeSet};

use limosa_model::{Diagnostic, MigrationId, SmolStr, Span, Stage, Value};
use limosa_plan::stage::Rules;
use limosa_source::project::App;

use crate::error::Error;
use crate::installed::is_installed;
use crate::workspace::Workspace;

/// Returns what the configuration says.
///
/// # Errors
/// When it names an app or a migration that is not there.
pub(crate) fn of(workspace: &Workspace) -> Result<Rules, Error> {
    let project = workspace.project();
    let section = &project.config.stages;
    let named = section.overrides.iter().chain(&section.fallbacks).map(|(key, stage)| (key, stage.span()));
    let unknown: Vec<Diagnostic> =
        named.filter(|(key, _)| !is_known(workspace, key)).map(|(key, span)| unknown(key, span)).collect();
    if !unknown.is_empty() {
        return Err(workspace.diagnostics(unknown));
    }
    let mut overrides = setting(workspace, "MIGRATION_STAGES_OVERRIDE");
    overrides.extend(section.overrides.iter().map(|(key, stage)| (key.clone(), stage.value)));
    let mut fallbacks = setting(workspace, "MIGRATION_STAGES_FALLBACK");
    fallbacks.extend(section.fallbacks.iter().map(|(key, stage)| (key.clone(), stage.value)));
    let third_party = match &section.third_party {
        Some(stage) => stage.value,
        None => match project.settings.values.get("MIGRATION_THIRD_PARTY_STAGES_FALLBACK") {
            Some(Value::None) => None,
            Some(value) => Stage::of(value).or(Some(Stage::PreDeploy)),
            None => Some(Stage::PreDeploy),
        },
    };
    let third_party_apps: BTreeSet<SmolStr> =
        project.apps.iter().filter(|app| is_third_party(app)).map(|app| app.label.clone()).collect();
    Ok(Rules { overrides, fallbacks, third_party, third_party_apps })
}

/// Reads a setting of django-syzygy: a dictionary from names to stages.
fn setting(workspace: &Workspace, name: &str) -> BTreeMap<SmolStr, Stage> {
    let pairs = workspace.project().settings.values.get(name).and_then(Value::pairs).unwrap_or_default();
    let rule = |(key, value): &(Value, Value)| Some((SmolStr::new(key.as_str()?), Stage::of(value)?));
    pairs.iter().filter_map(rule).collect()
}

/// Returns whether an app is an installed package, not the project's own.
fn is_third_party(app: &App) -> bool {
    app.is_django() || app.path.as_ref().is_some_and(|path| is_installed(path))
}

fn is_known(workspace: &Workspace, key: &str) -> bool {
    match key.split_once('.') {
        Some((app, name)) => workspace.migration(&MigrationId::new(app, name)).is_ok(),
        None => workspace.check_app(key).is_ok(),
    }
}

fn unknown(key: &str, span: Option<Span>) -> Diagnostic {
    let what = if key.contains('.') { "migration" } else { "app" };
    Diagnostic::error("invalid-configuration", format!("there is no {what} `{key}`"))
        .at(span, "here")
        .help("write the label of an app, or `\"app.migration\"` with the migration's whole name")
}
