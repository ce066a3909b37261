//! What is asked of the project's Python while it is worked with, beyond what reading it needs.

use limosa_engine::bridge::Bridge;
use limosa_model::ModelState;
use limosa_source::cache::Cache;
use serde_json::Value as Json;

use super::{Workspace, ask};
use crate::error::Error;

/// A question whose answer is kept until anything about the project changes.
pub(super) enum Question {
    /// Whose models differ from what the migrations make of them.
    ChangedApps,
    /// The models of apps without migrations.
    UnmigratedModels,
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

    /// Returns the models of apps without migrations that are not in [`Workspace::base_state`], because no migration refers to them.
    ///
    /// # Errors
    /// When Python cannot be started, or the project's code raises an error.
    pub async fn other_models(&mut self) -> Result<Vec<ModelState>, Error> {
        if self.project.undescribed_apps().next().is_none() {
            return Ok(Vec::new());
        }
        let answer = self.answer(&Question::UnmigratedModels).await?;
        let models = answer.get("models").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(self.project.models(models).collect())
    }

    /// Returns the kept answer, or asks.
    pub(super) async fn answer(&mut self, question: &Question) -> Result<Json, Error> {
        let cache = Cache::of_user(&self.project.config.env);
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
            Self::UnmigratedModels => "unmigrated models".to_owned(),
        }
    }

    async fn ask(&self, bridge: &mut Bridge) -> Result<Json, Error> {
        Ok(match self {
            Self::ChangedApps => bridge.changed_apps().await?,
            Self::UnmigratedModels => bridge.unmigrated_models().await?,
        })
    }
}
