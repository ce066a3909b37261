//! The bridge as a connection.

use limosa_engine::bridge::{Bridge, Direction, Portion};
use serde_json::json;

use super::database::on_each;
use super::project::{Project, at, migration};

const TABLE: &str = "CREATE TABLE t (n integer)";

async fn numbers(bridge: &mut Bridge) -> Vec<i64> {
    let rows = bridge.query("SELECT n FROM t ORDER BY n", None).await.unwrap().rows;
    rows.iter().map(|row| row[0].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn commit_and_rollback() {
    on_each("commit", &[], async |project| commit_and_rollback_on(project).await).await;
}

async fn commit_and_rollback_on(project: &Project) {
    let mut bridge = project.start().await;
    bridge.connect("default").await.unwrap();
    bridge.begin(true).await.unwrap();
    bridge.execute(TABLE, None).await.unwrap();
    bridge.rollback().await.unwrap();
    bridge.begin(true).await.unwrap();
    let again = bridge.execute(TABLE, None).await;
    assert_eq!(again.is_ok(), project.rolls_back(), "{again:?}");
    assert_eq!(bridge.execute("INSERT INTO t VALUES (%s), (%s)", Some(&[json!(1), json!(2)])).await.unwrap(), 2);
    bridge.savepoint().await.unwrap();
    bridge.execute("INSERT INTO t VALUES (3)", None).await.unwrap();
    bridge.rollback_to_savepoint().await.unwrap();
    bridge.savepoint().await.unwrap();
    bridge.execute("INSERT INTO t SELECT 4 WHERE 'a%b' LIKE 'a%'", None).await.unwrap();
    bridge.release().await.unwrap();
    bridge.commit().await.unwrap();
    assert_eq!(numbers(&mut bridge).await, [1, 2, 4]);
    bridge.close().await.unwrap();
}

#[tokio::test]
async fn a_migration_that_is_not_atomic() {
    on_each("not_atomic", &[], async |project| not_atomic_on(project).await).await;
}

async fn not_atomic_on(project: &Project) {
    let mut bridge = project.start().await;
    bridge.connect("default").await.unwrap();
    bridge.begin(false).await.unwrap();
    bridge.execute(TABLE, None).await.unwrap();
    bridge.execute("INSERT INTO t VALUES (1)", None).await.unwrap();
    bridge.savepoint().await.unwrap();
    bridge.execute("INSERT INTO t VALUES (2)", None).await.unwrap();
    bridge.rollback().await.unwrap();
    assert_eq!(numbers(&mut bridge).await, [1]);
}

#[tokio::test]
async fn sqlite_checks_foreign_keys_at_the_end() {
    let Some(project) = Project::new(&[]) else { return };
    let mut bridge = project.migrated().await;
    let book = "INSERT INTO library_book (id, title, author_id, key, price) VALUES (1, 'x', 99, 'k', 1)";
    bridge.begin(true).await.unwrap();
    bridge.execute(book, None).await.unwrap();
    let error = bridge.commit().await.unwrap_err();
    assert!(error.to_string().contains("IntegrityError"), "{error}");
    assert!(bridge.query("SELECT * FROM library_book", None).await.unwrap().rows.is_empty());
    let error = bridge.execute(book, None).await.unwrap_err();
    assert!(error.to_string().contains("FOREIGN KEY"), "foreign keys must be on again: {error}");
}

#[tokio::test]
async fn python_inside_the_transaction() {
    let head = "
from django.db import connection, transaction
def fill(apps, schema_editor):
    assert schema_editor.connection.in_atomic_block
    Author = apps.get_model('library', 'Author')
    Author.objects.create(name='Ann')
    try:
        with transaction.atomic():
            Author.objects.create(name='Bob')
            raise ValueError
    except ValueError:
        pass
    print('filled', Author.objects.count())
";
    let text = migration(head, "migrations.RunPython(fill)");
    on_each("inside", &[("0002_fill", &text)], async |project| inside_on(project).await).await;
}

async fn inside_on(project: &Project) {
    let mut bridge = project.migrated().await;
    for keep in [false, true] {
        bridge.begin(true).await.unwrap();
        bridge.set_state(&[Portion::whole(super::project::id("0001_initial"))]).await.unwrap();
        bridge.run_operation(&at("0002_fill", 0), Direction::Forwards, &[], project.dialect(), None).await.unwrap();
        if keep {
            bridge.commit().await.unwrap()
        } else {
            bridge.rollback().await.unwrap();
        }
        let rows = bridge.query("SELECT name FROM library_author", None).await.unwrap().rows;
        assert_eq!(rows.len(), if project.rolls_back() { usize::from(keep) } else { 1 + usize::from(keep) });
    }
    let second = if project.rolls_back() { "filled 1" } else { "filled 2" };
    assert_eq!(project.printed(), ["filled 1", second]);
    bridge.close().await.unwrap();
}
