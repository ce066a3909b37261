//! What is asked of the project's Python while it is worked with, beyond what reading it needs.

use limosa_engine::bridge::{Bridge, Portion};
use limosa_source::project::Need;
use serde_json::Value as Json;

use super::{Workspace, ask};
use crate::error::Error;

/// A question whose answer is kept until anything about the project changes.
pub(super) enum Question {
    /// Whose models differ from what the migrations make of them.
    ChangedApps,
    /// Which models belong to a database.
    AllowedModels {
        /// The alias of the database.
        alias: String,
        /// The models, as `app.Model`.
        models: Vec<&'static str>,
    },
    /// Which operations belong to a database.
    Routes {
        /// The alias of the database.
        alias: String,
        /// What is applied before.
        applied: Vec<Portion>,
        /// The migrations with what is asked about their operations, as the bridge understands it.
        migrations: Json,
    },
}

impl Workspace {
    /// Returns the labels of the apps whose models differ from what their migrations make of them.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn changed_apps(&mut self) -> Result<Vec<String>, Error> {
        let answer = self.answer(&Question::ChangedApps).await?;
        let apps = answer.get("apps").and_then(Json::as_array).into_iter().flatten();
        Ok(apps.filter_map(|app| app.as_str().map(str::to_owned)).collect())
    }

    /// Puts the models of apps without migrations into the base of every state, though no migration refers to them: what Django's own apps
    /// do after a run concerns them, too.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn complete_base(&mut self) -> Result<(), Error> {
        if self.project.undescribed_apps().next().is_some() {
            let need = Need::Models { doubts: Vec::new() };
            let answer = ask::answer(&self.project, &mut self.bridge, &self.listener, &need).await?;
            self.project.resolve(answer);
            self.base = self.project.unmigrated_state();
        }
        Ok(())
    }

    /// Returns the kept answer, or asks.
    pub(super) async fn answer(&mut self, question: &Question) -> Result<Json, Error> {
        let cache = ask::cache(&self.project);
        let text = question.text();
        if let Some(answer) = cache.as_ref().and_then(|cache| cache.recall_answer(&self.project, &text)) {
            return Ok(answer);
        }
        let bridge = match &mut self.bridge {
            Some(bridge) => bridge,
            none => none.insert(ask::start(&self.project, &self.listener).await?),
        };
        let answer = question.ask(bridge).await?;
        if let Some(cache) = &cache {
            cache.keep_answer(&self.project, &text, &answer);
        }
        Ok(answer)
    }
}

impl Question {
    /// Returns all that is asked, by which the answer is found again.
    fn text(&self) -> String {
        match self {
            Self::ChangedApps => "changed apps".to_owned(),
            Self::AllowedModels { alias, models } => format!("allowed models {alias} {}", models.join(" ")),
            Self::Routes { alias, applied, migrations } => {
                let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
                format!("routes {alias} after {}: {migrations}", applied.join(" "))
            }
        }
    }

    async fn ask(&self, bridge: &mut Bridge) -> Result<Json, Error> {
        Ok(match self {
            Self::ChangedApps => bridge.changed_apps().await?,
            Self::AllowedModels { alias, models } => bridge.allowed_models(alias, models).await?,
            Self::Routes { alias, applied, migrations } => bridge.routes(alias, applied, migrations).await?,
        })
    }
}
