use std::time::Duration;

use limosa_db::{
    ConnectOptions, Connection, Fence, Journal, JournalKey, JournalStep, Lease, LeaseScope, LockWait, StepState,
};
use limosa_sql::dialect::Dialect;

use crate::database::{TestDatabase, on_each_database};

async fn take(database: &TestDatabase, run: &str) -> (Connection, Lease) {
    let options = ConnectOptions { run_id: Some(run.to_owned()), ..ConnectOptions::default() };
    let connection = Connection::open(&database.url, &options).await.expect("a connection");
    let scope = LeaseScope {
        history_table: "history".to_owned(),
        run_id: run.to_owned(),
        life: Duration::from_secs(600),
        url: database.url.clone(),
        options,
    };
    let lease = Lease::acquire(&connection, &scope, LockWait::No, |_, _| {}).await.expect("the lease");
    (connection, lease)
}

fn step(position: i64, statement: Option<&str>) -> JournalStep {
    JournalStep {
        position,
        operation: "0".to_owned(),
        description: "Raw SQL operation: it's 100 %".to_owned(),
        fingerprint: String::new(),
        statement: statement.map(str::to_owned),
        state: StepState::Pending,
        before: None,
        waiting: None,
        run_id: "one".to_owned(),
        started_at: None,
        error: None,
    }
}

#[tokio::test]
async fn rows_that_hold_the_check_of_the_lease() {
    on_each_database("journal", async |database| {
        let (first, lease) = take(database, "one").await;
        let journal = Journal::of(&first, "history").await.expect("the place");
        journal.create(&first).await.expect("the table");
        let key = JournalKey { app: "shop".to_owned(), name: "0001_it's".to_owned(), backwards: false };
        let fence = lease.fence().expect("a row");
        assert_eq!(fence.is_guard(), database.url.dialect() == Dialect::MySql);
        let steps = [step(0, Some("SELECT 'ä', \"b\"\\c")), step(1, None), step(2, Some(""))];
        let start =
            |fence: &Fence| journal.update(&key, 1, StepState::Started, Some("CREATE TABLE"), "one", Some(fence));
        assert_eq!(first.execute(&journal.insert(&key, &steps, Some(&fence))).await.expect("rows"), 3);
        assert!(first.execute(&start(&fence)).await.expect("a row") > 0);
        let mut read = journal.read(&first, &key).await.expect("the rows");
        assert!(read[1].started_at.take().is_some());
        let began =
            JournalStep { state: StepState::Started, before: Some("CREATE TABLE".to_owned()), ..steps[1].clone() };
        assert_eq!(read, [steps[0].clone(), began, steps[2].clone()]);
        // Whoever lost the lease writes nothing.
        lease.release(&first).await.expect("release");
        let (second, lease) = take(database, "two").await;
        if fence.is_guard() {
            let before = journal.read(&second, &key).await.expect("the rows");
            assert_eq!(first.execute(&journal.insert(&key, &[step(3, None)], Some(&fence))).await.expect("no row"), 0);
            assert_eq!(first.execute(&start(&fence)).await.expect("no row"), 0);
            assert_eq!(journal.read(&second, &key).await.expect("the rows"), before);
        }
        lease.release(&second).await.expect("release");
    })
    .await;
}
