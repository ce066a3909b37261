//! How far a migration came.

use std::time::Instant;

use limosa_db::RunText;

use super::Halfway;

/// How far a migration came, noted while it runs.
#[derive(Debug)]
pub(super) struct Progress {
    /// When it began.
    pub(super) began: Instant,
    /// What was executed, for the record; nothing where none is kept.
    pub(super) sent: Option<RunText>,
    /// Whether something took effect, or may have.
    pub(super) changed: bool,
    /// What the operations do that were come to, in order.
    operations: Vec<String>,
    /// What the operations do that were not come to.
    pub(super) rest: Vec<String>,
    /// The statements that succeeded, each with the number of its operation.
    ran: Vec<(usize, String)>,
}

impl Progress {
    /// Begins; what is executed is noted when there is a text for it.
    pub(super) fn new(sent: Option<RunText>) -> Self {
        Self { began: Instant::now(), sent, changed: false, operations: Vec::new(), rest: Vec::new(), ran: Vec::new() }
    }

    /// Notes that an operation is come to, and returns its number.
    pub(super) fn enter(&mut self, description: &str) -> usize {
        self.operations.push(description.to_owned());
        self.operations.len() - 1
    }

    /// Forgets the operation that was come to last: it is come to again.
    pub(super) fn leave(&mut self) {
        self.operations.pop();
    }

    /// Notes that a statement of an operation succeeded.
    pub(super) fn succeeded(&mut self, operation: usize, sql: &str) {
        self.changed = true;
        // Those of operations before it succeeded as a whole.
        self.ran.retain(|(other, _)| *other == operation);
        self.ran.push((operation, sql.to_owned()));
    }

    /// Returns what stays and what is left, when the operation of this number failed.
    pub(super) fn halfway(self, failed: Option<usize>) -> Halfway {
        let at = failed.unwrap_or(self.operations.len()).min(self.operations.len());
        let (done, left) = self.operations.split_at(at);
        let ran = self.ran.into_iter().filter(|(operation, _)| Some(*operation) == failed).map(|(_, sql)| sql);
        Halfway { done: done.to_vec(), ran: ran.collect(), left: left.iter().cloned().chain(self.rest).collect() }
    }
}
