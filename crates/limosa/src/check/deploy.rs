//! The gate of a deploy: whether the new code may start.

use limosa_check::{Finding, Group, Level};
use limosa_plan::planner::Target;
use limosa_plan::stage::{Half, Stage};

use super::{Judged, Options, check};
use crate::connected::{self, Connected};
use crate::error::Error;
use crate::migrate;
use crate::situation::Situation;
use crate::stages::{self, StagedMigration};
use crate::workspace::Workspace;

/// Whether the new code may start, and what speaks against it.
#[derive(Debug)]
pub struct Gate {
    /// The migrations that the new code needs and that are not applied, in the order in which they run.
    pub needed: Vec<StagedMigration>,
    /// What breaks the code that is running, or the new one, when the pending migrations run in their halves.
    pub breaks: Vec<Finding>,
    /// The migrations that are left for the end of the deploy.
    pub left: Vec<StagedMigration>,
    /// What all checks say.
    pub judged: Judged,
}

impl Gate {
    /// Returns whether nothing speaks against it.
    pub fn is_open(&self) -> bool {
        self.needed.is_empty() && self.breaks.is_empty()
    }
}

/// Looks at what is pending as one deploy in two halves; findings count from `fail_on` on.
///
/// What may run in either half is needed by nobody. Of the checks those of code that breaks count.
///
/// # Errors
/// When the pending migrations cannot be divided into halves, or the database refuses.
pub async fn gate(
    workspace: &mut Workspace,
    connected: Option<&Connected>,
    alias: &str,
    options: &Options,
    fail_on: Level,
) -> Result<Gate, Error> {
    let situation = Situation::of(workspace, connected, false).await?;
    situation.check(workspace)?;
    let context = connected::context_at(workspace, connected, alias)?;
    let plan = migrate::plan(workspace, &situation, &Target::All)?;
    let request = stages::Request { stage: Stage::PreDeploy, is_strict: true, put_off: &situation.put_off };
    let divided = stages::divide(workspace, plan, &context, request)?;
    let runs = |migration: &&StagedMigration| divided.plan.executed.iter().any(|planned| planned.id == migration.id);
    let is_needed = |migration: &&StagedMigration| migration.half() != Half::Either && runs(migration);
    let needed = divided.stages.iter().filter(is_needed).cloned().collect();
    let left = divided.held.iter().map(|held| held.migration.clone()).collect();
    let judged = check(workspace, connected, alias, options).await?;
    let breaks =
        |finding: &&Finding| finding.level >= fail_on && finding.code.starts_with(Group::Compatibility.prefix());
    let breaks = judged.findings.iter().filter(breaks).cloned().collect();
    Ok(Gate { needed, breaks, left, judged })
}
