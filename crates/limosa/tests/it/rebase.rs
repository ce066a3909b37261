//! `rebase`: two leaves of an app brought together, in files and in the history.

use crate::database::{Database, on_each};
use crate::project::{POST, Project, migration, operation, python_migration, run_sql};
use crate::twins;

/// A native project: the app `blog` has the branches `0002_mine`, `0003_more` and `0002_theirs`, the app `shop` needs the first.
fn branched(database: &Database) -> Project {
    let project = Project::new(&[
        ("blog/migrations/0001_initial.toml", &migration(&[], POST)),
        ("blog/migrations/0002_theirs.toml", &migration(&["blog.0001_initial"], &run_sql("SELECT 1"))),
    ])
    .on(database);
    add_mine(&project);
    project
}

const MINE: &str = "# Mine.\ndependencies = [\n  'blog.0001_initial', # where it begins\n]\n\n[[operations]]\nop = \"RunSQL\"\nsql = \"SELECT 2\"\n";
const MORE: &str = "-- More of it.\n--  limosa:  dependencies  shop.0001_shop,\tblog.0002_mine\n-- limosa: forwards\nSELECT 3; -- blog.0002_mine\n";
const SHOP: &str = "dependencies = []\nrun_before = [\"blog.0003_more\"]\n";
const CART: &str = "dependencies = [\"blog.0003_more\", \"shop.0001_shop\"]\n";

fn add_mine(project: &Project) {
    project.write("blog/migrations/0002_mine.toml", MINE);
    project.write("blog/migrations/0003_more.sql", MORE);
    project.write("shop/migrations/0001_shop.toml", SHOP);
    project.write("shop/migrations/0002_cart.toml", CART);
}

fn read(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Checks the files of [`branched`] after `0002_mine` and `0003_more` were put behind `0002_theirs`.
#[track_caller]
fn check_files(project: &Project) {
    for (path, expected) in [
        ("blog/migrations/0003_mine.toml", MINE.replace("0001_initial", "0002_theirs")),
        ("blog/migrations/0004_more.sql", MORE.replacen("0002_mine", "0003_mine", 1)),
        ("shop/migrations/0001_shop.toml", SHOP.replace("0003_more", "0004_more")),
        ("shop/migrations/0002_cart.toml", CART.replace("0003_more", "0004_more")),
    ] {
        assert_eq!(read(project, path), expected, "{path}");
    }
    let listed = std::fs::read_dir(project.path("blog/migrations")).expect("a folder");
    let mut names: Vec<String> =
        listed.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    assert_eq!(names, ["0001_initial.toml", "0002_theirs.toml", "0003_mine.toml", "0004_more.sql"]);
}

#[test]
fn files_keep_what_they_are() {
    on_each("rebase_files", |database| {
        let project = branched(database);
        project.run_unchanged("migrate").ends(2).tells(&["more than one leaf", "`limosa rebase blog`"]);
        let said = project.run_unchanged("rebase").ends(2);
        said.tells(&[
            "the leaves 0002_theirs, 0003_more, and nothing says which comes last",
            "`limosa rebase blog 0003_more`",
        ]);
        let shown = project.run_unchanged("rebase blog 0003").ends(0).prints(&[
            "blog/migrations/0002_mine.toml -> blog/migrations/0003_mine.toml\n  line 3: 0001_initial -> 0002_theirs\n",
            "blog/migrations/0003_more.sql -> blog/migrations/0004_more.sql\n  line 2: 0002_mine -> 0003_mine\n",
            "shop/migrations/0001_shop.toml\n  line 2: 0003_more -> 0004_more\n",
            "shop/migrations/0002_cart.toml\n  line 1: 0003_more -> 0004_more\n",
            "Nothing was changed: the same command with --yes does it.",
        ]);
        assert!(!shown.stdout.contains("history"), "{shown}");
        project.run("rebase blog 0003 --yes").ends(0).prints(&["Done."]);
        check_files(&project);
        project.run("migrate").ends(0);
        let history = [
            "shop.0001_shop",
            "blog.0001_initial",
            "blog.0002_theirs",
            "blog.0003_mine",
            "blog.0004_more",
            "shop.0002_cart",
        ];
        assert_eq!(database.history("limosa_migrations"), history);
        project.run_unchanged("rebase").ends(2).tells(&["no app has more than one leaf"]);
        project.run_unchanged("rebase shop").ends(2).tells(&["app `shop` does not have more than one leaf"]);
    });
}

#[test]
fn rows_get_the_new_names() {
    on_each("rebase_rows", |database| {
        let project = branched(database);
        // Both branches were applied, each with the files of its own.
        let theirs = read(&project, "blog/migrations/0002_theirs.toml");
        std::fs::remove_file(project.path("blog/migrations/0002_theirs.toml")).expect("remove a file");
        project.run("migrate").ends(0);
        let before = ["shop.0001_shop", "blog.0001_initial", "blog.0002_mine", "blog.0003_more", "shop.0002_cart"];
        assert_eq!(database.history("limosa_migrations"), before);
        project.write("blog/migrations/0002_theirs.toml", &theirs);
        // What is not applied goes behind: nothing need be asked, and no row changes.
        project.run_unchanged("rebase").ends(0).prints(&["0002_theirs.toml -> blog/migrations/0004_theirs.toml"]);
        project.run_unchanged("rebase blog 0003_more").ends(2).tells(&[
            "blog.0002_mine is applied on this database, and blog.0002_theirs, which would come before it, is not",
            "`limosa rebase blog 0002_theirs`",
        ]);
        database.execute(
            "INSERT INTO limosa_migrations (app, name, applied) VALUES ('blog', '0002_theirs', '2026-01-02 03:04:05')",
        );
        let dump = database.dump();
        project.run_unchanged("rebase blog 0003_more").ends(0).prints(&["history\n", "'0004_more'", "'0003_mine'"]);
        assert_eq!(database.dump(), dump);
        project.run("rebase blog 0003_more --yes --format json").ends(0);
        check_files(&project);
        let mut after =
            before.map(|name| name.replace("0002_mine", "0003_mine").replace("0003_more", "0004_more")).to_vec();
        after.push("blog.0002_theirs".to_owned());
        assert_eq!(database.history("limosa_migrations"), after);
        project.run("showmigrations --history").ends(0).prints(&["rebase blog 0003_more --yes"]);
        project.run("migrate").ends(0).prints(&["No migrations to apply."]);
    });
}

/// On another database the rows are found by the doctor.
#[test]
fn rows_of_other_databases() {
    on_each("rebase_other", |database| {
        let project = branched(database);
        std::fs::remove_file(project.path("blog/migrations/0002_theirs.toml")).expect("remove a file");
        project.run("migrate blog 0002").ends(0);
        project.write("blog/migrations/0002_theirs.toml", migration(&["blog.0001_initial"], &run_sql("SELECT 1")));
        project.run("rebase blog 0003_more --yes --files-only").ends(0);
        check_files(&project);
        project.run("doctor").ends(1).prints(&[
            "ghost-row: blog.0002_mine",
            "blog.0003_mine has the same name but for its number",
            "'0003_mine'",
        ]);
    });
}

#[test]
fn a_database_that_refuses_leaves_the_files() {
    on_each("rebase_refused", |database| {
        let project = branched(database);
        std::fs::remove_file(project.path("blog/migrations/0002_theirs.toml")).expect("remove a file");
        project.run("migrate").ends(0);
        project.write("blog/migrations/0002_theirs.toml", migration(&["blog.0001_initial"], &run_sql("SELECT 1")));
        // The new name is taken by a row that belongs to no file.
        for name in ["0002_theirs", "0004_more"] {
            database.execute(&format!(
                "INSERT INTO limosa_migrations (app, name, applied) VALUES ('blog', '{name}', '2026-01-02 03:04:05')"
            ));
        }
        let dump = database.dump();
        project.run_unchanged("rebase blog 0003_more --yes").ends(3);
        assert_eq!(database.dump(), dump);
    });
}

#[test]
fn half_applied() {
    on_each("rebase_half", |database| {
        let steps = run_sql("CREATE TABLE extra (id integer)") + &run_sql("INSERT INTO nowhere VALUES (1)");
        let mine = format!("atomic = false\n{}", migration(&["blog.0001_initial"], &steps));
        let project = Project::new(&[
            ("blog/migrations/0001_initial.toml", &migration(&[], POST)),
            ("blog/migrations/0002_mine.toml", &mine),
        ])
        .on(database);
        project.run("migrate").ends(5);
        project.write("blog/migrations/0002_theirs.toml", migration(&["blog.0001_initial"], &run_sql("SELECT 1")));
        for command in ["rebase blog 0002_mine", "rebase blog 0002_mine --yes"] {
            project.run_unchanged(command).ends(5).tells(&["blog.0002_mine is half-applied", "help: finish it first"]);
        }
        project.run_unchanged("rebase blog 0002_theirs").ends(0);
    });
}

const MODEL: &str = "migrations.CreateModel(\"Author\", [(\"id\", models.BigAutoField(primary_key=True))]),";

/// A Django project with the leaves `0002_mine` and `0002_theirs`, and `max_migration.txt` as git left it.
fn conflict(max_migration: &str) -> Option<Project> {
    let mine = python_migration("0001_initial", "", MODEL).replacen(")]", "),  # mine\n    ]", 1);
    let theirs = python_migration("0001_initial", "", "migrations.RunSQL(\"SELECT 1\", \"\"),");
    let project = Project::django(&[("0002_mine", &mine), ("0002_theirs", &theirs)])?;
    project.write("library/migrations/max_migration.txt", max_migration);
    Some(project)
}

#[test]
fn conflicts_that_git_left() {
    let sides = |first: &str, last: &str| format!("<<<<<<< HEAD\n{first}\n=======\n{last}\n>>>>>>> branch\n");
    for (first, last, merging) in [("0002_theirs", "0002_mine", false), ("0002_mine", "0002_theirs", true)] {
        let Some(project) = conflict(&sides(first, last)) else { return };
        project.write(if merging { ".git/MERGE_HEAD" } else { ".git/HEAD" }, "x");
        let before = read(&project, "library/migrations/0002_mine.py");
        project.run_unchanged("rebase").ends(0).prints(&["library/migrations/max_migration.txt\n  0003_mine\n"]);
        project.run("rebase --yes").ends(0);
        assert_eq!(read(&project, "library/migrations/max_migration.txt"), "0003_mine\n");
        assert_eq!(read(&project, "library/migrations/0003_mine.py"), before.replace("0001_initial", "0002_theirs"));
        project.run("migrate --plan").ends(0).prints(&["library.0002_theirs", "library.0003_mine"]);
    }
    let Some(project) = conflict(&sides("0002_theirs", "0002_gone")) else { return };
    project.run_unchanged("rebase").ends(2).tells(&["max_migration.txt names `0002_gone`, which is no leaf"]);
}

#[test]
fn what_cannot_be_rewritten() {
    let Some(project) = conflict("0002_theirs\n") else { return };
    let path = "library/migrations/0002_mine.py";
    let text = read(&project, path);
    project.write(path, text.replace("\"0001_initial\"", "\"0001_\" + \"initial\""));
    project.run_unchanged("rebase library 0002_mine --yes").ends(2).tells(&[
        "library.0002_mine names library.0001_initial in a way that cannot be rewritten",
        "0002_mine.py:",
        "help: write it as it is",
    ]);
    project.write(path, text.replace("# mine", "# \u{e4}\u{f6}"));
    project.run("rebase library 0002_mine --yes").ends(0);
    assert!(read(&project, "library/migrations/0003_mine.py").contains("),  # \u{e4}\u{f6}\n"));
}

#[test]
fn merges_as_django_writes_them() {
    let add = |name: &str| {
        let field = format!("migrations.AddField(\"book\", \"{name}\", models.CharField(default=\"\", max_length=9)),");
        python_migration("0001_initial", "", &field)
    };
    let (a, b) = (add("a"), add("b"));
    for (one, other) in [("0002_a", "0002_b"), ("0002_a_name_that_is_long", "0003_another_name_that_is_long")] {
        let paths = [one, other].map(|name| format!("library/migrations/{name}.py"));
        twins::on_each("merge", &[], &[(&paths[0], &a), (&paths[1], &b)], |twins| {
            let both = twins.only_do("rebase --merge --yes", "makemigrations --merge --noinput").end(0, 0);
            let found = twins.list("library/migrations", "_merge_");
            let [[(our_name, our_text)], [(their_name, their_text)]] = found.each_ref().map(Vec::as_slice) else {
                panic!("{}{}", both.ours, both.theirs)
            };
            // Both say the minute.
            let digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
            assert_eq!(digits(our_name), digits(their_name));
            let body = |text: &str| text.split_once('\n').map(|(_, body)| body.to_owned());
            assert_eq!(body(our_text), body(their_text));
            assert!(our_text.starts_with("# Generated by Limosa "), "{our_text}");
            twins.only_do("migrate", "migrate").end(0, 0);
        });
    }
}

/// What two branches do, and what speaks against joining them; nothing, when they commute.
fn pairs() -> Vec<(String, String, &'static str)> {
    let keys = "field = { type = \"CharField\", max_length = 9, null = true }";
    let field = |name: &str| operation(&format!("op = \"AddField\"\nmodel = \"Post\"\nname = \"{name}\"\n{keys}"));
    let alter = |name: &str| operation(&format!("op = \"AlterField\"\nmodel = \"Post\"\nname = \"{name}\"\n{keys}"));
    let remove = || operation("op = \"RemoveField\"\nmodel = \"Post\"\nname = \"title\"");
    let index = |name: &str| {
        operation(&format!(
            "op = \"AddIndex\"\nmodel = \"Post\"\nindex = {{ name = \"{name}\", fields = [\"title\"] }}"
        ))
    };
    let tag = || POST.replace("Post", "Tag");
    let refers = || {
        operation(
            "op = \"AddField\"\nmodel = \"Post\"\nname = \"other\"\n\
             field = { type = \"ForeignKey\", to = \"blog.Post\", on_delete = \"CASCADE\", null = true }",
        )
    };
    let rename = || operation("op = \"RenameModel\"\nold_name = \"Post\"\nnew_name = \"Entry\"");
    let options = || operation("op = \"AlterModelOptions\"\nmodel = \"Post\"\noptions = { ordering = [\"title\"] }");
    let insert = || run_sql("INSERT INTO blog_post (title) VALUES ('a')");
    let rust = || operation("op = \"RunRust\"\nfunction = \"fill\"");
    vec![
        (field("a"), field("b"), ""),
        (field("a"), field("a"), "both change the same part of the schema"),
        (field("a"), alter("title"), ""),
        (field("a"), options(), ""),
        (field("a"), rename(), "both change the same part of the schema"),
        (alter("title"), remove(), "both change the same part of the schema"),
        (alter("title"), index("i"), "both change the same part of the schema"),
        (field("a"), index("i"), ""),
        (index("i"), index("j"), ""),
        (index("i"), index("i"), "both change the same part of the schema"),
        (tag(), field("a"), ""),
        (tag(), tag(), "both change the same part of the schema"),
        (refers(), alter("title"), ""),
        (refers(), rename(), "both change the same part of the schema"),
        (options(), options(), "both change the same part of the schema"),
        (insert(), tag(), ""),
        (insert(), field("a"), "both may change blog_post"),
        (insert(), insert(), "both may change blog_post"),
        (insert(), run_sql("DELETE FROM other"), ""),
        (insert(), run_sql("CREATE INDEX i ON blog_post (title)"), "both may change blog_post"),
        (tag(), run_sql("CREATE TABLE other (id integer)"), "nobody can tell what one of them changes"),
        (rust(), tag(), "nobody can tell what one of them changes"),
        (rust(), String::new(), ""),
    ]
}

#[test]
fn merges_only_what_commutes() {
    for (one, other, expected) in pairs() {
        for (one, other) in [(&one, &other), (&other, &one)] {
            let project = Project::new(&[
                ("blog/migrations/0001_initial.toml", &migration(&[], POST)),
                ("blog/migrations/0002_a.toml", &migration(&["blog.0001_initial"], one)),
                ("blog/migrations/0002_b.toml", &migration(&["blog.0001_initial"], other)),
            ]);
            let merged = "blog/migrations/0003_merge_0002_a_0002_b.toml";
            if !expected.is_empty() {
                let said = project.run_unchanged("rebase --merge --yes").ends(2);
                said.tells(&[
                    "error[not-commuting]: ",
                    expected,
                    "help: let one follow the other: `limosa rebase blog 0002_b`",
                ]);
                continue;
            }
            project.run_unchanged("rebase --merge").ends(0).prints(&[merged, "(new)", "\"blog.0002_a\",\n"]);
            project.run("rebase --merge --yes").ends(0);
            assert_eq!(read(&project, merged), "dependencies = [\n  \"blog.0002_a\",\n  \"blog.0002_b\",\n]\n");
            project.run("plan").ends(0);
        }
    }
}

#[test]
fn three_leaves() {
    let leaf = |name: &str| migration(&["blog.0001_initial"], &run_sql(&format!("DELETE FROM {name}")));
    let project = Project::new(&[("blog/migrations/0001_initial.toml", &migration(&[], POST))]);
    for name in ["0002_a", "0002_b", "0002_c"] {
        project.write(&format!("blog/migrations/{name}.toml"), leaf(name));
    }
    project.run_unchanged("rebase blog 0002_c").ends(2).tells(&["`limosa rebase blog 0002_c --onto 0002_a`"]);
    project.run_unchanged("rebase blog 0002_c --onto 0002_c").ends(2).tells(&["cannot be put behind itself"]);
    project.run_unchanged("rebase blog 0002_d").ends(2).tells(&["no leaf's name begins with `0002_d`"]);
    project.run_unchanged("rebase --merge").ends(0).prints(&["0003_merge_0002_a_0002_b_0002_c.toml"]);
    project.run("rebase blog 0002_c --onto 0002_a --yes").ends(0);
    project
        .run("rebase blog 0002_b --onto 0003_c --yes")
        .ends(0)
        .prints(&["0002_b.toml -> blog/migrations/0004_b.toml"]);
    project.run("migrate --plan").ends(0).prints(&["0001_initial", "0002_a", "0003_c", "0004_b"]);
}
