//! The reference names every event with exactly its fields.

use std::collections::BTreeSet;
use std::time::Duration;

use limosa_engine::events::{Event, HeldMigration};
use limosa_model::graph::Direction;
use limosa_model::{MigrationId, Stage};
use limosa_plan::branches::Unordered;

use super::line;

const REFERENCE: &str = include_str!("../../../../../../docs/reference/json.md");

/// Returns an event of each kind.
fn events() -> Vec<Event> {
    let (id, direction, took) = (MigrationId::new("blog", "0001_initial"), Direction::Forwards, Duration::ZERO);
    let text = String::new;
    let named = vec![(id.clone(), direction)];
    let events = vec![
        Event::Waiting { holder: text(), step: None, waited: took },
        Event::Gathering { arrived: vec![text()], needed: 2, waited: took },
        Event::Synchronized { text: text() },
        Event::PlanChanged { done: named.clone(), added: named, left: 0 },
        Event::Unordered(Unordered {
            first: id.clone(),
            second: id.clone(),
            tables: vec!["post".into()],
            is_reversed: false,
        }),
        Event::Held {
            stage: Stage::PreDeploy,
            migrations: vec![HeldMigration { id: id.clone(), half: "post-deploy", why: text() }],
        },
        Event::RunStarted { migrations: 0 },
        Event::ModelsChanged { apps: Vec::new() },
        Event::MigrationStarted { id: id.clone(), direction, number: 1, total: 1 },
        Event::MigrationResumed { done: 0 },
        Event::OperationStarted { description: text() },
        Event::Statement { sql: text() },
        Event::Output { text: text() },
        Event::MigrationFinished { id, direction, faked: false, took },
        Event::AfterRun { description: "" },
        Event::RunFinished { migrations: 0, took },
    ];
    // A new one has to be added above.
    for event in &events {
        match event {
            Event::Waiting { .. }
            | Event::Gathering { .. }
            | Event::Synchronized { .. }
            | Event::PlanChanged { .. }
            | Event::Unordered(_)
            | Event::Held { .. }
            | Event::RunStarted { .. }
            | Event::ModelsChanged { .. }
            | Event::MigrationStarted { .. }
            | Event::MigrationResumed { .. }
            | Event::OperationStarted { .. }
            | Event::Statement { .. }
            | Event::Output { .. }
            | Event::MigrationFinished { .. }
            | Event::AfterRun { .. }
            | Event::RunFinished { .. } => {}
        }
    }
    events
}

#[test]
fn each_event_is_described_with_its_fields() {
    for event in events() {
        let value = serde_json::to_value(line(&event)).expect("JSON");
        let object = value.as_object().expect("an object");
        let name = object["event"].as_str().expect("a name");
        let row = REFERENCE.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let row = row.unwrap_or_else(|| panic!("`{name}` is not in the reference"));
        let described = row.trim_start_matches(&format!("| `{name}` |"));
        let mut fields: BTreeSet<&str> = BTreeSet::new();
        collect(&value, &mut fields);
        fields.remove("event");
        let words: BTreeSet<&str> = described.split('`').skip(1).step_by(2).collect();
        let missing: Vec<&&str> = fields.difference(&words).collect();
        assert!(missing.is_empty(), "`{name}`: {missing:?} are not described");
        let others =
            ["null", "operation-started", "--prune", "--run-syncdb", "--pre-deploy", "--post-deploy", "--quorum"];
        let unknown: Vec<&&str> = words.difference(&fields).filter(|word| !others.contains(word)).collect();
        assert!(unknown.is_empty(), "`{name}`: {unknown:?} are described and not there");
    }
}

fn collect<'v>(value: &'v serde_json::Value, fields: &mut BTreeSet<&'v str>) {
    match value {
        serde_json::Value::Object(object) => object.iter().for_each(|(name, value)| {
            fields.insert(name);
            collect(value, fields);
        }),
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}
