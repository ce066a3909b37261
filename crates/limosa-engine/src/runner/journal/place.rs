//! Where a step stands in its migration, and what tells whether its operation was edited since.

use limosa_model::Operation;
use sha2::{Digest, Sha256};

/// An operation's place in its migration.
pub(in super::super) struct Place {
    /// The indexes, or what stands for the end or the whole of the migration.
    pub(in super::super) path: String,
    /// What tells whether the operation is still the one that ran.
    pub(in super::super) fingerprint: String,
}

impl Place {
    /// The statements that were put off to the end of the migration.
    pub(in super::super) const END: &str = "end";
    /// A migration that applies itself.
    const WHOLE: &str = "whole";

    /// Returns the place of an operation.
    pub(in super::super) fn of(operation: &Operation, path: String) -> Self {
        Self { path, fingerprint: fingerprint(operation) }
    }

    /// Returns the place of what was put off.
    pub(in super::super) fn end() -> Self {
        Self { path: Self::END.to_owned(), fingerprint: String::new() }
    }

    /// Returns the place of a migration that applies itself.
    pub(in super::super) fn whole() -> Self {
        Self { path: Self::WHOLE.to_owned(), fingerprint: String::new() }
    }

    /// Returns whether an operation is still the one that ran, as far as this version can say.
    pub(in super::super) fn is_still(&self, fingerprint: &str) -> bool {
        is_still(&self.fingerprint, fingerprint)
    }
}

/// Returns what tells whether an operation is still the one that ran.
pub fn fingerprint(operation: &Operation) -> String {
    let text = without_spans(&format!("{:?}", operation.kind));
    // Another version may write the same operation in another way.
    format!("{}:{}", env!("CARGO_PKG_VERSION"), hex::encode(Sha256::digest(text)))
}

/// Returns whether two fingerprints are those of one operation, as far as this version can say.
pub fn is_still(now: &str, then: &str) -> bool {
    let version = |text: &str| text.split_once(':').map(|(version, _)| version.to_owned());
    now == then || version(now) != version(then)
}

/// Leaves out where things were written: it changes with every line above.
fn without_spans(text: &str) -> String {
    const SPAN: &str = "Span {";
    let mut parts = text.split(SPAN);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(
            part.split_once("end: ").and_then(|(_, rest)| rest.split_once('}')).map_or(part, |(_, rest)| rest),
        );
    }
    result
}

#[cfg(test)]
mod tests {
    use limosa_model::{SourceId, Span};

    use super::*;

    #[test]
    fn spans_do_not_count() {
        let text = |start| {
            let span = Span { source: SourceId(1), start, end: start + 5 };
            without_spans(&format!("{:?}", ("a", Some(span), "b", Some(span))))
        };
        assert_eq!(text(7), text(900));
        assert_eq!(text(7), "(\"a\", Some(), \"b\", Some())");
    }

    #[test]
    fn another_version_is_not_compared() {
        let place = Place { path: String::new(), fingerprint: "1:a".to_owned() };
        assert!(place.is_still("1:a"));
        assert!(!place.is_still("1:b"));
        assert!(place.is_still("2:b"));
    }
}
