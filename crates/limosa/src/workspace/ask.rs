//! Asks the project's Python what could not be read.

use std::sync::{Arc, Mutex, PoisonError};

use limosa_db::{DatabaseUrl, DjangoDatabase};
use limosa_engine::bridge::{Bridge, BridgeOptions, OperationPath, Output, OutputHandler};
use limosa_engine::events::Events;
use limosa_model::{Diagnostic, MigrationId};
use limosa_source::cache::Cache;
use limosa_source::config::variables::DJANGO_SETTINGS_MODULE;
use limosa_source::describe::ProjectDescription;
use limosa_source::export::{Export, StateDelta};
use limosa_source::project::{Answer, Doubt, Need, Project};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::Error;

/// Who hears what the project's code prints; nobody until a run begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Listener(Arc<Mutex<Option<Events>>>);

impl Listener {
    /// Lets these events tell it from now on.
    pub(super) fn set(&self, events: &Events) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(events.clone());
    }

    fn handler(&self) -> OutputHandler {
        let listener = self.0.clone();
        Arc::new(move |output: Output| {
            if let Some(events) = &*listener.lock().unwrap_or_else(PoisonError::into_inner) {
                events.output(output.text);
            }
        })
    }
}

/// The alias of the database that a given URL stands for.
const DEFAULT_ALIAS: &str = "default";

/// Asks until nothing is open; returns the bridge when it had to be started.
pub(super) async fn all(project: &mut Project, listener: &Listener) -> Result<Option<Bridge>, Error> {
    let mut bridge = None;
    // Each kind of question can lead to the next: a description to migrations, a migration to what its operations do.
    for _ in 0..4 {
        if project.needs.is_empty() || project.has_errors() {
            return Ok(bridge);
        }
        for need in project.needs.clone() {
            if project.interpreter.is_none() && known(project, &need).is_none() {
                let wanting = wanting(&need);
                project.diagnostics.extend(wanting);
                return Ok(bridge);
            }
            let answer = answer(project, &mut bridge, listener, &need).await?;
            project.resolve(answer);
        }
    }
    for need in &project.needs {
        let message = format!("Python's answers leave something open: {}", open(need));
        project.diagnostics.push(Diagnostic::error("not-understood", message));
    }
    Ok(bridge)
}

/// Returns the kept answer to a need, or asks for it.
pub(super) async fn answer(
    project: &Project,
    bridge: &mut Option<Bridge>,
    listener: &Listener,
    need: &Need,
) -> Result<Answer, Error> {
    if let Some(answer) = known(project, need) {
        return Ok(answer);
    }
    let bridge = match bridge {
        Some(bridge) => bridge,
        none => none.insert(start(project, listener).await?),
    };
    let json = ask(bridge, need).await?;
    let answer = understand(need, &json)?;
    if let Some(cache) = cache(project) {
        cache.keep(project, need, &json);
    }
    Ok(answer)
}

/// Returns the answers of earlier runs.
pub(super) fn cache(project: &Project) -> Option<Cache> {
    Cache::of_user(&project.config.env).map(|cache| cache.asked_by(limosa_engine::bridge::code()))
}

/// Returns the kept answer to a need; one that is no longer understood is asked for again.
fn known(project: &Project, need: &Need) -> Option<Answer> {
    let json = cache(project)?.recall(project, need)?;
    understand(need, &json).ok()
}

/// Starts the project's Python.
pub(super) async fn start(project: &Project, listener: &Listener) -> Result<Bridge, Error> {
    let python = project.interpreter.as_ref().map_or_else(|| "python3".into(), |found| found.executable.clone());
    let mut options = BridgeOptions::new(python, &project.root);
    let module =
        project.settings.module.clone().or_else(|| project.config.settings.as_ref().map(|name| name.value.clone()));
    options.settings = module.map(|module| module.to_string());
    options.databases = given_databases(project)?;
    options.output = Some(listener.handler());
    if let Some(settings) = &options.settings {
        options.env.push((DJANGO_SETTINGS_MODULE.name.into(), settings.into()));
    }
    Ok(Bridge::start(&options).await?)
}

/// Returns the databases that were given in the place of those of the settings, by alias, as Django's settings would name them.
pub(super) fn given_databases(project: &Project) -> Result<Vec<(String, DjangoDatabase)>, Error> {
    let named = project.config.databases.iter().map(|(alias, url)| (alias.as_str(), url));
    // One URL for all stands for the default here: which other alias it is meant for is known only later.
    let one = project.config.database_url.iter().map(|url| (DEFAULT_ALIAS, url));
    let mut given: Vec<(String, DjangoDatabase)> = Vec::new();
    for (alias, url) in one.chain(named) {
        if given.iter().any(|(known, _)| known == alias) {
            continue;
        }
        let url = DatabaseUrl::parse(url.value.expose())?.below(&project.root);
        given.extend(url.to_django().map(|database| (alias.to_owned(), database)));
    }
    Ok(given)
}

async fn ask(bridge: &mut Bridge, need: &Need) -> Result<Json, Error> {
    Ok(match need {
        Need::Describe { .. } => bridge.describe().await?,
        Need::Models { .. } => bridge.unmigrated_models().await?,
        Need::Export { migrations } => {
            let ids: Vec<_> = migrations.iter().map(|(id, _)| id.clone()).collect();
            bridge.export(Some(&ids)).await?
        }
        Need::StateDelta { operations } => {
            let paths: Vec<OperationPath> = operations
                .iter()
                .map(|(id, path)| OperationPath { migration: id.clone(), path: path.clone() })
                .collect();
            bridge.state_deltas(&paths, None).await?
        }
    })
}

fn understand(need: &Need, json: &Json) -> Result<Answer, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::Answer(format!("Python's answer is not understood: {error}"));
    Ok(match need {
        Need::Describe { .. } => {
            let description = ProjectDescription::deserialize(json).map_err(|error| wrong(&error))?;
            Answer::Description(Box::new(description))
        }
        Need::Models { .. } => match json.get("models").and_then(Json::as_array) {
            Some(models) => Answer::Models(models.clone()),
            None => return Err(wrong(&"it names no models")),
        },
        Need::Export { .. } => Answer::Export(Export::decode(json).map_err(|error| wrong(&error))?),
        Need::StateDelta { .. } => {
            let (deltas, fields) = StateDelta::decode(json).map_err(|error| wrong(&error))?;
            Answer::StateDeltas(deltas, fields)
        }
    })
}

/// Returns what stays unknown without Python, each with its place.
fn wanting(need: &Need) -> Vec<Diagnostic> {
    const HELP: &str =
        "name the interpreter with --python, LIMOSA_PYTHON or `python` in limosa.toml, or activate its environment";
    match need {
        Need::Describe { doubts } => {
            let one = |doubt: &Doubt| {
                let message =
                    format!("only the project's Python can describe the project, and none was found: {}", doubt.reason);
                Diagnostic::error("no-python", message)
                    .at(doubt.span, "here")
                    .help(format!("{HELP}; or describe the settings under [django] in limosa.toml"))
            };
            doubts.iter().map(one).collect()
        }
        Need::Models { doubts } => {
            let one = |doubt: &Doubt| {
                let message =
                    format!("only the project's Python can describe models, and none was found: {}", doubt.reason);
                Diagnostic::error("no-python", message).at(doubt.span, "here").help(HELP)
            };
            doubts.iter().map(one).collect()
        }
        Need::Export { migrations } => {
            let one = |(id, doubt): &(MigrationId, Doubt)| {
                let message = format!("only the project's Python can read {id}, and none was found: {}", doubt.reason);
                Diagnostic::error("no-python", message)
                    .at(doubt.span, "here")
                    .help(format!("{HELP}; a field class can also be described under [fields] in limosa.toml"))
            };
            migrations.iter().map(one).collect()
        }
        Need::StateDelta { operations } => {
            let one = |(id, path): &(MigrationId, String)| {
                let what = format!("tell what the operation {path} does to the models");
                super::errors::no_python(id, None, &what)
            };
            operations.iter().map(one).collect()
        }
    }
}

fn open(need: &Need) -> String {
    match need {
        Need::Describe { doubts } | Need::Models { doubts } => {
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
