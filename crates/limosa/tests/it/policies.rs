//! `[[checks.policies]]`: what a project's own rules find, what is said of wrong ones, and their tests.

use crate::project::{Project, migration, operation};

const ADDED: &str =
    "op = \"AddField\"\nmodel = \"Post\"\nname = \"size\"\nfield = { type = \"IntegerField\", default = 0 }";

/// The blog with a fourth migration that adds a column, and policies.
fn blog(policies: &str) -> Project {
    let project = Project::blog().with("DATABASE_URL", "postgres://nobody@localhost:1/none");
    project.write("blog/migrations/0004_size.toml", migration(&["blog.0003_first"], &operation(ADDED)));
    project.write("limosa.toml", policies);
    project
}

const SIZE: &str = "[[checks.policies]]\ncode = \"BLOG001\"\nname = \"no-default\"\nlevel = \"warning\"\n\
                    when = 'op.kind == \"AddField\" && !op.field.null && !has(op.field.db_default) && table.rows > 10000'\n\
                    message = \"`{op.name}` has no `db_default`\"\nhelp = \"give it one\"\n";

#[test]
fn policies_are_like_checks() {
    let project = blog(SIZE);
    let check = "check --offline --select BLOG blog 0004";
    project.write("large.json", r#"{"version":1,"tables":{"blog_post":{"rows":20000,"bytes":0}}}"#);
    project.write("small.json", r#"{"version":1,"tables":{"blog_post":{"rows":20,"bytes":0}}}"#);
    project.run(&format!("{check} --stats large.json")).ends(0).prints(&[
        "warning[BLOG001]: `size` has no `db_default`",
        "0004_size.toml:",
        "help: give it one",
    ]);
    project.run(&format!("{check} --stats small.json")).ends(0).prints(&["nothing found"]);
    project.run(check).ends(1).prints(&["error[BLOG001]: the policy cannot be evaluated", "`table.rows`"]);
    project.run(&format!("{check} --stats large.json --fail-on warning --ignore no-default")).ends(0);
    project.run("explain blog001").ends(0).prints(&[
        "BLOG001 no-default",
        "table.rows > 10000",
        "Instead: give it one",
    ]);
    project.run("explain").ends(0).prints(&["Policies of the project", "BLOG001"]);
    project.run("explain BLOG002").ends(2);
    let sarif = project.run(&format!("{check} --stats large.json --report sarif")).ends(0);
    let sarif: serde_json::Value = serde_json::from_str(&sarif.stdout).expect("JSON");
    let run = &sarif["runs"][0];
    let index = run["results"][0]["ruleIndex"].as_u64().expect("an index") as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "BLOG001");
    // The configuration goes for it, and comments do.
    let failing = format!("{check} --stats large.json --fail-on warning");
    project.run(&failing).ends(1);
    for (table, code) in [
        ("ignore = [\"BLOG001\"]", 0),
        ("ignores = { blog = [\"BLOG\"] }", 0),
        ("levels = { no-default = \"note\" }", 0),
        ("ignore = [\"DL\"]", 1),
    ] {
        project.write("limosa.toml", format!("[checks]\n{table}\n{SIZE}"));
        let without_select = failing.replace("--select BLOG", "--ignore BC,LK,RV");
        project.run(&without_select).ends(code);
    }
    project.write("limosa.toml", SIZE);
    for (comment, code) in [
        ("# limosa: ignore BLOG001 -- for a reason", 0),
        ("# limosa: ignore BLOG -- for a reason", 0),
        ("# limosa: ignore BLOG002 -- for a reason", 1),
    ] {
        let text = migration(&["blog.0003_first"], &format!("\n{comment}\n{}", operation(ADDED)));
        project.write("blog/migrations/0004_size.toml", text);
        project.run(&failing).ends(code);
    }
}

#[test]
fn wrong_policies() {
    let policy = |code: &str, rest: &str| format!("[[checks.policies]]\ncode = \"{code}\"\nmessage = \"x\"\n{rest}\n");
    for (policies, tells) in [
        (policy("BLOG001", "when = 'op.feild.null'"), "there is no `op.feild`"),
        (policy("BLOG001", "when = 'op.kind =='"), "this is not an expression"),
        (policy("LK099", "when = 'true'"), "`LK099` is a code of Limosa's own checks"),
        (policy("BLOG001", "when = 'true'\nlevel = 'bad'"), "unknown level `bad`"),
        (policy("BLOG001", "when = 'true'\non = 'files'"), "unknown kind of thing to look at `files`"),
        (policy("BLOG001", "when = 'true'\nhelp = '{op.nam}'"), "there is no `op.nam`"),
        (policy("BLOG001", ""), "a policy has no `when`"),
        (policy("BLOG001", "when = 'true'\nwhere = 'false'"), "unknown key `checks.policies.where`"),
        (policy("BLOG001", "when = 'true'").repeat(2), "two policies have the code `BLOG001`"),
        (policy("BLOG001", "when = 'true'\ntests = [{ found = true }]"), "a test of a policy has one of `python`"),
        ("[checks]\npolicies = 5\n".to_owned(), "`checks.policies` is not a list of tables"),
    ] {
        let project = blog(&policies);
        project.run("check --offline --all").ends(2).tells(&[tells, "limosa.toml:"]);
        project.run("check --test-policies").ends(2).tells(&[tells]);
        project.run("explain BLOG001").ends(2).tells(&[tells]);
    }
}

#[test]
fn tests_of_policies() {
    let test = |rest: &str| format!("{SIZE}[[checks.policies.tests]]\nname = \"it\"\n{rest}\n");
    let python = "python = 'migrations.AddField(\"post\", \"b\", models.IntegerField(default=0))'\n";
    for (rest, code, prints) in [
        (format!("{python}rows = {{ blog_post = 20000 }}\nfound = true"), 0, "1 of 1 as they should be"),
        (format!("{python}rows = {{ blog_post = 20 }}\nfound = false"), 0, "1 of 1"),
        (format!("{python}rows = {{ blog_post = 20 }}\nfound = true"), 1, "`table.rows > 10000`: does not hold"),
        (format!("{python}rows = {{ blog_post = 20000 }}\nfound = false"), 1, "finds something in `it`, and should not"),
        // The body of a class, as it stands in one.
        (
            "python = '''\n    operations=[\n        migrations.AddField(\"post\", \"b\", models.IntegerField(default=0)),\n    ]\n'''\n\
             rows = { blog_post = 20000 }\nfound = true"
                .to_owned(),
            0,
            "1 of 1",
        ),
        (format!("{python}found = true"), 1, "cannot be evaluated for Add field b to post"),
        ("sql = 'SELECT 1'\nfound = true".to_owned(), 1, "`op.kind == \"AddField\"`: does not hold"),
        ("python = 'migrations.AddField('\nfound = true".to_owned(), 1, "example.py"),
        ("toml = 'x = 1'\nfound = false".to_owned(), 1, "unknown key"),
        ("python = ''\napp = 'shop'\ndatabase = 'oracle'\nfound = false".to_owned(), 1, "unknown database `oracle`"),
        ("python = ''\ndatabase = 'mysql 8.x'\nfound = false".to_owned(), 1, "`8.x` is no version"),
        ("context = { op = { kind = 'AddField', feild = 1 } }\nfound = true".to_owned(), 1, "there is no `op.feild`"),
        (
            "context = { op = { kind = 'AddField', field = { null = false } }, table = { rows = 10001 } }\nfound = true".to_owned(),
            0,
            "1 of 1",
        ),
    ] {
        let project = blog(&test(&rest));
        project.run("check --test-policies").ends(code).prints(&[prints]);
        let json = project.run("check --test-policies --format json").ends(code).json().remove(0);
        assert_eq!(json["policies"][0]["tests"][0]["passed"], code == 0, "{rest}");
    }
    blog(SIZE).run("check --test-policies").ends(0).prints(&["BLOG001: no tests", "1 without tests"]);
    let project = blog("");
    project.run("check --test-policies").ends(0).prints(&["no policies"]);
    // What says which migrations are looked at, and what of them counts, has no place there.
    for option in ["--deploy", "--select LK", "--ignore LK", "--fail-on note", "--all"] {
        project.run(&format!("check --test-policies {option}")).ends(2);
    }
}

/// The examples of the documentation are as they say.
#[test]
fn documented_policies() {
    let text = include_str!("../../../../docs/policies.md");
    let blocks = text.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```\n")).map(|(block, _)| block);
    let policies: String = blocks.filter(|block| block.contains("[[checks.policies]]")).collect();
    let project = blog(&policies);
    let said = project.run("check --test-policies").ends(0);
    let passed = policies.matches("[[checks.policies.tests]]").count();
    said.prints(&[&format!("6 policies, {passed} tests, all as they should be")]);
}
