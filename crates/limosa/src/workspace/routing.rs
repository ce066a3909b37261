//! Which operations and models belong to a database: `[routing]` of the configuration, then the routers of the settings.

use std::collections::BTreeSet;

use limosa_engine::bridge::Portion;
use limosa_engine::runner::{Fake, Job};
use limosa_model::graph::Direction;
use limosa_model::{Migration, MigrationId, ProjectState, SmolStr, Value};
use limosa_plan::steps::{self, RoutingQuestion, RoutingSubject, Skipped};
use limosa_source::project::Kind;
use limosa_sql::dialect::Context;
use serde_json::{Value as Json, json};

use super::Workspace;
use super::questions::Question;
use crate::error::Error;

/// A migration about whose operations something is asked.
struct Asked<'a> {
    migration: &'a Migration,
    /// The places of the operations that run, where it is not all of them.
    operations: Option<&'a BTreeSet<usize>>,
    direction: Direction,
    questions: Vec<RoutingQuestion>,
}

impl Workspace {
    /// Finds out which operations of the jobs are kept from a database; `applied` is all that is applied before.
    ///
    /// The routers are asked about all of them at once, and their answers are kept until something about the project changes.
    ///
    /// # Errors
    /// When an operation does not fit the state, Python cannot be started, or a router raises an error.
    pub async fn route(
        &mut self,
        alias: &str,
        context: &Context,
        applied: &[Portion],
        jobs: &mut [Job],
    ) -> Result<(), Error> {
        if !self.routes_anything() {
            return Ok(());
        }
        let (mut asked, mut detected) = (Vec::new(), Vec::new());
        let run: Vec<&mut Job> = jobs.iter_mut().filter(|job| job.fake != Fake::Yes).collect();
        for job in &run {
            let questions = steps::routing_questions(&job.migration, &job.before, job.direction);
            let questions = questions.map_err(|error| self.step_error(&error))?;
            let operations = job.operations.as_ref();
            asked.push(Asked { migration: &job.migration, operations, direction: job.direction, questions });
            let questions =
                if job.fake == Fake::Initial { steps::detection_questions(&job.migration) } else { Vec::new() };
            detected.push(Asked { migration: &job.migration, operations, direction: job.direction, questions });
        }
        let answers = self.skipped(alias, applied, &asked).await?;
        let undetected = self.skipped(alias, applied, &detected).await?;
        for ((job, skipped), undetected) in run.into_iter().zip(answers).zip(undetected) {
            job.undetected = undetected;
            if !skipped.is_empty() && job.python {
                job.python = steps::needs_python(context, &job.migration, &job.before, job.direction, &skipped);
            }
            job.skipped = skipped;
        }
        Ok(())
    }

    /// Finds out which operations of one migration are kept from a database; `before` are the migrations before it.
    ///
    /// # Errors
    /// As [`Workspace::route`].
    pub async fn route_one(
        &mut self,
        alias: &str,
        migration: &Migration,
        before: &[MigrationId],
        state: &ProjectState,
        direction: Direction,
    ) -> Result<Skipped, Error> {
        if !self.routes_anything() {
            return Ok(Skipped::default());
        }
        let questions = steps::routing_questions(migration, state, direction);
        let questions = questions.map_err(|error| self.step_error(&error))?;
        let asked = [Asked { migration, operations: None, direction, questions }];
        let before: Vec<Portion> = before.iter().cloned().map(Portion::whole).collect();
        Ok(self.skipped(alias, &before, &asked).await?.pop().unwrap_or_default())
    }

    /// Returns for each model (`app.Model`) whether it belongs to a database.
    ///
    /// # Errors
    /// When Python cannot be started, or a router raises an error.
    pub async fn allows(&mut self, alias: &str, models: &[&'static str]) -> Result<Vec<bool>, Error> {
        let configured = |label: &&str| {
            let (app, model) = label.split_once('.')?;
            self.project.config.routing.allows(alias, app, Some(model))
        };
        let mut allowed: Vec<Option<bool>> = models.iter().map(configured).collect();
        let open: Vec<&'static str> =
            models.iter().zip(&allowed).filter(|(_, known)| known.is_none()).map(|(model, _)| *model).collect();
        if self.project.settings.routers && !open.is_empty() {
            let answer = self.answer(&Question::AllowedModels { alias: alias.into(), models: open }).await?;
            let mut answers = bools(answer.get("allowed"));
            for known in allowed.iter_mut().filter(|known| known.is_none()) {
                *known = answers.next();
            }
        }
        Ok(allowed.into_iter().map(|known| known.unwrap_or(true)).collect())
    }

    /// Returns whether anything says which operations belong to which database.
    pub fn routes_anything(&self) -> bool {
        self.project.settings.routers || !self.project.config.routing.is_empty()
    }

    async fn skipped(&mut self, alias: &str, applied: &[Portion], asked: &[Asked<'_>]) -> Result<Vec<Skipped>, Error> {
        let routers = self.project.settings.routers && self.project.kind == Kind::Django;
        let mut skipped: Vec<Vec<Vec<usize>>> = vec![Vec::new(); asked.len()];
        let mut open = Vec::new();
        for (index, asked) in asked.iter().enumerate() {
            let app = asked.migration.id.app.as_str();
            for question in &asked.questions {
                match (self.configured(alias, app, &question.subject), &question.subject) {
                    (Some(true), _) | (None, RoutingSubject::Own) => {}
                    (Some(false), _) => skipped[index].push(question.path.clone()),
                    (None, _) if routers => open.push((index, question)),
                    (None, _) => {}
                }
            }
        }
        if !open.is_empty() {
            let question =
                Question::Routes { alias: alias.into(), applied: applied.to_vec(), migrations: request(asked, &open) };
            let answer = self.answer(&question).await?;
            let routes = answer.get("routes").and_then(Json::as_array).into_iter().flatten();
            let answers = routes.flat_map(|answers| bools(Some(answers)));
            for ((index, question), _) in open.iter().zip(answers).filter(|(_, allowed)| !allowed) {
                skipped[*index].push(question.path.clone());
            }
        }
        Ok(skipped.into_iter().map(Skipped::from_iter).collect())
    }

    /// Returns what the configuration says.
    fn configured(&self, alias: &str, app: &str, subject: &RoutingSubject) -> Option<bool> {
        let routing = &self.project.config.routing;
        match subject {
            RoutingSubject::Model { name, .. } | RoutingSubject::Name(name) => routing.allows(alias, app, Some(name)),
            RoutingSubject::App(hints) => routing.allows(alias, app, hinted_model(hints).as_deref()),
            RoutingSubject::Own => routing.allows(alias, app, None),
        }
    }
}

/// Returns the model that hints name, by the key that Django's own operations use.
fn hinted_model(hints: &Value) -> Option<SmolStr> {
    let (_, name) = hints.pairs()?.iter().find(|(key, _)| key.as_str() == Some("model_name"))?;
    name.as_str().map(SmolStr::from)
}

/// Returns the open questions as the bridge understands them: all migrations, as the state goes through each.
fn request(asked: &[Asked<'_>], open: &[(usize, &RoutingQuestion)]) -> Json {
    let migrations = asked.iter().enumerate().map(|(index, asked)| {
        let own = open.iter().filter(|(owner, _)| *owner == index);
        let questions: Vec<Json> = own
            .map(|(_, question)| {
                let path: Vec<String> = question.path.iter().map(ToString::to_string).collect();
                let subject = match &question.subject {
                    RoutingSubject::Model { name, from } => json!({ "model": name, "from": from }),
                    RoutingSubject::Name(name) => json!({ "name": name }),
                    RoutingSubject::App(_) | RoutingSubject::Own => json!({}),
                };
                json!([path.join(".database_operations."), subject])
            })
            .collect();
        let MigrationId { app, name } = &asked.migration.id;
        let backwards = asked.direction == Direction::Backwards;
        let operations = asked.operations;
        json!({ "app": app, "name": name, "operations": operations, "backwards": backwards, "questions": questions })
    });
    Json::Array(migrations.collect())
}

fn bools(answers: Option<&Json>) -> impl Iterator<Item = bool> + '_ {
    let answers = answers.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    answers.iter().map(|answer| answer.as_bool().unwrap_or(true))
}
