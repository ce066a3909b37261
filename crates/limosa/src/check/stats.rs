//! What is known of the size of a database: read from it, or from the file that an earlier run wrote.

use std::collections::BTreeMap;
use std::path::Path;

use limosa_check::Stats;
use limosa_check::stats::{LongTransaction, TableStats};
use limosa_db::{Connection, Statistics};
use limosa_model::SmolStr;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The version of the file.
const VERSION: u32 = 1;

/// The file, for CI, where there is no database.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatsFile {
    version: u32,
    tables: BTreeMap<String, TableLine>,
    #[serde(default)]
    long_transactions: Vec<TransactionLine>,
    #[serde(default)]
    replicas: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<SmolStr, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableLine {
    rows: u64,
    bytes: u64,
    #[serde(default)]
    index_bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    writes_per_second: Option<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionLine {
    who: String,
    seconds: f64,
}

/// Asks a database.
///
/// # Errors
/// When it cannot be asked.
pub(crate) async fn of(connection: &Connection) -> Result<Stats, Error> {
    let read = Statistics::read(connection).await?;
    let table = |table: limosa_db::TableStatistics| {
        let stats = TableStats {
            rows: table.rows,
            bytes: table.bytes,
            index_bytes: table.index_bytes,
            writes_per_second: table.writes_per_second,
        };
        (table.name.into(), stats)
    };
    let transaction = |(who, seconds)| LongTransaction { who, seconds };
    Ok(Stats {
        tables: read.tables.into_iter().map(table).collect(),
        long_transactions: read.long_transactions.into_iter().map(transaction).collect(),
        replicas: read.replicas,
        limits: read.limits.into_iter().map(|(name, value)| (name.into(), value)).collect(),
    })
}

/// Reads a file that [`write`] wrote.
///
/// # Errors
/// When it cannot be read, or is something else.
pub(super) fn read(path: &Path) -> Result<Stats, Error> {
    let help = "write it with `limosa check --stats-out FILE` where the database is at hand";
    let usage = |error: &dyn std::fmt::Display| Error::Usage {
        message: format!("cannot read {}: {error}", path.display()),
        help: help.into(),
    };
    let text = std::fs::read_to_string(path).map_err(|error| usage(&error))?;
    let file: StatsFile = serde_json::from_str(&text).map_err(|error| usage(&error))?;
    if file.version != VERSION {
        return Err(usage(&format!("its version is {}, not {VERSION}", file.version)));
    }
    let table = |(name, line): (String, TableLine)| {
        let TableLine { rows, bytes, index_bytes, writes_per_second } = line;
        (name.into(), TableStats { rows, bytes, index_bytes, writes_per_second })
    };
    let transaction = |TransactionLine { who, seconds }| LongTransaction { who, seconds };
    Ok(Stats {
        tables: file.tables.into_iter().map(table).collect(),
        long_transactions: file.long_transactions.into_iter().map(transaction).collect(),
        replicas: file.replicas,
        limits: file.limits,
    })
}

/// Writes what is known to a file.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(path: &Path, stats: &Stats) -> Result<(), Error> {
    let table = |(name, stats): (&SmolStr, &TableStats)| {
        let TableStats { rows, bytes, index_bytes, writes_per_second } = *stats;
        (name.to_string(), TableLine { rows, bytes, index_bytes, writes_per_second })
    };
    let file = StatsFile {
        version: VERSION,
        tables: stats.tables.iter().map(table).collect(),
        // They are those of a moment.
        long_transactions: Vec::new(),
        replicas: stats.replicas,
        limits: stats.limits.clone(),
    };
    let written = serde_json::to_string_pretty(&file).map_err(std::io::Error::from);
    let written = written.and_then(|text| std::fs::write(path, text + "\n"));
    written.map_err(|error| Error::Usage {
        message: format!("cannot write {}: {error}", path.display()),
        help: "name another file with --stats-out".into(),
    })
}
