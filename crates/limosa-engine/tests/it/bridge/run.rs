//! Operations with the state that Django would give them.

use limosa_engine::bridge::{Bridge, BridgeError, Direction, Run};
use limosa_sql::dialect::Dialect;

use super::project::{Project, at, id, migration};

/// Runs the first operation of `0002_code`, whose function is `code`.
async fn run(code: &str) -> Option<Result<Project, BridgeError>> {
    let text = migration(code, "migrations.RunPython(code)");
    let project = Project::new(&[("0002_code", &text)])?;
    let mut bridge = project.migrated().await;
    bridge.begin(true).await.unwrap();
    Some(match bridge.run_operation(&at("0002_code", 0), Direction::Forwards, &[], Dialect::Sqlite).await {
        Ok(_) => {
            bridge.commit().await.unwrap();
            Ok(project)
        }
        Err(error) => {
            bridge.rollback().await.unwrap();
            Err(error)
        }
    })
}

macro_rules! historical_models {
    ($($name:ident: $body:literal;)*) => {
        $(#[tokio::test]
        async fn $name() {
            let Some(result) = run(concat!("def code(apps, schema_editor):\n    M = lambda name: apps.get_model('library', name)\n", $body)).await else {
                return;
            };
            if let Err(error) = result {
                panic!("{}", error.python().map_or(error.to_string(), |error| error.traceback.clone()));
            }
        })*
    };
}

// Models are rendered on demand; none of this may show.
historical_models! {
    reverse_accessor_of_an_instance: "
    author = M('Author').objects.create(name='Ann')
    author.books.create(title='x')
    assert author.books.count() == 1
";
    reverse_accessor_of_a_class: "
    assert M('Tag').book_set.through._meta.db_table == 'library_book_tags'
";
    reverse_filter: "
    assert list(M('Author').objects.filter(books__title='x')) == []
";
    deletion_cascades: "
    author = M('Author').objects.create(name='Ann')
    M('Book').objects.create(title='x', author=author)
    author.delete()
    assert M('Book').objects.count() == 0
";
    deletion_cascades_to_models_not_asked_for: "
    schema_editor.execute(\"INSERT INTO library_author (id, name) VALUES (5, 'Ann')\")
    schema_editor.execute(\"INSERT INTO library_book (id, title, author_id, key, price) VALUES (1, 'x', 5, 'k', 1)\")
    M('Author').objects.get(pk=5).delete()
    assert M('Book').objects.count() == 0
";
    many_to_many: "
    book = M('Book').objects.create(title='x', author=M('Author').objects.create(name='Ann'))
    book.tags.add(M('Tag').objects.create(label='a'))
    assert M('Tag').objects.get().book_set.get() == book
    assert apps.get_model('library', 'Book_tags').objects.count() == 1
";
    classes_stay_the_same: "
    before = M('Author')
    names = sorted(model.__name__ for model in apps.get_models() if model._meta.app_label == 'library')
    assert names == ['Author', 'Book', 'Tag'], names
    assert M('Author') is before
    assert M('Book')._meta.get_field('author').related_model is before
    assert [f.name for f in before._meta.related_objects] == ['books']
";
    app_configs: "
    config = apps.get_app_config('library')
    assert {model.__name__ for model in config.get_models()} == {'Author', 'Book', 'Tag'}
    assert config.get_model('author') is M('Author')
";
    unknown_models: "
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
";
    models_of_apps_without_migrations: "
    assert apps.get_model('plain', 'Note')._meta.db_table == 'plain_note'
";
    input_is_not_the_protocol: "
    import sys, os
    assert sys.stdin.read() == ''
    os.write(1, b'not the protocol\\n')
";
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
    let Some(project) = Project::new(&[("0002_state", &migration(head, operations))]) else { return };
    let mut bridge = project.migrated().await;
    let mut order: Vec<_> = [0, 1, 3].map(|index| at("0002_state", index)).into();
    order.insert(2, at("0002_state", 2).inner("database_operations", 0));
    bridge.begin(true).await.unwrap();
    for operation in &order {
        bridge.run_operation(operation, Direction::Forwards, &[], Dialect::Sqlite).await.unwrap();
    }
    bridge.commit().await.unwrap();

    bridge.set_state(&[id("0001_initial")]).await.unwrap();
    bridge.begin(true).await.unwrap();
    for operation in order.iter().rev() {
        bridge.run_operation(operation, Direction::Backwards, &[], Dialect::Sqlite).await.unwrap();
    }
    bridge.commit().await.unwrap();
    let columns = bridge.query("PRAGMA table_info(library_author)", None).await.unwrap().rows.len();
    assert_eq!(columns, 3);
}

#[tokio::test]
async fn statements_of_an_operation() {
    let operations = "migrations.AddField('author', 'age', models.IntegerField(null=True))";
    let Some(project) = Project::new(&[("0002_age", &migration("", operations))]) else { return };
    let mut bridge = project.start().await;
    bridge.set_state(&[id("0001_initial")]).await.unwrap();
    let sql = bridge.collect_sql(&at("0002_age", 0), "default", Direction::Forwards).await.unwrap();
    assert_eq!(sql.sql.unwrap_or_default(), ["ALTER TABLE \"library_author\" ADD COLUMN \"age\" integer NULL;"]);
}

#[tokio::test]
async fn signals() {
    let Some(project) = Project::new(&[]) else { return };
    let mut bridge: Bridge = project.migrated().await;
    let plan = [(id("0001_initial"), false)];
    let run = Run { alias: "default", verbosity: 1, interactive: false };
    bridge.pre_migrate(run, &plan).await.unwrap();
    // The tables of the other apps are not there, so only what the state holds can be written to.
    bridge.post_migrate(run, &plan).await.unwrap();
    assert_eq!(project.printed(), ["post_migrate library 0 False ['library.0001_initial']"]);
}
