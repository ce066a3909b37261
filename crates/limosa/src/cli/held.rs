//! How it is told which migrations do not run in a half of a deploy.

use std::fmt::Write as _;

use limosa_engine::events::HeldMigration;
use limosa_model::Stage;
use serde::Serialize;

use crate::cli::printer::BOLD;
use crate::stages::{self, Divided};
use crate::workspace::Workspace;

/// A migration that does not run, as JSON says it.
#[derive(Serialize)]
pub(super) struct HeldLine<'a> {
    app: &'a str,
    name: &'a str,
    stage: &'static str,
    why: &'a str,
}

impl<'a> From<&'a HeldMigration> for HeldLine<'a> {
    fn from(held: &'a HeldMigration) -> Self {
        Self { app: &held.id.app, name: &held.id.name, stage: held.half, why: &held.why }
    }
}

/// Returns the migrations that do not run, with why.
pub(super) fn migrations(workspace: &Workspace, divided: &Divided) -> Vec<HeldMigration> {
    let one = |held: &stages::Held| HeldMigration {
        id: held.migration.id.clone(),
        half: stages::half_name(held.migration.half()),
        why: match &held.behind {
            Some(other) => format!("waits for {other}"),
            None if let Some(wait) = held.wait => format!("waits {} more", stages::duration(wait)),
            None if held.is_part => format!("the rest of it: {}", stages::describe(workspace, &held.migration)),
            None => stages::describe(workspace, &held.migration),
        },
    };
    divided.held.iter().map(one).collect()
}

/// Returns the lines that tell it to a person; `stage` is the half that runs.
pub(super) fn text(stage: Stage, migrations: &[HeldMigration]) -> String {
    let title = match stage {
        Stage::PreDeploy => "Put off until after the deploy",
        Stage::PostDeploy => "Not applied, because they belong before the deploy or wait",
    };
    let mut text = format!("{BOLD}{title}:{BOLD:#}\n");
    for held in migrations {
        _ = writeln!(text, "  {}: {}", held.id, held.why);
    }
    text
}
