//! Arguments that do not fit: exit code 2, with what would.

use crate::project::Project;

#[test]
fn of_a_project() {
    for (arguments, expected) in [
        ("migrate blogg", &["no installed app with label `blogg`", "help: the apps are blog"][..]),
        ("plan blogg", &["no installed app with label `blogg`", "help:"]),
        ("sqlmigrate blogg 0001", &["no installed app with label `blogg`", "help:"]),
        ("showmigrations blog blogg", &["no installed app with label `blogg`", "help:"]),
        ("migrate blog 0009", &["cannot find a migration matching \"0009\" in app \"blog\"", "limosa showmigrations"]),
        (
            "migrate blog 0002_slugs",
            &["cannot find a migration matching \"0002_slugs\"", "did you mean \"0002_slug\"?"],
        ),
        ("sqlmigrate blog 0009", &["cannot find a migration matching \"0009\"", "help:"]),
        ("plan blog 0009", &["cannot find a migration matching \"0009\"", "help:"]),
        ("migrate blog 000", &["more than one migration matches \"000\"", "0001_initial, 0002_slug, 0003_first"]),
        ("migrate --database other", &["no database `other`", "help: the databases are default"]),
        ("migrate --wait soon", &["'soon'", "such as 30s"]),
        ("migrate --wait 1s --no-wait", &["cannot be used with"]),
        ("migrate --format yaml", &["'yaml'", "text, json"]),
        ("migrate -v 4", &["'4'", "0..=3"]),
        ("migrate -q -v 2", &["cannot be used with"]),
        ("migrate --fak", &["--fak", "--fake"]),
        ("migrat", &["'migrat'", "'migrate'"]),
        ("completions cmd", &["'cmd'", "bash"]),
        ("migrate --database-url host/name", &["no scheme in the database URL", "postgres://"]),
        ("migrate --database-url oracle://host/name", &["unknown scheme \"oracle\"", "sqlite"]),
    ] {
        Project::blog().run_unchanged(arguments).ends(2).prints_nothing().tells(expected);
    }
}

#[test]
fn no_project() {
    let empty = Project::new(&[]);
    for command in ["migrate", "showmigrations", "sqlmigrate a 1", "plan"] {
        let expected =
            ["holds no project", "manage.py", "limosa.toml", "help: name the project's folder with --project"];
        empty.run_unchanged(command).ends(2).prints_nothing().tells(&expected);
    }
    empty.run_unchanged("migrate --project nowhere").ends(2).tells(&[
        "there is no folder",
        "nowhere",
        "help:",
        "--project",
    ]);
    empty.write("manage.py", "print('hello')\n");
    empty.run_unchanged("migrate").ends(2).tells(&["does not say which settings module", "help:", "--settings"]);
}

#[test]
fn settings_that_are_not_there() {
    let Some(project) = Project::django(&[]) else { return };
    project.run_unchanged("migrate --settings nowhere.settings").ends(2).prints_nothing().tells(&["nowhere"]);
    project
        .run_unchanged("migrate --database other")
        .ends(2)
        .tells(&["no database `other`", "help: the databases are default"]);
}

#[test]
fn init_writes_over_nothing() {
    let project = Project::blog();
    project.run("init").ends(0).prints(&["wrote", "limosa.toml"]);
    project.run("migrate --check").ends(1);
    project.run_unchanged("init").ends(2).tells(&["limosa.toml is there already", "--force"]);
    project.write("limosa.toml", "nonsense");
    project.run("init --force").ends(0);
    let Some(project) = Project::django(&[]) else { return };
    project.run("init").ends(0);
    let text = std::fs::read_to_string(project.path("limosa.toml")).expect("written");
    assert!(text.contains("settings = \"settings\"\n"), "{text}");
    project.run("migrate --check").ends(1);
}

#[test]
fn completions_are_scripts() {
    for (shell, part) in [("bash", "complete -F"), ("zsh", "#compdef limosa"), ("fish", "complete -c limosa")] {
        Project::new(&[]).run(&format!("completions {shell}")).ends(0).prints(&[part]);
    }
}
