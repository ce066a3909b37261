use std::time::Duration;

use limosa_db::{ConnectOptions, Connection, LockError, LockScope, LockWait, SessionLock};

use limosa_sql::dialect::Dialect;

use crate::database::TestDatabase;

fn scope(run: &str) -> LockScope {
    LockScope { history_table: "django_migrations".to_owned(), run_id: Some(run.to_owned()) }
}

/// Two runners on one database: the second waits, sees the first, and gets the lock when that lets go.
async fn second_runner_waits(database: &TestDatabase) {
    let options = ConnectOptions { run_id: Some("first".to_owned()), ..ConnectOptions::default() };
    let first = Connection::open(&database.url, &options).await.expect("a connection");
    let second = database.connect().await;
    let lock = SessionLock::acquire(&first, &scope("first"), LockWait::No, |_| {}).await.expect("free");
    let refused =
        SessionLock::acquire(&second, &scope("second"), LockWait::For(Duration::from_millis(60)), |_| {}).await;
    let Err(LockError::Held(holder)) = refused else { panic!("held by the first") };
    assert!(holder.pid.is_some());
    if first.dialect() == Dialect::MySql {
        // The run is known where the server keeps the attributes of connections; this one need not.
        assert!(holder.client.is_some() && holder.application.is_some());
        assert_eq!(holder.pid, first.backend_id());
    } else {
        assert!(holder.since.is_some());
        assert_eq!(holder.application.as_deref(), Some("limosa/first"));
    }
    let (told, mut waits) = tokio::sync::mpsc::unbounded_channel();
    let waiter = tokio::spawn(async move {
        let second_scope = scope("second");
        let lock = SessionLock::acquire(&second, &second_scope, LockWait::Forever, |holder| {
            told.send(holder.clone()).expect("a listener");
        });
        let lock = lock.await.expect("free at last");
        lock.release(&second).await.expect("release");
        second
    });
    assert_eq!(waits.recv().await, Some(*holder));
    lock.release(&first).await.expect("release");
    let second = waiter.await.expect("no panic");
    // Dropping releases as well.
    drop(SessionLock::acquire(&second, &scope("second"), LockWait::No, |_| {}).await.expect("free"));
    let again = SessionLock::acquire(&first, &scope("first"), LockWait::For(Duration::from_secs(20)), |_| {})
        .await
        .expect("free");
    // So does the end of the connection.
    first.close().await;
    if database.url.sqlite_path().is_none() {
        drop(
            SessionLock::acquire(&second, &scope("second"), LockWait::For(Duration::from_secs(20)), |_| {})
                .await
                .expect("free"),
        );
    }
    drop(again);
}

#[tokio::test]
async fn sqlite_second_runner_waits() {
    let database = TestDatabase::sqlite();
    second_runner_waits(&database).await;
    let path = database.url.sqlite_path().expect("a file");
    let left = std::fs::read_dir(path.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(left, 1, "the lock file is gone");
}

#[tokio::test]
async fn second_runner_waits_on_servers() {
    for database in [TestDatabase::postgres("lock").await, TestDatabase::mariadb("lock").await].into_iter().flatten() {
        second_runner_waits(&database).await;
        database.remove().await;
    }
}

#[tokio::test]
async fn memory_needs_no_lock() {
    let url = "sqlite::memory:".parse().expect("a URL");
    let connection = Connection::open(&url, &ConnectOptions::default()).await.expect("open");
    let _one = SessionLock::acquire(&connection, &scope("a"), LockWait::No, |_| {}).await.expect("free");
    let _two = SessionLock::acquire(&connection, &scope("b"), LockWait::No, |_| {}).await.expect("free");
}
