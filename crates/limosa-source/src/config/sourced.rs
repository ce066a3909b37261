//! Values with the place that they came from.

use std::fmt;

use limosa_model::Span;

/// A value of the configuration and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value of the configuration came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nothing was said.
    Default,
    /// The configuration file.
    File(Span),
    /// An environment variable.
    Environment(&'static str),
    /// An option of the command line or of the embedding program.
    Option(&'static str),
}

impl<T> Sourced<T> {
    pub(crate) fn option(value: T, name: &'static str) -> Self {
        Self { value, origin: Origin::Option(name) }
    }

    pub(crate) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced { value: convert(self.value), origin: self.origin }
    }

    /// Returns the place in the configuration file, when it came from there.
    pub fn span(&self) -> Option<Span> {
        match self.origin {
            Origin::File(span) => Some(span),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File(_) => f.write_str("the configuration file"),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::Option(name) => write!(f, "the option {name}"),
        }
    }
}
