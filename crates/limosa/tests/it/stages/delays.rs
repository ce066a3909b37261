//! Delays of migrations that run after the deploy.

use super::{add, applied, project, remove};
use crate::database::on_each;
use crate::project::migration;

#[test]
fn delays_count_from_when_a_migration_was_first_seen() {
    on_each("stages_delay", |database| {
        let delayed = format!("delay = \"2h\"\n{}", migration(&["blog.0001_first"], &remove("old")));
        for first in ["migrate --pre-deploy", "migrate --post-deploy"] {
            database.empty();
            let project = project(&[("0002_m".to_owned(), delayed.clone())], "", database);
            project.run("migrate blog 0001").ends(0);
            project.run(first).ends(0);
            project.run("migrate --post-deploy").ends(0).prints(&["blog.0002_m: waits "]);
            project.run("migrate --post-deploy --check").ends(1);
            assert_eq!(applied(database), [1]);
            database.execute("UPDATE limosa_put_off SET since = '2001-01-01 00:00:00'");
            project.run("migrate --post-deploy").ends(0).prints(&["Applying blog.0002_m... OK"]);
            project.run("migrate blog 0001").ends(0);
            assert_eq!(database.query("SELECT count(*) FROM limosa_put_off"), ["0"]);
            project.run("migrate").ends(0).prints(&["Applying blog.0002_m... OK"]);
        }
    });
}

#[test]
fn delays_add_up_along_a_chain() {
    on_each("stages_chain", |database| {
        let delayed = |after: &str, delay: &str, operations: &str| {
            format!("delay = \"{delay}\"\nstage = \"post-deploy\"\n{}", migration(&[after], operations))
        };
        let migrations = [
            ("0002_m".to_owned(), delayed("blog.0001_first", "2d", &remove("old"))),
            ("0003_m".to_owned(), migration(&["blog.0002_m"], &add("slug"))),
            ("0004_m".to_owned(), delayed("blog.0003_m", "1d", &remove("title"))),
        ];
        let project = project(&migrations, "", database);
        let seen = |year: u16| database.execute(&format!("UPDATE limosa_put_off SET since = '{year}-01-01 00:00:00'"));
        project.run("migrate blog 0001").ends(0);
        project.run("migrate --pre-deploy").ends(0);
        // As if no time had passed since, however long the commands take.
        seen(2999);
        let said = project.run("migrate --post-deploy").ends(0);
        said.prints(&["blog.0002_m: waits 2d more", "blog.0004_m: waits 3d more"]);
        seen(2001);
        // The second one waits from when the first has run.
        project.run("migrate --post-deploy --plan").ends(0).prints(&["Remove field old", "blog.0004_m: waits 1d more"]);
        project.run("migrate --post-deploy").ends(0).prints(&["0002_m... OK"]);
        assert_eq!(applied(database), [1, 3, 2]);
        project.run("migrate --post-deploy").ends(0).prints(&["blog.0004_m: waits ", "No migrations to apply."]);
        seen(2001);
        project.run("migrate --post-deploy").ends(0);
        assert_eq!(applied(database), [1, 3, 2, 4]);
    });
}
