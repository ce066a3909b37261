//! The hooks for pre-commit and the action for GitHub: what they call is there, and does what it is to do.

use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

use crate::project::{Project, migration, operation};

const DROP: &str = "op = \"RemoveField\"\nmodel = \"Post\"\nname = \"slug\"";

fn yaml(text: &str) -> Yaml {
    YamlLoader::load_from_str(text).expect("YAML").remove(0)
}

/// The blog with a fourth migration that breaks the running code, as an addition to the first commit.
fn blog() -> Project {
    let project = Project::blog().with("DATABASE_URL", "postgres://nobody@localhost:1/none");
    for arguments in ["init -q -b main", "add .", "commit -q -m one"] {
        git(&project, arguments);
    }
    project.write("blog/migrations/0004_drop.toml", migration(&["blog.0003_first"], &operation(DROP)));
    git(&project, "add .");
    git(&project, "commit -q -m two");
    project
}

#[track_caller]
fn git(project: &Project, arguments: &str) {
    let mut command = Command::new("git");
    command.arg("-C").arg(project.path(".")).args(["-c", "user.name=x", "-c", "user.email=x@example.org"]);
    assert!(command.args(arguments.split_whitespace()).status().expect("git").success(), "git {arguments}");
}

#[test]
fn hooks() {
    let hooks = yaml(include_str!("../../../../.pre-commit-hooks.yaml"));
    let project = blog();
    let mut ends = Vec::new();
    for hook in hooks.as_vec().expect("a list") {
        let text = |key: &str| hook[key].as_str().unwrap_or_else(|| panic!("{key} of {hook:?}")).to_owned();
        assert!(["id", "name", "description", "language", "files"].iter().all(|key| !text(key).is_empty()));
        let entry = text("entry");
        let arguments = entry.strip_prefix("limosa ").expect("the program");
        let files = if hook["pass_filenames"].as_bool() == Some(false) { "" } else { "blog/migrations/0004_drop.toml" };
        let own: Vec<&str> = hook["args"].as_vec().into_iter().flatten().filter_map(Yaml::as_str).collect();
        let said = project.run(&format!("{arguments} {} {files}", own.join(" ")));
        ends.push((text("id"), said.status.code()));
    }
    let expected = [("limosa-check", Some(1)), ("limosa-test-policies", Some(0))];
    assert_eq!(ends, expected.map(|(id, code)| (id.to_owned(), code)));
    // As the documentation says it.
    let arguments = "check --offline --fail-on warning --files blog/migrations/0004_drop.toml";
    project.run(arguments).ends(1).prints(&["1 migration checked"]);
}

#[test]
fn action() {
    const TEXT: &str = include_str!("../../../../action.yml");
    let action = yaml(TEXT);
    let inputs = action["inputs"].as_hash().expect("inputs");
    for used in TEXT.split("inputs.").skip(1) {
        let end = used.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(used.len());
        assert!(inputs.contains_key(&Yaml::String(used[..end].to_owned())), "there is no input {}", &used[..end]);
    }
    let steps = action["runs"]["steps"].as_vec().expect("steps");
    let script = steps.last().and_then(|step| step["run"].as_str()).expect("a script");
    let project = blog();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_limosa"));
    let path =
        format!("{}:{}", program.parent().expect("a folder").display(), std::env::var("PATH").unwrap_or_default());
    for (since, arguments, fail_on, code) in [
        ("HEAD^", "", "", 1),
        ("", "", "", 1),
        ("0000000000000000000000000000000000000000", "", "", 1),
        ("HEAD", "", "", 0),
        ("HEAD^", "--select DL001 --ignore SU", "", 0),
        ("HEAD^", "--select DL001", "warning", 1),
        ("nowhere", "", "", 2),
    ] {
        let mut command = project.command_of(std::path::Path::new("bash"), "");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).env("PATH", &path);
        command.envs([
            ("SINCE", since),
            ("ARGUMENTS", arguments),
            ("FAIL_ON", fail_on),
            ("PROJECT", "."),
            ("SARIF", "out.sarif"),
        ]);
        let output = command.output().expect("bash");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{since:?} {arguments:?} {fail_on:?}\n{said}");
        if code == 1 {
            assert!(said.contains("::"), "{said}");
            assert!(project.path("out.sarif").is_file());
        }
    }
}
