//! Every statement of every migration of the edge cases, and of the projects of `LIMOSA_ORACLE_PROJECTS` where that is set.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use limosa_testkit::oracle::{Project, Server};
use limosa_testkit::replay::{Difference, Outcome, Subject, compare};

/// Compares all that Django does and prints with what we would.
#[track_caller]
fn check(project: &Project, server: Server) {
    let answers = match project.answers(server) {
        Ok(answers) => answers,
        Err(error) => panic!("{error}"),
    };
    let subjects = subjects(server);
    let outcomes = subjects
        .iter()
        .flat_map(|subject| compare(&answers, *subject).into_iter().map(move |outcome| (*subject, outcome)));
    let outcomes: Vec<_> = outcomes.collect();
    assert!(outcomes.len() > subjects.len(), "nothing was compared");
    let different: Vec<String> = outcomes.iter().filter_map(|(subject, outcome)| shown(*subject, outcome)).collect();
    assert!(
        different.is_empty(),
        "{} on {}: {} of {} differ from Django\n{}",
        project.name,
        server.name(),
        different.len(),
        outcomes.len(),
        different.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
    );
}

fn shown(subject: Subject, outcome: &Outcome) -> Option<String> {
    let lines = match outcome.difference.as_ref()? {
        Difference::Error(error) => vec![error.clone()],
        Difference::Lines(lines) => lines.iter().take(8).cloned().collect(),
    };
    Some(format!("{subject:?} {}:\n  {}", outcome.name, lines.join("\n  ")))
}

/// The interpreter with Django that an environment variable names; without it the test has nothing to compare with.
#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn python(variable: &str) -> Option<PathBuf> {
    let python = env::var_os(variable).map(PathBuf::from);
    assert!(python.is_some() || env::var("CI").is_err(), "{variable} is not set");
    if python.is_none() {
        eprintln!("skipped: {variable} is not set");
    }
    python
}

/// Whether there is a server (`PGHOST`, `PGPORT`, `PGUSER` say which).
fn has_postgres() -> bool {
    let has = env::var_os("LIMOSA_TEST_POSTGRES").is_some() || env::var_os("PGPORT").is_some();
    assert!(has || env::var("CI").is_err(), "neither LIMOSA_TEST_POSTGRES nor PGPORT is set");
    has
}

/// Whether there is a server, and the interpreter can speak to it (`LIMOSA_TEST_MARIADB`).
#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn has_mariadb(python: &Path) -> bool {
    let named = env::var_os("LIMOSA_TEST_MARIADB").is_some();
    assert!(named || env::var("CI").is_err(), "LIMOSA_TEST_MARIADB is not set");
    let speaks =
        Command::new(python).args(["-c", "import MySQLdb"]).output().is_ok_and(|output| output.status.success());
    if !named || !speaks {
        eprintln!("skipped: LIMOSA_TEST_MARIADB is not set, or {} has no mysqlclient", python.display());
    }
    named && speaks
}

/// Nothing is executed on MySQL, which is not there.
fn subjects(server: Server) -> &'static [Subject] {
    match server {
        Server::MySql => &[Subject::Before, Subject::Finished, Subject::Backwards],
        _ => &[Subject::Executed, Subject::Before, Subject::Finished, Subject::Backwards],
    }
}

fn edge(variable: &str, server: Server) {
    edge_of("projects/edge", variable, server);
}

fn edge_of(project: &str, variable: &str, server: Server) {
    let Some(python) = python(variable) else { return };
    let there = match server {
        Server::Sqlite => true,
        Server::Postgres => has_postgres(),
        Server::MariaDb | Server::MySql => has_mariadb(&python),
    };
    if there {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(project);
        check(&Project::at(&folder, &python), server);
    }
}

#[test]
fn edge_cases_on_sqlite_as_django_5_2() {
    edge("LIMOSA_TEST_DJANGO", Server::Sqlite);
}

#[test]
fn edge_cases_on_sqlite_as_django_6_1() {
    edge("LIMOSA_TEST_DJANGO61", Server::Sqlite);
}

#[test]
fn edge_cases_on_postgres_as_django_5_2() {
    edge("LIMOSA_TEST_DJANGO", Server::Postgres);
}

#[test]
fn edge_cases_on_postgres_as_django_6_1() {
    edge("LIMOSA_TEST_DJANGO61", Server::Postgres);
}

#[test]
fn edge_cases_on_mariadb_as_django_5_2() {
    edge("LIMOSA_TEST_DJANGO", Server::MariaDb);
}

#[test]
fn edge_cases_on_mariadb_as_django_6_1() {
    edge("LIMOSA_TEST_DJANGO61", Server::MariaDb);
}

#[test]
fn edge_cases_for_mysql_as_django_5_2() {
    edge("LIMOSA_TEST_DJANGO", Server::MySql);
}

#[test]
fn edge_cases_for_mysql_as_django_6_1() {
    edge("LIMOSA_TEST_DJANGO61", Server::MySql);
}

/// Fields of `django.contrib.gis`, for which Django needs GDAL and the server PostGIS.
fn spatial(variable: &str, server: Server) {
    edge_of("projects/spatial", variable, server);
}

#[test]
fn spatial_fields_on_postgis_as_django_5_2() {
    spatial("LIMOSA_TEST_DJANGO", Server::Postgres);
}

#[test]
fn spatial_fields_on_postgis_as_django_6_1() {
    spatial("LIMOSA_TEST_DJANGO61", Server::Postgres);
}

#[test]
fn spatial_fields_on_mariadb_as_django_5_2() {
    spatial("LIMOSA_TEST_DJANGO", Server::MariaDb);
}

#[test]
fn real_projects() {
    if env::var_os("LIMOSA_ORACLE_PROJECTS").is_none() {
        eprintln!("skipped: LIMOSA_ORACLE_PROJECTS is not set");
        return;
    }
    for name in ["contrib52", "contrib61", "cms", "wagtail", "kitchensink"] {
        let project = match Project::find(name) {
            Ok(project) => project,
            Err(error) => panic!("{error}"),
        };
        check(&project, Server::Sqlite);
        if has_postgres() {
            check(&project, Server::Postgres);
        }
        // The settings of this one know no third database.
        if name != "wagtail" && has_mariadb(&project.python) {
            check(&project, Server::MariaDb);
        }
    }
}
