//! Every migration, from empty, in the order of the plan: applied, undone, applied again.
//!
//! After each of the three the database must hold what Django's holds. A migration that cannot be undone must say so before anything
//! runs, and must be one that Django cannot undo either.

use anyhow::{Context, Result, ensure};
use limosa::MigrationId;

use super::django::Django;
use super::walk::{Undone, Walk};
use crate::dump::Dump;

/// What became of a migration on one side.
enum Side {
    /// It was undone and applied again.
    Again {
        /// What the database held in between.
        undone: Dump,
        /// What it holds now.
        again: Dump,
    },
    /// It cannot be undone; nothing ran.
    Irreversible,
    /// Something failed.
    Failed(String),
}

/// What became of a migration on both.
#[derive(Clone, Debug)]
enum Outcome {
    /// The database is as it was.
    Equal,
    /// The database is not as it was, but as Django leaves it.
    AsDjango(String),
    /// It cannot be undone, and Django says the same.
    Irreversible,
    /// It fails, and Django fails too.
    FailsInDjangoToo(String),
    /// Only Django fails.
    FailsInDjangoOnly(String),
    /// Something is wrong.
    Wrong(String),
}

/// Goes through all migrations, or `only` some, and prints a table.
pub(super) async fn compare(ours: &mut Walk, theirs: &mut Django, only: &[String]) -> Result<()> {
    ours.start_empty().await?;
    theirs.start_empty().await?;
    let plan = ours.plan().await?;
    let mut outcomes = Vec::new();
    for (index, id) in plan.iter().enumerate() {
        ours.apply(id).await.with_context(|| format!("apply {id}"))?;
        theirs.apply(id)?.map_err(anyhow::Error::msg).with_context(|| format!("apply {id} with Django"))?;
        if !only.is_empty() && !only.contains(&id.to_string()) {
            continue;
        }
        let (before, theirs_before) = (ours.dump().await?, theirs.dump().await?);
        let side = ours_again(ours, id, &before).await?;
        let theirs_side = theirs_again(theirs, id, &theirs_before).await?;
        let failed = matches!(side, Side::Failed(_)) || matches!(theirs_side, Side::Failed(_));
        if failed && (ours.dump().await? != before || theirs.dump().await? != theirs_before) {
            rebuild(ours, theirs, &plan[..=index]).await?;
        }
        let outcome = judge((&before, side), (&theirs_before, theirs_side));
        eprintln!("{}/{} {id}: {outcome:?}", index + 1, plan.len());
        outcomes.push((id, outcome));
        if outcomes.len() == only.len() {
            break;
        }
    }
    report(&outcomes)
}

/// Makes both databases anew up to the end of `applied`.
async fn rebuild(ours: &mut Walk, theirs: &mut Django, applied: &[MigrationId]) -> Result<()> {
    ours.start_empty().await?;
    theirs.start_empty().await?;
    for id in applied {
        ours.apply(id).await.with_context(|| format!("apply {id}"))?;
        theirs.apply(id)?.map_err(anyhow::Error::msg).with_context(|| format!("apply {id} with Django"))?;
    }
    Ok(())
}

async fn ours_again(ours: &mut Walk, id: &MigrationId, before: &Dump) -> Result<Side> {
    Ok(Side::Failed(match ours.undo(id).await {
        Undone::Yes => {
            let undone = ours.dump().await?;
            match ours.apply(id).await {
                Ok(()) => return Ok(Side::Again { undone, again: ours.dump().await? }),
                Err(error) => format!("applied again: {error:#}"),
            }
        }
        Undone::Irreversible => {
            ensure!(ours.dump().await? == *before, "{id} cannot be undone, and still something ran");
            return Ok(Side::Irreversible);
        }
        Undone::Failed(error) => format!("undone: {error:#}"),
    }))
}

async fn theirs_again(theirs: &mut Django, id: &MigrationId, before: &Dump) -> Result<Side> {
    let mut undone = theirs.undo(id)?;
    if matches!(undone, Undone::Failed(_)) && theirs.dump().await? == *before {
        theirs.restart().await?;
        undone = theirs.undo(id)?;
    }
    Ok(Side::Failed(match undone {
        Undone::Yes => {
            let undone = theirs.dump().await?;
            match theirs.apply(id)? {
                Ok(()) => return Ok(Side::Again { undone, again: theirs.dump().await? }),
                Err(error) => format!("applied again: {error}"),
            }
        }
        Undone::Irreversible if theirs.dump().await? == *before => return Ok(Side::Irreversible),
        Undone::Irreversible => "it cannot be undone, and something ran".to_owned(),
        Undone::Failed(error) => format!("undone: {error:#}"),
    }))
}

fn judge((before, ours): (&Dump, Side), (theirs_before, theirs): (&Dump, Side)) -> Outcome {
    match (ours, theirs) {
        (Side::Again { undone, again }, Side::Again { undone: theirs_undone, again: theirs_again }) => {
            let stages = [("applied", before, theirs_before), ("undone", &undone, &theirs_undone)];
            let stages = stages.into_iter().chain([("applied again", &again, &theirs_again)]);
            for (stage, ours, theirs) in stages {
                if ours != theirs {
                    return Outcome::Wrong(format!("{stage}, it differs from Django:\n{}", theirs.difference(ours)));
                }
            }
            match again == *before {
                true => Outcome::Equal,
                false => Outcome::AsDjango(before.difference(&again)),
            }
        }
        (Side::Irreversible, Side::Irreversible) => Outcome::Irreversible,
        (Side::Irreversible, Side::Failed(error)) => Outcome::FailsInDjangoToo(format!("{error} (here it is refused)")),
        (Side::Irreversible, Side::Again { .. }) => {
            Outcome::Wrong("it is said to be irreversible, and Django undoes it".into())
        }
        (_, Side::Irreversible) => Outcome::Wrong("Django says that it is irreversible".into()),
        (Side::Failed(_), Side::Failed(error)) => Outcome::FailsInDjangoToo(error),
        (Side::Failed(error), Side::Again { .. }) => Outcome::Wrong(format!("it fails, and not in Django: {error}")),
        (Side::Again { .. }, Side::Failed(error)) => Outcome::FailsInDjangoOnly(error),
    }
}

fn report(outcomes: &[(&MigrationId, Outcome)]) -> Result<()> {
    let (mut equal, mut as_django, mut irreversible, mut fails, mut wrong) = (0, 0, 0, 0, 0);
    for (id, outcome) in outcomes {
        let told = match outcome {
            Outcome::Equal => {
                equal += 1;
                continue;
            }
            Outcome::AsDjango(difference) => {
                as_django += 1;
                format!("not as it was, but as Django leaves it:\n{difference}")
            }
            Outcome::Irreversible => {
                irreversible += 1;
                "irreversible, and refused".to_owned()
            }
            Outcome::FailsInDjangoToo(error) => {
                fails += 1;
                format!("fails in Django too: {error}")
            }
            Outcome::FailsInDjangoOnly(error) => {
                fails += 1;
                format!("fails in Django only: {error}")
            }
            Outcome::Wrong(error) => {
                wrong += 1;
                format!("WRONG: {error}")
            }
        };
        println!("{id}: {told}");
    }
    println!("| migrations | equal | as Django leaves it | irreversible | fails in Django | wrong |");
    println!("|--:|--:|--:|--:|--:|--:|");
    println!("| {} | {equal} | {as_django} | {irreversible} | {fails} | {wrong} |", outcomes.len());
    ensure!(wrong == 0, "{wrong} migrations are not undone as they should be");
    Ok(())
}
