//! Operations with the state that Django would give them.

use limosa_engine::bridge::{Direction, Portion, Run};

use super::database::on_each;
use super::project::{Project, at, id, migration};

/// What a function of a migration does with its models: they are rendered on demand, and none of this may show.
const HISTORICAL_MODELS: [(&str, &str); 11] = [
    (
        "reverse_accessor_of_an_instance",
        "
    author = M('Author').objects.create(name='Ann')
    author.books.create(title='x')
    assert author.books.count() == 1
",
    ),
    (
        "reverse_accessor_of_a_class",
        "
    assert M('Tag').book_set.through._meta.db_table == 'library_book_tags'
",
    ),
    (
        "reverse_filter",
        "
    assert list(M('Author').objects.filter(books__title='x')) == []
",
    ),
    (
        "deletion_cascades",
        "
    author = M('Author').objects.create(name='Ann')
    M('Book').objects.create(title='x', author=author)
    author.delete()
    assert M('Book').objects.count() == 0
",
    ),
    (
        "deletion_cascades_to_models_not_asked_for",
        "
    cursor, key = schema_editor.connection.cursor(), schema_editor.quote_name('key')
    cursor.execute(\"INSERT INTO library_author (id, name) VALUES (5, 'Ann')\")
    cursor.execute(f\"INSERT INTO library_book (id, title, author_id, {key}, price) VALUES (1, 'x', 5, '00000000000000000000000000000001', 1)\")
    M('Author').objects.get(pk=5).delete()
    assert M('Book').objects.count() == 0
",
    ),
    (
        "many_to_many",
        "
    book = M('Book').objects.create(title='x', author=M('Author').objects.create(name='Ann'))
    book.tags.add(M('Tag').objects.create(label='a'))
    assert M('Tag').objects.get().book_set.get() == book
    assert apps.get_model('library', 'Book_tags').objects.count() == 1
",
    ),
    (
        "classes_stay_the_same",
        "
    before = M('Author')
    names = sorted(model.__name__ for model in apps.get_models() if model._meta.app_label == 'library')
    assert names == ['Author', 'Book', 'Tag'], names
    assert M('Author') is before
    assert M('Book')._meta.get_field('author').related_model is before
    assert [f.name for f in before._meta.related_objects] == ['books']
",
    ),
    (
        "app_configs",
        "
    config = apps.get_app_config('library')
    assert {model.__name__ for model in config.get_models()} == {'Author', 'Book', 'Tag'}
    assert config.get_model('author') is M('Author')
",
    ),
    (
        "unknown_models",
        "
    for label, name in (('library', 'Nothing'), ('nowhere', 'Author')):
        try:
            apps.get_model(label, name)
        except LookupError:
            pass
        else:
            raise AssertionError(name)
    try:
        M('Author')().nothing
    except AttributeError:
        pass
    assert not hasattr(M('Author'), 'nothing')
",
    ),
    (
        "models_of_apps_without_migrations",
        "
    assert apps.get_model('plain', 'Note')._meta.db_table == 'plain_note'
",
    ),
    (
        "input_is_not_the_protocol",
        "
    import sys, os
    assert sys.stdin.read() == ''
    os.write(1, b'not the protocol\\n')
",
    ),
];

/// Tables in the order in which their rows can go.
const TABLES: [&str; 4] = ["library_book_tags", "library_book", "library_tag", "library_author"];

#[tokio::test]
async fn historical_models() {
    let texts = HISTORICAL_MODELS.map(|(name, body)| {
        let head = "def code(apps, schema_editor):\n    M = lambda name: apps.get_model('library', name)\n";
        (format!("0002_{name}"), migration(&format!("{head}{body}"), "migrations.RunPython(code)"))
    });
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    on_each("models", &texts, async |project| {
        let mut bridge = project.migrated().await;
        for (name, _) in &texts {
            bridge.set_state(&[Portion::whole(id("0001_initial"))]).await.unwrap();
            bridge.begin(true).await.unwrap();
            let done = bridge.run_operation(&at(name, 0), Direction::Forwards, &[], project.dialect(), None).await;
            if let Err(error) = done {
                panic!("{name}: {}", error.python().map_or(error.to_string(), |error| error.traceback.clone()));
            }
            bridge.commit().await.unwrap();
            for table in TABLES {
                bridge.execute(&format!("DELETE FROM {table}"), None).await.unwrap();
            }
        }
        bridge.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_state_is_that_before_the_operation() {
    let head = "
def has(apps, name):
    return name in [f.name for f in apps.get_model('library', 'Author')._meta.get_fields()]
def before(apps, schema_editor):
    assert not has(apps, 'age')
def after(apps, schema_editor):
    assert has(apps, 'age')
";
    let operations = "migrations.RunPython(before, before), migrations.AddField('author', 'age', models.IntegerField(null=True)), \
        migrations.SeparateDatabaseAndState([migrations.RunPython(after, after), migrations.RemoveField('author', 'age')]), \
        migrations.RunPython(after, after)";
    let text = migration(head, operations);
    on_each("state", &[("0002_state", &text)], async |project| state_on(project).await).await;
}

async fn state_on(project: &Project) {
    let mut bridge = project.migrated().await;
    let mut order: Vec<_> = [0, 1, 3].map(|index| at("0002_state", index)).into();
    order.insert(2, at("0002_state", 2).inner("database_operations", 0));
    bridge.begin(true).await.unwrap();
    for operation in &order {
        bridge.run_operation(operation, Direction::Forwards, &[], project.dialect(), None).await.unwrap();
    }
    bridge.commit().await.unwrap();

    bridge.set_state(&[Portion::whole(id("0001_initial"))]).await.unwrap();
    bridge.begin(true).await.unwrap();
    for operation in order.iter().rev() {
        bridge.run_operation(operation, Direction::Backwards, &[], project.dialect(), None).await.unwrap();
    }
    bridge.commit().await.unwrap();
    let columns = bridge.query("SELECT * FROM library_author", None).await.unwrap().columns;
    assert_eq!(columns, ["id", "name", "place"]);
    bridge.close().await.unwrap();
}

#[tokio::test]
async fn statements_of_an_operation() {
    let operations = "migrations.AddField('author', 'age', models.IntegerField(null=True))";
    let text = migration("", operations);
    on_each("statements", &[("0002_age", &text)], async |project| {
        let mut bridge = project.start().await;
        bridge.set_state(&[Portion::whole(id("0001_initial"))]).await.unwrap();
        let sql = bridge.collect_sql(&at("0002_age", 0), "default", Direction::Forwards).await.unwrap();
        let expected = project.quoted("ALTER TABLE \"library_author\" ADD COLUMN \"age\" integer NULL;");
        assert_eq!(sql.sql.unwrap_or_default(), [expected]);
        bridge.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn signals() {
    on_each("signals", &[], async |project| signals_on(project).await).await;
}

async fn signals_on(project: &Project) {
    let mut bridge = project.migrated().await;
    let plan = [(Portion::whole(id("0001_initial")), false)];
    let run = Run { alias: "default", verbosity: 1, interactive: false };
    bridge.pre_migrate(run, &plan).await.unwrap();
    // The tables of the other apps are not there, so only what the state holds can be written to.
    bridge.post_migrate(run, &plan).await.unwrap();
    assert_eq!(project.printed(), ["post_migrate library 0 False ['library.0001_initial']"]);
    bridge.close().await.unwrap();
}
