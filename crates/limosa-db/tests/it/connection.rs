use std::time::Duration;

use limosa_db::{ConnectOptions, Connection, DatabaseUrl, DbErrorKind, Param, introspect};
use limosa_sql::dialect::Dialect;

use crate::database::{TestDatabase, on_each};

/// Longer than any answer takes.
const LIMIT: Duration = Duration::from_secs(30);

async fn count(connection: &Connection, table: &str) -> Option<i64> {
    let rows = connection.query(&format!("SELECT count(*) FROM {table}"), &[]).await.expect("a count");
    rows[0].int(0).expect("a number")
}

#[tokio::test]
async fn transactions_and_savepoints() {
    on_each("transactions", async |connection| {
        connection.execute("CREATE TABLE t (a integer UNIQUE)").await.expect("create");
        connection.begin().await.expect("begin");
        assert!(connection.in_transaction());
        assert_eq!(connection.begin().await.expect_err("one at a time").kind, DbErrorKind::InTransaction);
        assert_eq!(connection.execute("INSERT INTO t VALUES (1), (2)").await, Ok(2));
        connection.savepoint("s\"1").await.expect("savepoint");
        let error = connection.execute("INSERT INTO t VALUES (1)").await.expect_err("unique");
        assert_eq!(error.kind, DbErrorKind::Unique);
        connection.rollback_to_savepoint("s\"1").await.expect("rollback to");
        connection.release_savepoint("s\"1").await.expect("release");
        connection.commit().await.expect("commit");
        assert!(!connection.in_transaction());
        connection.begin().await.expect("begin");
        connection.execute("DELETE FROM t").await.expect("delete");
        connection.rollback().await.expect("rollback");
        connection.rollback().await.expect("nothing to roll back");
        assert_eq!(count(&connection, "t").await, Some(2));
        connection.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_fence_is_followed_by_nothing_that_stays() {
    on_each("fenced", async |connection| {
        connection.execute("CREATE TABLE lease (token integer)").await.expect("create");
        connection.execute("INSERT INTO lease VALUES (7)").await.expect("insert");
        connection.execute("CREATE TABLE t (a integer UNIQUE)").await.expect("create");
        // Inside a transaction and outside; where one of the statements ends the transaction; more than are sent in one go.
        let many: Vec<String> = (100..700).map(|number| format!("INSERT INTO t VALUES ({number})")).collect();
        for (begins, before) in [
            (true, vec!["INSERT INTO t VALUES (1)".to_owned()]),
            (false, Vec::new()),
            (true, vec!["COMMIT".to_owned()]),
            (true, many),
        ] {
            for (token, is_ours) in [(8, false), (7, true)] {
                if begins {
                    connection.begin().await.expect("begin");
                }
                let mut statements = before.clone();
                statements.push(format!("UPDATE lease SET token = token WHERE token = {token}"));
                statements.push("INSERT INTO t VALUES (2)".to_owned());
                let held = connection.batch_fenced(&statements, before.len()).await.expect("no error");
                // MariaDB tells rows that are found, not only those that differ.
                assert_eq!(held, is_ours, "{token} {before:?}");
                match held {
                    true if connection.in_transaction() => connection.commit().await.expect("commit"),
                    _ => connection.rollback().await.expect("rollback"),
                }
                let rows = connection.query("SELECT count(*) FROM t WHERE a = 2", &[]).await.expect("a count");
                assert_eq!(rows[0].int(0), Ok(Some(i64::from(is_ours))), "{token} {before:?}");
            }
            connection.execute("DELETE FROM t").await.expect("delete");
        }
        let statements = ["INSERT INTO t VALUES (3)", "UPDATE lease SET token = 7", "INSERT INTO missing VALUES (1)"];
        connection.begin().await.expect("begin");
        let error = connection.batch_fenced(&statements, 1).await.expect_err("an error");
        assert_eq!((error.index, error.error.kind), (2, DbErrorKind::Missing));
        connection.rollback().await.expect("rollback");
        connection.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_batch_names_the_statement_that_failed() {
    on_each("batch", async |connection| {
        connection.begin().await.expect("begin");
        let mut statements = vec!["CREATE TABLE t (a integer)".to_owned()];
        statements.extend((0..600).map(|number| format!("INSERT INTO t VALUES ({number})")));
        connection.batch(&statements).await.expect("all");
        assert_eq!(count(&connection, "t").await, Some(600));
        statements[300] = "INSERT INTO missing VALUES (1)".to_owned();
        let error = connection.batch(&statements[1..]).await.expect_err("an error");
        assert_eq!((error.index, error.error.kind), (299, DbErrorKind::Missing));
        connection.rollback().await.expect("rollback");
        let plain = ["CREATE TABLE u (a integer)", "INSERT INTO v VALUES (1)", "DROP TABLE u"];
        assert_eq!(connection.batch(&plain).await.expect_err("an error").index, 1);
        assert_eq!(count(&connection, "u").await, Some(0));
    })
    .await;
}

#[tokio::test]
async fn parameters_and_values() {
    on_each("values", async |connection| {
        let marks = match connection.dialect() {
            Dialect::Postgres => "$1::bigint, $2::text, $3::boolean, $4::text, $5::double precision, $6::bytea",
            Dialect::Sqlite => "?1, ?2, ?3, ?4, ?5, ?6",
            Dialect::MySql => "?, ?, ?, ?, ?, CAST(? AS BINARY)",
        };
        let params = [
            Param::Int(-7),
            Param::from("it's"),
            Param::Bool(true),
            Param::Null,
            Param::Float(1.5),
            Param::Bytes(vec![0, 255]),
        ];
        let rows = connection.query(&format!("SELECT {marks}"), &params).await.expect("a row");
        let [row] = rows.as_slice() else { panic!("one row") };
        assert_eq!(row.int(0), Ok(Some(-7)));
        assert!(row.is_true(2));
        assert_eq!(
            (row.get(1), row.get(3), row.get(4), row.get(5)),
            (Some("it's"), None, Some("1.5"), Some("\\x00ff"))
        );
        let rows = connection.query("SELECT 1 AS one, NULL AS empty", &[]).await.expect("a row");
        assert_eq!((rows[0].by_name("one"), rows[0].by_name("empty"), rows[0].columns().len()), (Some("1"), None, 2));
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_cancelled() {
    on_each("cancel", async |connection| {
        let endless = match connection.dialect() {
            Dialect::Postgres => "SELECT pg_sleep(600)",
            Dialect::MySql => {
                "SELECT count(*) FROM information_schema.collations a, information_schema.collations b, \
                 information_schema.collations c, information_schema.collations d, information_schema.collations e"
            }
            Dialect::Sqlite => "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        };
        connection.begin().await.expect("begin");
        let handle = connection.cancel_handle();
        let cancel = async {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                handle.cancel().await.expect("cancel");
            }
        };
        let result = tokio::select! { result = connection.execute(endless) => result, () = cancel => unreachable!() };
        assert_eq!(result.expect_err("cancelled").kind, DbErrorKind::Cancelled);
        connection.rollback().await.expect("rollback");
        connection.execute("SELECT 1").await.expect("the connection goes on");
    })
    .await;
}

#[tokio::test]
async fn a_failed_transaction_does_not_commit_silently() {
    let Some(database) = TestDatabase::postgres("failed").await else { return };
    let connection = database.connect().await;
    connection.begin().await.expect("begin");
    let error = connection.execute("SELECT *\nFROM missing").await.expect_err("missing");
    assert_eq!((error.kind, error.code.as_deref(), error.position), (DbErrorKind::Missing, Some("42P01"), Some(15)));
    assert_eq!(connection.commit().await.expect_err("rolled back").kind, DbErrorKind::FailedTransaction);
    assert!(!connection.in_transaction());
    connection.execute("CREATE TABLE p (id integer PRIMARY KEY)").await.expect("create");
    connection.execute("CREATE TABLE c (p integer REFERENCES p DEFERRABLE INITIALLY DEFERRED)").await.expect("create");
    connection.begin().await.expect("begin");
    connection.execute("INSERT INTO c VALUES (1)").await.expect("deferred");
    assert_eq!(connection.commit().await.expect_err("violated").kind, DbErrorKind::ForeignKey);
    assert!(!connection.in_transaction());
    connection.execute("DO $$ BEGIN RAISE NOTICE 'hello'; END $$").await.expect("notice");
    let notices = connection.take_notices();
    assert_eq!(notices.iter().map(|notice| notice.message.as_str()).collect::<Vec<_>>(), ["hello"]);
    connection.close().await;
    database.remove().await;
}

#[tokio::test]
async fn a_lost_connection_is_known() {
    for database in [TestDatabase::postgres("lost").await, TestDatabase::mariadb("lost").await].into_iter().flatten() {
        let (victim, other) = (database.connect().await, database.connect().await);
        victim.begin().await.expect("begin");
        let id = victim.backend_id().expect("an id");
        let end = match other.dialect() {
            // The server answers when the backend is gone, or after the time given.
            Dialect::Postgres => format!("SELECT pg_terminate_backend({id}, 60000)"),
            _ => format!("KILL {id}"),
        };
        other.execute(&end).await.expect("terminate");
        assert_eq!(victim.commit().await.expect_err("lost").kind, DbErrorKind::ConnectionLost);
        assert_eq!(victim.execute("SELECT 1").await.expect_err("lost").kind, DbErrorKind::ConnectionLost);
        assert!(victim.is_closed() && !other.is_closed());
        other.close().await;
        database.remove().await;
    }
}

#[tokio::test]
async fn sessions_are_prepared() {
    let Some(database) = TestDatabase::postgres("sessions").await else { return };
    let options = ConnectOptions {
        run_id: Some("r1".to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        lock_timeout: Some(Duration::from_millis(1500)),
        idle_in_transaction_timeout: Some(Duration::from_secs(60)),
        ..ConnectOptions::default()
    };
    let connection = Connection::open(&database.url, &options).await.expect("a connection");
    let names = ["application_name", "TimeZone", "lock_timeout", "idle_in_transaction_session_timeout"];
    let settings = names.map(|name| format!("current_setting('{name}')")).join(", ");
    let rows = connection.query(&format!("SELECT {settings}"), &[]).await.expect("settings");
    let found = rows[0].values().iter().flatten().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(found, ["limosa/r1", "Europe/Berlin", "1500ms", "1min"]);
    assert!(connection.server_version() >= 120_000 && connection.backend_id().is_some());
    connection.close().await;
    database.remove().await;
}

async fn refused(url: &DatabaseUrl) -> limosa_db::DbError {
    Connection::open(url, &ConnectOptions::default()).await.expect_err("an error")
}

#[tokio::test]
async fn connecting_fails_with_a_reason() {
    let url = "postgres://u:secret@127.0.0.1:1/d".parse().expect("a URL");
    let error = refused(&url).await;
    assert_eq!(error.kind, DbErrorKind::Unreachable);
    assert!(error.detail.as_deref().is_some_and(|detail| detail.contains("127.0.0.1:1")));
    assert!(!format!("{error} {error:?}").contains("secret"));
    let Some(mut database) = TestDatabase::postgres("refused").await else { return };
    let name = database.url.database().map(str::to_owned);
    database.url.set_database("limosa_db_missing");
    assert_eq!(refused(&database.url).await.kind, DbErrorKind::NoDatabase);
    database.url.set_option("sslmode", "require");
    assert_eq!(refused(&database.url).await.kind, DbErrorKind::Tls);
    database.url.set_database(name.unwrap_or_default());
    database.remove().await;
}

#[tokio::test]
async fn mariadb_refuses_with_a_reason() {
    let Some(mut database) = TestDatabase::mariadb("refused").await else { return };
    let name = database.url.database().map(str::to_owned);
    database.url.set_database("limosa_db_missing");
    let error = refused(&database.url).await;
    assert_eq!(
        (error.kind, error.code.as_deref(), error.sqlstate.as_deref()),
        (DbErrorKind::NoDatabase, Some("1049"), Some("42000"))
    );
    let port = database.url.hosts()[0].port.unwrap_or(3306);
    let wrong = format!("mysql://limosa_nobody:secret@{}:{port}/mysql?ssl_mode=disabled", database.url.hosts()[0].name);
    let error = refused(&wrong.parse().expect("a URL")).await;
    assert_eq!((error.kind, error.code.as_deref()), (DbErrorKind::Auth, Some("1045")));
    assert!(!format!("{error} {error:?}").contains("secret"));
    let ca = format!("mysql://root@{}:{port}/mysql?ssl_ca=/nowhere/ca.pem", database.url.hosts()[0].name);
    assert_eq!(refused(&ca.parse().expect("a URL")).await.kind, DbErrorKind::Tls);
    database.url.set_database(name.unwrap_or_default());
    let options = "charset=utf8mb4&collation=utf8mb4_bin&sql_mode=ANSI,STRICT_ALL_TABLES&time_zone=%2B02:00&\
                   isolation_level=repeatable+read&init_command=SET%20@a%20=%207;%20SET%20@b%20=%20'x;y'";
    let text = format!("mysql://root@{}:{port}/mysql?{}", database.url.hosts()[0].name, options.replace('+', "%20"));
    let connection = Connection::open(&text.parse().expect("a URL"), &ConnectOptions::default()).await.expect("open");
    let settings = "SELECT @@collation_connection, @@sql_mode LIKE '%ANSI_QUOTES%', @@time_zone, @@tx_isolation, @a, @b, @@autocommit";
    let rows = connection.query(settings, &[]).await.expect("settings");
    let found = rows[0].values().iter().map(|value| value.as_deref().unwrap_or("NULL")).collect::<Vec<_>>();
    assert_eq!(found, ["utf8mb4_bin", "1", "+02:00", "REPEATABLE-READ", "7", "x;y", "1"]);
    connection.close().await;
    database.remove().await;
}

#[tokio::test]
async fn sqlite_files_that_cannot_be_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = DatabaseUrl::sqlite(folder.path().join("no/db.sqlite3"));
    let error = refused(&missing).await;
    assert_eq!(error.kind, DbErrorKind::Unreachable);
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("does not exist")));
    let text = folder.path().join("text");
    std::fs::write(&text, "this is no database at all, only a text that is long enough").expect("a file");
    assert_eq!(refused(&DatabaseUrl::sqlite(&text)).await.kind, DbErrorKind::Corrupt);
    let mut read_only = DatabaseUrl::sqlite(folder.path().join("db.sqlite3"));
    Connection::open(&read_only, &ConnectOptions::default())
        .await
        .expect("created")
        .execute("CREATE TABLE t (a)")
        .await
        .expect("create");
    read_only.set_option("mode", "ro");
    let connection = Connection::open(&read_only, &ConnectOptions::default()).await.expect("a connection");
    assert_eq!(
        connection.execute("INSERT INTO t VALUES (1)").await.expect_err("read-only").kind,
        DbErrorKind::ReadOnly
    );
}

#[tokio::test]
async fn sqlite_waits_for_a_busy_file_and_can_be_cancelled() {
    let database = TestDatabase::sqlite();
    let first = database.connect().await;
    first.begin().await.expect("begin");
    let options = ConnectOptions { lock_timeout: Some(Duration::ZERO), ..ConnectOptions::default() };
    let hasty = Connection::open(&database.url, &options).await.expect("a connection");
    assert_eq!(hasty.begin().await.expect_err("busy").kind, DbErrorKind::LockTimeout);
    let options = ConnectOptions { lock_timeout: Some(Duration::from_secs(600)), ..ConnectOptions::default() };
    let patient = Connection::open(&database.url, &options).await.expect("a connection");
    let handle = patient.cancel_handle();
    let cancel = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            handle.cancel().await.expect("cancel");
        }
    };
    let result = tokio::select! { result = patient.begin() => result, () = cancel => unreachable!() };
    assert_eq!(result.expect_err("cancelled").kind, DbErrorKind::Cancelled);
    first.rollback().await.expect("rollback");
    patient.begin().await.expect("free now");
}

#[tokio::test]
async fn behind_a_pooler_nobody_gets_the_answers_of_another() {
    let Some(database) = TestDatabase::postgres("pooled_answers").await else { return };
    let Some(pooled) = database.pooled() else { return database.remove().await };
    let (gate, direct, other) = (database.connect().await, database.connect().await, pooled.connect().await);
    gate.begin().await.expect("begin");
    gate.execute("LOCK TABLE pg_catalog.pg_collation").await.expect("the gate is shut");
    // One that reads the catalog, and has read a part of it when its process is killed.
    let (kill, killed) = tokio::sync::oneshot::channel::<()>();
    let url = pooled.url.clone();
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let reading = Connection::open(&url, &ConnectOptions::default()).await.expect("a connection");
            tokio::select! {
                read = introspect::load(&reading) => panic!("it waits at the gate: {read:?}"),
                _ = killed => {}
            }
        });
        // Its socket is closed without a word.
        drop(runtime);
    });
    let stopped = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while direct.query(stopped, &[]).await.expect("the sessions").is_empty() {
        tokio::task::yield_now().await;
    }
    kill.send(()).expect("it lives");
    process.join().expect("it is killed");
    for number in 0..20 {
        let sql = format!("SELECT {number}");
        let rows = tokio::time::timeout(LIMIT, other.query(&sql, &[])).await.expect("it waits for nobody");
        let rows = rows.expect("an answer");
        assert_eq!(rows.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>(), [number.to_string()]);
    }
    gate.rollback().await.expect("the gate is open");
    for connection in [gate, direct, other] {
        connection.close().await;
    }
    database.remove().await;
}
