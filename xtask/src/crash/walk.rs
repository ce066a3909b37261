//! Goes through the migrations of a project from an empty database on, and crashes each.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail, ensure};
use indexmap::IndexMap;
use serde_json::Value;

use super::case::{Outcome, Point, Runner, Straight};
use super::database::{Database, Server};
use super::selection::Selection;

/// What is found on the way.
#[derive(Debug)]
pub(super) struct Crash {
    /// The migration, with `-` before it when it is undone.
    pub(super) step: String,
    pub(super) point: Point,
    pub(super) outcome: Outcome,
}

/// What came of a whole walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// How many migrations were crashed, forwards or backwards.
    pub(super) migrations: usize,
    pub(super) crashes: Vec<Crash>,
}

/// Goes through a project on a server.
pub(super) async fn walk(runner: &Runner<'_>, server: &Server, selection: &Selection, jobs: usize) -> Result<Walked> {
    let (mut base, mut next) = (server.database("crash_a"), server.database("crash_b"));
    let names: Vec<String> = (0..jobs).map(|number| format!("crash_w{number}")).collect();
    let workers: Vec<Database<'_>> = names.iter().map(|name| server.database(name)).collect();
    base.empty()?;
    let plan = plan(runner, base)?;
    let last = plan.iter().rposition(|(app, name)| selection.has_migration(&format!("{app}.{name}")));
    let mut walked = Walked::default();
    for (index, (app, name)) in plan.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
        let step = format!("{app}.{name}");
        let words = words(&["migrate", "--no-input", app, name]);
        let is_wanted = selection.has_migration(&step);
        if is_wanted && selection.forwards {
            let crashes = crash(runner, base, next, &workers, &step, &words, selection).await?;
            let Some(crashes) = crashes else { bail!("{step} cannot be applied") };
            walked.crashes.extend(crashes);
            std::mem::swap(&mut base, &mut next);
        } else {
            let said = runner.run(base, &words, &[])?;
            ensure!(said.status.success(), "{step} cannot be applied: {}", said.text);
        }
        walked.migrations += usize::from(is_wanted);
        if is_wanted && selection.backwards {
            let before = plan[..index].iter().rev().find(|(other, _)| other == app);
            let target = before.map_or("zero", |(_, name)| name.as_str());
            let words = self::words(&["migrate", "--no-input", app, target]);
            // What cannot be undone is refused before anything runs.
            let crashes = crash(runner, base, next, &workers, &format!("-{step}"), &words, selection).await?;
            walked.crashes.extend(crashes.unwrap_or_default());
        }
    }
    Ok(walked)
}

/// Crashes one command everywhere; `next` becomes what the command makes of `base`.
///
/// Nothing is returned for a command that is refused as wrong.
async fn crash(
    runner: &Runner<'_>,
    base: Database<'_>,
    next: Database<'_>,
    workers: &[Database<'_>],
    step: &str,
    words: &[String],
    selection: &Selection,
) -> Result<Option<Vec<Crash>>> {
    let before = base.snapshot()?;
    next.copy_of(&before)?;
    let reached = match runner.reach(next, words)? {
        Ok(reached) => reached,
        Err(said) if said.status.code() == Some(2) => return Ok(None),
        Err(said) => bail!("{step}: a straight run failed ({}): {}", said.status, said.text),
    };
    let after = runner.look(next).await?;
    let worker = *workers.first().context("no worker")?;
    worker.copy_of(&before)?;
    let second = runner.run(worker, words, &[])?;
    ensure!(second.status.success(), "{step}: a second straight run failed ({}): {}", second.status, second.text);
    let chance = after.chance(&runner.look(worker).await?);
    let straight = Straight { before: &before, words, after, chance };
    let points = points(&reached, step, selection);
    let (queue, crashes) = (Mutex::new(VecDeque::from(points)), Mutex::new(Vec::new()));
    let work = |worker: Database<'_>| -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        while let Some((number, point)) = pop(&queue) {
            let outcome = runtime.block_on(runner.crash(worker, &straight, &point));
            let outcome = outcome.with_context(|| format!("{step} at {point}"))?;
            push(&crashes, (number, Crash { step: step.to_owned(), point, outcome }));
        }
        Ok(())
    };
    // Most of the time is spent in other processes.
    std::thread::scope(|scope| {
        let threads: Vec<_> = workers.iter().map(|worker| scope.spawn(|| work(*worker))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a worker failed"))?)
    })?;
    let mut crashes = crashes.into_inner().unwrap_or_else(PoisonError::into_inner);
    crashes.sort_by_key(|(number, _)| *number);
    let crashes: Vec<Crash> = crashes.into_iter().map(|(_, crash)| crash).collect();
    let wrong: Vec<&Crash> = crashes.iter().filter(|crash| crash.outcome != Outcome::Equal).collect();
    eprintln!("{step}: {} crashes, {} wrong", crashes.len(), wrong.len());
    wrong.iter().for_each(|crash| eprintln!("  {}: {}", crash.point, crash.outcome));
    Ok(Some(crashes))
}

/// Returns where a run is killed that reaches these places, numbered in the order in which it comes to them first.
fn points(reached: &[String], step: &str, selection: &Selection) -> Vec<(usize, Point)> {
    let mut times: IndexMap<&str, usize> = IndexMap::new();
    for name in reached {
        *times.entry(name).or_default() += 1;
    }
    let point = |name: &str, time| Point { failpoint: name.to_owned(), time };
    let points = times
        .into_iter()
        .flat_map(|(name, count)| spread(count, selection.times).into_iter().map(move |time| point(name, time)));
    points.filter(|point| selection.has_point(step, point)).enumerate().collect()
}

/// Returns so many of the numbers from 1 to `count`, the first and the last among them.
fn spread(count: usize, most: usize) -> BTreeSet<usize> {
    if count <= most.max(1) {
        return (1..=count).collect();
    }
    let most = most.max(2);
    (0..most).map(|index| 1 + index * (count - 1) / (most - 1)).collect()
}

/// Returns all migrations in the order in which they run.
fn plan(runner: &Runner<'_>, database: Database<'_>) -> Result<Vec<(String, String)>> {
    let said = runner.run(database, &words(&["migrate", "--plan", "--format", "json"]), &[])?;
    ensure!(said.status.success(), "no plan: {}", said.text);
    let json = said.text.lines().find(|line| line.starts_with('{')).context("no plan")?;
    let plan: Value = serde_json::from_str(json)?;
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a migration without a name");
    let migrations = plan["migrations"].as_array().context("no migrations")?;
    migrations.iter().map(|migration| Ok((text(&migration["app"])?, text(&migration["name"])?))).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn pop<T>(queue: &Mutex<VecDeque<T>>) -> Option<T> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

fn push<T>(list: &Mutex<Vec<T>>, item: T) {
    list.lock().unwrap_or_else(PoisonError::into_inner).push(item);
}
