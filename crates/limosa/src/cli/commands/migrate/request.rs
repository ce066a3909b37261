//! What the arguments of `migrate` ask for, on whichever database.

use std::time::Duration;

use limosa_engine::runner::Fake;
use limosa_model::graph::MigrationGraph;
use limosa_model::{SmolStr, Stage};
use limosa_plan::planner::{Target, resolve_targets};
use limosa_sql::dialect::Context;

use crate::cli::args::MigrateArgs;
use crate::cli::context::CommandContext;
use crate::error::Error;
use crate::migrate::{self, MigratePlan, RunOptions};
use crate::quorum;
use crate::situation::Situation;
use crate::stages::{self, Divided, Mode};
use crate::workspace::Workspace;

/// How long a member waits for the others unless told otherwise.
const QUORUM_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// What the arguments ask for.
pub(super) struct Request<'a> {
    pub(super) args: &'a MigrateArgs,
    mode: Mode,
    pub(super) options: RunOptions,
}

/// What is planned.
pub(super) enum Planned {
    /// All of it.
    Whole(MigratePlan),
    /// One half of a deploy.
    Half(Divided),
}

impl Planned {
    /// Returns what runs.
    pub(super) fn plan(&self) -> &MigratePlan {
        match self {
            Self::Whole(plan) => plan,
            Self::Half(half) => &half.plan,
        }
    }

    /// Returns the half of a deploy that it is.
    pub(super) fn half(&self) -> Option<&Divided> {
        match self {
            Self::Whole(_) => None,
            Self::Half(half) => Some(half),
        }
    }

    /// Returns whether something is to be run.
    pub(super) fn is_pending(&self) -> bool {
        match self {
            Self::Whole(plan) => !plan.printed.is_empty(),
            Self::Half(half) => half.is_pending(),
        }
    }
}

impl<'a> Request<'a> {
    /// Understands the arguments.
    ///
    /// Source: Django `core/management/commands/migrate.py`, `Command.handle`.
    pub(super) fn new(context: &CommandContext, workspace: &Workspace, args: &'a MigrateArgs) -> Result<Self, Error> {
        let app = args.app_label.as_deref();
        if let Some(label) = app {
            workspace.check_app(label)?;
        }
        if args.prune && app.is_none() {
            return Err(Error::Usage {
                message: "migrations can be pruned only when an app is specified".into(),
                help: "name the app: `limosa migrate APP --prune`".into(),
            });
        }
        let unmigrated: Vec<SmolStr> = workspace.project().unmigrated_apps().map(|app| app.label.clone()).collect();
        let synchronize = match app.filter(|_| args.run_syncdb) {
            Some(label) if !unmigrated.iter().any(|known| known == label) => {
                return Err(Error::Usage {
                    message: format!("--run-syncdb cannot be used with app `{label}`: it has migrations"),
                    help: "leave --run-syncdb out, or the app".into(),
                });
            }
            Some(label) => vec![label.into()],
            None if args.run_syncdb => unmigrated,
            None => Vec::new(),
        };
        let fake = match (args.fake, args.fake_initial) {
            (true, _) => Fake::Yes,
            (false, true) => Fake::Initial,
            (false, false) => Fake::No,
        };
        let verbosity = context.verbosity;
        let interactive = !args.noinput;
        let options = RunOptions {
            fake,
            synchronize,
            looks_at_models: verbosity >= 1,
            verbosity,
            interactive,
            command: Some(context.command.clone()),
            unfinished: args.unfinished.map(Into::into),
            put_off: Vec::new(),
        };
        let mode = match (args.strict, args.nonstrict) {
            (true, _) => Mode::Strict,
            (false, true) => Mode::Nonstrict,
            (false, false) if args.pre_deploy || args.post_deploy => stages::mode(workspace)?,
            (false, false) => Mode::Strict,
        };
        Ok(Self { args, mode, options })
    }

    /// Returns where the arguments lead to in a graph.
    pub(super) fn target(&self, graph: &MigrationGraph) -> Result<Target, Error> {
        let (app, name) = (self.args.app_label.as_deref(), self.args.migration_name.as_deref());
        match (app, name) {
            // An app without migrations has only tables to make.
            (Some(app), None) if self.args.run_syncdb => Ok(Target::App(app.into())),
            _ => Ok(resolve_targets(graph, app, name)?),
        }
    }

    /// Plans what is asked for: the whole way to the target, or the half of it that belongs before or after the deploy.
    pub(super) fn plan(
        &self,
        workspace: &Workspace,
        situation: &Situation,
        context: &Context,
    ) -> Result<(Target, Planned), Error> {
        let target = self.target(&situation.graph)?;
        let plan = migrate::plan(workspace, situation, &target)?;
        let planned = match self.stage() {
            Some(stage) => {
                let is_strict = self.mode == Mode::Strict;
                let half = stages::Request { stage, is_strict, put_off: &situation.put_off };
                Planned::Half(stages::divide(workspace, plan, context, half)?)
            }
            None => Planned::Whole(plan),
        };
        Ok((target, planned))
    }

    /// Returns the half of the deploy that is asked for.
    fn stage(&self) -> Option<Stage> {
        match (self.args.pre_deploy, self.args.post_deploy) {
            _ if self.mode == Mode::Disabled => None,
            (true, _) => Some(Stage::PreDeploy),
            (false, true) => Some(Stage::PostDeploy),
            (false, false) => None,
        }
    }

    /// Returns for which other members it waits.
    pub(super) fn quorum(&self) -> Option<quorum::Call> {
        let needed = self.args.quorum.filter(|needed| *needed > 1)?;
        let member = self.args.member.clone().filter(|name| !name.is_empty()).unwrap_or_else(limosa_db::lock::host);
        let timeout = self.args.quorum_timeout.unwrap_or(QUORUM_TIMEOUT);
        Some(quorum::Call { member, needed, timeout, half: self.stage().map(Stage::as_str) })
    }

    /// Returns whether nothing is to be changed.
    pub(super) fn only_looks(&self) -> bool {
        (self.args.plan || self.args.check_unapplied) && !self.args.prune
    }
}
