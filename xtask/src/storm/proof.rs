//! What a round left in the database.

use std::collections::BTreeMap;

use anyhow::Result;
use limosa_db::{Connection, DbErrorKind};

use super::place::Database;
use super::project::Project;
use crate::dump::Dump;

/// What a database holds after a round.
#[derive(Debug)]
pub(super) struct Proof {
    /// Schema, history, and the number of rows of each table.
    dump: Dump,
    /// How often each thing was done that is to be done once: counters, and rows of the history.
    done: BTreeMap<String, u64>,
    /// The number of the last lease: how often it was taken.
    pub(super) token: u64,
    /// What should not be there: a lease that is held, steps that are not closed.
    leftovers: Vec<String>,
}

impl Proof {
    /// Looks at a database.
    pub(super) async fn of(database: &Database<'_>, project: &Project) -> Result<Self> {
        let connection = database.connect().await?;
        let proof = Self::read(&connection, project).await;
        connection.close().await;
        proof
    }

    async fn read(connection: &Connection, project: &Project) -> Result<Self> {
        let history = project.language.history();
        let mut done: BTreeMap<String, u64> = project.once.iter().map(|name| (name.clone(), 0)).collect();
        let history_rows = format!("SELECT 'history ', app, '.', name FROM {history}");
        for sql in ["SELECT 'counter ', name FROM ledger_counter", &history_rows] {
            for row in rows(connection, sql).await? {
                *done.entry(row).or_default() += 1;
            }
        }
        let lease = "SELECT token FROM limosa_lease";
        let token = rows(connection, lease).await?.first().and_then(|token| token.parse().ok()).unwrap_or_default();
        let mut leftovers =
            rows(connection, "SELECT 'lease of ', run_id FROM limosa_lease WHERE run_id IS NOT NULL").await?;
        leftovers.extend(rows(connection, "SELECT 'unfinished step of ', app, '.', migration FROM limosa_step").await?);
        Ok(Self { dump: Dump::of(connection, history).await?, done, token, leftovers })
    }

    /// Returns how many things were not done.
    pub(super) fn lost(&self) -> u64 {
        self.done.values().filter(|times| **times == 0).count() as u64
    }

    /// Returns how many times too often things were done.
    pub(super) fn doubled(&self) -> u64 {
        self.done.values().map(|times| times.saturating_sub(1)).sum()
    }

    /// Returns in what the other differs, line by line.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines: Vec<String> = self.dump.difference(&other.dump).lines().map(str::to_owned).collect();
        let wrong = other.done.iter().filter(|(_, times)| **times != 1);
        lines.extend(wrong.map(|(name, times)| format!("  {times} times: {name}")));
        lines.extend(other.leftovers.iter().map(|leftover| format!("  {leftover}")));
        lines
    }
}

/// Returns the rows of a query, the columns of each joined; none when there is no such table.
async fn rows(connection: &Connection, sql: &str) -> Result<Vec<String>> {
    match connection.query(sql, &[]).await {
        Ok(rows) => {
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            Ok(rows.iter().map(|row| row.values().iter().map(text).collect()).collect())
        }
        Err(error) if error.kind == DbErrorKind::Missing => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use limosa_db::{ConnectOptions, DatabaseUrl};
    use limosa_sql::dialect::Dialect;

    use super::*;
    use crate::storm::project::Language;

    #[tokio::test]
    async fn what_went_wrong_is_seen() {
        let project = Project::write(Language::Native, Dialect::Sqlite, None).expect("a project");
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::sqlite(folder.path().join("db.sqlite3"));
        let connection = Connection::open(&url, &ConnectOptions::default()).await.expect("a database");
        let run = async |sql: &str| connection.execute(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        run("CREATE TABLE ledger_counter (name text)").await;
        run("CREATE TABLE limosa_migrations (app text, name text)").await;
        run("CREATE TABLE limosa_lease (token integer, run_id text)").await;
        run("INSERT INTO limosa_lease VALUES (3, NULL)").await;
        for name in &project.once {
            match name.split_once(' ') {
                Some(("counter", name)) => run(&format!("INSERT INTO ledger_counter VALUES ('{name}')")).await,
                _ => {
                    let name = name.trim_start_matches("history ledger.");
                    run(&format!("INSERT INTO limosa_migrations VALUES ('ledger', '{name}')")).await
                }
            };
        }
        let good = Proof::read(&connection, &project).await.expect("a proof");
        assert_eq!((good.lost(), good.doubled(), good.token, good.differences(&good)), (0, 0, 3, Vec::new()));
        let wrongs = [
            ("INSERT INTO ledger_counter SELECT name FROM ledger_counter LIMIT 1", (0, 1), "2 times: counter"),
            ("DELETE FROM ledger_counter WHERE rowid IN (2, 3)", (2, 0), "0 times: counter"),
            ("DELETE FROM limosa_migrations WHERE rowid = 1", (1, 0), "0 times: history ledger.0001_initial"),
            (
                "INSERT INTO limosa_migrations SELECT * FROM limosa_migrations WHERE rowid = 1",
                (0, 1),
                "2 times: history",
            ),
            ("CREATE INDEX other ON ledger_counter (name)", (0, 0), "index other"),
            ("UPDATE limosa_lease SET run_id = 'abc'", (0, 0), "lease of abc"),
            (
                "CREATE TABLE limosa_step AS SELECT 'ledger' AS app, '0001' AS migration",
                (0, 0),
                "unfinished step of ledger.0001",
            ),
        ];
        for (sql, (lost, doubled), line) in wrongs {
            connection.begin().await.expect("begin");
            run(sql).await;
            let wrong = Proof::read(&connection, &project).await.expect("a proof");
            assert_eq!((wrong.lost(), wrong.doubled()), (lost, doubled), "{sql}");
            let differences = good.differences(&wrong);
            assert!(differences.iter().any(|difference| difference.contains(line)), "{sql}: {differences:#?}");
            connection.rollback().await.expect("roll back");
        }
    }
}
