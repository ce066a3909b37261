//! `limosa check`: which migrations it looks at, what comments allow, what it prints and how it ends.

use std::process::Command;

use limosa_sql::dialect::Dialect;

use crate::database::on_each;
use crate::project::{Project, migration, operation};

const DROP: &str = "op = \"RemoveField\"\nmodel = \"Post\"\nname = \"slug\"";

/// The blog with a fourth migration that drops a column, and a fifth in SQL that drops the table.
pub(crate) fn blog() -> Project {
    let project = Project::blog().with("DATABASE_URL", "postgres://nobody@localhost:1/none");
    project.write("blog/migrations/0004_drop.toml", migration(&["blog.0003_first"], &operation(DROP)));
    project.write(
        "blog/migrations/0005_end.sql",
        "-- limosa: dependencies blog.0004_drop\n-- limosa: forwards\nINSERT INTO blog_post (title) VALUES ('x');\n\
         ALTER TABLE blog_post DROP COLUMN title;\n",
    );
    project
}

/// Runs git in the project's folder.
#[track_caller]
fn git(project: &Project, arguments: &str) {
    let mut command = Command::new("git");
    command.arg("-C").arg(project.path(".")).args(["-c", "user.name=x", "-c", "user.email=x@example.org"]);
    let output = command.args(arguments.split_whitespace()).output().expect("git");
    assert!(output.status.success(), "git {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the code and the migration of each finding of a run.
#[track_caller]
fn found(project: &Project, arguments: &str) -> Vec<(String, String)> {
    let said = project.run(&format!("check --offline --select DL001,SU --format json {arguments}"));
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let json = said.json().remove(0);
    let findings = json["findings"].as_array().expect("findings").iter();
    findings.map(|finding| (text(&finding["code"]), text(&finding["migration"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, id)| ((*code).to_owned(), format!("blog.{id}"))).collect()
}

#[test]
fn what_is_looked_at() {
    let project = blog();
    let (drop, end) = (("DL001", "0004_drop"), ("DL001", "0005_end"));
    let first = project.path("blog/migrations/0001_initial.toml");
    let fourth = project.path("blog/migrations/0004_drop.toml");
    for (arguments, expected) in [
        ("--all".to_owned(), vec![drop, end]),
        ("blog".to_owned(), vec![drop, end]),
        ("blog 0004".to_owned(), vec![drop]),
        ("blog 0001".to_owned(), vec![]),
        (format!("--files {}", fourth.display()), vec![drop]),
        // What one deploy makes and drops again was never there for others.
        (format!("--files {} {} README.md", first.display(), fourth.display()), vec![]),
    ] {
        assert_eq!(found(&project, &arguments), pairs(&expected), "{arguments}");
    }
}

#[test]
fn what_a_branch_adds() {
    let project = blog();
    let fifth = project.path("blog/migrations/0005_end.sql");
    let text = std::fs::read(&fifth).expect("a file");
    std::fs::remove_file(&fifth).expect("remove");
    git(&project, "init -q -b main");
    git(&project, "add .");
    git(&project, "commit -q -m one");
    assert_eq!(found(&project, "--since main"), []);
    // New and not known to git yet, then committed; what main has got meanwhile is not the branch's.
    project.write("blog/migrations/0005_end.sql", text);
    assert_eq!(found(&project, "--since main"), pairs(&[("DL001", "0005_end")]));
    git(&project, "switch -q -c branch");
    git(&project, "add .");
    git(&project, "commit -q -m two");
    assert_eq!(found(&project, "--since main"), pairs(&[("DL001", "0005_end")]));
    project.run("check --offline --since nowhere").ends(2).tells(&["nowhere", "fetch-depth: 0"]);
    project.run("check --offline --since=--output=x").ends(2).tells(&["is no revision"]);
}

#[test]
fn comments_allow_findings() {
    let project = blog();
    let toml = |comment: &str| migration(&["blog.0003_first"], &format!("\n{comment}\n[[operations]]\n{DROP}\n"));
    for (comment, expected) in [
        ("# limosa: ignore DL001 -- nobody reads it", vec![]),
        ("# limosa: ignore drop-column until 2999-01-01 -- nobody reads it", vec![]),
        ("# limosa: ignore DL -- nobody reads it", vec![]),
        ("# limosa: ignore DL001", vec!["SU001"]),
        ("# limosa: ignore DL001 until 2020-01-01 -- nobody reads it", vec!["DL001", "SU003"]),
        ("# limosa: ignore DL099 -- nobody reads it", vec!["DL001", "SU004"]),
        ("# limosa: ignore SU001 -- what for", vec!["DL001", "SU002"]),
    ] {
        project.write("blog/migrations/0004_drop.toml", toml(comment));
        let codes: Vec<String> = found(&project, "blog 0004").into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, expected, "{comment}");
    }
    let sql = |above: &str, before: &str| {
        format!(
            "-- limosa: dependencies blog.0004_drop\n{above}\n-- limosa: forwards\n{before}\nINSERT INTO blog_post (title) VALUES ('x');\n\
             ALTER TABLE blog_post DROP COLUMN title; -- limosa: ignore DL001 -- here\n"
        )
    };
    for (above, before, expected) in [
        ("", "", vec![]),
        ("-- limosa: ignore DL001 -- the file", "", vec!["SU002"]),
        ("", "-- limosa: ignore DL001 -- another statement", vec!["SU002"]),
    ] {
        project.write("blog/migrations/0005_end.sql", sql(above, before));
        let codes: Vec<String> = found(&project, "blog 0005").into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, expected, "{above:?} {before:?}");
    }
}

#[test]
fn how_it_ends() {
    let project = blog();
    for (arguments, code) in [
        ("check --offline blog 0001", 0),
        ("check --offline --select DL001 blog 0004", 0),
        ("check --offline --select DL001 --fail-on warning blog 0004", 1),
        ("check --offline --select BC001 blog 0004", 1),
        ("check --offline --ignore BC,DL blog 0004", 0),
        ("check --offline --select LK999 blog", 2),
        ("check --offline", 2),
        ("check --offline nothing", 2),
        ("check", 3),
    ] {
        let said = project.run(arguments);
        assert_eq!(said.status.code(), Some(code), "{arguments}\n{said}");
    }
    project.run("check --offline --select BC001 blog 0004").ends(1).prints(&[
        "error[BC001]: the running code still names `blog_post.slug`",
        "0004_drop.toml:",
        "help: deploy code without it first",
        "1 migration checked: 1 error",
    ]);
}

#[test]
fn without_a_database_file_all_is_new() {
    let project = blog().with("DATABASE_URL", "sqlite:none.sqlite3");
    project.run("check").ends(0).prints(&["5 migrations checked"]);
    project.run("migrate").ends(0);
    project.run("check").ends(0).prints(&["0 migrations checked, nothing found"]);
}

#[test]
fn the_level_follows_the_size() {
    on_each("check_stats", |database| {
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        database.execute("INSERT INTO blog_post (title) VALUES ('second'), ('third')");
        // The estimates of a server are those of its last look.
        match database.dialect() {
            Dialect::Postgres => database.execute("ANALYZE blog_post"),
            Dialect::MySql => database.execute("ANALYZE TABLE blog_post"),
            Dialect::Sqlite => {}
        }
        project.write("blog/migrations/0004_drop.toml", migration(&["blog.0003_first"], &operation(DROP)));
        let rows = |arguments: &str| {
            let said = project.run(&format!("check --select DL001 --format json {arguments}"));
            let finding = &said.json()[0]["findings"][0];
            (finding["rows"].as_u64(), finding["level"].as_str().expect("a level").to_owned())
        };
        assert_eq!(rows("--stats-out stats.json"), (Some(3), "warning".to_owned()));
        assert_eq!(rows("--offline blog 0004").0, None);
        assert_eq!(rows("--offline --stats stats.json blog 0004").0, Some(3));
        project.write("stats.json", r#"{"version":1,"tables":{"blog_post":{"rows":0,"bytes":0}}}"#);
        assert_eq!(rows("--stats stats.json"), (Some(0), "note".to_owned()));
        for wrong in [r#"{"version":2,"tables":{}}"#, "[]", ""] {
            project.write("stats.json", wrong);
            project.run("check --stats stats.json").ends(2).tells(&["cannot read", "stats.json", "--stats-out"]);
        }
    });
}

#[test]
fn a_limit_of_the_connection_is_known() {
    on_each("check_limits", |database| {
        let option = match database.dialect() {
            Dialect::Postgres => "options=-c%20lock_timeout=2s",
            Dialect::MySql => "init_command=SET%20lock_wait_timeout%20=%202",
            Dialect::Sqlite => return,
        };
        let project = Project::blog().on(database);
        project.run("migrate").ends(0);
        project.write("blog/migrations/0004_drop.toml", migration(&["blog.0003_first"], &operation(DROP)));
        project.run("check --select LK013 --fail-on warning").ends(1).prints(&["LK013"]);
        let joint = if database.text.contains('?') { '&' } else { '?' };
        let limited = project.with("DATABASE_URL", format!("{}{joint}{option}", database.text));
        limited.run("check --select LK013 --fail-on warning --stats-out stats.json").ends(0);
        limited.run("check --select LK013 --fail-on warning --offline --stats stats.json blog 0004").ends(0);
        limited.run("check --select LK013 --fail-on warning --offline blog 0004").ends(1);
    });
}

#[test]
fn what_is_known_is_passed_over() {
    let project = blog();
    let check = "check --offline --select DL001 --fail-on warning";
    project.run(&format!("{check} --write-baseline known.json blog 0004")).ends(0).prints(&["1 suppressed"]);
    project.run(&format!("{check} --baseline known.json blog 0004")).ends(0);
    project
        .run(&format!("{check} --baseline known.json --all"))
        .ends(1)
        .prints(&["0005_end", "1 warning, 1 suppressed"]);
    // Lines may move.
    let text = std::fs::read_to_string(project.path("blog/migrations/0004_drop.toml")).expect("text");
    project.write("blog/migrations/0004_drop.toml", format!("# more\n\n{text}"));
    project.run(&format!("{check} --baseline known.json blog 0004")).ends(0);
    project.run(&format!("{check} --baseline nothing.json blog 0004")).ends(2).tells(&["--write-baseline"]);
}

#[test]
fn what_is_configured() {
    let project = blog();
    let codes = |table: &str, arguments: &str| {
        project.write("limosa.toml", format!("[checks]\n{table}\n"));
        let said = project.run(&format!("check --offline --format json {arguments}"));
        let findings = said.json()[0]["findings"].as_array().expect("findings").clone();
        let code = |finding: &serde_json::Value| format!("{} {}", finding["code"], finding["level"]).replace('"', "");
        findings.iter().map(code).filter(|code| code.starts_with("DL001")).collect::<Vec<_>>()
    };
    let found = vec!["DL001 warning".to_owned()];
    assert_eq!(codes("", "blog 0004"), found);
    assert_eq!(codes("ignore = [\"DL001\"]", "blog 0004"), [""; 0]);
    assert_eq!(codes("ignore = [\"DL\"]", "--select DL001 blog 0004"), found);
    assert_eq!(codes("levels = { drop-column = \"error\" }", "blog 0004"), ["DL001 error"]);
    assert_eq!(codes("ignores = { blog = [\"DL\"] }", "blog 0004"), [""; 0]);
    assert_eq!(codes("ignores = { \"blog.0005_end\" = [\"DL\"] }", "blog"), found);
    assert_eq!(codes("start-after = { blog = \"0004_drop\" }", "blog"), found);
    assert_eq!(codes("start-after = { blog = \"0005_end\" }", "--all"), [""; 0]);
    for (table, tells) in [
        ("ignore = [\"DL999\"]", "no check is called `DL999`"),
        ("levels = { DL001 = \"bad\" }", "unknown level `bad`"),
        ("ignores = { shop = [\"DL\"] }", "there is no app or migration `shop`"),
        ("start-after = { blog = \"0009\" }", "there is no migration `blog.0009`"),
        ("fail-on = \"never\"", "unknown level `never`"),
        ("ignored = []", "unknown key `checks.ignored`"),
    ] {
        project.write("limosa.toml", format!("[checks]\n{table}\n"));
        project.run("check --offline --all").ends(2).tells(&[tells, "limosa.toml:2:"]);
    }
    project.write("limosa.toml", "[checks]\nfail-on = \"warning\"\n");
    project.run("check --offline --select DL001 blog 0004").ends(1);
    project.run("check --offline --select DL001 --fail-on error blog 0004").ends(0);
}

#[test]
fn checks_are_explained() {
    let project = blog();
    project.run("explain").ends(0).prints(&["Locks", "LK001 index-blocks-writes", "Data loss", "DL001"]);
    project.run("explain dl001").ends(0).prints(&["DL001 drop-column", "# Example", "# Instead"]);
    project.run("explain LK999").ends(2).tells(&["no check is called `LK999`"]);
}
