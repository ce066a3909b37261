//! The check that whoever lost the lease writes nothing.

use limosa_sql::dialect::Dialect;

use super::table::Table;

/// What every write of the history checks inside its own transaction, over whichever connection it goes.
///
/// It is an update and no mere look: until the transaction ends nobody can take over, and on a cluster whose nodes share no locks the
/// two writes of one row exclude each other.
#[derive(Clone, Debug)]
pub struct Fence {
    statement: String,
    run_id: String,
    guard: Option<Guard>,
}

/// The check as part of another statement of MySQL, which is then kept at once.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// The table of leases.
    pub(crate) table: String,
    /// What holds as long as the lease is ours, of a row called `lease`.
    pub(crate) condition: String,
    /// The columns that show that the holder lives, with what they become.
    pub(crate) renewal: String,
}

impl Fence {
    pub(super) fn new(table: &Table, token: i64, run_id: &str, has_session: bool) -> Self {
        // A row of the lease that is only locked says nothing to a cluster's other node.
        let guard = (table.dialect == Dialect::MySql && has_session).then(|| Guard {
            table: table.name.clone(),
            condition: table.held_as("lease.", token, run_id),
            renewal: table.renewal("lease."),
        });
        Self { statement: table.renew(token, run_id, None), run_id: run_id.to_owned(), guard }
    }

    /// Returns the statement, which changes exactly one row as long as the lease is ours.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// Returns the run that holds the lease.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Returns whether it can be part of a statement of the journal.
    pub fn is_guard(&self) -> bool {
        self.guard.is_some()
    }

    pub(crate) fn guard(&self) -> Option<&Guard> {
        self.guard.as_ref()
    }
}
