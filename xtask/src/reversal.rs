//! Undoing migrations, ours and Django's side by side: what is undone and applied again must be as Django leaves it.
//!
//! Two databases stand beside each other, that of the settings and one for Django whose name ends in `_django`.

mod apps;
mod databases;
mod django;
mod migrations;
mod walk;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use limosa::workspace::Workspace;
use limosa_source::config::Options;

use self::databases::Databases;
use self::django::Django;
use self::walk::Walk;

/// Undoes and applies again every migration of a Django project, and compares with what Django does.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The project's folder; its settings name the database, which is dropped and made anew, and so is one beside it for Django.
    project: PathBuf,
    /// The project's interpreter.
    #[arg(long)]
    python: PathBuf,
    /// The settings module.
    #[arg(long)]
    settings: Option<String>,
    /// Unapplies whole apps (`migrate APP zero`) instead of single migrations.
    #[arg(long)]
    apps: bool,
    /// Undoes only this migration (`APP.NAME`), and applies the others.
    #[arg(long, conflicts_with = "apps")]
    only: Vec<String>,
    /// Agrees that everything in the database of the settings is lost.
    #[arg(long, required = true)]
    drop_database: bool,
}

/// Runs the comparison and prints its table.
pub(crate) fn run(args: &Args) -> Result<()> {
    ensure!(args.drop_database, "the database of the settings would be dropped: --drop-database agrees to that");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(compare(args))
}

async fn compare(args: &Args) -> Result<()> {
    let options = Options {
        project: Some(args.project.clone()),
        python: Some(args.python.clone()),
        settings: args.settings.clone(),
        ..Options::default()
    };
    let workspace = Workspace::open(&options).await?;
    let databases = Databases::of(&workspace)?;
    let mut theirs = Django::new(args, &workspace, &databases)?;
    let mut ours = Walk::new(workspace, &databases);
    let result = match args.apps {
        true => apps::compare(&mut ours, &mut theirs).await,
        false => migrations::compare(&mut ours, &mut theirs, &args.only).await,
    };
    theirs.stop().await;
    ours.close().await?;
    result
}
