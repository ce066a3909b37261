//! What a person or a program sees of a run while it goes on.

mod json;
mod text;

use std::sync::{Arc, Mutex, PoisonError};

use limosa_engine::events::{Event, Events};

use super::args::Format;
use super::context::CommandContext;

/// Shows events as they come.
#[derive(Clone)]
pub struct Reporter(Arc<Mutex<Inner>>);

enum Inner {
    Text(text::TextReporter),
    Json(json::JsonReporter),
}

impl Reporter {
    /// Returns the reporter that the options ask for.
    pub fn new(context: &CommandContext) -> Self {
        let inner = match context.printer.format {
            Format::Text => Inner::Text(text::TextReporter::new(context)),
            Format::Json => Inner::Json(json::JsonReporter::new(context)),
        };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// Returns where the engine sends its events.
    pub fn events(&self) -> Events {
        let reporter = self.clone();
        Events::new(move |event: Event| reporter.event(&event))
    }

    /// Shows an event.
    pub fn event(&self, event: &Event) {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Inner::Text(reporter) => reporter.event(event),
            Inner::Json(reporter) => reporter.event(event),
        }
    }

    /// Takes the progress display away.
    pub fn finish(&self) {
        if let Inner::Text(reporter) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            reporter.finish();
        }
    }
}
