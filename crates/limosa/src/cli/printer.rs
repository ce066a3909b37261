//! Both output streams. Data goes to stdout, talk to stderr; nothing else in the program prints.

use std::io::{ErrorKind, Write};
use std::sync::{Arc, PoisonError, RwLock};

use anstream::AutoStream;
use anstyle::Style;
use serde::Serialize;

use super::args::{ColorChoice, Format, GlobalArgs};

/// Bold.
pub const BOLD: Style = Style::new().bold();
/// What is said beside.
pub const DIM: Style = Style::new().dimmed();
/// What went well.
pub const GOOD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Green)));
/// What deserves a look.
pub const WARN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Yellow)));
/// What went wrong.
pub const BAD: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Red)));

/// An event, with the run that it is of and the time.
#[derive(Serialize)]
struct Stamped<'a, T> {
    #[serde(flatten)]
    event: T,
    run: Option<&'a str>,
    time: String,
}

/// Owns stdout and stderr.
#[derive(Debug)]
pub struct Printer {
    stdout: AutoStream<std::io::Stdout>,
    stderr: AutoStream<std::io::Stderr>,
    /// 0 says nothing but errors, 1 is usual, 2 more, 3 everything.
    pub verbosity: u8,
    /// How to print.
    pub format: Format,
    /// The run that the events are of, once there is one; the same for all printers.
    run: Arc<RwLock<Option<String>>>,
    /// Why data could not be written, as on a full disk.
    failure: Option<std::io::Error>,
}

impl Printer {
    /// Returns the printer that the options ask for.
    pub fn new(args: &GlobalArgs) -> Self {
        let choice = match args.color {
            _ if args.no_color => anstream::ColorChoice::Never,
            _ if args.force_color => anstream::ColorChoice::Always,
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        Self {
            stdout: AutoStream::new(std::io::stdout(), choice),
            stderr: AutoStream::new(std::io::stderr(), choice),
            verbosity: if args.quiet { 0 } else { args.verbosity },
            format: args.format.into(),
            run: Arc::default(),
            failure: None,
        }
    }

    /// Returns another printer for the same streams.
    pub fn another(&self) -> Self {
        let (stdout, stderr) = (self.stdout.current_choice(), self.stderr.current_choice());
        Self {
            stdout: AutoStream::new(std::io::stdout(), stdout),
            stderr: AutoStream::new(std::io::stderr(), stderr),
            verbosity: self.verbosity,
            format: self.format,
            run: Arc::clone(&self.run),
            failure: None,
        }
    }

    /// Returns whether colours are used on stdout.
    pub fn colors_stdout(&self) -> bool {
        self.stdout.current_choice() != anstream::ColorChoice::Never
    }

    /// Returns whether colours are used on stderr.
    pub fn colors_stderr(&self) -> bool {
        self.stderr.current_choice() != anstream::ColorChoice::Never
    }

    /// Writes data to stdout, whatever the verbosity. A reader that went away is no error.
    pub fn data(&mut self, text: &str) {
        match self.write(text) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => self.failure = Some(error),
            _ => {}
        }
    }

    /// Returns why data could not be written, once.
    pub fn take_failure(&mut self) -> Option<std::io::Error> {
        self.failure.take()
    }

    /// Writes what a person reads along with to stdout, unless told to be quiet or to print JSON.
    pub fn say(&mut self, text: &str) {
        if self.verbosity > 0 && self.format == Format::Text {
            // A run does not depend on whether someone reads along.
            _ = self.write(text);
        }
    }

    /// Writes talk to stderr, unless told to be quiet.
    pub fn note(&mut self, text: &str) {
        if self.verbosity > 0 {
            self.error(text);
        }
    }

    /// Writes to stderr, whatever the verbosity.
    pub fn error(&mut self, text: &str) {
        _ = self.stderr.write_all(text.as_bytes()).and_then(|()| self.stderr.flush());
    }

    /// Says which run the events are of from now on.
    pub fn set_run(&self, run: &str) {
        *self.run.write().unwrap_or_else(PoisonError::into_inner) = Some(run.to_owned());
    }

    /// Writes an event as one line of JSON, with its run and the time by this machine's clock.
    pub fn event(&mut self, event: &impl Serialize) {
        let run = self.run.read().unwrap_or_else(PoisonError::into_inner).clone();
        let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        self.json(&Stamped { event, run: run.as_deref(), time });
    }

    /// Writes a JSON value as one line to stdout.
    pub fn json(&mut self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(line) => self.data(&(line + "\n")),
            Err(error) => self.error(&format!("error: write JSON: {error}\n")),
        }
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }
}
