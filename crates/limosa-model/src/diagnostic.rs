//! What is wrong with the input, and where. A diagnostic is a value: one broken file does not hide the others.

use smol_str::SmolStr;

/// Names a source file; the reader that handed it out knows the path and the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably a mistake; the work goes on.
    Warning,
    /// Nothing runs while it stands.
    Error,
}

/// One thing that is wrong with the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name such as `syntax-error`.
    pub code: SmolStr,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, with what to say about the place.
    pub labels: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Returns an error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        let code = SmolStr::new_static(code);
        Self { severity: Severity::Error, code, message: message.into(), labels: Vec::new(), help: None }
    }

    /// Returns a warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Points at a place; the first one is the main one.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>, label: impl Into<String>) -> Self {
        if let Some(span) = span.into() {
            self.labels.push((span, label.into()));
        }
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
