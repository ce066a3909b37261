//! What is wrong with the graph or an operation, shown where it was written.

use limosa_model::graph::GraphError;
use limosa_model::{Diagnostic, MigrationId, Span};
use limosa_plan::steps::{StepError, StepErrorKind};

use super::Workspace;
use crate::error::Error;

/// What to do about an operation without a way back.
const IRREVERSIBLE: &str =
    "give it a way back (`reverse_sql`, `reverse_code`), or undo it by hand and record that with `--fake`";

impl Workspace {
    /// Turns errors of the graph into diagnostics at the files that state the dependencies.
    pub fn graph_errors(&self, errors: &[GraphError]) -> Error {
        let diagnostics = errors.iter().map(|error| {
            let mut diagnostic = Diagnostic::error("graph", error.to_string());
            for id in error.origins() {
                diagnostic = diagnostic.at(self.dependencies_span(id), format!("stated by {id}"));
            }
            diagnostic.help(error.help())
        });
        self.diagnostics(diagnostics.collect())
    }

    /// Turns an error of an operation into a diagnostic at the operation.
    pub fn step_error(&self, error: &StepError) -> Error {
        self.step_errors(std::slice::from_ref(error))
    }

    /// Turns errors of operations into diagnostics at them.
    pub(crate) fn step_errors(&self, errors: &[StepError]) -> Error {
        let diagnostics = errors.iter().map(|error| {
            let diagnostic = Diagnostic::error("operation", error.to_string()).at(error.span, "this operation");
            match *error.kind {
                StepErrorKind::Irreversible => diagnostic.help(IRREVERSIBLE),
                _ => diagnostic,
            }
        });
        self.diagnostics(diagnostics.collect())
    }

    /// Refuses to go on where Python is needed and the project has none; `what` says what for, beginning with a verb.
    ///
    /// # Errors
    /// When there is no interpreter.
    pub(super) fn check_python(&self, id: &MigrationId, span: Option<Span>, what: &str) -> Result<(), Error> {
        if self.project.interpreter.is_some() || self.bridge.is_some() {
            return Ok(());
        }
        Err(self.diagnostics(vec![no_python(id, span.or_else(|| self.span(id)), what)]))
    }

    /// Returns the error that shows these diagnostics.
    pub fn diagnostics(&self, diagnostics: Vec<Diagnostic>) -> Error {
        Error::Project { diagnostics, sources: self.project.sources.clone() }
    }

    /// Returns where a statement stands in the SQL file that an operation's span covers; nothing for other files.
    pub fn statement_span(&self, span: Span, sql: &str) -> Option<Span> {
        let source = self.sources().get(span.source)?;
        if source.path.extension().is_none_or(|extension| extension != "sql") {
            return None;
        }
        let text = source.text.get(span.start as usize..span.end as usize)?;
        // Comments may have been taken out of what was sent, or stand above it.
        let code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("--");
        let first = sql.lines().find(code)?.trim();
        let from = text.find(sql.trim()).unwrap_or(0);
        let at = span.start as usize + from + text[from..].find(first)?;
        Some(source.span(at..at + first.len()))
    }

    /// Returns where a migration states what it depends on: the line of `dependencies`, or the start of the file.
    pub fn dependencies_span(&self, id: &MigrationId) -> Option<Span> {
        let span = self.span(id)?;
        let source = self.sources().get(span.source)?;
        let start = source.text.find("dependencies").unwrap_or(0);
        let end = source.text[start..].find('\n').map_or(source.text.len(), |newline| start + newline);
        Some(source.span(start..end))
    }
}

/// The diagnostic for a migration that needs Python, where there is none.
pub(super) fn no_python(id: &MigrationId, span: Option<Span>, what: &str) -> Diagnostic {
    let message = format!("only the project's Python can {what} of {id}, and none was found");
    let help =
        "name the interpreter with --python, LIMOSA_PYTHON or `python` in limosa.toml, or activate its environment";
    Diagnostic::error("no-python", message).at(span, "needed for this").help(help)
}
