//! What usually causes a refusal, and what is shown of it: each entry is provoked on the databases that can have it.

use limosa_sql::dialect::Dialect::{self, MySql, Postgres, Sqlite};

use crate::database::{Database, on_each};
use crate::project::{Project, migration, operation, python_migration, run_sql};

/// A refusal: the entry that explains it, where it can happen, what is there before, what the migration does, and what is shown.
struct Case {
    entry: &'static str,
    on: &'static [Dialect],
    before: &'static str,
    operations: String,
    shows: &'static str,
}

const EACH: &[Dialect] = &[Postgres, MySql, Sqlite];
const SERVERS: &[Dialect] = &[Postgres, MySql];

fn cases() -> Vec<Case> {
    let unique = alter("title", "type = \"CharField\", max_length = 40, unique = true");
    let short = alter("title", "type = \"CharField\", max_length = 2");
    let text = alter("title", "type = \"TextField\"");
    let filled = alter("slug", "type = \"SlugField\"");
    let twice = "INSERT INTO blog_post (title) VALUES ('first')";
    let parent = "ALTER TABLE blog_post ADD COLUMN parent_id bigint; UPDATE blog_post SET parent_id = 99";
    let refers = "ALTER TABLE blog_post ADD CONSTRAINT refers FOREIGN KEY (parent_id) REFERENCES blog_post (id)";
    let later = "ALTER TABLE blog_post ADD CONSTRAINT later CHECK (title <> 'first')";
    let checked = "CREATE TABLE checked (n integer CHECK (n > 0))";
    let child = "CREATE TABLE child (id int PRIMARY KEY, post_id bigint REFERENCES blog_post (id) DEFERRABLE INITIALLY DEFERRED)";
    let pending = "INSERT INTO child SELECT 1, min(id) FROM blog_post; ALTER TABLE child ADD x int";
    let key = "CREATE TABLE child (post_id bigint, CONSTRAINT post FOREIGN KEY (post_id) REFERENCES blog_post (id))";
    let view = "CREATE VIEW titles AS SELECT title FROM blog_post";
    let long = "CREATE TABLE long (t text); INSERT INTO long SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i";
    let nobody = "SET LOCAL ROLE pg_monitor; ALTER TABLE blog_post ADD COLUMN n integer";
    let full = "PRAGMA max_page_count = 1; CREATE TABLE later AS SELECT hex(zeroblob(100000))";
    let wide = "CREATE TABLE wide (a varchar(9000), b varchar(9000)) CHARACTER SET utf8mb4";
    let mut cases = vec![
        case("duplicate-rows", EACH, twice, unique).shows("title first, how_often 2"),
        sql("duplicate-rows", EACH, "", "INSERT INTO blog_post (id, title) SELECT id, title FROM blog_post"),
        sql("orphan-rows", SERVERS, parent, refers).shows("parent_id 99, how_often 1"),
        case("null-rows", &[Postgres, Sqlite], "", filled.clone()).shows("rows_without 1"),
        case("value-does-not-fit", &[MySql], "", filled).shows("rows_without 1"),
        sql("null-rows", EACH, "", "INSERT INTO blog_post (title) VALUES (NULL)"),
        sql("rows-break-a-check", SERVERS, "", later).shows("rows_that_break_it 1"),
        sql("rows-break-a-check", EACH, checked, "INSERT INTO checked VALUES (0)"),
        case("value-does-not-fit", &[Postgres], "", short.clone()),
        case("value-does-not-fit", &[MySql], "", short).shows("longest 5"),
        sql("cannot-be-converted", &[Postgres], "", "ALTER TABLE blog_post ALTER COLUMN title TYPE integer"),
        sql("pending-triggers", &[Postgres], child, pending),
        sql("exists-already", EACH, "CREATE TABLE taken (id integer)", "CREATE TABLE taken (id integer)"),
        sql("exists-already", EACH, "", "ALTER TABLE blog_post ADD COLUMN title integer"),
        sql("is-missing", EACH, "", "INSERT INTO nowhere VALUES (1)"),
        sql("is-missing", EACH, "", "UPDATE blog_post SET lacking = 1"),
        case("others-depend", &[Postgres], view, text),
        sql("others-depend", &[Sqlite], view, "ALTER TABLE blog_post DROP COLUMN title"),
        sql("others-depend", &[MySql], key, "ALTER TABLE child DROP INDEX post"),
        sql("time-limit", &[Postgres], "", "SET LOCAL statement_timeout = 50; SELECT pg_sleep(60)")
            .shows("statement_timeout"),
        sql("permission", &[Postgres], "", nobody).shows("table blog_post, owner "),
        sql("read-only", &[Postgres], "", "SET TRANSACTION READ ONLY; CREATE TABLE later (id integer)"),
        sql("read-only", &[MySql], "", "SET SESSION TRANSACTION READ ONLY; INSERT INTO blog_post (title) VALUES ('x')"),
        sql("read-only", &[Sqlite], "", "PRAGMA query_only = 1; CREATE TABLE later (id integer)"),
        sql("disk-full", &[Sqlite], "", full),
        sql("row-too-large", &[MySql], "", wide),
        sql("row-too-large", &[Postgres], long, "CREATE INDEX long_t ON long (t)"),
    ];
    for (entry, code, number) in [
        ("deadlock", "40P01", 1213),
        ("concurrent-change", "40001", 1020),
        ("disk-full", "53100", 1114),
        ("permission", "42501", 1142),
        ("needs-no-transaction", "25001", 1568),
    ] {
        cases.extend(raised(entry, code, number));
    }
    cases
}

fn case(entry: &'static str, on: &'static [Dialect], before: &'static str, operations: String) -> Case {
    Case { entry, on, before, operations, shows: "" }
}

fn sql(entry: &'static str, on: &'static [Dialect], before: &'static str, sql: &str) -> Case {
    case(entry, on, before, run_sql(sql))
}

impl Case {
    fn shows(self, shows: &'static str) -> Self {
        Self { shows, ..self }
    }
}

fn alter(field: &str, definition: &str) -> String {
    operation(&format!("op = \"AlterField\"\nmodel = \"Post\"\nname = \"{field}\"\nfield = {{ {definition} }}"))
}

/// Lets the servers report codes that only a full disk or a race would bring about.
fn raised(entry: &'static str, code: &str, number: u16) -> [Case; 2] {
    let postgres = format!("DO $$ BEGIN RAISE EXCEPTION 'provoked' USING ERRCODE = '{code}'; END $$");
    let mysql = format!("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'provoked'");
    [sql(entry, &[Postgres], "", &postgres), sql(entry, &[MySql], "", &mysql)]
}

#[test]
fn each_entry_where_it_can_happen() {
    on_each("causes", |database| {
        for case in cases().into_iter().filter(|case| case.on.contains(&database.dialect())) {
            database.empty();
            provoke(database, &case);
        }
    });
}

fn provoke(database: &Database, case: &Case) {
    let project = Project::blog().on(database);
    project.run("migrate").ends(0);
    for statement in case.before.split("; ").filter(|statement| !statement.is_empty()) {
        database.execute(statement);
    }
    project.write("blog/migrations/0004_later.toml", migration(&["blog.0003_first"], &case.operations));
    project.write("blog/migrations/0005_last.toml", migration(&["blog.0004_later"], &run_sql("SELECT 1")));
    let said = project.run("migrate --format json");
    let last = said.json().pop().unwrap_or_default();
    let failed = &last["migration"];
    assert_eq!(failed["explanation"]["name"], case.entry, "{said}");
    assert!(failed["code"].is_string(), "{said}");
    assert_eq!((&failed["done"], &failed["not_reached"]), (&0.into(), &1.into()), "{said}");
    let expected = [
        "blog.0004_later failed: ",
        "statement: ",
        "code: ",
        "cause: ",
        "help: ",
        case.shows,
        "1 migration after it was not reached",
    ];
    said.tells(&expected);
}

#[test]
fn a_lock_that_another_session_holds() {
    on_each("cause_lock", |database| {
        let (wait, held) = match database.dialect() {
            Postgres => ("SET LOCAL lock_timeout = 100; ", "LOCK TABLE blog_post"),
            MySql => ("SET SESSION lock_wait_timeout = 1; ", "INSERT INTO blog_post (title) VALUES ('open')"),
            // How long it is waited there is the driver's own.
            Sqlite => return,
        };
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        let alters = format!("{wait}ALTER TABLE blog_post ADD COLUMN n integer");
        project.write("blog/migrations/0004_later.toml", migration(&["blog.0003_first"], &run_sql(&alters)));
        database.holding(held, || {
            let cause = "another session uses the table in a transaction that is still open";
            project.run("migrate").tells(&["blog.0004_later failed: ", "cause: ", cause, "query: ", "shows: session "]);
        });
        project.run("migrate").ends(0);
    });
}

#[test]
fn over_the_connection_of_django() {
    let operations = "migrations.RunPython(lambda apps, editor: None),\n        \
                      migrations.AlterField(\"book\", \"title\", models.CharField(max_length=40, unique=True)),";
    let bad = python_migration("0001_initial", "", operations);
    on_each("cause_python", |database| {
        let Some(project) = Project::django(&[("0002_bad", &bad)]) else { return };
        let project = project.on(database);
        project.run("migrate library 0001").ends(0);
        database.execute("INSERT INTO library_book (title) VALUES ('twice'), ('twice')");
        project.run("migrate").tells(&[
            "library.0002_bad failed: ",
            "statement: ",
            "code: ",
            "cause: the table holds rows that are the same",
            "title twice, how_often 2",
        ]);
    });
}
