//! How much a database holds and what it is busy with, by its own estimates: nothing is counted.

use limosa_sql::dialect::Dialect;

use crate::connection::{Connection, Row};
use crate::error::DbError;

/// How much a database holds and what it is busy with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// The tables that a name without a schema can mean.
    pub tables: Vec<TableStatistics>,
    /// The transactions that have been open for longer than ten seconds: who, and for how many seconds.
    pub long_transactions: Vec<(String, f64)>,
    /// How many replicas follow the server, as far as the account may see them.
    pub replicas: u32,
    /// The settings of the connection that limit how long a statement waits or runs, in seconds; those without a limit are left out.
    pub limits: Vec<(String, String)>,
}

/// How much a table holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableStatistics {
    /// Its name.
    pub name: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes without its indexes.
    pub bytes: u64,
    /// How many bytes its indexes have.
    pub index_bytes: u64,
    /// How many rows are inserted, updated and deleted a second, since the server counts.
    pub writes_per_second: Option<f64>,
}

/// From how many seconds on a transaction is long.
const LONG: u32 = 10;

impl Statistics {
    /// Reads the estimates.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn read(connection: &Connection) -> Result<Self, DbError> {
        let mut statistics = Self::default();
        match connection.dialect() {
            Dialect::Sqlite => statistics.tables = sqlite(connection).await?,
            Dialect::Postgres => {
                statistics.tables = tables(&connection.query(POSTGRES_TABLES, &[]).await?)?;
                let long = connection.query(&format!("{POSTGRES_LONG} > {LONG}"), &[]).await?;
                statistics.long_transactions = transactions(&long);
                statistics.replicas = number(&connection.query("SELECT count(*) FROM pg_stat_replication", &[]).await?);
                statistics.limits = limits(&connection.query(POSTGRES_LIMITS, &[]).await?);
            }
            Dialect::MySql => {
                statistics.tables = tables(&connection.query(MYSQL_TABLES, &[]).await?)?;
                // Another account's transactions need the right PROCESS; without it nothing is known of them.
                let long = connection.query(&format!("{MYSQL_LONG} > {LONG}"), &[]).await.unwrap_or_default();
                statistics.long_transactions = transactions(&long);
                statistics.replicas = number(&connection.query(MYSQL_REPLICAS, &[]).await?);
                statistics.limits = limits(&connection.query(MYSQL_LIMITS, &[]).await?);
            }
        }
        Ok(statistics)
    }
}

fn tables(rows: &[Row]) -> Result<Vec<TableStatistics>, DbError> {
    let count = |row: &Row, column| -> Result<u64, DbError> {
        Ok(row.int(column)?.map_or(0, |number| u64::try_from(number).unwrap_or(0)))
    };
    let table = |row: &Row| {
        Ok(TableStatistics {
            name: row.text(0).to_owned(),
            rows: count(row, 1)?,
            bytes: count(row, 2)?,
            index_bytes: count(row, 3)?,
            writes_per_second: row.get(4).and_then(|number| number.parse().ok()),
        })
    };
    rows.iter().map(table).collect()
}

fn transactions(rows: &[Row]) -> Vec<(String, f64)> {
    rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).parse().unwrap_or_default())).collect()
}

/// Takes the settings that are a limit: neither 0 nor a day or longer, as MySQL and MariaDB have it where nobody sets it.
fn limits(rows: &[Row]) -> Vec<(String, String)> {
    const DAY: f64 = 86_400.0;
    let is_limit = |value: &str| value.parse().is_ok_and(|seconds: f64| seconds > 0.0 && seconds < DAY);
    let pairs = rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned()));
    pairs.filter(|(_, value)| is_limit(value)).collect()
}

fn number(rows: &[Row]) -> u32 {
    rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or(0)
}

/// SQLite keeps no sizes: the greatest number of a row tells about how many there are, and the file is shared out by them.
async fn sqlite(connection: &Connection) -> Result<Vec<TableStatistics>, DbError> {
    let names =
        connection.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'", &[]);
    let mut tables = Vec::new();
    for name in names.await?.iter().map(|row| row.text(0).to_owned()) {
        let quoted = name.replace('"', "\"\"");
        // A table without row numbers has no such column: nothing is known of its size.
        let Ok(rows) = connection.query(&format!("SELECT max(rowid) FROM \"{quoted}\""), &[]).await else { continue };
        let rows = rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or(0);
        tables.push(TableStatistics { name, rows, ..TableStatistics::default() });
    }
    let size = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let bytes = u64::from(number(&connection.query(size, &[]).await?));
    let all: u64 = tables.iter().map(|table| table.rows).sum();
    for table in &mut tables {
        table.bytes = (u128::from(bytes) * u128::from(table.rows)).checked_div(u128::from(all)).unwrap_or(0) as u64;
    }
    Ok(tables)
}

/// A table that was never analyzed has `reltuples` -1 (before PostgreSQL 14: 0): then the counters of changes tell.
const POSTGRES_TABLES: &str = "\
    SELECT c.relname, CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint ELSE coalesce(s.n_live_tup, 0) END, \
    pg_table_size(c.oid), pg_indexes_size(c.oid), \
    round((coalesce(s.n_tup_ins + s.n_tup_upd + s.n_tup_del, 0) / greatest(extract(epoch FROM clock_timestamp() - \
    coalesce(d.stats_reset, pg_postmaster_start_time())), 1))::numeric, 3) \
    FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid \
    LEFT JOIN pg_stat_database d ON d.datname = current_database() \
    WHERE c.relkind IN ('r', 'p', 'm') AND pg_table_is_visible(c.oid) \
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1";
const POSTGRES_LONG: &str = "\
    SELECT coalesce(nullif(application_name, ''), usename::text, backend_type), extract(epoch FROM clock_timestamp() - xact_start) \
    FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND xact_start IS NOT NULL \
    AND extract(epoch FROM clock_timestamp() - xact_start)";
const MYSQL_TABLES: &str = "\
    SELECT table_name, coalesce(table_rows, 0), coalesce(data_length, 0), coalesce(index_length, 0), NULL \
    FROM information_schema.tables WHERE table_schema = database() AND table_type = 'BASE TABLE' ORDER BY 1";
const MYSQL_LONG: &str = "\
    SELECT coalesce(p.user, 'unknown'), timestampdiff(SECOND, t.trx_started, now()) FROM information_schema.innodb_trx t \
    LEFT JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
    WHERE t.trx_mysql_thread_id <> connection_id() AND timestampdiff(SECOND, t.trx_started, now())";
const MYSQL_REPLICAS: &str = "SELECT count(*) FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
const POSTGRES_LIMITS: &str = "\
    SELECT name, setting::numeric / 1000 FROM pg_settings \
    WHERE name IN ('lock_timeout', 'statement_timeout', 'transaction_timeout') ORDER BY 1";
const MYSQL_LIMITS: &str = "SHOW SESSION VARIABLES WHERE variable_name IN ('lock_wait_timeout', 'max_statement_time')";
