//! What goes wrong, and how it is told.

use limosa_engine::bridge::{Bridge, BridgeError, BridgeOptions, Direction};

use super::database::on_each;
use super::project::{Project, at, migration};

#[tokio::test]
async fn no_interpreter() {
    let folder = tempfile::tempdir().unwrap();
    let start =
        async |python: &str, folder: &std::path::Path| Bridge::start(&BridgeOptions::new(python, folder)).await.err();
    let error = start("no-such-python", folder.path()).await;
    assert!(matches!(error, Some(BridgeError::PythonNotFound(_))), "{error:?}");
    let error = start("python3", &folder.path().join("none")).await;
    assert!(matches!(error, Some(BridgeError::NoProject(_))), "{error:?}");
}

#[tokio::test]
async fn no_django() {
    let Some(project) = Project::new(&[]) else { return };
    project.write("django/__init__.py", "raise ImportError('no Django here')");
    let error = Bridge::start(&project.options()).await.err();
    let Some(BridgeError::Django { message, .. }) = error else { panic!("{error:?}") };
    assert!(message.contains("no Django here"), "{message}");
    assert!(project.python().exists());
}

#[tokio::test]
async fn settings_that_fail() {
    let Some(project) = Project::new(&[]) else { return };
    project.write("settings.py", "import os\n\nKEY = os.environ['NOT_SET_ANYWHERE']\n");
    let error = project.start().await.describe().await.unwrap_err();
    let BridgeError::Settings(error) = error else { panic!("{error}") };
    assert_eq!((error.class.as_str(), error.line), ("KeyError", Some(3)));
    assert_eq!(error.file, Some(project.path("settings.py")));

    let Some(project) = Project::new(&[]) else { return };
    project.write("library/models.py", "\nraise RuntimeError('no models')\n");
    let error = project.start().await.describe().await.unwrap_err();
    let BridgeError::Apps(error) = error else { panic!("{error}") };
    assert_eq!((error.message.as_str(), error.line), ("no models", Some(2)));
}

#[tokio::test]
async fn an_error_names_the_line_of_the_migration() {
    let head = "\ndef code(apps, schema_editor):\n    Book = apps.get_model('library', 'Book')\n    Book.objects.create(title='x', author_id=None)\n";
    let text = migration(head, "migrations.RunPython(code)");
    on_each("error", &[("0002_bad", &text)], async |project| error_on(project).await).await;
}

async fn error_on(project: &Project) {
    let mut bridge = project.migrated().await;
    bridge.begin(true).await.unwrap();
    bridge.execute("INSERT INTO library_author (name) VALUES ('Ann')", None).await.unwrap();
    let error =
        bridge.run_operation(&at("0002_bad", 0), Direction::Forwards, &[], project.dialect(), None).await.unwrap_err();
    let python = error.python().unwrap();
    assert_eq!(python.class, "django.db.utils.IntegrityError");
    assert_eq!(python.file, Some(project.path("library/migrations/0002_bad.py")));
    assert_eq!(python.line, Some(5));
    assert!(!python.traceback.contains("<limosa>"), "{}", python.traceback);
    assert!(python.traceback.lines().nth(1).unwrap().contains("0002_bad.py"), "{}", python.traceback);
    bridge.rollback().await.unwrap();
    let rows = bridge.query("SELECT * FROM library_author", None).await.unwrap().rows;
    assert_eq!(rows.is_empty(), project.rolls_back());
    bridge.close().await.unwrap();
}

#[tokio::test]
async fn a_process_that_dies() {
    let head = "
import os, sys
def code(apps, schema_editor):
    os.write(2, b'last words\\n')
    os._exit(7)
";
    let Some(project) = Project::new(&[("0002_die", &migration(head, "migrations.RunPython(code)"))]) else { return };
    let mut bridge = project.migrated().await;
    bridge.begin(true).await.unwrap();
    let error =
        bridge.run_operation(&at("0002_die", 0), Direction::Forwards, &[], project.dialect(), None).await.unwrap_err();
    let BridgeError::Died { status, stderr } = error else { panic!("{error}") };
    assert!(status.contains('7') && stderr.contains("last words"), "{status} {stderr}");
}

#[tokio::test]
async fn interrupting_python_and_a_statement() {
    let head = "
import time
def code(apps, schema_editor):
    print('started')
    time.sleep(600)
def statement(apps, schema_editor):
    print('started')
    vendor = schema_editor.connection.vendor
    many = ', '.join('information_schema.collations ' + name for name in 'abcde')
    sql = {'postgresql': 'SELECT pg_sleep(600)', 'mysql': 'SELECT count(*) FROM ' + many}.get(vendor)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql or 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n')
";
    for function in ["code", "statement"] {
        let text = migration(head, &format!("migrations.RunPython({function})"));
        on_each("interrupt", &[("0002_long", &text)], async |project| interrupt_on(project, function).await).await;
    }
}

async fn interrupt_on(project: &Project, function: &str) {
    let mut bridge = project.migrated().await;
    let interrupter = bridge.interrupter();
    bridge.begin(true).await.unwrap();
    let operation = at("0002_long", 0);
    let interrupt = async {
        while project.printed().is_empty() {
            tokio::task::yield_now().await;
        }
        interrupter.interrupt().await.unwrap();
    };
    let (result, ()) =
        tokio::join!(bridge.run_operation(&operation, Direction::Forwards, &[], project.dialect(), None), interrupt);
    let error = result.unwrap_err();
    assert!(matches!(error, BridgeError::Interrupted), "{function}: {error}");
    bridge.rollback().await.unwrap();
    // The process goes on, and an interrupt with nothing to interrupt does nothing.
    interrupter.interrupt().await.unwrap();
    assert_eq!(bridge.query("SELECT 1", None).await.unwrap().rows.len(), 1);
    bridge.close().await.unwrap();
}
