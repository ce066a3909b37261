//! The check that whoever lost the lease writes nothing.

use super::table::Table;

/// What every write of the history checks inside its own transaction, over whichever connection it goes.
///
/// It is an update and no mere look: until the transaction ends nobody can take over, and on a cluster whose nodes share no locks the
/// two writes of one row exclude each other.
#[derive(Clone, Debug)]
pub struct Fence {
    statement: String,
    run_id: String,
}

impl Fence {
    pub(super) fn new(table: &Table, token: i64, run_id: &str) -> Self {
        Self { statement: table.renew(token, run_id, None), run_id: run_id.to_owned() }
    }

    /// Returns the statement, which changes exactly one row as long as the lease is ours.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// Returns the run that holds the lease.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }
}
