//! Python is started only for what is Python.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::database::on_each;
use crate::project::{Project, python_migration};

/// Gives the project an environment whose interpreter leaves a mark and fails, with the packages of the real one.
fn booby_trap(project: Project) -> Project {
    let real = std::env::var("LIMOSA_TEST_DJANGO").expect("set, or there is no project");
    let ask =
        "import sysconfig; print(sysconfig.get_path('purelib')); print('%d.%d' % __import__('sys').version_info[:2])";
    let output = Command::new(real).args(["-c", ask]).output().expect("run Python");
    let text = String::from_utf8(output.stdout).expect("text");
    let (packages, version) = text.trim().split_once('\n').expect("two lines");
    let lib = project.path(&format!("trap/lib/python{version}"));
    fs::create_dir_all(&lib).expect("make a folder");
    symlink(packages, lib.join("site-packages")).expect("link");
    project.write("trap/pyvenv.cfg", format!("home = /usr/bin\nversion = {version}.0\n"));
    let mark = project.path("started");
    project.write("trap/bin/python", format!("#!/bin/sh\necho \"$@\" >> '{}'\nexit 9\n", mark.display()));
    let python = project.path("trap/bin/python");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("change the mode");
    project.with("LIMOSA_PYTHON", python)
}

#[track_caller]
fn check_not_started(project: &Project) {
    assert!(!Path::new(&project.path("started")).exists(), "Python was started");
}

#[test]
fn without_python_code_none_is_started() {
    let plain = python_migration(
        "0001_initial",
        "\ndef default():\n    return 1\n",
        "migrations.AddField(\"book\", \"pages\", models.IntegerField(null=True)),\n        \
         migrations.RunSQL(\"UPDATE library_book SET pages = 1\", \"\"),\n        \
         migrations.AlterField(\"book\", \"pages\", models.IntegerField(default=default, null=True)),",
    );
    on_each("no_python", |database| {
        let Some(project) = Project::django(&[("0002_pages", &plain)]) else { return };
        let project = booby_trap(project).on(database);
        // Apps of Django, too: the function in one of their migrations has nothing to do without proxy models.
        let settings = fs::read_to_string(project.path("settings.py")).expect("settings");
        project.write(
            "settings.py",
            settings
                .replace("[\"library\"]", "[\"django.contrib.auth\", \"django.contrib.contenttypes\", \"library\"]"),
        );
        for command in [
            "showmigrations",
            "migrate --plan",
            "plan",
            "sqlmigrate library 0002",
            "migrate",
            "migrate -q",
            "migrate library zero",
        ] {
            project.run(command).ends(0);
            check_not_started(&project);
        }
    });
}

#[test]
fn python_code_that_is_applied_already_starts_none() {
    let code = python_migration(
        "0001_initial",
        "",
        "migrations.RunPython(lambda apps, editor: None, lambda apps, editor: None),",
    );
    let after = python_migration("0002_code", "", "migrations.RunSQL(\"SELECT 1\", \"\"),");
    on_each("python_applied", |database| {
        let Some(project) = Project::django(&[("0002_code", &code)]) else { return };
        let project = project.on(database);
        project.run("migrate").ends(0);
        project.write("library/migrations/0003_after.py", after.clone());
        let project = booby_trap(project);
        project.run("migrate").ends(0).prints(&["library.0003_after... OK"]);
        check_not_started(&project);
        // With code to run it is started, and its failure is told before anything changes.
        let before = database.dump();
        project.run("migrate library zero").ends(2).tells(&["Python", "9"]);
        assert!(project.path("started").exists());
        assert_eq!(database.dump(), before);
    });
}
