//! `migrate --prune`: rows of the history whose migrations are gone.

use crate::project::{Project, python_migration};
use crate::twins::on_each;

const AUTHOR: &str = "migrations.CreateModel(\"Author\", [(\"id\", models.BigAutoField(primary_key=True))]),";

/// The text of a migration that says which ones it replaces.
fn squash(replaces: &str) -> String {
    python_migration("0001_initial", "", AUTHOR)
        .replace("    dependencies", &format!("    replaces = [{replaces}]\n    dependencies"))
}

#[test]
fn rows_without_a_file() {
    let second = python_migration("0001_initial", "", AUTHOR);
    let third = python_migration("0002_author", "", "migrations.RunSQL(\"SELECT 1\", \"\"),");
    let files = [("library/migrations/0002_author.py", second.as_str()), ("library/migrations/0003_sql.py", &third)];
    on_each("prune", &[], &files, |twins| {
        twins.run("migrate --prune").end(2, 1);
        twins.run("migrate library --prune").end_well().print_the_same();
        twins.run("migrate").end_well();
        twins.run("migrate library --prune").end_well().print_the_same();
        twins.remove("library/migrations/0002_author.py");
        twins.remove("library/migrations/0003_sql.py");
        twins.write(
            "library/migrations/0002_squashed.py",
            &squash("(\"library\", \"0002_author\"), (\"library\", \"0003_sql\")"),
        );
        twins.run("migrate library --prune").end_well().print_the_same();
        twins.run("migrate library --prune -v 0").end_well().print_the_same();
        twins.run("migrate --plan").end_well().print_the_same();
        twins.run("migrate").end_well();
        twins.run("migrate library --prune").end_well().print_the_same();
        twins.write("library/migrations/0002_squashed.py", &python_migration("0001_initial", "", AUTHOR));
        twins.run("migrate library --prune --plan").end_well().print_the_same();
        twins.run("migrate library --prune --check").end(0, 0);
        twins.run("migrate library --prune -v 0").end_well().print_the_same();
    });
}

#[test]
fn in_a_native_project() {
    let project = Project::blog();
    project.run("migrate --prune").ends(2).tells(&["only when an app is specified", "help:"]);
    project.run_unchanged("migrate --prune blog").ends(0).prints(&["No migrations to prune."]);
    project.run("migrate").ends(0);
    std::fs::remove_file(project.path("blog/migrations/0003_first.sql")).expect("remove a file");
    let pruned = project.run("migrate --prune blog --format json").ends(0).json();
    assert_eq!(pruned[0]["migrations"][0]["name"], "0003_first");
    project.run("migrate --prune blog").ends(0).prints(&["Pruning migrations:\n  No migrations to prune.\n"]);
}
