//! Undoing every migration: backwards and forwards again must leave the database as it was.
//!
//! From empty, each migration is applied, undone and applied again, in the order of the plan; what the database holds is
//! compared after the first and the second time. Where that differs, or fails, Django undoes and applies the same migration on a
//! copy of the database as it was: a result that equals Django's is right. A migration that cannot be undone must say so before
//! anything runs, and must be one that Django cannot undo either.

mod django;
mod dump;
mod places;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use limosa::MigrationId;
use limosa::workspace::Workspace;
use limosa_source::config::Options;

use self::django::Django;
use self::dump::Dump;
use self::places::Places;
use self::walk::{Undone, Walk};

/// Undoes and applies again every migration of a Django project, and compares with Django where that leaves a difference.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The project's folder; its settings name the database, which is dropped and made anew.
    project: PathBuf,
    /// The project's interpreter.
    #[arg(long)]
    python: PathBuf,
    /// The settings module.
    #[arg(long)]
    settings: Option<String>,
    /// Agrees that everything in the database of the settings is lost.
    #[arg(long, required = true)]
    drop_database: bool,
}

/// What became of a migration.
#[derive(Debug)]
enum Outcome {
    /// The database is as it was.
    Equal,
    /// The database is not as it was, but as Django leaves it.
    AsDjango,
    /// It cannot be undone, and Django says the same.
    Irreversible,
    /// It fails, and Django fails too.
    FailsInDjangoToo(String),
    /// Something is wrong.
    Wrong(String),
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
    let django = Django::new(args, &workspace)?;
    let reversible = django.reversible()?;
    let places = Places::of(&workspace)?;
    places.empty().await?;
    let mut walk = Walk::new(workspace).await?;
    let plan = walk.plan().await?;
    let mut outcomes: BTreeMap<usize, Outcome> = BTreeMap::new();
    let mut doubtful: BTreeMap<usize, Result<Dump, String>> = BTreeMap::new();
    for (index, id) in plan.iter().enumerate() {
        eprintln!("{}/{} {id}", index + 1, plan.len());
        walk.forwards(id).await.with_context(|| format!("apply {id}"))?;
        let before = walk.dump().await?;
        let may_be_undone = reversible.get(id).copied().unwrap_or(true);
        match walk.backwards(id).await {
            Undone::Yes => match walk.forwards(id).await {
                Ok(()) => {
                    let after = walk.dump().await?;
                    if after == before {
                        outcomes.insert(index, Outcome::Equal);
                    } else {
                        doubtful.insert(index, Ok(after));
                    }
                }
                Err(error) => {
                    doubtful.insert(index, Err(format!("applied again: {error:#}")));
                    walk = rebuild(walk, &places, &plan[..=index]).await?;
                }
            },
            Undone::Irreversible => {
                ensure!(walk.dump().await? == before, "{id} cannot be undone, and still something ran");
                let outcome = match may_be_undone {
                    true => Outcome::Wrong("is said to be irreversible, and Django can undo it".into()),
                    false => Outcome::Irreversible,
                };
                outcomes.insert(index, outcome);
            }
            Undone::Failed(error) => {
                doubtful.insert(index, Err(format!("{error:#}")));
                if walk.dump().await? != before {
                    walk = rebuild(walk, &places, &plan[..=index]).await?;
                }
            }
        }
        if !may_be_undone && !matches!(outcomes.get(&index), Some(Outcome::Irreversible)) {
            doubtful.remove(&index);
            outcomes.insert(index, Outcome::Wrong("is undone, and Django says that it is irreversible".into()));
        }
    }
    // The same from the start, with a copy for Django wherever a doubt is left.
    if !doubtful.is_empty() {
        walk.close().await?;
        places.empty().await?;
        walk.open().await?;
        for (index, id) in plan.iter().enumerate() {
            walk.forwards(id).await.with_context(|| format!("apply {id}"))?;
            let Some(ours) = doubtful.remove(&index) else { continue };
            eprintln!("Django: {id}");
            walk.close().await?;
            places.copy().await?;
            let theirs = django.undo_and_apply(&places, id)?;
            let copy = places.dump_of_copy(&walk).await?;
            outcomes.insert(index, judge(ours, theirs, &copy));
            places.drop_copy().await?;
            walk.open().await?;
            if doubtful.is_empty() {
                break;
            }
        }
    }
    walk.close().await?;
    report(&plan, &outcomes)
}

/// Makes the database anew up to the end of `applied`.
async fn rebuild(mut walk: Walk, places: &Places, applied: &[MigrationId]) -> Result<Walk> {
    walk.close().await?;
    places.empty().await?;
    walk.open().await?;
    for id in applied {
        walk.forwards(id).await.with_context(|| format!("apply {id}"))?;
    }
    Ok(walk)
}

fn judge(ours: Result<Dump, String>, theirs: Result<(), String>, copy: &Dump) -> Outcome {
    match (ours, theirs) {
        (Ok(ours), Ok(())) if ours == *copy => Outcome::AsDjango,
        (Ok(ours), Ok(())) => {
            Outcome::Wrong(format!("leaves another database than Django:\n{}", copy.difference(&ours)))
        }
        (Err(_), Err(error)) => Outcome::FailsInDjangoToo(error),
        (Ok(_), Err(error)) => Outcome::FailsInDjangoToo(format!("only in Django: {error}")),
        (Err(error), Ok(())) => Outcome::Wrong(format!("fails, and not in Django: {error}")),
    }
}

fn report(plan: &[MigrationId], outcomes: &BTreeMap<usize, Outcome>) -> Result<()> {
    let (mut equal, mut as_django, mut irreversible, mut fails, mut wrong) = (0, 0, 0, 0, 0);
    for (index, id) in plan.iter().enumerate() {
        match outcomes.get(&index) {
            Some(Outcome::Equal) => equal += 1,
            Some(Outcome::AsDjango) => {
                as_django += 1;
                println!("{id}: not as it was, but as Django leaves it");
            }
            Some(Outcome::Irreversible) => irreversible += 1,
            Some(Outcome::FailsInDjangoToo(error)) => {
                fails += 1;
                println!("{id}: fails in Django: {error}");
            }
            Some(Outcome::Wrong(error)) => {
                wrong += 1;
                println!("{id}: WRONG: {error}");
            }
            None => {
                wrong += 1;
                println!("{id}: WRONG: nothing is known");
            }
        }
    }
    println!("| migrations | reversible | equal | as Django leaves it | irreversible | fails in Django | wrong |");
    println!("|--:|--:|--:|--:|--:|--:|--:|");
    let reversible = plan.len() - irreversible;
    println!("| {} | {reversible} | {equal} | {as_django} | {irreversible} | {fails} | {wrong} |", plan.len());
    ensure!(wrong == 0, "{wrong} migrations are not undone as they should be");
    Ok(())
}
