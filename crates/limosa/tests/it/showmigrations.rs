//! `showmigrations`, `sqlmigrate` and `plan`: what they print, before a database is there and after.

use std::process::Stdio;

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::project::{POST, Project, migration};

#[test]
fn list_and_plan() {
    on_each("showmigrations", |database| {
        let project = Project::blog().on(database);
        project.write("authors/migrations/0001_initial.toml", migration(&["blog.0001_initial"], POST));
        let output = |arguments: &str| project.run(arguments).ends(0).stdout;
        let none = "authors\n [ ] 0001_initial\nblog\n [ ] 0001_initial\n [ ] 0002_slug\n [ ] 0003_first\n";
        assert_eq!(output("showmigrations"), none);
        assert_eq!(output("showmigrations --list"), none);
        assert!(database.url.sqlite_path().is_none_or(|path| !path.exists()), "looking made the file");
        project.run("migrate blog 0002").ends(0);
        assert_eq!(output("showmigrations blog"), "blog\n [X] 0001_initial\n [X] 0002_slug\n [ ] 0003_first\n");
        assert_eq!(output("showmigrations authors"), "authors\n [ ] 0001_initial\n");
        let plan = "[X]  blog.0001_initial\n[ ]  authors.0001_initial\n[X]  blog.0002_slug\n[ ]  blog.0003_first\n";
        assert_eq!(output("showmigrations --plan"), plan);
        assert_eq!(output("showmigrations --plan authors"), "[X]  blog.0001_initial\n[ ]  authors.0001_initial\n");
        let detailed = output("showmigrations --plan -v 2");
        assert!(detailed.contains("[ ]  authors.0001_initial ... (blog.0001_initial)\n"), "{detailed}");
        let detailed = output("showmigrations -v 2");
        assert!(detailed.contains(" [X] 0001_initial (applied at 20"), "{detailed}");
    });
}

#[test]
fn squash() {
    on_each("squash", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        let squash = "replaces = [\"blog.0001_initial\", \"blog.0002_slug\"]\n".to_owned() + &migration(&[], POST);
        project.write("blog/migrations/0001_squashed.toml", squash);
        let listed = "blog\n [-] 0001_squashed (2 squashed migrations) Run 'limosa migrate' to finish recording.\n [X] 0003_first\n";
        assert_eq!(project.run("showmigrations").ends(0).stdout, listed);
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
        let listed = "blog\n [X] 0001_squashed (2 squashed migrations)\n [X] 0003_first\n";
        assert_eq!(project.run("showmigrations").ends(0).stdout, listed);
    });
}

#[test]
fn sqlmigrate() {
    let slug = |database: &Database, first: &str, second: &str| {
        let project = Project::blog().on(database);
        for (arguments, sql) in [("sqlmigrate blog 0002", first), ("sqlmigrate blog 0002 --backwards", second)] {
            let said = project.run(arguments).ends(0).prints(&["--\n-- Add field slug to Post\n--\n", sql]);
            let transaction = said.stdout.starts_with("BEGIN;\n") && said.stdout.ends_with("COMMIT;\n");
            assert_eq!(transaction, database.rolls_back(), "{said}");
        }
        project
            .run("sqlmigrate blog 0003")
            .ends(0)
            .prints(&["-- Raw SQL operation\n--\nINSERT INTO blog_post (title) VALUES ('first');\n"]);
    };
    on_each("sqlmigrate", |database| {
        let add = database.quoted("ALTER TABLE \"blog_post\" ADD COLUMN \"slug\" varchar(50) NULL;\n");
        let drop = match database.dialect() {
            Dialect::Sqlite => "CREATE TABLE \"new__blog_post\"",
            _ => "DROP COLUMN \"slug\";\n",
        };
        slug(database, &add, &database.quoted(drop));
        assert!(database.url.sqlite_path().is_none_or(|path| !path.exists()), "looking made the file");
    });
}

#[test]
fn plan() {
    on_each("plan", |database| {
        let project = Project::blog().on(database);
        let how = if database.rolls_back() { "one transaction" } else { "no transaction" };
        let created = database.quoted("-- Create model Post\n  CREATE TABLE \"blog_post\"");
        project.run("plan").ends(0).prints(&[
            &format!("apply blog.0001_initial ({how}, pre-deploy)\n  {created}"),
            "apply blog.0002_slug",
            "apply blog.0003_first",
            "INSERT INTO blog_post",
            "3 migrations, ",
        ]);
        project
            .run("plan blog 0001")
            .ends(0)
            .prints(&["apply blog.0001_initial", "1 migrations, "])
            .hides("0002_slug")
            .hides("locks");
        project.run("migrate blog 0001").ends(0);
        let locks = match database.dialect() {
            Dialect::Postgres => "blog_post: ACCESS EXCLUSIVE",
            Dialect::MySql | Dialect::Sqlite => "blog_post: EXCLUSIVE",
        };
        let locks = format!(" NULL\n    locks {locks} (blocks reads and writes); no row is touched\n");
        project.run("plan blog 0002").ends(0).prints(&[&locks]);
        project.run("migrate").ends(0);
        project.run("plan").ends(0).prints(&["Nothing to do.\n"]);
        project
            .run("plan blog 0002")
            .ends(0)
            .prints(&["unapply blog.0003_first (one transaction, post-deploy)", "DELETE FROM blog_post"]);
    });
}

#[test]
fn output_that_cannot_be_written() {
    let project = Project::blog();
    let full = || std::fs::File::create("/dev/full").expect("the full disk");
    let output = |arguments: &str| project.command(arguments).stdout(full()).output().expect("start the program");
    for arguments in
        ["showmigrations", "sqlmigrate blog 0001", "plan", "migrate --plan", "showmigrations --format json"]
    {
        let said = output(arguments);
        let told = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.status.code() == Some(2) && told.contains("No space left"), "{arguments}: {told}");
    }
    // A run does its work all the same.
    assert_eq!(output("migrate").status.code(), Some(0));
    project.run("migrate --check").ends(0);
    // A reader that has seen enough is no error.
    let mut program = project.command("completions zsh").stdout(Stdio::piped()).spawn().expect("start the program");
    drop(program.stdout.take());
    assert_eq!(program.wait().expect("wait").code(), Some(0));
}
