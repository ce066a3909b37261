//! `doctor`: what it finds in histories that were spoilt, what it mends, and that its undo file brings back what was before.

use limosa_sql::dialect::Dialect;

use crate::database::{Database, on_each};
use crate::project::{Project, migration, run_sql};

/// A history that was spoilt: what happened to it, what is found, and whether that can be mended.
struct Case {
    spoil: &'static [&'static str],
    files: Vec<(&'static str, String)>,
    finds: &'static [&'static str],
    mends: bool,
}

const AGAIN: &str = "INSERT INTO history (app, name, applied) VALUES ('blog', '0001_initial', '2026-01-02 03:04:05')";
const ROWS: &str = "INSERT INTO history (app, name, applied) VALUES ('blog', '0003_first', '2026-01-02 03:04:05')";
const GONE: &str = "INSERT INTO history (app, name, applied) VALUES ('gone', '0001_initial', '2026-01-02 03:04:05')";
const PRUNED: &str = "INSERT INTO history (app, name, applied) VALUES ('blog', '0001_old', '2026-01-02 03:04:05')";
const NEWER: &str = "INSERT INTO history (app, name, applied) VALUES ('blog', '0009_later', '2026-01-02 03:04:05')";

fn cases() -> Vec<Case> {
    let file = |name, text: String| vec![(name, text)];
    let empty = || migration(&["blog.0003_first"], &run_sql("SELECT 1"));
    vec![
        case(&[], &[], false),
        // The unique key first: without it the rows can be there twice.
        case(
            &["KEY", AGAIN],
            &[
                "duplicate-rows: blog.0001_initial is recorded 2 times",
                "row 1, ",
                "row 4, ",
                "it only changes the schema",
                "no-unique-key",
            ],
            true,
        ),
        case(
            &["KEY", ROWS],
            &["duplicate-rows: blog.0003_first", "took effect twice: Raw SQL operation", "no-unique-key: "],
            true,
        ),
        case(&["KEY"], &["no-unique-key: `history` has no unique key on app and name"], true),
        case(
            &[GONE],
            &["ghost-row: gone.0001_initial is recorded, and no such migration is there", "`gone` is not installed"],
            false,
        ),
        case(&[PRUNED], &["ghost-row: blog.0001_old", "squashed and pruned, or deleted"], true),
        case(&[NEWER], &["ghost-row: blog.0009_later", "another branch or of a newer version"], false),
        Case {
            files: file("blog/migrations/0009_renamed.toml", empty()),
            ..case(
                &[NEWER],
                &["ghost-row: blog.0009_later", "blog.0009_renamed has the same number", "UPDATE ", "'0009_renamed'"],
                false,
            )
        },
        Case {
            files: file("blog/migrations/0010_open.toml", empty()),
            ..case(&[PRUNED], &["ghost-row: blog.0001_old", "what became of this one cannot be told"], false)
        },
        case(
            &["UPDATE history SET id = -1 WHERE name = '0003_first'"],
            &["out-of-order: blog.0003_first is recorded before its dependency blog.0002_slug", "rows -1 and 2"],
            false,
        ),
        case(
            &["DELETE FROM history WHERE name = '0002_slug'"],
            &[
                "missing-dependency: blog.0003_first is recorded, and its dependency blog.0002_slug is not",
                "--fake blog 0002_slug",
            ],
            false,
        ),
    ]
}

fn case(spoil: &'static [&'static str], finds: &'static [&'static str], mends: bool) -> Case {
    Case { spoil, files: Vec::new(), finds, mends }
}

/// Returns a project whose history stands in the table `history`.
fn project(database: &Database) -> Project {
    let project = Project::blog().on(database);
    project.write("limosa.toml", "history-table = \"history\"\n");
    project
}

fn spoil(database: &Database, step: &str) {
    match (step, database.dialect()) {
        // SQLite cannot drop a constraint; the table is made again without it.
        ("KEY", Dialect::Sqlite) => {
            let id = "id integer NOT NULL PRIMARY KEY AUTOINCREMENT";
            database.execute("ALTER TABLE history RENAME TO old");
            database.execute(&format!(
                "CREATE TABLE history ({id}, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied datetime NOT NULL)"
            ));
            database.execute("INSERT INTO history SELECT * FROM old");
            database.execute("DROP TABLE old");
        }
        ("KEY", Dialect::Postgres) => database.execute("ALTER TABLE history DROP CONSTRAINT history_app_name_uniq"),
        ("KEY", Dialect::MySql) => database.execute("ALTER TABLE history DROP INDEX history_app_name_uniq"),
        _ => database.execute(step),
    }
}

#[test]
fn each_finding() {
    on_each("doctor", |database| {
        for case in cases() {
            database.empty();
            examine(database, &case);
        }
    });
}

fn examine(database: &Database, case: &Case) {
    let project = project(database);
    project.run("migrate").ends(0);
    case.spoil.iter().for_each(|step| spoil(database, step));
    case.files.iter().for_each(|(path, text)| project.write(path, text));
    let before = database.dump();
    if case.finds.is_empty() {
        project.run("doctor").ends(0).prints(&["The history is in order."]);
        return;
    }
    project.run("doctor").ends(1).prints(case.finds);
    let shown = project.run("doctor --fix").ends(1).prints(case.finds);
    assert_eq!(shown.stdout.contains("   fix: "), case.mends, "{shown}");
    assert_eq!(database.dump(), before, "looking changed something");
    if !case.mends {
        project.run("doctor --fix --yes --undo undo.sql").ends(1);
        assert!(!project.path("undo.sql").exists());
        assert_eq!(database.dump(), before, "nothing was to be mended");
        return;
    }
    let undo = project.path("undo.sql");
    project.run(&format!("doctor --fix --yes --undo {}", undo.display())).ends(0).prints(&["   ran: ", "mended"]);
    project.run("doctor").ends(0);
    project.run("migrate").ends(0).prints(&["No migrations to apply."]);
    let text = std::fs::read_to_string(&undo).expect("the file");
    for statement in text.lines().filter(|line| !line.starts_with("--")) {
        database.execute(statement.trim_end_matches(';'));
    }
    assert_eq!(database.dump(), before, "the undo file does not bring it back:\n{text}");
    // A file that is there is not written over, and nothing changes.
    project.run(&format!("doctor --fix --yes --undo {}", undo.display())).ends(2).tells(&["cannot write", "--undo"]);
    assert_eq!(database.dump(), before);
}

#[test]
fn ids_that_were_given_already() {
    let Some(database) = Database::postgres("doctor_ids") else { return };
    let project = project(&database);
    project.run("migrate blog 0001").ends(0);
    database.execute("INSERT INTO history (id, app, name, applied) VALUES (7, 'blog', '0002_slug', now())");
    project.run("doctor").ends(1).prints(&["broken-sequence: the next id of `history` is 2, and row 7 is there"]);
    project.run("doctor --fix --yes").ends(0);
    project.run("doctor").ends(0);
    database.execute("ALTER TABLE history ALTER COLUMN id DROP IDENTITY");
    project.run("doctor").ends(1).prints(&["no-numbering: the ids of `history` are given by nobody"]);
    project.run("doctor --fix --yes --undo 2.sql").ends(0);
    database.execute("ALTER TABLE blog_post ADD COLUMN slug varchar(50)");
    project.run("migrate").ends(0).prints(&["Applying blog.0003_first... OK"]);
    assert_eq!(
        database.query("SELECT id, name FROM history ORDER BY id"),
        ["1|0001_initial", "7|0002_slug", "8|0003_first"]
    );
}

#[test]
fn migrate_warns_in_one_line() {
    on_each("doctor_warns", |database| {
        let project = project(database);
        project.run("migrate").ends(0);
        for step in ["KEY", AGAIN] {
            spoil(database, step);
        }
        let said = project.run("migrate").ends(0);
        assert_eq!(
            said.stderr,
            "warning: `history` has no unique key and holds 1 row more than once: see `limosa doctor`\n"
        );
    });
}

#[test]
fn json() {
    on_each("doctor_json", |database| {
        let project = project(database);
        project.run("doctor --format json").ends(0);
        project.run("migrate").ends(0);
        spoil(database, PRUNED);
        let said = project.run("doctor --format json").ends(1);
        let [value] = &said.json()[..] else { panic!("{said}") };
        assert_eq!(value["findings"][0]["kind"], "ghost-row");
        assert_eq!(value["findings"][0]["fix"].as_array().map(Vec::len), Some(1));
        assert_eq!(value["mended"], false);
    });
}

#[test]
fn drift() {
    const EACH: &[Dialect] = &[Dialect::Postgres, Dialect::Sqlite, Dialect::MySql];
    const MYSQL: &[Dialect] = &[Dialect::MySql];
    let cases: [(&[Dialect], &str, &[&str]); 16] = [
        (
            EACH,
            "ALTER TABLE blog_post ADD COLUMN extra integer",
            &["`blog_post` has a column `extra` that no migration makes", "DROP COLUMN \"extra\""],
        ),
        (
            EACH,
            "ALTER TABLE blog_post RENAME COLUMN slug TO slag",
            &["column `slug` of `blog_post` is not there", "ADD COLUMN \"slug\" ", "has a column `slag`"],
        ),
        (EACH, "DROP TABLE blog_post", &["table `blog_post` is not there"]),
        (
            EACH,
            "CREATE INDEX more ON blog_post (title)",
            &["`blog_post` has index `more` on (title) that no migration makes", "DROP INDEX \"more\""],
        ),
        (
            &[Dialect::Postgres],
            "ALTER TABLE blog_post ALTER COLUMN title TYPE text",
            &["type of column `title` of `blog_post` is text, not character varying(40)", "TYPE character varying(40)"],
        ),
        (
            &[Dialect::Postgres],
            "ALTER TABLE blog_post ALTER COLUMN title DROP NOT NULL",
            &["null of column `title` of `blog_post` is null allowed, not no null", "SET NOT NULL"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY title longtext NOT NULL",
            &["type of column `title` of `blog_post` is longtext, not varchar(40)"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY title varchar(40) NULL",
            &["null of column `title` of `blog_post` is null allowed, not no null"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY id bigint NOT NULL",
            &["numbering of column `id` of `blog_post` is no, not yes"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY id bigint unsigned NOT NULL AUTO_INCREMENT",
            &["type of column `id` of `blog_post` is bigint unsigned, not bigint"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY title varchar(40) NOT NULL COMMENT 'a title'",
            &["comment of column `title` of `blog_post` is a title, not none"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post DROP COLUMN slug, ADD COLUMN slug varchar(50) AS (upper(title))",
            &["generation of column `slug` of `blog_post` is yes, not no"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post ADD CONSTRAINT one UNIQUE (title)",
            &["`blog_post` has unique index `one` on (title) that no migration makes"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post ADD CONSTRAINT short CHECK (char_length(title) < 9)",
            &["`blog_post` has check `short` on (title) that no migration makes", "DROP CONSTRAINT \"short\""],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post ADD COLUMN next bigint, ADD CONSTRAINT follows FOREIGN KEY (next) REFERENCES blog_post (id)",
            &["has a column `next`", "`blog_post` has foreign key `follows` on (next) that no migration makes"],
        ),
        (
            MYSQL,
            "ALTER TABLE blog_post MODIFY id bigint NOT NULL, DROP PRIMARY KEY",
            &["numbering of column `id`", "primary key `PRIMARY` on (id) of `blog_post` is not there"],
        ),
    ];
    on_each("doctor_drift", |database| {
        for (_, change, finds) in cases.iter().filter(|(on, ..)| on.contains(&database.dialect())) {
            database.empty();
            let project = project(database);
            project.run("migrate").ends(0);
            project.run("doctor --schema").ends(0).prints(&["The history is in order, and so is the schema."]);
            database.execute(change);
            let before = database.dump();
            // SQL of the project names the table.
            let cause = "SQL of blog.0003_first names this table";
            let said = project.run("doctor --schema").ends(1).prints(&["schema-unclear: ", cause]);
            let finds: Vec<String> = finds.iter().map(|find| database.quoted(find)).collect();
            let said = said.prints(&finds.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(database.dump(), before, "{said}");
        }
    });
}
