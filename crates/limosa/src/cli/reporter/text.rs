//! Django's lines on stdout, and a progress bar on stderr when it is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use limosa_engine::events::Event;
use limosa_model::graph::Direction;

use crate::cli::context::CommandContext;
use crate::cli::held;
use crate::cli::order;
use crate::cli::printer::{BAD, BOLD, GOOD, Printer, WARN};

/// Shows a run to a person.
pub(super) struct TextReporter {
    printer: Printer,
    /// The bar, on a terminal; lines are then written whole, above it.
    bar: Option<ProgressBar>,
    /// The line that was begun and does not say yet how it ended.
    open: Option<String>,
}

impl TextReporter {
    pub(super) fn new(context: &CommandContext) -> Self {
        let terminal = context.verbosity > 0 && std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            match ProgressStyle::with_template("{elapsed} [{bar:30}] {pos}/{len} {prefix} {wide_msg}") {
                Ok(style) => bar.with_style(style.progress_chars("=> ")),
                Err(_) => bar,
            }
        });
        Self { printer: context.printer.another(), bar, open: None }
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Waiting { holder, step, waited } => {
                let step = step.as_ref().map(|step| format!(", at {step}")).unwrap_or_default();
                let waited = match waited.as_secs() {
                    0 => String::new(),
                    seconds => format!(" ({seconds} s so far)"),
                };
                let text = format!("{WARN}waiting:{WARN:#} another runner is at work: {holder}{step}{waited}\n");
                self.above(|printer| printer.note(&text));
            }
            Event::Gathering { arrived, needed, waited } => {
                let (number, names) = (arrived.len(), arrived.join(", "));
                let seconds = waited.as_secs();
                let text = format!(
                    "{WARN}waiting:{WARN:#} {number} of {needed} members of the quorum are there: {names} ({seconds} s so far)\n"
                );
                self.above(|printer| printer.note(&text));
            }
            Event::Synchronized { text } => {
                let text = format!("{BOLD}Synchronizing apps without migrations:{BOLD:#}\n{text}");
                self.above(|printer| printer.say(&text));
            }
            Event::ModelsChanged { apps } => {
                let apps: Vec<String> = apps.iter().map(|app| format!("'{app}'")).collect();
                let text = format!(
                    "{WARN}  Your models in app(s): {} have changes that are not yet reflected in a migration, and so won't be \
                     applied.{WARN:#}\n{WARN}  Run 'manage.py makemigrations' to make new migrations, and then re-run \
                     'limosa migrate' to apply them.{WARN:#}\n",
                    apps.join(", ")
                );
                self.above(|printer| printer.say(&text));
            }
            Event::Unordered(pair) => {
                let text = order::line(pair);
                self.above(|printer| printer.note(&text));
            }
            Event::PlanChanged { done, added, left } => {
                let count =
                    |number: usize| if number == 1 { "1 migration".into() } else { format!("{number} migrations") };
                let mut parts = Vec::new();
                if !done.is_empty() {
                    parts.push(format!("another runner did {}", count(done.len())));
                }
                if !added.is_empty() {
                    parts.push(format!("{} came to it", count(added.len())));
                }
                parts.push(format!("{} to run now", count(*left)));
                let text =
                    format!("{WARN}note:{WARN:#} the plan changed while this run waited: {}\n", parts.join(", "));
                self.above(|printer| printer.note(&text));
            }
            Event::Held { stage, migrations } => {
                let text = held::text(*stage, migrations);
                self.above(|printer| printer.say(&text));
            }
            Event::RunStarted { migrations } => {
                if self.open.is_some() {
                    self.end(&format!(" {WARN}CONNECTION LOST{WARN:#}"));
                }
                let nothing = if *migrations == 0 { "  No migrations to apply.\n" } else { "" };
                let text = format!("{BOLD}Running migrations:{BOLD:#}\n{nothing}");
                self.above(|printer| printer.say(&text));
                if let Some(bar) = &self.bar {
                    bar.set_length(*migrations as u64);
                    bar.enable_steady_tick(Duration::from_millis(200));
                }
            }
            Event::MigrationStarted { id, direction, .. } => {
                let verb = if *direction == Direction::Forwards { "Applying" } else { "Unapplying" };
                let line = format!("  {verb} {id}...");
                match &self.bar {
                    Some(bar) => bar.set_prefix(id.to_string()),
                    None => self.printer.say(&line),
                }
                self.open = Some(line);
            }
            Event::MigrationResumed { done } => {
                let did = match done {
                    0 => "began it".to_owned(),
                    1 => "did 1 step of it".to_owned(),
                    done => format!("did {done} steps of it"),
                };
                self.aside(&format!("    an earlier run {did}; this one goes on there"));
            }
            Event::OperationStarted { description } => self.step(description),
            Event::Statement { sql } if self.printer.verbosity >= 3 => self.aside(&format!("    {}", sql.trim_end())),
            Event::Statement { .. } => {}
            Event::Output { text } => self.aside(text.trim_end()),
            Event::MigrationFinished { faked, took, .. } => {
                let outcome = if *faked { "FAKED" } else { "OK" };
                let seconds = took.as_secs_f64();
                let took = if self.printer.verbosity >= 2 { format!(" ({seconds:.3}s)") } else { String::new() };
                self.end(&format!(" {GOOD}{outcome}{GOOD:#}{took}"));
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
            Event::AfterRun { description } => {
                self.step(description);
                if self.printer.verbosity >= 2 {
                    self.above(|printer| printer.say(&format!("  After the run: {description}\n")));
                }
            }
            Event::RunFinished { .. } => {}
        }
    }

    pub(super) fn finish(&mut self) {
        if self.open.is_some() {
            self.end(&format!(" {BAD}FAILED{BAD:#}"));
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn step(&self, description: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(description.to_owned());
        }
    }

    /// Ends the line that was begun.
    fn end(&mut self, outcome: &str) {
        let line = self.open.take();
        match (&self.bar, line) {
            (Some(_), Some(line)) => self.above(|printer| printer.say(&format!("{line}{outcome}\n"))),
            _ => self.printer.say(&format!("{outcome}\n")),
        }
    }

    /// Writes a line of talk in the middle of a migration.
    fn aside(&mut self, text: &str) {
        if self.bar.is_none() && self.open.is_some() && self.printer.verbosity > 0 {
            self.printer.say("\n");
        }
        self.above(|printer| printer.note(&format!("{text}\n")));
    }

    fn above(&mut self, write: impl FnOnce(&mut Printer)) {
        match &self.bar {
            Some(bar) => bar.suspend(|| write(&mut self.printer)),
            None => write(&mut self.printer),
        }
    }
}
