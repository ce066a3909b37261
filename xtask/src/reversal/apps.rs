//! Whole apps: `migrate`, then `migrate APP zero` for every app, the last one of the plan first, then `migrate` again.
//!
//! After each the database must hold what Django's holds. An app that cannot be unapplied must say so before anything runs; it stays.

use anyhow::{Result, bail, ensure};
use limosa_plan::planner::Target;

use super::django::Django;
use super::walk::{Undone, Walk};

/// Goes through all apps and prints a table.
pub(super) async fn compare(ours: &mut Walk, theirs: &mut Django) -> Result<()> {
    ours.start_empty().await?;
    theirs.start_empty().await?;
    let mut apps = Vec::new();
    for id in ours.plan().await? {
        if !apps.contains(&id.app) {
            apps.push(id.app);
        }
    }
    let (mut unapplied, mut irreversible, mut wrong) = (0, 0, 0);
    migrate(ours, theirs, &Target::All).await?;
    let full = ours.dump().await?;
    for app in apps.iter().rev() {
        let before = ours.dump().await?;
        let (undone, theirs_undone) = (ours.migrate(&Target::Zero(app.clone())).await, theirs.migrate(&[app, "zero"])?);
        let (after, theirs_after) = (ours.dump().await?, theirs.dump().await?);
        let told = match (undone, theirs_undone) {
            (Undone::Yes, Undone::Yes) if after == theirs_after => {
                unapplied += 1;
                "unapplied".to_owned()
            }
            (Undone::Irreversible, Undone::Irreversible) if after == before && after == theirs_after => {
                irreversible += 1;
                "irreversible, and refused".to_owned()
            }
            (undone, theirs_undone) => {
                wrong += 1;
                let difference = theirs_after.difference(&after);
                format!("WRONG: {undone}, with Django {theirs_undone}:\n{difference}")
            }
        };
        eprintln!("{app} zero: {told}");
        println!("{app}: {told}");
    }
    migrate(ours, theirs, &Target::All).await?;
    let (again, theirs_again) = (ours.dump().await?, theirs.dump().await?);
    let as_before = again == full;
    if again != theirs_again {
        wrong += 1;
        println!("WRONG: all applied again, it differs from Django:\n{}", theirs_again.difference(&again));
    } else if !as_before {
        println!("applied again, not as it was, but as Django leaves it:\n{}", full.difference(&again));
    }
    println!("| apps | unapplied | irreversible | wrong | applied again as it was |");
    println!("|--:|--:|--:|--:|:-:|");
    let as_before = if as_before { "yes" } else { "no" };
    println!("| {} | {unapplied} | {irreversible} | {wrong} | {as_before} |", apps.len());
    ensure!(wrong == 0, "{wrong} apps are not unapplied as they should be");
    Ok(())
}

async fn migrate(ours: &mut Walk, theirs: &mut Django, target: &Target) -> Result<()> {
    match (ours.migrate(target).await, theirs.migrate(&[])?) {
        (Undone::Yes, Undone::Yes) => Ok(()),
        (ours, theirs) => bail!("migrate: {ours}, with Django {theirs}"),
    }
}
