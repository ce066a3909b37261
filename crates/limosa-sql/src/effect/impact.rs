//! What an effect costs who works on the database meanwhile.

mod data_type;
mod mysql;
mod mysql_column;
mod mysql_types;
mod postgres;
mod postgres_table;
mod postgres_types;
mod sqlite;

use limosa_model::SmolStr;

use super::{Effect, bare};
use crate::catalog::{Catalog, Table};
use crate::dialect::{Context, Dialect};

/// What an effect costs who works on the database meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The locks that it takes, on its own table first; none on a table that is not there yet.
    pub locks: Vec<Lock>,
    /// How much it does while it holds them.
    pub work: Work,
    /// Whether it is certain; otherwise it is the worst that is likely, and `why` says what is not known.
    pub known: bool,
    /// Why it costs that, in one clause for people, such as "every row is written anew because integer becomes text".
    pub why: String,
}

impl Impact {
    /// Returns one that is certain.
    pub(crate) fn new(locks: Vec<Lock>, work: Work, why: impl Into<String>) -> Self {
        Self { locks, work, known: true, why: why.into() }
    }

    /// Returns one that costs nothing worth a word.
    pub(crate) fn none() -> Self {
        Self::new(Vec::new(), Work::Catalog, "")
    }

    /// Returns it as one that is not certain.
    pub(crate) fn unsure(self) -> Self {
        Self { known: false, ..self }
    }

    /// Returns one that costs at least this much, for this reason.
    pub(crate) fn at_least(self, work: Work, why: &str) -> Self {
        if work > self.work { Self { work, why: why.to_owned(), ..self } } else { self }
    }

    /// Returns what the strongest of its locks keeps others from.
    pub fn blocks(&self) -> Blocks {
        self.locks.iter().map(|lock| lock.blocks).max().unwrap_or(Blocks::Nothing)
    }
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
///
/// The locks are those of the statement alone: what a transaction already holds is not known here. MySQL's definitions all take an
/// exclusive lock for a moment at their beginning or end; it is told only where it is all that they take.
pub fn impact(effect: &Effect, table: Option<&Table>, context: &Context) -> Impact {
    match effect {
        Effect::Transaction | Effect::Set { .. } | Effect::Other { .. } => Impact::none(),
        Effect::Unknown { verb } => {
            Impact::new(Vec::new(), Work::Rows, format!("nobody knows what {verb} does")).unsure()
        }
        _ => match context.dialect {
            Dialect::Postgres => postgres::impact(effect, table, context),
            Dialect::MySql => mysql::impact(effect, table, context),
            Dialect::Sqlite => sqlite::impact(effect),
        },
    }
}

/// Returns what an effect costs on a database that holds `catalog`: its table is found there, and those that it reaches through it.
pub fn impact_in(effect: &Effect, catalog: &Catalog, context: &Context) -> Impact {
    let table = match effect {
        Effect::DropIndex { name, table: None, .. } => catalog.table_of_constraint(bare(name)),
        _ => effect.table().and_then(|name| catalog.table(bare(name))),
    };
    let mut cost = impact(effect, table, context);
    if context.dialect == Dialect::Postgres {
        let mode = |name: &str| postgres::lock(name, postgres::ACCESS_EXCLUSIVE);
        for other in postgres::reached(effect, table, catalog) {
            if !cost.locks.iter().any(|lock| lock.table == other) {
                cost.locks.push(mode(&other));
            }
        }
    }
    cost
}

/// Returns what several effects of one statement cost together: of each table the strongest lock, and the most work.
///
/// On MySQL what takes no time falls into the first or last moment of the rest.
pub fn together(impacts: impl IntoIterator<Item = Impact>, dialect: Dialect) -> Impact {
    let mut all = Impact::none();
    for impact in impacts {
        let heavier = impact.work > all.work;
        let lighter = impact.work < all.work;
        for lock in impact.locks {
            match all.locks.iter_mut().find(|own| own.table == lock.table) {
                Some(own) if heavier && is_brief(own, dialect) => *own = lock,
                Some(_) if lighter && is_brief(&lock, dialect) => {}
                Some(own) if lock.blocks >= own.blocks => *own = lock,
                Some(_) => {}
                None => all.locks.push(lock),
            }
        }
        all.known &= impact.known;
        if heavier || all.why.is_empty() {
            all.work = impact.work.max(all.work);
            all.why = impact.why;
        }
    }
    all
}

/// Returns whether a lock is held for a moment only, unless there is work to do under it.
fn is_brief(lock: &Lock, dialect: Dialect) -> bool {
    dialect == Dialect::MySql && lock.mode == mysql::BRIEF
}
