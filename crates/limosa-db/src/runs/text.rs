//! The statements of a migration as they are kept.

use sha2::{Digest, Sha256};

/// How much of them is kept: a row must fit into one packet of every server.
const LIMIT: usize = 64 * 1024;

/// What was executed for a migration: how many statements, their hash, and their text as far as it is kept.
#[derive(Clone, Debug, Default)]
pub struct RunText {
    keeps: bool,
    statements: usize,
    hash: Sha256,
    text: String,
    left_off: usize,
}

impl RunText {
    /// Returns an empty one.
    pub(super) fn new(keeps: bool) -> Self {
        Self { keeps, ..Self::default() }
    }

    /// Adds a statement, or several in one text.
    pub fn push(&mut self, statements: usize, sql: &str) {
        let sql = sql.trim_end().trim_end_matches(';');
        self.statements += statements;
        self.hash.update(sql);
        self.hash.update(b";\n");
        self.keep(&format!("{sql};\n"));
    }

    /// Adds what is not SQL: code that ran.
    pub fn note(&mut self, what: &str) {
        self.keep(&format!("-- {}\n", what.replace('\n', " ")));
    }

    /// Returns how many statements there were.
    pub fn statements(&self) -> usize {
        self.statements
    }

    /// Returns the SHA-256 of all statements.
    pub fn hash(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }

    /// Returns the text as it is kept, if it is.
    pub fn text(&self) -> Option<String> {
        match self.left_off {
            _ if !self.keeps || self.text.is_empty() => None,
            0 => Some(self.text.clone()),
            bytes => Some(format!("{}\n-- {bytes} more bytes were not kept\n", self.text)),
        }
    }

    fn keep(&mut self, part: &str) {
        if !self.keeps {
            return;
        }
        let mut room = if self.left_off > 0 { 0 } else { LIMIT.saturating_sub(self.text.len()).min(part.len()) };
        while !part.is_char_boundary(room) {
            room -= 1;
        }
        let (kept, rest) = part.split_at(room);
        self.text.push_str(kept);
        self.left_off += rest.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut() {
        let mut text = RunText::new(true);
        text.push(1, "SELECT 1;");
        text.note("code of the project\nin two lines");
        assert_eq!(text.text().as_deref(), Some("SELECT 1;\n-- code of the project in two lines\n"));
        let whole = text.clone();
        text.push(2, &"é".repeat(LIMIT));
        text.push(1, "SELECT 2");
        let kept = text.text().expect("kept");
        assert!(kept.starts_with("SELECT 1;\n") && kept.ends_with(" more bytes were not kept\n"), "{}", kept.len());
        assert!(kept.len() < LIMIT + 64, "{}", kept.len());
        assert_eq!(text.statements(), 4);
        assert_ne!(text.hash(), whole.hash());
    }

    #[test]
    fn only_what_may_be_kept_is() {
        let mut text = RunText::new(false);
        text.push(1, "SELECT 'secret'");
        assert_eq!((text.text(), text.statements()), (None, 1));
    }
}
