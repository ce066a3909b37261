//! What is known of the database at hand: how much its tables hold, and what it is busy with.

use std::collections::BTreeMap;

use limosa_sql::effect::{Blocks, Work, bare};
use smol_str::SmolStr;

use crate::finding::Level;

/// What is known of the database at hand; nothing of a table that is not named.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// The tables by name, without their schemas.
    pub tables: BTreeMap<SmolStr, TableStats>,
    /// The transactions that have been open for longer than ten seconds: a lock waits for them, and everybody waits behind the lock.
    pub long_transactions: Vec<LongTransaction>,
    /// How many replicas follow the server.
    pub replicas: u32,
    /// The settings of Limosa's connection that limit how long a statement waits or runs, such as `lock_timeout`, in seconds.
    pub limits: BTreeMap<SmolStr, String>,
}

/// What is known of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TableStats {
    /// How many rows it holds, by the database's own estimate.
    pub rows: u64,
    /// How large it is, without its indexes, in bytes.
    pub bytes: u64,
    /// How large its indexes are, in bytes.
    pub index_bytes: u64,
    /// How many rows are inserted, updated and deleted a second; nothing when the database does not count them.
    pub writes_per_second: Option<f64>,
}

/// A transaction that has been open for long.
#[derive(Clone, Debug, PartialEq)]
pub struct LongTransaction {
    /// Who: the application's name, or the user's.
    pub who: String,
    /// For how many seconds.
    pub seconds: f64,
}

/// How long something takes, at least about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// How many rows the table holds.
    pub rows: u64,
    /// In seconds.
    pub seconds: f64,
}

/// How fast a server works, in bytes a second: what a disk of the cloud does without much help from memory.
/// A guess that errs on the slow side; a real one differs by an order of magnitude.
const SCAN: f64 = 200e6;
const INDEX: f64 = 40e6;
const REWRITE: f64 = 40e6;

impl Stats {
    /// Returns what is known of a table, whatever schema it is named with.
    pub fn table(&self, table: &str) -> Option<&TableStats> {
        self.tables.get(table).or_else(|| self.tables.get(bare(table)))
    }

    /// Returns how long a kind of work takes on a table, where its size is known.
    pub fn estimate(&self, table: &str, work: Work) -> Option<Estimate> {
        let stats = self.table(table)?;
        let (bytes, indexes) = (stats.bytes as f64, stats.index_bytes as f64);
        let seconds = match work {
            Work::Catalog => 0.0,
            Work::Scan => bytes / SCAN,
            Work::BuildIndex => bytes / SCAN + bytes / INDEX,
            Work::Rewrite | Work::Rows => (bytes + indexes) / REWRITE,
        };
        Some(Estimate { rows: stats.rows, seconds })
    }
}

impl Estimate {
    /// Returns how bad it is to keep others from the table for so long; `usual` is the level where nothing is known of its size.
    pub fn level(self, blocks: Blocks, usual: Level) -> Level {
        let (warning, error) = match blocks {
            Blocks::Everything => (0.1, 1.0),
            Blocks::Writes => (0.5, 5.0),
            Blocks::Nothing => return usual,
        };
        if self.seconds >= error {
            Level::Error
        } else if self.seconds >= warning {
            Level::Warning
        } else {
            Level::Note
        }
    }
}
