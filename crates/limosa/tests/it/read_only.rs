//! SQLite files that cannot be written: nothing changes, and reading them works.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use crate::database::Database;
use crate::program::{Running, Said};
use crate::project::Project;

/// Whoever has no rights on files of others; the superuser could write them whatever their mode.
const NOBODY: u32 = 65534;

/// A project whose first migration is applied, on a database of its own.
struct Case {
    project: Project,
    database: Database,
    program: PathBuf,
}

impl Case {
    fn new() -> Self {
        let database = Database::sqlite();
        let project = Project::blog().on(&database);
        project.run("migrate blog 0001").ends(0);
        let program = project.path("limosa");
        let binary = env!("CARGO_BIN_EXE_limosa");
        if fs::hard_link(binary, &program).is_err() {
            fs::copy(binary, &program).expect("copy the program");
        }
        mode(&project.path(""), 0o755);
        Self { project, database, program }
    }

    /// Runs the program as someone who has no rights on files of others.
    fn run(&self, arguments: &str) -> Said {
        let mut command = self.project.command_of(&self.program, arguments);
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.uid(NOBODY).gid(NOBODY);
        }
        Running::start(&mut command).end()
    }

    /// Checks that a run fails and changes nothing, and that commands that only read work.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let before = self.database.dump();
        self.run("migrate").ends(3).tells(expected).tells(&["help: "]);
        assert_eq!(self.database.dump(), before);
        self.run("migrate --check").ends(1);
        self.run("migrate --plan").ends(0).prints(&["blog.0002_slug"]);
        self.run("showmigrations").ends(0).prints(&["[X] 0001_initial", "[ ] 0002_slug"]);
        self.run("plan").ends(0).prints(&["apply blog.0002_slug", "ALTER TABLE"]);
        self.run("sqlmigrate blog 0002").ends(0).prints(&["ALTER TABLE"]);
    }

    fn file(&self) -> PathBuf {
        self.database.url.sqlite_path().expect("a file")
    }
}

#[test]
fn file() {
    let case = Case::new();
    mode(&case.file(), 0o444);
    mode(case.file().parent().expect("a folder"), 0o777);
    case.check(&["blog.0002_slug failed", "readonly database"]);
    let lock = PathBuf::from(format!("{}.limosa-lock", case.file().display()));
    assert!(!lock.exists(), "the lock is left behind");
}

#[test]
fn folder() {
    let case = Case::new();
    mode(&case.file(), 0o644);
    mode(case.file().parent().expect("a folder"), 0o755);
    case.check(&["test.sqlite3.limosa-lock", "ermission denied"]);
}

#[test]
fn by_wish() {
    let case = Case::new();
    let url = format!("{}?mode=ro", case.database.text);
    let before = case.database.dump();
    let said = case.project.run(&format!("migrate --database-url {url}"));
    said.ends(3).tells(&["readonly database"]);
    assert_eq!(case.database.dump(), before);
}

fn mode(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("change the mode");
}
