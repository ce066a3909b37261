//! Database migrations: Django's model, applied exactly once.
//!
//! ```no_run
//! # async fn example(database_url: &str) -> Result<(), limosa::Error> {
//! let report = limosa::Project::open("migrations")?
//!     .register("fill_slugs", |tx| Box::pin(async move { tx.execute("UPDATE blog_post SET slug = lower(title)").await }))
//!     .connect(database_url)
//!     .await?
//!     .migrate(limosa::Target::Latest)
//!     .await?;
//! println!("{} migrations", report.migrations.len());
//! # Ok(())
//! # }
//! ```

pub mod branches;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod connected;
pub mod doctor;
pub mod error;
mod half_applied;
mod installed;
pub mod migrate;
pub mod plan;
mod project;
pub mod quorum;
pub mod rebase;
mod replay;
pub mod run_record;
pub mod situation;
pub mod sqlmigrate;
pub mod stages;
pub mod workspace;

pub use error::Error;
pub use limosa_engine::events::Event;
pub use limosa_engine::functions::Transaction;
pub use limosa_model::MigrationId;
pub use limosa_model::graph::Direction;
pub use migrate::Report;
pub use project::{Database, Project, Target};
