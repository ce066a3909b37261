use std::fs::File;
use std::time::Duration;

use limosa_db::{
    ConnectOptions, Connection, Lease, LeaseScope, LockError, LockHolder, LockScope, LockWait, Lost, SessionLock,
};
use limosa_sql::dialect::Dialect;

use crate::database::{TestDatabase, on_each_database};

/// A lease that nobody takes over while a test runs.
const LONG: Duration = Duration::from_secs(600);

/// A lease that is soon over when it is not renewed.
const SHORT: Duration = Duration::from_millis(900);

/// Longer than any test waits.
const LIMIT: LockWait = LockWait::For(Duration::from_secs(60));

/// A runner: a connection that bears its name, and what it leases.
struct Runner {
    connection: Connection,
    scope: LeaseScope,
}

impl Runner {
    async fn new(database: &TestDatabase, run: &str, life: Duration) -> Self {
        let options = ConnectOptions { run_id: Some(run.to_owned()), ..ConnectOptions::default() };
        let connection = Connection::open(&database.url, &options).await.expect("a connection");
        let (history_table, run_id, url) = ("history".to_owned(), run.to_owned(), database.url.clone());
        Self { connection, scope: LeaseScope { history_table, run_id, life, url, options } }
    }

    async fn acquire(&self, wait: LockWait) -> Result<Lease, LockError> {
        Lease::acquire(&self.connection, &self.scope, wait, |_, _| {}).await
    }

    async fn take(&self) -> Lease {
        self.acquire(LIMIT).await.expect("the lease")
    }

    /// Returns whether a write of the history would be kept.
    async fn may_write(&self, lease: &Lease) -> bool {
        let fence = lease.fence().expect("a row");
        self.connection.execute(fence.statement()).await.expect("the check") == 1
    }

    /// Locks the session, or the file, and goes no further; returns the file.
    async fn take_no_row(&self, database: &TestDatabase) -> Option<File> {
        if let Some(path) = database.url.sqlite_path() {
            let file = File::create(format!("{}.limosa-lock", path.display())).expect("a file");
            file.try_lock().expect("free");
            return Some(file);
        }
        let scope = LockScope { history_table: "history".to_owned(), run_id: None };
        let lock = SessionLock::acquire(&self.connection, &scope, LockWait::No, |_| {}).await.expect("free");
        // Its connection keeps it.
        std::mem::forget(lock);
        None
    }

    async fn row(&self, column: &str) -> String {
        let sql = format!("SELECT {column} FROM limosa_lease");
        let rows = self.connection.query(&sql, &[]).await.expect("the row");
        rows.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>().join(" ")
    }
}

#[tokio::test]
async fn it_is_handed_on_with_a_number_that_grows() {
    on_each_database("lease_on", async |database| {
        let (first, second) = (Runner::new(database, "one", LONG).await, Runner::new(database, "two", LONG).await);
        let lease = first.take().await;
        assert!(first.may_write(&lease).await);
        let refused = second.acquire(LockWait::No).await;
        let Err(LockError::Held(holder)) = refused else { panic!("held by the first") };
        assert_eq!(holder.application.as_deref(), Some("limosa/one"));
        assert_eq!(holder.pid, Some(std::process::id().into()));
        assert!(holder.host.is_some() && holder.since.is_some());
        lease.release(&first.connection).await.expect("release");
        assert_eq!((first.row("token").await, first.row("run_id").await), ("1".to_owned(), String::new()));
        let lease = second.take().await;
        assert_eq!((first.row("token").await, first.row("run_id").await), ("2".to_owned(), "two".to_owned()));
        lease.release(&second.connection).await.expect("release");
    })
    .await;
}

#[tokio::test]
async fn who_waits_hears_what_the_holder_does() {
    on_each_database("lease_step", async |database| {
        let (first, second) = (Runner::new(database, "one", LONG).await, Runner::new(database, "two", LONG).await);
        let lease = first.take().await;
        lease.set_step("blog.0001_initial: Create model Post");
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let waiter = tokio::spawn(async move {
            let lease = Lease::acquire(&second.connection, &second.scope, LIMIT, |holder: &LockHolder, waited| {
                told.send((holder.clone(), waited)).expect("a listener");
            });
            lease.await.expect("the lease").release(&second.connection).await.expect("release");
        });
        while let Some((holder, _)) = heard.recv().await {
            if holder.step.as_deref() == Some("blog.0001_initial: Create model Post") {
                break;
            }
        }
        // It lives on and on.
        assert!(first.may_write(&lease).await && !lease.is_lost());
        lease.release(&first.connection).await.expect("release");
        waiter.await.expect("no panic");
    })
    .await;
}

#[tokio::test]
async fn who_loses_its_session_is_taken_over_and_fenced_off() {
    on_each_database("lease_gone", async |database| {
        let (first, second) = (Runner::new(database, "one", LONG).await, Runner::new(database, "two", LONG).await);
        let lease = first.take().await;
        let fence = lease.fence().expect("a row");
        // The lock of the session goes with its connection, or with the file; the row stays.
        let Runner { connection, scope } = first;
        connection.close().await;
        let mut lease = Some(lease);
        if scope.url.sqlite_path().is_some() {
            drop(lease.take());
        }
        let taken = second.take().await;
        let late = database.connect().await;
        assert_eq!(late.execute(fence.statement()).await.expect("the check"), 0);
        assert!(second.may_write(&taken).await);
        assert_eq!(second.row("token").await, "2");
        // The first lets go of nothing that is not its own.
        if let Some(lease) = lease {
            let holder = lease.taken_over(&late).await.expect("the row").expect("taken over");
            assert_eq!(holder.application.as_deref(), Some("limosa/two"));
            lease.release(&late).await.expect("release");
        }
        assert!(second.may_write(&taken).await);
        taken.release(&second.connection).await.expect("release");
    })
    .await;
}

#[tokio::test]
async fn connections_of_a_dead_run_are_ended_first() {
    on_each_database("lease_backends", async |database| {
        let (first, second) = (Runner::new(database, "one", LONG).await, Runner::new(database, "two", LONG).await);
        let lease = first.take().await;
        // Python's connection, say.
        let other = Runner::new(database, "one", LONG).await.connection;
        if other.dialect() == Dialect::MySql {
            let backend = other.backend_id().expect("a number");
            lease.add_backend(&first.connection, backend).await.expect("the row");
        }
        first.connection.close().await;
        drop(lease);
        let taken = second.take().await;
        if other.dialect() != Dialect::Sqlite {
            other.query("SELECT 1", &[]).await.expect_err("the connection was ended");
        }
        taken.release(&second.connection).await.expect("release");
    })
    .await;
}

#[tokio::test]
async fn what_became_of_a_lost_connection() {
    on_each_database("lease_lost", async |database| {
        let runner = Runner::new(database, "one", LONG).await;
        if runner.connection.dialect() == Dialect::Sqlite {
            return;
        }
        let lease = runner.take().await;
        let backend = runner.connection.backend_id().expect("a number");
        let kill = match runner.connection.dialect() {
            Dialect::MySql => format!("KILL {backend}"),
            _ => format!("SELECT pg_terminate_backend({backend})"),
        };
        let other = database.connect().await;
        other.execute(&kill).await.expect("kill");
        runner.connection.query("SELECT 1", &[]).await.expect_err("the connection is lost");
        let Ok(Some(Lost::Ours(connection))) = lease.reconnect(&runner.connection).await else {
            panic!("it is still ours")
        };
        let fence = lease.fence().expect("a row");
        assert_eq!(connection.execute(fence.statement()).await.expect("the check"), 1);
        // Now another one comes.
        let second = Runner::new(database, "two", LONG).await;
        connection.close().await;
        let taken = second.take().await;
        let Ok(Some(Lost::TakenOver(Some(holder)))) = lease.reconnect(&runner.connection).await else {
            panic!("it is another's")
        };
        assert_eq!(holder.application.as_deref(), Some("limosa/two"));
        taken.release(&second.connection).await.expect("release");
    })
    .await;
}

#[tokio::test]
async fn ten_at_once() {
    on_each_database("lease_ten", async |database| {
        let mut runners = Vec::new();
        for number in 0..10 {
            let runner = Runner::new(database, &format!("run{number}"), LONG).await;
            runners.push(tokio::spawn(async move {
                let lease = runner.take().await;
                assert!(runner.may_write(&lease).await);
                lease.release(&runner.connection).await.expect("release");
            }));
        }
        for runner in runners {
            runner.await.expect("no panic");
        }
        let last = Runner::new(database, "last", LONG).await;
        assert_eq!(last.row("token").await, "10");
    })
    .await;
}

#[tokio::test]
async fn who_commits_for_long_is_not_taken_over() {
    let Some(database) = TestDatabase::postgres("lease_commit").await else { return };
    let (first, second) = (Runner::new(&database, "one", SHORT).await, Runner::new(&database, "two", SHORT).await);
    let lease = first.take().await;
    first.connection.begin().await.expect("begin");
    assert!(first.may_write(&lease).await);
    // Its own lock keeps the row from being renewed.
    while second.row("expires_at < clock_timestamp()").await != "t" {
        tokio::task::yield_now().await;
    }
    assert!(matches!(second.acquire(LockWait::No).await, Err(LockError::Held(_))));
    first.connection.commit().await.expect("the connection is still there");
    assert!(first.may_write(&lease).await);
    lease.release(&first.connection).await.expect("release");
    database.remove().await;
}

/// As one that was frozen between the two, or after it let go of the row.
#[tokio::test]
async fn who_has_the_lock_of_the_session_and_no_row_is_taken_over() {
    on_each_database("lease_no_row", async |database| {
        let second = Runner::new(database, "two", SHORT).await;
        // There is no table at first.
        for token in ["1", "2"] {
            let first = Runner::new(database, "one", SHORT).await;
            let file = first.take_no_row(database).await;
            let lease = second.take().await;
            assert_eq!((lease.took_over(), second.row("token").await.as_str()), (None, token));
            assert_eq!(first.connection.query("SELECT 1", &[]).await.is_err(), file.is_none());
            lease.release(&second.connection).await.expect("release");
        }
    })
    .await;
}

#[tokio::test]
async fn where_the_table_may_not_be_made_the_session_lock_does() {
    let Some(database) = TestDatabase::postgres("lease_rights").await else { return };
    let owner = Runner::new(&database, "owner", LONG).await;
    let role = format!("limosa_db_lease_{}", std::process::id());
    for sql in [
        format!("DROP ROLE IF EXISTS {role}"),
        format!("CREATE ROLE {role}"),
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC".into(),
    ] {
        owner.connection.execute(&sql).await.expect("a role");
    }
    let runner = Runner::new(&database, "one", LONG).await;
    runner.connection.execute(&format!("SET ROLE {role}")).await.expect("the role");
    let lease = runner.take().await;
    assert!(lease.fence().is_none());
    assert!(matches!(owner.acquire(LockWait::No).await, Err(LockError::Held(_))));
    // That it does nothing for longer than a lease is good says nothing.
    let hasty = Runner::new(&database, "hasty", SHORT).await;
    let idle = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'limosa/one' \
                AND state_change < clock_timestamp() - interval '900 milliseconds'";
    while owner.connection.query(idle, &[]).await.expect("the sessions").is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(hasty.acquire(LockWait::No).await, Err(LockError::Held(_))));
    lease.release(&runner.connection).await.expect("release");
    owner.take().await.release(&owner.connection).await.expect("release");
    owner.connection.execute(&format!("DROP ROLE {role}")).await.expect("drop");
    database.remove().await;
}

#[tokio::test]
async fn behind_a_pooler_the_row_keeps_others_out() {
    let Some(database) = TestDatabase::postgres("lease_pooled").await else { return };
    let Some(pooled) = database.pooled() else { return database.remove().await };
    let direct = Runner::new(&database, "direct", LONG).await;
    let (first, second) = (Runner::new(&pooled, "one", LONG).await, Runner::new(&pooled, "two", LONG).await);
    assert!(first.connection.is_pooled() && !direct.connection.is_pooled());
    // A pooled runner keeps out another pooled one, and one that is not; and the other way round.
    let lease = first.take().await;
    for other in [&second, &direct] {
        let Err(LockError::Held(holder)) = other.acquire(LockWait::No).await else { panic!("held by the first") };
        assert_eq!(holder.application.as_deref(), Some("limosa/one"));
    }
    lease.release(&first.connection).await.expect("release");
    let lease = direct.take().await;
    assert!(matches!(first.acquire(LockWait::No).await, Err(LockError::Held(_))));
    lease.release(&direct.connection).await.expect("release");
    // Nobody can tell that a pooled runner is dead: its lease runs out.
    let dying = Runner::new(&pooled, "dying", SHORT).await;
    let lease = dying.take().await;
    let fence = lease.fence().expect("a row");
    drop(lease);
    let taken = direct.take().await;
    // The pooler may not know yet that its session, which was the dead one's, was ended, and give it to others.
    assert_eq!(direct.connection.execute(fence.statement()).await.expect("the check"), 0);
    assert_eq!(direct.row("token").await, "4");
    taken.release(&direct.connection).await.expect("release");
    for runner in [first, second, direct, dying] {
        runner.connection.close().await;
    }
    database.remove().await;
}
