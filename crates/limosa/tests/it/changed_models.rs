//! Models that the migrations do not follow: told of when there is nothing to do, and looked for once.

use std::fs;

use crate::project::Project;
use crate::twins::on_each;

const MODELS: &str = "from django.db import models\n\nclass Book(models.Model):\n    title = models.CharField(max_length=40)\n    \
                      pages = models.IntegerField()\n";
const SHELF: (&str, &str) = (
    "shelf/models.py",
    "from django.db import models\n\nclass Shelf(models.Model):\n    code = models.CharField(max_length=8)\n",
);

#[test]
fn told_as_django_tells_it() {
    let files = [("shelf/__init__.py", ""), ("shelf/migrations/__init__.py", ""), SHELF];
    on_each("changed_models", &["shelf"], &files, |twins| {
        twins.run("migrate").end_well().print_the_same();
        twins.run("migrate").end_well().print_the_same();
        twins.write("library/models.py", MODELS);
        twins.run("migrate").end_well().print_the_same();
        twins.run("migrate library").end_well().print_the_same();
        twins.run("migrate -v 0").end_well().print_the_same();
        twins.run("migrate --fake").end_well().print_the_same();
    });
}

#[test]
fn looked_for_once() {
    let Some(project) = Project::django(&[]) else { return };
    let cache = tempfile::tempdir().expect("a folder");
    let project = project.with("XDG_CACHE_HOME", cache.path());
    project.run("migrate").ends(0);
    project.run("migrate -q").ends(0);
    assert!(fs::read_dir(cache.path()).expect("a folder").next().is_none(), "it was looked for with -q");
    project.run("migrate").ends(0);
    // From here on Python is gone, and what it said still holds.
    let python = std::path::PathBuf::from(project.variable("LIMOSA_PYTHON").expect("a Python"));
    let prefix = python.parent().and_then(|bin| bin.parent()).expect("an environment");
    let fake = project.path("env");
    std::os::unix::fs::symlink(prefix, &fake).expect("link");
    let project = project.with("LIMOSA_PYTHON", fake.join("bin/python"));
    project.run("migrate").ends(0).prints(&["No migrations to apply.\n"]);
    project.write("library/models.py", MODELS);
    project
        .run("migrate")
        .ends(0)
        .prints(&["No migrations to apply.\n", "Your models in app(s): 'library' have changes"]);
    let events = project.run("migrate --format json").ends(0).json();
    assert_eq!(events[1]["event"], "models-changed");
    assert_eq!(events[1]["apps"][0], "library");
    project.write("library/models.py", "import nowhere\n");
    project
        .run("migrate")
        .ends(0)
        .prints(&["No migrations to apply.\n"])
        .tells(&["the models were not compared", "nowhere"]);
}
