//! Asks the project's Python what could not be read.

use limosa_engine::bridge::{Bridge, BridgeOptions, OperationPath, OutputHandler};
use limosa_model::Diagnostic;
use limosa_source::config::variables::DJANGO_SETTINGS_MODULE;
use limosa_source::describe::ProjectDescription;
use limosa_source::export::{Export, StateDelta};
use limosa_source::project::{Answer, Need, Project};

use crate::error::Error;

/// Asks until nothing is open; returns the bridge when it had to be started.
pub(super) async fn all(project: &mut Project) -> Result<Option<Bridge>, Error> {
    let mut bridge = None;
    // Each kind of question can lead to the next: a description to migrations, a migration to what its operations do.
    for _ in 0..4 {
        if project.needs.is_empty() || project.has_errors() {
            return Ok(bridge);
        }
        if bridge.is_none() {
            bridge = Some(start(project, None).await?);
        }
        let Some(bridge) = &mut bridge else { return Ok(None) };
        for need in project.needs.clone() {
            let answer = ask(bridge, &need).await?;
            project.resolve(answer);
        }
    }
    for need in &project.needs {
        let message = format!("Python's answers leave something open: {}", open(need));
        project.diagnostics.push(Diagnostic::error("not-understood", message));
    }
    Ok(bridge)
}

/// Starts the project's Python.
pub(super) async fn start(project: &Project, output: Option<OutputHandler>) -> Result<Bridge, Error> {
    let python = project.interpreter.as_ref().map_or_else(|| "python3".into(), |found| found.executable.clone());
    let mut options = BridgeOptions::new(python, &project.root);
    let module = project.settings.module.clone().or_else(|| project.config.settings.as_ref().map(|name| name.value.clone()));
    options.settings = module.map(|module| module.to_string());
    options.output = output;
    if let Some(settings) = &options.settings {
        options.env.push((DJANGO_SETTINGS_MODULE.name.into(), settings.into()));
    }
    Ok(Bridge::start(&options).await?)
}

async fn ask(bridge: &mut Bridge, need: &Need) -> Result<Answer, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::Answer(format!("Python's answer is not understood: {error}"));
    Ok(match need {
        Need::Describe { .. } => {
            let json = bridge.describe().await?;
            let description: ProjectDescription = serde_json::from_value(json).map_err(|error| wrong(&error))?;
            Answer::Description(Box::new(description))
        }
        Need::Export { migrations } => {
            let ids: Vec<_> = migrations.iter().map(|(id, _)| id.clone()).collect();
            let json = bridge.export(Some(&ids)).await?;
            Answer::Export(Export::decode(&json).map_err(|error| wrong(&error))?)
        }
        Need::StateDelta { operations } => {
            let paths: Vec<OperationPath> =
                operations.iter().map(|(id, path)| OperationPath { migration: id.clone(), path: path.to_string() }).collect();
            let json = bridge.state_deltas(&paths, None).await?;
            let (deltas, fields) = StateDelta::decode(&json).map_err(|error| wrong(&error))?;
            Answer::StateDeltas(deltas, fields)
        }
    })
}

fn open(need: &Need) -> String {
    match need {
        Need::Describe { doubts } => {
            let reasons: Vec<&str> = doubts.iter().map(|doubt| doubt.reason.as_str()).collect();
            reasons.join("; ")
        }
        Need::Export { migrations } => {
            let reasons: Vec<String> = migrations.iter().map(|(id, doubt)| format!("{id} {}", doubt.reason)).collect();
            reasons.join("; ")
        }
        Need::StateDelta { operations } => {
            let names: Vec<String> = operations.iter().map(|(id, path)| format!("operation {path} of {id}")).collect();
            format!("the effect of {}", names.join(", "))
        }
    }
}
