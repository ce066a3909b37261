//! Databases that cannot be used: exit code 3, with what to do.

use std::net::TcpListener;

use crate::database::Database;
use crate::project::Project;

/// Commands that need the database.
const COMMANDS: [&str; 5] = ["migrate", "migrate --check", "migrate --plan", "showmigrations", "plan"];

/// Those of databases with a server.
const SCHEMES: [&str; 2] = ["postgres", "mysql"];

#[test]
fn server_that_is_not_there() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    for scheme in SCHEMES {
        let project = Project::blog().with("DATABASE_URL", format!("{scheme}://me@127.0.0.1:{port}/shop"));
        for command in COMMANDS {
            let place = format!("host 127.0.0.1:{port}, user \"me\", database \"shop\"");
            let expected = ["Connection refused", &place, "help: check that the server runs"];
            project.run_unchanged(command).ends(3).prints_nothing().tells(&expected);
        }
        let project = Project::blog().with("DATABASE_URL", format!("{scheme}:///shop?host=/nowhere/at/all&user=me"));
        project.run_unchanged("migrate").ends(3).tells(&["host /nowhere/at/all", "help: check that the server runs"]);
    }
}

#[test]
fn server_that_speaks_another_protocol() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever connects may be gone before the greeting.
            _ = std::io::Write::write_all(&mut &stream, b"SSH-2.0-OpenSSH_9.2\r\n");
        }
    });
    for scheme in SCHEMES {
        let project = Project::blog().with("DATABASE_URL", format!("{scheme}://me@127.0.0.1:{port}/shop"));
        project.run_unchanged("migrate").ends(3).prints_nothing().tells(&["error", &format!("host 127.0.0.1:{port}")]);
    }
}

#[test]
fn database_that_is_not_there() {
    let servers =
        [(Database::postgres("missing"), "does not exist"), (Database::mariadb("missing"), "Unknown database")];
    for (database, message) in servers {
        let Some(database) = database else { continue };
        let url = format!("{}_not", database.text.split('?').next().unwrap_or_default());
        let project = Project::blog().with("DATABASE_URL", url);
        for command in COMMANDS {
            let expected = [message, "help: create the database first"];
            project.run_unchanged(command).ends(3).prints_nothing().tells(&expected);
        }
    }
}

#[test]
fn files_that_are_no_database() {
    let project = Project::blog().with("DATABASE_URL", "sqlite:nowhere/db.sqlite3");
    project.run_unchanged("migrate").ends(3).prints_nothing().tells(&["nowhere/db.sqlite3", "does not exist"]);
    let project = Project::blog().with("DATABASE_URL", "sqlite:blog");
    project.run_unchanged("migrate").ends(3).tells(&["blog", "it is a folder"]);
    let project = Project::blog();
    project.write(
        "db.sqlite3",
        "this is a letter and not a database, and long enough to be seen as one that it is not".repeat(20),
    );
    for command in COMMANDS {
        project.run_unchanged(command).ends(3).prints_nothing().tells(&["db.sqlite3", "file is not a database"]);
    }
}
