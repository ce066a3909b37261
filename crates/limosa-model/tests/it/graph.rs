use std::collections::BTreeSet;

use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Applied, Apps, Direction, GraphError, GraphNode, GraphOptions, Loader, MigrationGraph, Walk},
};

/// Reads a project of one migration a line, such as `b.2 after b.1 a.1 before c.1 replaces b.0`.
///
/// The apps `empty` (without migrations) and `plain` (without a package of them) are installed too.
fn loader(project: &str, version: DjangoVersion) -> Result<Loader, Vec<GraphError>> {
    let nodes: Vec<GraphNode> = project.lines().map(str::trim).filter(|line| !line.is_empty()).map(node).collect();
    let apps = Apps { migrated: BTreeSet::from(["empty".into()]), unmigrated: BTreeSet::from(["plain".into()]) };
    Loader::new(&nodes, apps, version)
}

fn node(line: &str) -> GraphNode {
    let mut words = line.split_whitespace();
    let mut node = GraphNode {
        id: id(words.next().unwrap()),
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: Vec::new(),
    };
    let mut list = &mut node.dependencies;
    for word in words {
        match word {
            "after" => list = &mut node.dependencies,
            "before" => list = &mut node.run_before,
            "replaces" => list = &mut node.replaces,
            _ => list.push(id(word)),
        }
    }
    node
}

fn id(text: &str) -> MigrationId {
    let (app, name) = text.split_once('.').unwrap();
    MigrationId::new(app, name)
}

fn ids(text: &str) -> Vec<MigrationId> {
    text.split_whitespace().map(id).collect()
}

#[track_caller]
fn graph(project: &str, recorded: &str) -> MigrationGraph {
    let loader = loader(project, DjangoVersion::default()).unwrap();
    loader.graph(ids(recorded), GraphOptions::default()).unwrap()
}

fn errors(project: &str, recorded: &str, version: DjangoVersion) -> Vec<GraphError> {
    match loader(project, version) {
        Ok(loader) => loader.graph(ids(recorded), GraphOptions::default()).unwrap_err(),
        Err(errors) => errors,
    }
}

#[track_caller]
fn check<'a>(actual: impl IntoIterator<Item = &'a MigrationId>, expected: &str) {
    let actual: Vec<String> = actual.into_iter().map(ToString::to_string).collect();
    assert_eq!(actual.join(" "), expected);
}

/// Checks each error as `message | help`.
#[track_caller]
fn check_errors(errors: &[GraphError], expected: &[&str]) {
    let actual: Vec<String> = errors.iter().map(|error| format!("{error} | {}", error.help())).collect();
    assert_eq!(actual, expected);
}

#[test]
fn greatest_id_is_explored_first() {
    let graph = graph("z.1 after a.1 b.1 c.1\na.1\nb.1 after a.2\nc.1\na.2 after a.1", "");
    check(graph.forwards_plan(&id("z.1")).unwrap(), "c.1 a.1 a.2 b.1 z.1");
    check(graph.backwards_plan(&id("a.1")).unwrap(), "z.1 b.1 a.2 a.1");
    check(graph.full_plan(), "a.1 a.2 b.1 c.1 z.1");
    check(graph.state_plan(&ids("b.1"), false), "a.1 a.2");
    assert_eq!(graph.forwards_plan(&id("a.9")), None);
}

#[test]
fn walk_goes_on_where_it_was() {
    let graph = graph("a.1\na.2 after a.1\nb.1 after a.1\nb.2 after b.1", "");
    let mut walk = Walk::new(&graph, Direction::Forwards);
    check(walk.visit(&id("a.2")).unwrap(), "a.1 a.2");
    check(walk.visit(&id("b.2")).unwrap(), "b.1 b.2");
    check(walk.visit(&id("b.1")).unwrap(), "");
}

#[test]
fn ends_look_at_their_own_app_only() {
    let graph = graph("a.1\na.2 after a.1 b.1\nb.1\nb.2 after b.1\nb.3 after b.1 a.2", "");
    check(&graph.root_nodes(None), "a.1 b.1");
    check(&graph.leaf_nodes(None), "a.2 b.2 b.3");
    check(&graph.leaf_nodes(Some("a")), "a.2");
    check(&graph.leaf_nodes(Some("nowhere")), "");
    assert_eq!(graph.conflicts().into_iter().collect::<Vec<_>>(), [("b".into(), vec!["2".into(), "3".into()])]);
}

#[test]
fn first_and_latest_stand_for_the_ends_of_an_app() {
    let project = "a.1\na.2 after a.1\nb.1 after a.__first__ plain.__first__ b.__first__\nc.1 after a.__latest__";
    let graph = graph(project, "");
    check(graph.parents(&id("b.1")), "a.1");
    check(graph.parents(&id("c.1")), "a.2");
    check(graph.children(&id("a.1")), "a.2 b.1");
}

#[test]
fn first_is_looked_up_in_the_graph_as_it_stands() {
    let run_before = graph("b.1 after a.__first__\na.1\na.2 before a.1\nc.1 after a.__first__", "");
    check(run_before.parents(&id("b.1")), "a.1");
    check(run_before.parents(&id("c.1")), "a.2");
    let replaced = graph("b.1 after a.__first__\nd.1 after a.0\na.1\nc.1 after a.__first__\na.s replaces a.0", "");
    check(replaced.parents(&id("b.1")), "a.1");
    check(replaced.parents(&id("c.1")), "a.s");
}

#[test]
fn app_without_migrations_can_be_ignored() {
    let project = "a.1 after empty.__first__";
    check_errors(
        &errors(project, "", DjangoVersion::V61),
        &[
            "migration a.1 depends on app \"empty\", which has no migrations | write the first migration of \"empty\", or remove its package of migrations",
        ],
    );
    let options = GraphOptions { ignore_no_migrations: true, ..GraphOptions::default() };
    let graph = loader(project, DjangoVersion::V61).unwrap().graph([], options).unwrap();
    check(graph.nodes(), "a.1");
}

const SQUASHED: &str =
    "a.1\na.2 after a.1 b.1\na.3 after a.2\na.s after a.1 replaces a.2 a.3\na.4 after a.3\nb.1\nb.2 after a.s";

#[test]
fn squash_takes_the_place_of_all_or_nothing() {
    let none = graph(SQUASHED, "a.1");
    check(none.full_plan(), "b.1 a.1 a.s a.4 b.2");
    check(none.parents(&id("a.s")), "a.1 b.1");
    assert_eq!(none.applied(&id("a.s")), None);

    let all = graph(SQUASHED, "a.1 a.2 a.3 b.1");
    check(all.full_plan(), "b.1 a.1 a.s a.4 b.2");
    assert_eq!(all.applied(&id("a.s")), Some(Applied::Derived));
    check(all.applied_plan(), "b.1 a.1 a.s");

    let finished = graph(SQUASHED, "a.1 a.2 a.3 b.1 a.s");
    assert_eq!(finished.applied(&id("a.s")), Some(Applied::Recorded));

    let part = graph(SQUASHED, "a.1 a.2 b.1 a.s");
    check(part.full_plan(), "b.1 a.1 a.2 a.3 a.4 b.2");
    check(part.parents(&id("b.2")), "a.3");
    assert!(!part.contains(&id("a.s")));
    assert_eq!(part.applied(&id("a.s")), None, "its row does not count");

    let both = part.without_replacements().unwrap();
    check(&both.leaf_nodes(Some("a")), "a.4 a.s");
}

#[test]
fn replaced_files_may_be_gone() {
    let project = "a.s replaces a.1 a.2\na.3 after a.2";
    check(graph(project, "").full_plan(), "a.s a.3");
    check(graph(project, "a.1 a.2").applied_plan(), "a.s");
    check_errors(
        &errors(project, "a.1", DjangoVersion::V61),
        &[
            "migration a.3 depends on a.2, which does not exist | a.s would replace it, but only a part of what it replaces is applied here: put the replaced files back and apply them first",
        ],
    );
}

#[test]
fn squashes_of_squashes_need_a_new_django() {
    let project = "a.1\na.2 after a.1\na.s replaces a.1 a.2\na.t replaces a.s a.3\na.3 after a.2";
    let graph = graph(project, "a.1 a.2 a.3");
    check(graph.nodes(), "a.t");
    assert_eq!(graph.applied(&id("a.t")), Some(Applied::Derived));
    check(graph.loader().squashes(), "a.s a.t");
    check(graph.loader().replaces(&id("a.t")), "a.s a.3");

    let backwards = "a.a replaces a.b a.2\na.b replaces a.1\na.1\na.2 after a.1";
    check_errors(
        &errors(backwards, "", DjangoVersion::V52),
        &[
            "squash a.b is itself replaced by another squash | squash a.b only when it is no longer a squash: remove its `replaces` first",
        ],
    );
    let circle = "a.s replaces a.t\na.t replaces a.s";
    check_errors(
        &errors(circle, "", DjangoVersion::V60),
        &[
            "squash a.s replaces itself, directly or through other squashes | remove from `replaces` what does not come before the squash",
        ],
    );
}

#[test]
fn all_missing_migrations_are_reported() {
    let project = "a.0001_initial\nb.1 after a.0001_inital before c.7\nb.2 after x.1 x.__first__";
    check_errors(
        &errors(project, "", DjangoVersion::V61),
        &[
            "migration b.2 depends on app \"x\", which is not installed | add the app with the label \"x\" to the installed apps, or remove the dependency",
        ],
    );
    let project = project.replace("x.__first__", "");
    let errors = errors(&project, "", DjangoVersion::V61);
    check_errors(
        &errors,
        &[
            "migration b.1 depends on a.0001_inital, which does not exist | did you mean a.0001_initial?",
            "migration b.1 must run before c.7, which does not exist | put its file back, or name a migration that exists",
            "migration b.2 depends on x.1, which does not exist | put its file back, or name a migration that exists",
        ],
    );
    check(errors[2].origins(), "b.2");
}

#[test]
fn two_files_for_one_migration() {
    let errors = errors("a.1\na.1 after b.1", "", DjangoVersion::V61);
    check_errors(&errors, &["migration a.1 is defined twice | remove or rename one of the two files"]);
}

#[test]
fn circle_names_who_states_each_link() {
    let errors =
        errors("c.1 after b.1\nb.1 after a.1\na.1\nd.1 replaces c.0\nc.0 before a.1 after c.1", "", DjangoVersion::V61);
    check_errors(
        &errors,
        &[
            "the dependencies of a.1, d.1, c.1, b.1 form a circle | remove one of these: a.1 depends on d.1 (says c.0); d.1 depends on c.1 (says c.0); c.1 depends on b.1; b.1 depends on a.1",
        ],
    );
    check(errors[0].origins(), "c.0 c.0 c.1 b.1");
}

#[test]
fn history_must_have_what_it_depends_on() {
    let inconsistencies = |recorded| {
        let found = graph(SQUASHED, recorded).inconsistencies();
        found.iter().map(|found| format!("{} without {}", found.applied, found.dependency)).collect::<Vec<_>>()
    };
    assert_eq!(inconsistencies("a.1 a.2 a.3 a.4 b.1 b.2 old.1"), [""; 0]);
    assert_eq!(inconsistencies("a.2 a.4"), ["a.2 without a.1", "a.2 without b.1", "a.4 without a.3"]);
}

#[test]
fn beginning_of_a_name_finds_a_migration() {
    let project = "a.0001_initial\na.0001_initial_data after a.0001_initial\na.0002_more\na.s replaces a.0002_more";
    let loader = loader(project, DjangoVersion::V61).unwrap();
    let find = |prefix| match loader.find("a", prefix) {
        Ok(id) => id.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(find("0002"), "a.0002_more");
    assert_eq!(find("0001_initial"), "a.0001_initial");
    assert_eq!(find("0001"), "more than one migration matches \"0001\" in app \"a\": 0001_initial, 0001_initial_data");
    assert_eq!(
        find("0002_mroe"),
        "cannot find a migration matching \"0002_mroe\" in app \"a\", did you mean \"0002_more\"?"
    );
    assert_eq!(find("9"), "cannot find a migration matching \"9\" in app \"a\"");
    assert_eq!(loader.similar_app("project.emty").map(|app| app.as_str()), Some("empty"));
}

#[test]
fn long_chains_do_not_overflow() {
    let mut project = String::from("a.00000\n");
    for number in 1..20_000 {
        project.push_str(&format!("a.{number:05} after a.{:05}\n", number - 1));
    }
    let graph = graph(&project, "");
    assert_eq!(graph.full_plan().len(), 20_000);
    assert_eq!(graph.backwards_plan(&id("a.00000")).unwrap().len(), 20_000);
}

#[test]
fn versions_of_django() {
    let parse = |version: &str| version.parse::<DjangoVersion>().ok().map(|version| version.to_string());
    for (version, line) in
        [("4.2.30", "4.2"), ("5.0", "5.2"), ("5.2.dev20250101", "5.2"), ("6.0rc1", "6.0"), ("6.1.3", "6.1")]
    {
        assert_eq!(parse(version).as_deref(), Some(line), "{version}");
    }
    for version in ["", "6", "6.", "4.1", "6.2", "6.10", "6.1-x", "x.1"] {
        assert_eq!(parse(version), None, "{version}");
    }
}

#[test]
fn squashes_of_another_branch() {
    let project = "a.1\na.2 after a.1\na.s after a.2 replaces a.p\na.t after a.s replaces a.p";
    let follow = GraphOptions { follow_branches: true, ..GraphOptions::default() };
    let applied = |project: &str, recorded: &str, options| {
        let graph = loader(project, DjangoVersion::default()).unwrap().graph(ids(recorded), options).unwrap();
        let text = |id: &MigrationId| id.to_string();
        let halves = graph.half_replaced().into_iter().map(|half| half.squash);
        let wrong = graph.inconsistencies().into_iter().map(|gap| gap.applied);
        let plan: Vec<String> = graph.applied_plan().into_iter().map(text).collect();
        (plan.join(" "), halves.chain(wrong).map(|id| text(&id)).collect::<Vec<_>>().join(" "))
    };
    for (project, recorded, django, ours) in [
        (project, "a.1 a.2", "a.1 a.2", "a.1 a.2"),
        (project, "a.1 a.2 a.s", "a.1 a.2", "a.1 a.2 a.s"),
        (project, "a.1 a.2 a.s a.t", "a.1 a.2", "a.1 a.2 a.s a.t"),
        (project, "a.1 a.p", "a.1 a.s a.t", "a.1 a.s a.t"),
        // What is on disk may have been unapplied, unless it waits for the other squash.
        ("a.1\na.p after a.1\na.s after a.1 replaces a.p", "a.1 a.s", "a.1", "a.1"),
        ("a.1\na.p after a.1\na.s after a.1 replaces a.p\na.t after a.s replaces a.p", "a.1 a.s", "a.1", "a.1 a.s"),
        ("a.1\na.p after a.1\na.s after a.1 replaces a.p\na.t after a.s replaces a.p", "a.1 a.s a.t", "a.1", "a.1"),
    ] {
        assert_eq!(applied(project, recorded, GraphOptions::default()).0, django, "{project}\n{recorded}");
        assert_eq!(applied(project, recorded, follow), (ours.to_owned(), String::new()), "{project}\n{recorded}");
    }
    let half = "a.1\na.s after a.1 replaces a.p a.q";
    assert_eq!(applied(half, "a.1 a.p", follow), ("a.1".to_owned(), "a.s".to_owned()));
    // It was recorded by Django, which left out a.2.
    assert_eq!(applied(project, "a.1 a.p a.s a.t", GraphOptions::default()).1, "a.s");
    assert_eq!(applied(project, "a.1 a.p a.s a.t", follow).1, "");
}
