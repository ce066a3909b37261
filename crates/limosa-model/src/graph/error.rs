//! Why a graph cannot be built.

use smol_str::SmolStr;
use thiserror::Error;

use crate::MigrationId;

/// Why a graph cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GraphError {
    /// Two files define the same migration.
    #[error("migration {0} is defined twice")]
    Duplicate(MigrationId),
    /// A dependency does not exist.
    #[error("{0}")]
    NodeNotFound(Box<MissingNode>),
    /// A dependency on the first or latest migration of an app that is not installed.
    #[error("migration {origin} depends on app {app:?}, which is not installed")]
    UnknownApp {
        /// The migration with the dependency.
        origin: MigrationId,
        /// The label of the app.
        app: SmolStr,
    },
    /// A dependency on the first or latest migration of an app that has an empty package of migrations.
    #[error("migration {origin} depends on app {app:?}, which has no migrations")]
    NoMigrations {
        /// The migration with the dependency.
        origin: MigrationId,
        /// The label of the app.
        app: SmolStr,
    },
    /// Squashes that replace one another.
    #[error("squash {0} replaces itself, directly or through other squashes")]
    CyclicalSquash(MigrationId),
    /// A squash that another one has replaced already, which Django supports from 6.0 on.
    #[error("squash {0} is itself replaced by another squash")]
    SquashReplaced(MigrationId),
    /// Dependencies that form a circle.
    #[error("the dependencies of {} form a circle", circle(.0))]
    Cycle(Vec<CycleLink>),
}

/// A migration that is named but does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("migration {origin} {} {missing}, which does not exist", if *run_before { "must run before" } else { "depends on" })]
pub struct MissingNode {
    /// The migration that names it.
    pub origin: MigrationId,
    /// What does not exist.
    pub missing: MigrationId,
    /// Whether it is named in `run_before`, not in `dependencies`.
    pub run_before: bool,
    /// The squashes that replace it but cannot be used, because a part of what they replace is applied.
    pub unusable_squashes: Vec<MigrationId>,
    /// The name of a migration of the same app that looks like it.
    pub similar: Option<SmolStr>,
}

/// One dependency in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleLink {
    /// The migration that depends on another one.
    pub migration: MigrationId,
    /// That other one, which is the `migration` of the next link.
    pub depends_on: MigrationId,
    /// The migration that says so: `migration` itself, `depends_on` with its `run_before`, or one that a squash replaces.
    pub stated_by: MigrationId,
}

impl GraphError {
    /// Returns the migrations whose files the error is about, the main one first.
    pub fn origins(&self) -> Vec<&MigrationId> {
        match self {
            Self::Duplicate(id) | Self::CyclicalSquash(id) | Self::SquashReplaced(id) => vec![id],
            Self::NodeNotFound(missing) => vec![&missing.origin],
            Self::UnknownApp { origin, .. } | Self::NoMigrations { origin, .. } => vec![origin],
            Self::Cycle(links) => links.iter().map(|link| &link.stated_by).collect(),
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Duplicate(_) => "remove or rename one of the two files".to_owned(),
            Self::NodeNotFound(missing) => missing.help(),
            Self::UnknownApp { app, .. } => {
                format!("add the app with the label {app:?} to the installed apps, or remove the dependency")
            }
            Self::NoMigrations { app, .. } => {
                format!("write the first migration of {app:?}, or remove its package of migrations")
            }
            Self::CyclicalSquash(_) => "remove from `replaces` what does not come before the squash".to_owned(),
            Self::SquashReplaced(squash) => {
                format!("squash {squash} only when it is no longer a squash: remove its `replaces` first")
            }
            Self::Cycle(links) => {
                let links = links.iter().map(ToString::to_string);
                format!("remove one of these: {}", links.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

impl MissingNode {
    fn help(&self) -> String {
        if !self.unusable_squashes.is_empty() {
            let squashes: Vec<String> = self.unusable_squashes.iter().map(ToString::to_string).collect();
            return format!(
                "{} would replace it, but only a part of what it replaces is applied here: put the replaced files back and apply them first",
                squashes.join(" or ")
            );
        }
        match &self.similar {
            Some(similar) => format!("did you mean {}.{similar}?", self.missing.app),
            None => "put its file back, or name a migration that exists".to_owned(),
        }
    }
}

impl std::fmt::Display for CycleLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} depends on {}", self.migration, self.depends_on)?;
        if self.stated_by != self.migration {
            write!(f, " (says {})", self.stated_by)?;
        }
        Ok(())
    }
}

fn circle(links: &[CycleLink]) -> String {
    let ids: Vec<String> = links.iter().map(|link| link.migration.to_string()).collect();
    ids.join(", ")
}
