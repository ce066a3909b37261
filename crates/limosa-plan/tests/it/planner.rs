use std::{collections::BTreeSet, sync::Arc};

use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Apps, Direction, GraphNode, GraphOptions, Loader, MigrationGraph},
};
use limosa_plan::planner::{
    PlanError, Prune, Target, check_replacements, plan, prune, resolve_targets, what_to_record,
};

/// What the tests plan on: `a.s` squashes `a.2` and `a.3`, and `z.1` depends on two other apps.
const MIGRATIONS: [(&str, &str, &str); 8] = [
    ("a.1", "", ""),
    ("a.2", "a.1", ""),
    ("a.3", "a.2", ""),
    ("a.4", "a.3", ""),
    ("a.s", "a.1", "a.2 a.3"),
    ("b.1", "", ""),
    ("b.2", "b.1 a.2", ""),
    ("z.1", "a.1 b.1", ""),
];

fn graph(recorded: &str, version: DjangoVersion) -> Arc<MigrationGraph> {
    let nodes = MIGRATIONS.map(|(name, dependencies, replaces)| GraphNode {
        id: id(name),
        dependencies: ids(dependencies),
        run_before: Vec::new(),
        replaces: ids(replaces),
    });
    let apps = Apps { migrated: BTreeSet::new(), unmigrated: BTreeSet::from(["plain".into()]) };
    let loader = Loader::new(&nodes, apps, version).unwrap();
    Arc::new(loader.graph(ids(recorded), GraphOptions::default()).unwrap())
}

fn id(text: &str) -> MigrationId {
    let (app, name) = text.split_once('.').unwrap();
    MigrationId::new(app, name)
}

fn ids(text: &str) -> Vec<MigrationId> {
    text.split_whitespace().map(id).collect()
}

fn text<'a>(ids: impl IntoIterator<Item = &'a MigrationId>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Checks what is printed and executed, with `-` before what is unapplied, for targets as on the command line.
#[track_caller]
fn check(recorded: &str, targets: &[&str], printed: &str, executed: &str) {
    let graph = graph(recorded, DjangoVersion::default());
    let targets: Vec<Target> = targets.iter().map(|target| self::target(&graph, target)).collect();
    let plan = plan(&graph, &targets, false).unwrap();
    let sign = |direction| if direction == Direction::Forwards { "" } else { "-" };
    let text = |migrations: &[limosa_plan::planner::PlannedMigration]| {
        let signed = migrations.iter().map(|planned| format!("{}{}", sign(planned.direction), planned.id));
        signed.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(text(&plan.printed), printed);
    match plan.executed() {
        Ok(migrations) => assert_eq!(text(&migrations), executed),
        Err(error) => assert_eq!(error.to_string(), executed),
    }
}

fn target(graph: &MigrationGraph, target: &str) -> Target {
    let mut words = target.split_whitespace();
    resolve_targets(graph, words.next(), words.next()).unwrap()
}

const ALL: &str = "a.1 a.2 a.3 a.s a.4 b.1 b.2 z.1";

#[test]
fn forwards_runs_in_the_order_of_an_empty_database() {
    check("", &[""], "a.1 a.s a.4 b.1 b.2 z.1", "a.1 a.s a.4 b.1 b.2 z.1");
    check("", &["z"], "b.1 a.1 z.1", "a.1 b.1 z.1");
    check("a.1", &["z 1"], "b.1 z.1", "b.1 z.1");
    check(ALL, &[""], "", "");
}

#[test]
fn backwards_runs_in_the_order_of_the_plan() {
    check(ALL, &["a 1"], "-b.2 -a.4 -a.s", "-b.2 -a.4 -a.s");
    check(ALL, &["b zero"], "-z.1 -b.2 -b.1", "-z.1 -b.2 -b.1");
    check("b.1", &["b zero"], "-b.1", "-b.1");
    // What other apps need of the target stays.
    check(ALL, &["a 4"], "", "");
}

#[test]
fn replaced_target_is_planned_without_replacements() {
    check(ALL, &["a 2"], "-a.4 -a.3", "-a.4 -a.3");
    check("", &["a 3"], "a.1 a.2 a.3", "a.1 a.2 a.3");
    let old = graph("", DjangoVersion::V52);
    let error = plan(&old, &[Target::Migration(id("a.3"))], false).unwrap_err();
    assert_eq!(error, PlanError::UnknownTarget(id("a.3")));
}

#[test]
fn partly_applied_squash_stands_for_its_last_migration() {
    check("a.1 a.2", &["a s"], "a.3", "a.3");
}

#[test]
fn both_directions_at_once_cannot_run() {
    let message = "some migrations would be applied and others unapplied: ask for one direction at a time";
    check("b.1", &["a 1", "b zero"], "a.1 -b.1", message);
    check("b.1", &["b zero", "b 1", "b zero"], "-b.1 b.1 -b.1", message);
}

#[test]
fn clean_start_ignores_what_is_applied() {
    let graph = graph(ALL, DjangoVersion::default());
    let plan = plan(&graph, &[Target::All], true).unwrap();
    let printed: Vec<&MigrationId> = plan.printed.iter().map(|planned| &planned.id).collect();
    assert_eq!(printed, graph.full_plan());
}

#[test]
fn targets_that_do_not_exist() {
    let graph = graph("", DjangoVersion::default());
    let error = |app, name| resolve_targets(&graph, Some(app), name).unwrap_err().to_string();
    assert_eq!(error("nowhere", None), "no installed app with label \"nowhere\"");
    assert_eq!(error("site.plain", None), "no installed app with label \"site.plain\", did you mean \"plain\"?");
    assert_eq!(error("plain", Some("zero")), "app \"plain\" does not have migrations");
    assert_eq!(error("a", Some("7")), "cannot find a migration matching \"7\" in app \"a\"");
    assert_eq!(error("a", Some("")), "more than one migration matches \"\" in app \"a\": 1, 2, 3, 4, s");
}

#[test]
fn squash_is_recorded_with_what_it_replaces() {
    for (version, forwards, backwards) in
        [(DjangoVersion::V52, "a.2 a.3", "a.2 a.3 a.s"), (DjangoVersion::V60, "a.2 a.3 a.s", "a.2 a.3 a.s")]
    {
        let graph = graph("", version);
        let rows = |name, direction| text(&what_to_record(graph.loader(), &id(name), direction));
        assert_eq!(rows("a.s", Direction::Forwards), forwards, "{version}");
        assert_eq!(rows("a.s", Direction::Backwards), backwards, "{version}");
        assert_eq!(rows("a.1", Direction::Forwards), "a.1", "{version}");

        let finish = |recorded| text(&check_replacements(graph.loader(), &ids(recorded).into_iter().collect()));
        assert_eq!(finish("a.1 a.2"), "", "{version}");
        assert_eq!(finish("a.2 a.3"), "a.s", "{version}");
        assert_eq!(finish("a.2 a.3 a.s"), "", "{version}");
    }
}

#[test]
fn pruning_spares_what_a_squash_needs() {
    let recorded = "a.0 a.1 b.0 y.1";
    assert_eq!(prune(&graph(recorded, DjangoVersion::V61), "a"), Prune::Rows(ids("a.0")));
    assert_eq!(prune(&graph("a.1", DjangoVersion::V61), "a"), Prune::Rows(Vec::new()));

    let squash = |app: &str| GraphNode {
        id: MigrationId::new(app, "s"),
        dependencies: Vec::new(),
        run_before: Vec::new(),
        replaces: vec![MigrationId::new(app, "0")],
    };
    let prune = |version, app| {
        let loader = Loader::new(&[squash("a"), squash("b")], Apps::default(), version).unwrap();
        super::planner::prune(&loader.graph(ids("a.0 b.1"), GraphOptions::default()).unwrap(), app)
    };
    assert_eq!(prune(DjangoVersion::V61, "a"), Prune::Blocked(ids("a.s")));
    assert_eq!(prune(DjangoVersion::V61, "b"), Prune::Rows(ids("b.1")));
    assert_eq!(prune(DjangoVersion::V42, "b"), Prune::Blocked(ids("a.s")));
}
