//! The thread that owns the SQLite library's connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, InterruptHandle, OpenFlags, Statement, params_from_iter};
use tokio::sync::oneshot;

use super::super::{ConnectOptions, Param, Row};
use super::{State, functions};
use crate::error::{DbError, DbErrorKind};
use crate::url::DatabaseUrl;

/// What the thread is asked to do.
pub(super) type Task = Box<dyn FnOnce(&mut Worker<'_>) + Send>;

/// What the thread tells when it has opened the database.
pub(super) struct Opened {
    pub(super) interrupt: InterruptHandle,
}

/// How long Django's connection waits for another process's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The connection, as the thread sees it.
pub(crate) struct Worker<'a> {
    connection: Connection,
    state: &'a State,
}

/// Opens the database, says so, and does what is asked until nobody can ask any more.
pub(super) fn run(
    url: &DatabaseUrl,
    options: &ConnectOptions,
    state: &Arc<State>,
    reply: oneshot::Sender<Result<Opened, DbError>>,
    queue: &mpsc::Receiver<Task>,
) {
    let connection = match open(url, options, state) {
        Ok(connection) => connection,
        Err(error) => {
            // Who asked may have stopped waiting.
            _ = reply.send(Err(error));
            return;
        }
    };
    if reply.send(Ok(Opened { interrupt: connection.get_interrupt_handle() })).is_err() {
        return;
    }
    let mut worker = Worker { connection, state };
    for task in queue {
        state.cancelled.store(false, Ordering::Release);
        task(&mut worker);
    }
}

impl Worker<'_> {
    /// Runs one statement; rows that it returns are dropped.
    pub(super) fn execute(&mut self, sql: &str) -> Result<u64, DbError> {
        let result = self.run(sql);
        self.state.in_transaction.store(self.in_transaction(), Ordering::Release);
        result.map_err(|error| self.explain(error))
    }

    /// Runs one query.
    pub(super) fn query(&mut self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        let result = self.collect(sql, params);
        self.state.in_transaction.store(self.in_transaction(), Ordering::Release);
        result.map_err(|error| self.explain(error))
    }

    /// Returns whether a transaction is open.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn run(&self, sql: &str) -> rusqlite::Result<u64> {
        let mut statement = self.connection.prepare(sql)?;
        let before = self.connection.total_changes();
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(self.connection.total_changes() - before)
    }

    fn collect(&self, sql: &str, params: &[Param]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare(sql)?;
        let columns = column_names(&statement);
        let mut rows = statement.query(params_from_iter(params.iter().map(value)))?;
        let mut result = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns.len()).map(|index| row.get_ref(index).map(text));
            result.push(Row::new(Arc::clone(&columns), values.collect::<Result<_, _>>()?));
        }
        Ok(result)
    }

    /// Adds what SQLite's codes leave unsaid.
    fn explain(&self, error: rusqlite::Error) -> DbError {
        let mut error = DbError::from(error);
        if error.kind == DbErrorKind::LockTimeout && self.state.cancelled.load(Ordering::Acquire) {
            error.kind = DbErrorKind::Cancelled;
        }
        if error.kind == DbErrorKind::ReadOnly {
            error.hint = Some("the file, or the folder that it is in, cannot be written".to_owned());
        }
        error
    }
}

/// Opens the database as Django does: foreign keys on, modern `ALTER TABLE`, Django's functions.
fn open(url: &DatabaseUrl, options: &ConnectOptions, state: &Arc<State>) -> Result<Connection, DbError> {
    let mut flags = OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    flags |= match url.option("mode") {
        Some("ro") => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Some("rw") => OpenFlags::SQLITE_OPEN_READ_WRITE,
        _ if !options.create && !url.is_in_memory() => OpenFlags::SQLITE_OPEN_READ_WRITE,
        _ => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let name = url.database().unwrap_or(":memory:");
    let mut connection = Connection::open_with_flags(name, flags).map_err(|error| unreachable(error, url))?;
    let timeout = options.lock_timeout.unwrap_or_else(|| busy_timeout(url));
    let waiting = Arc::clone(state);
    let mut since = Instant::now();
    connection.busy_handler(Some(move |count: i32| {
        if count == 0 {
            since = Instant::now();
        }
        if since.elapsed() >= timeout || waiting.cancelled.load(Ordering::Acquire) {
            return false;
        }
        thread::sleep(Duration::from_millis(5 + fastrand::u64(0..15)));
        true
    }))?;
    functions::register(&connection)?;
    connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF;")?;
    for command in url.option("init_command").unwrap_or_default().split(';').filter(|text| !text.trim().is_empty()) {
        connection.execute_batch(command)?;
    }
    // Opening reads nothing: a file that is not a database is noticed here and not in the middle of the work.
    connection
        .query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
        .map_err(|error| unreachable(error, url))?;
    Ok(connection)
}

fn busy_timeout(url: &DatabaseUrl) -> Duration {
    let seconds = url.option("timeout").and_then(|text| text.parse::<f64>().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(BUSY_TIMEOUT)
}

/// Names the file in an error of opening it.
fn unreachable(error: rusqlite::Error, url: &DatabaseUrl) -> DbError {
    let mut error = DbError::from(error);
    let Some(path) = url.sqlite_path() else { return error };
    error.hint = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            Some(format!("the folder {} does not exist", parent.display()))
        }
        _ if path.is_dir() => Some("it is a folder".to_owned()),
        _ => None,
    };
    error.message = format!("{}: {}", path.display(), error.message);
    error
}

fn column_names(statement: &Statement<'_>) -> Arc<[String]> {
    statement.column_names().map(str::to_owned).collect()
}

fn value(param: &Param) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Bool(value) => Value::Integer(i64::from(*value)),
        Param::Int(value) => Value::Integer(*value),
        Param::Float(value) => Value::Real(*value),
        Param::Text(value) => Value::Text(value.clone()),
        Param::Bytes(value) => Value::Blob(value.clone()),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => {
            use std::fmt::Write;
            let mut text = String::from("\\x");
            for byte in bytes {
                // Writing to a string cannot fail.
                _ = write!(text, "{byte:02x}");
            }
            Some(text)
        }
    }
}
