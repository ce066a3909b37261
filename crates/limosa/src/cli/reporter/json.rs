//! A run as JSON lines on stdout; docs/reference/json.md describes them.

#[cfg(test)]
mod tests;

use limosa_engine::events::Event;
use limosa_model::MigrationId;
use limosa_model::graph::Direction;
use serde::Serialize;

use crate::cli::context::CommandContext;
use crate::cli::held::HeldLine;
use crate::cli::order::Pair;
use crate::cli::printer::Printer;

/// Shows a run to a program.
pub(super) struct JsonReporter {
    printer: Printer,
    /// The alias of the database.
    database: String,
}

/// One line, with the database that it is about.
#[derive(Serialize)]
struct Tagged<'a> {
    #[serde(flatten)]
    line: Line<'a>,
    database: &'a str,
}

/// One line.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    Waiting {
        version: u8,
        holder: &'a str,
        step: Option<&'a str>,
        seconds: f64,
    },
    Gathering {
        version: u8,
        arrived: &'a [String],
        needed: u32,
        seconds: f64,
    },
    Synchronized {
        text: &'a str,
    },
    Unordered {
        version: u8,
        #[serde(flatten)]
        pair: Pair<'a>,
    },
    PlanChanged {
        done: Vec<Named<'a>>,
        added: Vec<Named<'a>>,
        left: usize,
    },
    Held {
        version: u8,
        stage: &'static str,
        migrations: Vec<HeldLine<'a>>,
    },
    RunStarted {
        version: u8,
        migrations: usize,
    },
    ModelsChanged {
        apps: &'a [String],
    },
    MigrationStarted {
        app: &'a str,
        name: &'a str,
        backwards: bool,
        number: usize,
        total: usize,
    },
    MigrationResumed {
        done: usize,
    },
    OperationStarted {
        description: &'a str,
    },
    Statement {
        sql: &'a str,
    },
    Output {
        text: &'a str,
    },
    MigrationFinished {
        app: &'a str,
        name: &'a str,
        backwards: bool,
        faked: bool,
        seconds: f64,
    },
    AfterRun {
        description: &'a str,
    },
    RunFinished {
        migrations: usize,
        seconds: f64,
    },
}

/// A migration, and which way it goes.
#[derive(Serialize)]
struct Named<'a> {
    app: &'a str,
    name: &'a str,
    backwards: bool,
}

fn named(migrations: &[(MigrationId, Direction)]) -> Vec<Named<'_>> {
    migrations
        .iter()
        .map(|(id, direction)| Named { app: &id.app, name: &id.name, backwards: *direction == Direction::Backwards })
        .collect()
}

impl JsonReporter {
    pub(super) fn new(context: &CommandContext) -> Self {
        Self { printer: context.printer.another(), database: context.alias.clone() }
    }

    pub(super) fn event(&mut self, event: &Event) {
        self.printer.event(&Tagged { line: line(event), database: &self.database });
    }
}

/// Returns what is said of an event.
fn line(event: &Event) -> Line<'_> {
    match event {
        Event::Waiting { holder, step, waited } => {
            Line::Waiting { version: 1, holder, step: step.as_deref(), seconds: waited.as_secs_f64() }
        }
        Event::Gathering { arrived, needed, waited } => {
            Line::Gathering { version: 1, arrived, needed: *needed, seconds: waited.as_secs_f64() }
        }
        Event::Synchronized { text } => Line::Synchronized { text },
        Event::ModelsChanged { apps } => Line::ModelsChanged { apps },
        Event::Unordered(pair) => Line::Unordered { version: 1, pair: pair.into() },
        Event::Held { stage, migrations } => Line::Held {
            version: 1,
            stage: stage.as_str(),
            migrations: migrations.iter().map(HeldLine::from).collect(),
        },
        Event::RunStarted { migrations } => Line::RunStarted { version: 1, migrations: *migrations },
        Event::PlanChanged { done, added, left } => {
            Line::PlanChanged { done: named(done), added: named(added), left: *left }
        }
        Event::MigrationStarted { id, direction, number, total } => Line::MigrationStarted {
            app: &id.app,
            name: &id.name,
            backwards: *direction == Direction::Backwards,
            number: *number,
            total: *total,
        },
        Event::MigrationResumed { done } => Line::MigrationResumed { done: *done },
        Event::OperationStarted { description } => Line::OperationStarted { description },
        Event::Statement { sql } => Line::Statement { sql },
        Event::Output { text } => Line::Output { text },
        Event::MigrationFinished { id, direction, faked, took } => Line::MigrationFinished {
            app: &id.app,
            name: &id.name,
            backwards: *direction == Direction::Backwards,
            faked: *faked,
            seconds: took.as_secs_f64(),
        },
        Event::AfterRun { description } => Line::AfterRun { description },
        Event::RunFinished { migrations, took } => {
            Line::RunFinished { migrations: *migrations, seconds: took.as_secs_f64() }
        }
    }
}
