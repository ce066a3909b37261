//! What `migrate` says before it begins.

use limosa_model::SmolStr;
use limosa_plan::planner::Target;

use crate::cli::printer::BOLD;
use crate::situation::Situation;

/// Returns the lines that name the target.
///
/// Source: Django `core/management/commands/migrate.py`, `Command.handle`.
pub(super) fn announce(situation: &Situation, target: &Target, synchronize: &[SmolStr], app: Option<&str>) -> String {
    let mut text = format!("{BOLD}Operations to perform:{BOLD:#}\n");
    let line = |what: &str, names: &str| format!("  {BOLD}{what}: {BOLD:#}{names}\n");
    if !synchronize.is_empty() {
        let mut labels: Vec<&str> = synchronize.iter().map(SmolStr::as_str).collect();
        labels.sort_unstable();
        let what = if app.is_some() { "Synchronize unmigrated app" } else { "Synchronize unmigrated apps" };
        text += &line(what, &labels.join(", "));
    }
    text += &match target {
        Target::All => line("Apply all migrations", &labels(situation, None)),
        Target::App(app) => line("Apply all migrations", &labels(situation, Some(app))),
        Target::Zero(app) => line("Unapply all migrations", app),
        Target::Migration(id) => line("Target specific migration", &format!("{}, from {}", id.name, id.app)),
    };
    text
}

/// Returns the labels of the apps whose leaves are the targets.
fn labels(situation: &Situation, app: Option<&str>) -> String {
    let mut apps: Vec<String> = situation.graph.leaf_nodes(app).iter().map(|leaf| leaf.app.to_string()).collect();
    apps.sort();
    apps.dedup();
    if apps.is_empty() { "(none)".to_owned() } else { apps.join(", ") }
}
