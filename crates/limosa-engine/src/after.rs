//! What Django's own apps do when all migrations have run: content types, permissions, the default site.
//!
//! Natively, from the state: Python is not started for it. A project with receivers of its own goes through the bridge.

mod content_types;
mod permissions;
mod renames;
mod sites;

use std::collections::BTreeMap;

use limosa_db::{Connection, DbError, Failpoint, Fence, failpoint};
use limosa_model::django::DjangoVersion;
use limosa_model::graph::Direction;
use limosa_model::{Migration, ModelId, ModelState, ProjectState, SmolStr};

use crate::events::{Event, Events};

/// What is needed to do what Django's own apps do after a run.
#[derive(Clone, Copy, Debug)]
pub struct AfterRun<'a> {
    /// The connection.
    pub connection: &'a Connection,
    /// What is checked before anything is kept.
    pub fence: Option<&'a Fence>,
    /// The version of Django that is imitated.
    pub django: DjangoVersion,
    /// The labels of the installed apps that have models, in the order of installation.
    pub apps: &'a [SmolStr],
    /// The models after the run, those of apps without migrations among them.
    pub state: &'a ProjectState,
    /// The models that stand in for swappable ones (`app.Model`), by the name of the setting.
    pub swapped: &'a BTreeMap<SmolStr, SmolStr>,
    /// `SITE_ID`.
    pub site_id: i64,
    /// Which of [`AfterRun::TABLES`] routers allow on this database.
    pub allowed: &'a [bool],
    /// The migrations that ran, in order.
    pub ran: &'a [(std::sync::Arc<Migration>, Direction)],
}

impl AfterRun<'_> {
    /// The models whose rows are made, about which routers are asked.
    pub const TABLES: [&'static str; 3] = ["contenttypes.ContentType", "auth.Permission", "sites.Site"];

    /// Does all of it, in one transaction; returns whether it was kept, which it is not when another runner has taken over.
    ///
    /// # Errors
    /// When the database refuses; then nothing of it is done.
    pub async fn run(&self, events: &Events) -> Result<bool, DbError> {
        if self.model("contenttypes", "contenttype").is_none() && self.model("sites", "site").is_none() {
            return Ok(true);
        }
        events.send(Event::AfterRun { description: "content types, permissions and the default site" });
        self.connection.begin().await?;
        match self.all().await {
            Ok(true) => {
                failpoint(Failpoint::AfterRunWritten);
                self.connection.commit().await?;
                failpoint(Failpoint::AfterRunKept);
                Ok(true)
            }
            result => {
                _ = self.connection.rollback().await;
                result
            }
        }
    }

    /// Returns whether the lease is still ours.
    async fn all(&self) -> Result<bool, DbError> {
        let &[content_types, permissions, sites] = self.allowed else { return Ok(true) };
        if content_types && self.model("contenttypes", "contenttype").is_some() {
            let ids = content_types::create(self).await?;
            failpoint(Failpoint::ContentTypesMade);
            if permissions && self.model("auth", "permission").is_some() {
                if self.django >= DjangoVersion::V61 {
                    renames::follow(self, &ids).await?;
                }
                permissions::create(self, &ids).await?;
                failpoint(Failpoint::PermissionsMade);
            }
        }
        if sites && self.apps.iter().any(|app| app == "sites") && self.model("sites", "site").is_some() {
            sites::create(self).await?;
        }
        match self.fence {
            Some(fence) => Ok(self.connection.execute(fence.statement()).await? == 1),
            None => Ok(true),
        }
    }

    fn model(&self, app: &str, name: &str) -> Option<&ModelState> {
        self.state.get(&ModelId::new(app, name)).map(std::convert::AsRef::as_ref)
    }

    /// Iterates over the models of an app that are not swapped out, in the order in which they came.
    fn app_models(&self, app: &str) -> impl Iterator<Item = &ModelState> {
        self.state.app_models(app).map(std::convert::AsRef::as_ref).filter(|model| !self.is_swapped(model))
    }

    fn is_swapped(&self, model: &ModelState) -> bool {
        let standing_in = model.options.swappable().and_then(|setting| self.swapped.get(setting));
        standing_in.is_some_and(|label| ModelId::resolve(label, &model.app, &model.name) != model.id())
    }
}

/// Returns the name of a model for people: `verbose_name`, or its name in words.
///
/// Source: Django `db/models/options.py`, `Options.contribute_to_class`; `utils/text.py`, `camel_case_to_spaces`.
fn verbose_name(model: &ModelState) -> String {
    model.options.text("verbose_name").map_or_else(|| words(&model.name), str::to_owned)
}

/// Separates the words of a name in camel case, in lower case.
///
/// A space goes before an upper-case letter that follows a lower-case one, or that another kind of letter follows.
fn words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut result = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let after_lower = index > 0 && letters[index - 1].is_ascii_lowercase();
        let before_other = letters.get(index + 1).is_some_and(|next| !next.is_ascii_uppercase());
        if letter.is_ascii_uppercase() && (after_lower || before_other) {
            result.push(' ');
        }
        result.push(*letter);
    }
    result.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_of_names() {
        for (name, expected) in [
            ("Post", "post"),
            ("BlogPost", "blog post"),
            ("HTTPServer", "http server"),
            ("M2MThing", "m2m thing"),
            ("SocialApp2Token", "social app2 token"),
            ("already_snake", "already_snake"),
            ("AB", "ab"),
            ("ModelA", "model a"),
            ("IPv4Address", "i pv4 address"),
            ("Foo_Bar", "foo_ bar"),
        ] {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
