//! Asks Django itself about made-up projects and compares its answers with ours.
//!
//! `LIMOSA_TEST_DJANGO` names one or more Python interpreters that have Django, separated as in `PATH`.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use limosa_model::{
    MigrationId,
    django::DjangoVersion,
    graph::{Direction, GraphError, GraphOptions, Loader, MigrationGraph, PrefixError},
};
use limosa_plan::planner::{PlanError, Target, TargetError, check_replacements, plan, resolve_targets, what_to_record};
use serde_json::{Value, json};

use crate::case::Case;

const CASES: u64 = 3_000;

#[test]
fn graph_and_plans_are_as_django_makes_them() {
    let Some(pythons) = env::var_os("LIMOSA_TEST_DJANGO") else {
        assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "LIMOSA_TEST_DJANGO is not set");
        println!("skipped: LIMOSA_TEST_DJANGO is not set");
        return;
    };
    for python in env::split_paths(&pythons) {
        println!("{}", compare_all(python.as_os_str()));
    }
}

/// Returns how many cases had which outcome.
fn compare_all(python: &OsStr) -> String {
    let mut django = Django::start(python);
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..CASES {
        let case = Case::random(seed);
        let question = question(&case);
        let theirs = django.ask(&question);
        let ours = Answerer::new(&case, django.version).answer();
        for part in ["graph", "prefixes", "runs"] {
            compare(&theirs[part], &ours[part], &format!("seed {seed}, {part}: {question}"));
        }
        let runs = theirs["runs"].as_array().into_iter().flatten();
        for (part, answer) in runs.map(|run| ("run", run)).chain([("graph", &theirs["graph"])]) {
            let outcome = match answer["ok"]["mixed"].is_boolean() {
                true => "mixed",
                false => answer["error"].as_str().unwrap_or("ok"),
            };
            *outcomes.entry(format!("{part}: {outcome}")).or_default() += 1;
        }
    }
    for outcome in [
        "graph: ok",
        "graph: cycle",
        "graph: not found",
        "graph: unknown app",
        "graph: no migrations",
        "run: ok",
        "run: mixed",
    ] {
        assert!(outcomes.contains_key(outcome), "no case has the outcome {outcome}");
    }
    format!("Django {}: {CASES} cases, {outcomes:?}", django.version)
}

/// Compares two answers; of errors, the kind and the migration that is not found.
#[track_caller]
fn compare(theirs: &Value, ours: &Value, about: &str) {
    match (theirs, ours) {
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (theirs, ours) in theirs.iter().zip(ours) {
                compare(theirs, ours, about);
            }
        }
        (Value::Object(theirs), Value::Object(ours)) => {
            assert!(theirs.keys().collect::<BTreeSet<_>>() == ours.keys().collect(), "{theirs:?}\n{ours:?}\n{about}");
            for (key, value) in theirs {
                match key.as_str() {
                    "inconsistency" => compare_inconsistency(value, &ours[key], about),
                    _ => compare(value, &ours[key], &format!("{key} of {about}")),
                }
            }
        }
        _ => assert_eq!(theirs, ours, "Django (left) and ours differ for {about}"),
    }
}

/// Django reports any one inconsistency, we report all.
#[track_caller]
fn compare_inconsistency(theirs: &Value, ours: &Value, about: &str) {
    let ours = ours.as_array().unwrap();
    match theirs.is_null() {
        true => assert!(ours.is_empty(), "Django finds no inconsistency, we {ours:?}: {about}"),
        false => assert!(ours.contains(theirs), "Django finds {theirs}, we {ours:?}: {about}"),
    }
}

/// A Python process that answers.
struct Django {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    version: DjangoVersion,
}

impl Django {
    fn start(python: &OsStr) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/oracle.py");
        let mut process =
            Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut django = Self { process, input, output, version: DjangoVersion::default() };
        django.version = django.read().as_str().unwrap().parse().unwrap();
        django
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input, "{question}").unwrap();
        self.read()
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Django {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn question(case: &Case) -> Value {
    let migrations = case.migrations.iter().map(|node| {
        json!({
            "app": node.id.app.as_str(),
            "name": node.id.name.as_str(),
            "dependencies": ids(&node.dependencies),
            "run_before": ids(&node.run_before),
            "replaces": ids(&node.replaces),
        })
    });
    let apps = case.apps();
    json!({
        "migrated": apps.migrated.iter().map(|app| app.as_str()).collect::<Vec<_>>(),
        "unmigrated": apps.unmigrated.iter().map(|app| app.as_str()).collect::<Vec<_>>(),
        "migrations": migrations.collect::<Vec<_>>(),
        "applied": ids(&case.applied),
        "replace": case.replace,
        "prefixes": case.prefixes,
        "targets": case.runs.iter().map(|targets| targets.iter().map(target).collect::<Vec<_>>()).collect::<Vec<_>>(),
    })
}

fn target(target: &Target) -> Value {
    match target {
        Target::All => json!(["all"]),
        Target::App(app) => json!(["app", app.as_str()]),
        Target::Zero(app) => json!(["zero", app.as_str()]),
        Target::Migration(id) => json!(["named", id.app.as_str(), id.name.as_str()]),
    }
}

/// Answers as the Python script does.
struct Answerer<'c> {
    case: &'c Case,
    loader: Loader,
    history: Vec<MigrationId>,
}

impl<'c> Answerer<'c> {
    fn new(case: &'c Case, version: DjangoVersion) -> Self {
        Self { case, loader: case.loader(version).unwrap(), history: case.applied.clone() }
    }

    fn answer(mut self) -> Value {
        let options = GraphOptions { replace_migrations: self.case.replace, ..GraphOptions::default() };
        let graph = self.loader.graph(self.history.clone(), options);
        let (mut prefixes, mut runs) = (Vec::new(), Vec::new());
        if let Ok(graph) = &graph {
            let asked = self.case.prefixes.iter();
            prefixes.extend(asked.map(|(app, prefix)| resolve(graph, app, prefix)));
            if self.case.replace {
                for targets in &self.case.runs {
                    match self.migrate(targets) {
                        Ok(run) => runs.push(json!({ "ok": run })),
                        Err(error) => {
                            runs.push(plan_error(&error));
                            break;
                        }
                    }
                }
            }
        }
        let graph = match graph {
            Ok(graph) => json!({ "ok": describe(&graph) }),
            Err(errors) => graph_error(&errors[0]),
        };
        json!({ "graph": graph, "prefixes": prefixes, "runs": runs })
    }

    fn migrate(&mut self, targets: &[Target]) -> Result<Value, PlanError> {
        let graph = self.loader.graph(self.history.clone(), GraphOptions::default()).map_err(PlanError::Graph)?;
        let plan = plan(&Arc::new(graph), targets, false)?;
        let printed = plan.printed.iter().map(|planned| {
            json!([planned.id.app.as_str(), planned.id.name.as_str(), planned.direction == Direction::Backwards])
        });
        let printed = printed.collect::<Vec<_>>();
        let executed = match plan.executed() {
            Ok(executed) => executed,
            Err(PlanError::Mixed(_)) => return Ok(json!({ "printed": printed, "mixed": true })),
            Err(error) => return Err(error),
        };
        for planned in &executed {
            let rows = what_to_record(&self.loader, &planned.id, planned.direction);
            match planned.direction {
                Direction::Forwards => self.history.extend(rows),
                Direction::Backwards => self.history.retain(|row| !rows.contains(row)),
            }
        }
        let recorded = self.history.iter().cloned().collect();
        self.history.extend(check_replacements(&self.loader, &recorded));
        Ok(json!({
            "printed": printed,
            "executed": executed.iter().map(|planned| id(&planned.id)).collect::<Vec<_>>(),
            "history": ids(&self.history),
        }))
    }
}

fn describe(graph: &MigrationGraph) -> Value {
    let nodes: Vec<&MigrationId> = graph.nodes().collect();
    let on_disk = graph.loader().migrations();
    let known: BTreeSet<&MigrationId> = graph.recorded().iter().chain(on_disk).collect();
    let inconsistencies = graph.inconsistencies();
    json!({
        "nodes": ids(nodes.iter().copied()),
        "parents": nodes.iter().map(|node| ids(graph.parents(node))).collect::<Vec<_>>(),
        "roots": ids(&graph.root_nodes(None)),
        "leaves": ids(&graph.leaf_nodes(None)),
        "applied": ids(known.into_iter().filter(|id| graph.applied(id).is_some())),
        "conflicts": graph.conflicts().iter().map(|(app, names)| {
            json!([app.as_str(), names.iter().map(|name| name.as_str()).collect::<Vec<_>>()])
        }).collect::<Vec<_>>(),
        "forwards": nodes.iter().map(|node| ids(graph.forwards_plan(node).unwrap())).collect::<Vec<_>>(),
        "backwards": nodes.iter().map(|node| ids(graph.backwards_plan(node).unwrap())).collect::<Vec<_>>(),
        "state": nodes.iter().take(5).map(|&node| ids(graph.state_plan(std::slice::from_ref(node), false))).collect::<Vec<_>>(),
        "inconsistency": inconsistencies.iter().map(|found| json!([id(&found.applied), id(&found.dependency)])).collect::<Vec<_>>(),
    })
}

/// Names what a prefix stands for; an exact name that is the beginning of another one is ambiguous only to Django.
fn resolve(graph: &MigrationGraph, app: &str, prefix: &str) -> Value {
    let begin_so = |id: &&MigrationId| id.app == app && id.name.starts_with(prefix);
    let exact = MigrationId::new(app, prefix);
    if graph.loader().contains(&exact) && graph.loader().migrations().filter(begin_so).count() > 1 {
        return error("ambiguous", None);
    }
    match resolve_targets(graph, Some(app), Some(prefix)) {
        Ok(Target::Migration(target)) => json!({ "ok": id(&target) }),
        Err(TargetError::Prefix(PrefixError::Ambiguous { .. })) => error("ambiguous", None),
        Err(TargetError::Prefix(PrefixError::NotFound { .. })) => error("not found", None),
        other => panic!("{other:?}"),
    }
}

fn plan_error(error: &PlanError) -> Value {
    match error {
        PlanError::UnknownTarget(id) => self::error("not found", Some(id)),
        PlanError::Graph(errors) => graph_error(&errors[0]),
        PlanError::Mixed(_) => self::error("mixed plan", None),
    }
}

fn graph_error(error: &GraphError) -> Value {
    match error {
        GraphError::NodeNotFound(missing) => self::error("not found", Some(&missing.missing)),
        GraphError::SquashReplaced(squash) => self::error("not found", Some(squash)),
        GraphError::UnknownApp { .. } => self::error("unknown app", None),
        GraphError::NoMigrations { .. } => self::error("no migrations", None),
        GraphError::CyclicalSquash(_) => self::error("cyclical squash", None),
        GraphError::Cycle(_) => self::error("cycle", None),
        GraphError::Duplicate(_) => self::error("duplicate", None),
    }
}

fn error(kind: &str, node: Option<&MigrationId>) -> Value {
    json!({ "error": kind, "node": node.map_or(json!([]), id) })
}

fn ids<'a>(list: impl IntoIterator<Item = &'a MigrationId>) -> Value {
    list.into_iter().map(id).collect()
}

fn id(id: &MigrationId) -> Value {
    json!([id.app.as_str(), id.name.as_str()])
}
