//! The example does what it says: from the files that it carries, and from a folder.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program on a SQLite file.
fn run(database: &Path, folder: Option<&str>) -> Output {
    let url = format!("sqlite:{}", database.display());
    let mut program = Command::new(env!("CARGO_BIN_EXE_limosa-example-embedded"));
    program.arg(url).args(folder).output().expect("start the example")
}

/// Runs the program and returns what it prints when all goes well.
fn said(database: &Path, folder: Option<&str>) -> String {
    let output = run(database, folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn migrates_once_from_either_source() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let database = folder.path().join("blog.sqlite3");
    let first = said(&database, None);
    for expected in ["4 migrations to apply", "2/4 blog.0002_post_slug", "fill_slugs", "4 migrations applied"] {
        assert!(first.contains(expected), "{expected:?} is not in:\n{first}");
    }
    assert!(database.is_file());
    // The folder holds the same migrations, so nothing is left to do.
    let migrations = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"));
    let second = said(&database, migrations);
    assert!(second.contains("0 migrations to apply"), "{second}");
    // And from the folder alone it is the same.
    assert_eq!(said(&folder.path().join("other.sqlite3"), migrations), first);
}

#[test]
fn fails_where_the_database_cannot_be_made() {
    let folder = tempfile::tempdir().expect("temporary folder");
    assert_eq!(run(&folder.path().join("missing").join("blog.sqlite3"), None).status.code(), Some(1));
}
