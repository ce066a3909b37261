//! What a run tells while it goes on. The engine prints nothing: the terminal, JSON and the embedding program listen.

use std::sync::Arc;
use std::time::Duration;

use limosa_db::LockHolder;
use limosa_model::graph::Direction;
use limosa_model::{MigrationId, Stage};
use limosa_plan::branches::Unordered;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Another runner is at work; sent when it or what it does changes, and from time to time.
    Waiting {
        /// Who, in words.
        holder: String,
        /// What it does, when it says so.
        step: Option<String>,
        /// How long this runner has waited.
        waited: Duration,
    },
    /// This runner waits for other members of its quorum; sent when one comes or goes, and from time to time.
    Gathering {
        /// The names of those that are there, sorted, this one among them.
        arrived: Vec<String>,
        /// How many there have to be.
        needed: u32,
        /// How long this runner has waited.
        waited: Duration,
    },
    /// The tables of apps without migrations were made (`--run-syncdb`).
    Synchronized {
        /// What Django's command says about it, line by line.
        text: String,
    },
    /// Two migrations of different branches may change the same rows, and nothing settles their order.
    Unordered(Unordered),
    /// Another runner did some of what was planned before this one waited for it, or the plan is another for other reasons.
    PlanChanged {
        /// What is no longer to be done.
        done: Vec<(MigrationId, Direction)>,
        /// What is to be done now and was not before.
        added: Vec<(MigrationId, Direction)>,
        /// How many migrations are left.
        left: usize,
    },
    /// Some migrations belong to the other half of the deploy, or wait for one that does.
    Held {
        /// The half that runs.
        stage: Stage,
        /// The migrations, each with its half and why.
        migrations: Vec<HeldMigration>,
    },
    /// The migrations are known and the first is about to start.
    RunStarted {
        /// How many there are.
        migrations: usize,
    },
    /// There was nothing to do, though models differ from what the migrations make of them.
    ModelsChanged {
        /// The labels of their apps, sorted.
        apps: Vec<String>,
    },
    /// A migration starts.
    MigrationStarted {
        /// Which.
        id: MigrationId,
        /// Which way.
        direction: Direction,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        total: usize,
    },
    /// The running migration was half-applied by an earlier run, and this one goes on there.
    MigrationResumed {
        /// How many of its steps are done.
        done: usize,
    },
    /// An operation of the running migration starts.
    OperationStarted {
        /// What it does.
        description: String,
    },
    /// A statement is about to be sent.
    Statement {
        /// Its text.
        sql: String,
    },
    /// Python or the database said something.
    Output {
        /// What it said.
        text: String,
    },
    /// A migration ended well.
    MigrationFinished {
        /// Which.
        id: MigrationId,
        /// Which way.
        direction: Direction,
        /// Whether it was only recorded.
        faked: bool,
        /// How long it took.
        took: Duration,
    },
    /// Work after the migrations starts: content types, permissions, the project's own receivers.
    AfterRun {
        /// What.
        description: &'static str,
    },
    /// All is done.
    RunFinished {
        /// How many migrations were applied or unapplied.
        migrations: usize,
        /// How long it took.
        took: Duration,
    },
}

/// A migration that does not run in this half of a deploy.
#[derive(Clone, Debug)]
pub struct HeldMigration {
    /// Which.
    pub id: MigrationId,
    /// Its half, as it is spelled.
    pub half: &'static str,
    /// Why it belongs there, or what it waits for.
    pub why: String,
}

/// Where events go.
#[derive(Clone)]
pub struct Events(Arc<dyn Fn(Event) + Send + Sync>);

impl Events {
    /// Returns a listener that is called for every event, from the task that runs the migrations.
    pub fn new(listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Returns one that hears nothing.
    pub fn none() -> Self {
        Self::new(|_| ())
    }

    /// Tells that another runner is at work.
    pub fn waiting(&self, holder: &LockHolder, waited: Duration) {
        self.send(Event::Waiting { holder: holder.to_string(), step: holder.step.clone(), waited });
    }

    /// Tells which members of the quorum are there.
    pub fn gathering(&self, arrived: Vec<String>, needed: u32, waited: Duration) {
        self.send(Event::Gathering { arrived, needed, waited });
    }

    /// Tells that the plan is another than before the wait.
    pub fn plan_changed(&self, done: Vec<(MigrationId, Direction)>, added: Vec<(MigrationId, Direction)>, left: usize) {
        self.send(Event::PlanChanged { done, added, left });
    }

    /// Tells what Python or the database said.
    pub fn output(&self, text: String) {
        self.send(Event::Output { text });
    }

    /// Tells that the tables of apps without migrations were made.
    pub fn synchronized(&self, text: String) {
        self.send(Event::Synchronized { text });
    }

    /// Tells which migrations do not run in this half of a deploy.
    pub fn held(&self, stage: Stage, migrations: Vec<HeldMigration>) {
        self.send(Event::Held { stage, migrations });
    }

    /// Tells that nothing settles the order of two migrations.
    pub fn unordered(&self, pair: Unordered) {
        self.send(Event::Unordered(pair));
    }

    /// Tells whose models differ from what the migrations make of them.
    pub fn models_changed(&self, apps: Vec<String>) {
        self.send(Event::ModelsChanged { apps });
    }

    /// Tells that work after the migrations starts.
    pub fn after_run(&self, description: &'static str) {
        self.send(Event::AfterRun { description });
    }

    /// Tells that all is done.
    pub fn run_finished(&self, migrations: usize, took: Duration) {
        self.send(Event::RunFinished { migrations, took });
    }

    pub(crate) fn send(&self, event: Event) {
        (self.0)(event);
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}
