//! What an effect costs who works on the database meanwhile.

use limosa_model::SmolStr;

use super::Effect;
use crate::catalog::Table;
use crate::dialect::Context;

/// What an effect costs who works on the database meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The locks that it takes, on its own table first; none on a table that is not there yet.
    pub locks: Vec<Lock>,
    /// How much it does while it holds them.
    pub work: Work,
    /// Whether it is certain; otherwise it is the worst that may be, because something about the statement or the table is not known.
    pub known: bool,
    /// Why it costs that, in one clause for people, such as "every row is written anew because integer becomes text".
    pub why: String,
}

/// A lock on a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The table.
    pub table: SmolStr,
    /// The database's name for the lock: `ACCESS EXCLUSIVE`, `SHARED_NO_WRITE`, `EXCLUSIVE` (SQLite: the whole file).
    pub mode: &'static str,
    /// What it keeps others from.
    pub blocks: Blocks,
}

/// What a lock keeps others from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocks {
    /// Nothing but changes of the schema.
    Nothing,
    /// Writing.
    Writes,
    /// Reading and writing.
    Everything,
}

/// How much is done, which is how long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The catalog is changed: milliseconds, whatever the table holds.
    Catalog,
    /// Every row is read.
    Scan,
    /// An index is built.
    BuildIndex,
    /// Every row is written anew, with its indexes.
    Rewrite,
    /// As many rows are changed as the statement says, or nobody knows.
    Rows,
}

/// Returns what an effect costs on the database of `context`; `table` is the table that it changes as it is before, if it is known.
pub fn impact(effect: &Effect, table: Option<&Table>, context: &Context) -> Impact {
    _ = (effect, table, context);
    Impact { locks: Vec::new(), work: Work::Rows, known: false, why: String::new() }
}
