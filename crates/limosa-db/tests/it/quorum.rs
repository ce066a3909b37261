use std::time::Duration;

use limosa_db::{Connection, Quorum, QuorumCall, Standing};

use crate::database::on_each_database;

/// Longer than any test takes.
const LIFE: Duration = Duration::from_secs(600);

fn call(member: &str, migrations: &str) -> QuorumCall {
    QuorumCall {
        member: member.to_owned(),
        run_id: format!("run of {member}"),
        needed: 2,
        fingerprint: format!("all:{migrations}"),
        migrations: migrations.to_owned(),
    }
}

/// Returns the members with how they stand and whether they are there.
async fn members(quorum: &Quorum, connection: &Connection) -> Vec<(String, Standing, bool)> {
    let members = quorum.read(connection).await.expect("the members");
    members.into_iter().map(|member| (member.call.member, member.standing, member.is_alive)).collect()
}

/// Lets the row of a member be as old as if nobody had renewed it.
async fn forget(connection: &Connection, member: &str) {
    let sql = format!("UPDATE limosa_quorum SET seen = '2001-01-01 00:00:00' WHERE member = '{member}'");
    assert_eq!(connection.execute(&sql).await.expect("an older row"), 1);
}

#[tokio::test]
async fn members_come_run_and_leave() {
    on_each_database("quorum", async |database| {
        let connection = database.connect().await;
        let quorum = Quorum::of(&connection, "history", LIFE).await.expect("the place");
        assert_eq!(members(&quorum, &connection).await, []);
        quorum.create(&connection).await.expect("the table");
        let named = |member: &str, standing, is_alive| (member.to_owned(), standing, is_alive);
        let [a, b, c, other] =
            [call("a", "x"), call("b", "x"), call("c", "x"), call("it's \\ \"100 %\"; --", "another's \\ plan")];
        for call in [&a, &b, &c, &other] {
            quorum.join(&connection, call).await.expect("a row");
        }
        forget(&connection, "c").await;
        quorum.reach(&connection, &a).await.expect("reached");
        let [reached_a, reached_b] = ["a", "b"].map(|member| named(member, Standing::Reached, true));
        let waits = named(&other.member, Standing::Waiting, true);
        let late = named("c", Standing::Waiting, false);
        assert_eq!(members(&quorum, &connection).await, [reached_a, reached_b, late, waits.clone()]);
        // Who asks is there, however late it is.
        quorum.reach(&connection, &c).await.expect("reached");
        let late = named("c", Standing::Reached, false);
        assert!(members(&quorum, &connection).await.contains(&late));
        // One that may run keeps what it asked for; one that waits does not.
        for (before, changes) in [(&a, false), (&other, true)] {
            let now = QuorumCall { migrations: "y".to_owned(), ..before.clone() };
            quorum.change(&connection, &now).await.expect("a change");
            let calls: Vec<QuorumCall> =
                quorum.read(&connection).await.expect("the members").into_iter().map(|member| member.call).collect();
            assert_eq!((calls.contains(&now), calls.contains(before)), (changes, !changes));
        }
        // When one of them has seen all done, nothing is left for any.
        quorum.finish(&connection, &b).await.expect("the end");
        assert_eq!(members(&quorum, &connection).await, std::slice::from_ref(&waits));
        quorum.join(&connection, &a).await.expect("a row");
        quorum.reach(&connection, &a).await.expect("reached");
        quorum
            .leave(&connection, &QuorumCall { run_id: "another run".to_owned(), ..a.clone() })
            .await
            .expect("nothing");
        quorum.fail(&connection, &b, "it's \\ broken").await.expect("told");
        let told = quorum.read(&connection).await.expect("the members");
        assert_eq!((told[0].standing, told[0].said.as_deref()), (Standing::Failed, Some("it's \\ broken")));
        quorum.leave(&connection, &a).await.expect("left");
        assert_eq!(members(&quorum, &connection).await, [waits]);
        connection.close().await;
    })
    .await;
}
