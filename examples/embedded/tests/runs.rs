//! The example does what it says: from the files that it carries, and from a folder.

use std::path::Path;
use std::process::Command;

/// Runs the program and returns what it prints.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_limosa-example-embedded"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("start the example");
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{error}");
    said.into_owned()
}

#[test]
fn migrates_once_from_either_source() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let first = run(folder.path(), &["sqlite:blog.sqlite3"]);
    for expected in ["4 migrations to apply", "2/4 blog.0002_post_slug", "fill_slugs", "4 migrations applied"] {
        assert!(first.contains(expected), "{expected:?} is not in:\n{first}");
    }
    assert!(folder.path().join("blog.sqlite3").is_file(), "{first}");
    // The folder holds the same migrations, so nothing is left to do.
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let second = run(folder.path(), &["sqlite:blog.sqlite3", migrations]);
    assert!(second.contains("0 migrations to apply"), "{second}");
    // And from the folder alone it is the same.
    let third = run(folder.path(), &["sqlite:other.sqlite3", migrations]);
    assert_eq!(third, first);
}

#[test]
fn fails_where_the_database_cannot_be_made() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_limosa-example-embedded"))
        .arg("sqlite:missing/blog.sqlite3")
        .current_dir(folder.path())
        .output()
        .expect("start the example");
    assert_eq!(output.status.code(), Some(1));
}
