//! One round: many runners at once, killed at random moments, until everything is applied.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use limosa_db::Connection;
use limosa_sql::dialect::Dialect;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Args;
use super::place::{Database, Place};
use super::project::Project;
use super::proof::Proof;
use super::runner::{Ended, Runner};

/// What is stormed, and how.
pub(super) struct Storm<'a> {
    pub(super) place: &'a Place,
    pub(super) project: &'a Project,
    pub(super) limosa: &'a Path,
    pub(super) args: &'a Args,
    /// The longest time between two kills, in milliseconds.
    pub(super) pause: u64,
}

/// What became of a round.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many runners were killed.
    pub(super) kills: u64,
    /// How many were frozen for longer than the lease is good.
    pub(super) freezes: u64,
    /// How often the lease passed to another runner without having been let go.
    pub(super) takeovers: u64,
    /// How many operations that are to be done once were not done.
    pub(super) lost: u64,
    /// How many times too often such operations were done.
    pub(super) doubled: u64,
    /// In how many lines the database differs from that of a straight run.
    pub(super) differences: u64,
    /// Runners that were not killed and did not exit with 0, or with 4 after others had taken over from a frozen one.
    pub(super) failed: u64,
    pub(super) took: Duration,
}

/// The runners of a round.
struct Crowd<'a> {
    storm: &'a Storm<'a>,
    database: &'a Database<'a>,
    logs: TempDir,
    running: Vec<Runner>,
    started: usize,
    /// Those that ended by themselves.
    ended: Vec<Ended>,
    killed: Vec<Ended>,
    freezes: u64,
}

/// After how long a round is given up.
const LIMIT: Duration = Duration::from_secs(600);

/// How often it is looked who has ended.
const TICK: Duration = Duration::from_millis(5);

impl Storm<'_> {
    /// Runs a single runner to its end; what it leaves is what every round must leave. Returns how long it took, too.
    pub(super) fn straight(&self) -> Result<(Proof, Duration)> {
        let database = self.place.database(&format!("straight_{}", self.project.language.name()))?;
        let mut crowd = Crowd::new(self, &database)?;
        let began = Instant::now();
        crowd.start()?;
        crowd.storm(0, 0, &mut Rng::with_seed(0))?;
        let took = began.elapsed();
        let ended = crowd.ended.first().context("the runner does not end")?;
        ensure!(ended.code == Some(0), "a single runner fails:\n{}", ended.stderr);
        let proof = runtime()?.block_on(Proof::of(&database, self.project))?;
        ensure!((proof.lost(), proof.doubled()) == (0, 0), "the counters of a single runner are wrong: {proof:?}");
        Ok((proof, took))
    }

    /// Runs a round and looks at what it left.
    pub(super) fn round(&self, number: usize, seed: u64, straight: &Proof) -> Result<Outcome> {
        let database = self.place.database(&format!("storm_{}_{number}", self.project.language.name()))?;
        let mut crowd = Crowd::new(self, &database)?;
        let began = Instant::now();
        for _ in 0..self.args.runners {
            crowd.start()?;
        }
        crowd.storm(self.args.kills, self.args.freezes, &mut Rng::with_seed(seed))?;
        let took = began.elapsed();
        let proof = runtime()?.block_on(Proof::of(&database, self.project))?;
        let differences = straight.differences(&proof);
        let unfinished = crowd.give_up()?;
        let outcome = Outcome {
            kills: crowd.killed.len() as u64 - unfinished,
            freezes: crowd.freezes,
            takeovers: proof.token.saturating_sub(crowd.releases()),
            lost: proof.lost(),
            doubled: proof.doubled(),
            differences: differences.len() as u64,
            failed: unfinished + crowd.ended.iter().filter(|ended| !ended.is_good()).count() as u64,
            took,
        };
        if !outcome.is_good() {
            self.complain(number, seed, &crowd, &differences)?;
        }
        Ok(outcome)
    }

    /// Says what went wrong, and keeps what the runners said if that was asked for.
    fn complain(&self, number: usize, seed: u64, crowd: &Crowd<'_>, differences: &[String]) -> Result<()> {
        eprintln!("storm: {} round {number} (seed {seed}) went wrong", self.place.title());
        for line in differences.iter().take(20) {
            eprintln!("  {line}");
        }
        let mut said: BTreeMap<(Option<i32>, &str), usize> = BTreeMap::new();
        for ended in crowd.ended.iter().filter(|ended| !ended.is_good()) {
            *said.entry((ended.code, ended.stderr.trim_end())).or_default() += 1;
        }
        for ((code, stderr), runners) in said.iter().take(3) {
            eprintln!("  {runners} runners ended with {code:?}:\n{stderr}");
        }
        if let Some(folder) = &self.args.logs {
            let folder = folder.join(format!("{}-{}-{seed}", self.place.name(), self.project.language.name()));
            fs_err::create_dir_all(&folder)?;
            for entry in fs_err::read_dir(crowd.logs.path())? {
                let entry = entry?;
                fs_err::copy(entry.path(), folder.join(entry.file_name()))?;
            }
            eprintln!("  what they said is in {}", folder.display());
        }
        Ok(())
    }
}

impl<'a> Crowd<'a> {
    fn new(storm: &'a Storm<'a>, database: &'a Database<'a>) -> Result<Self> {
        let logs = tempfile::Builder::new().prefix("limosa-storm-logs-").tempdir()?;
        let (running, ended, killed) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { storm, database, logs, running, started: 0, ended, killed, freezes: 0 })
    }

    /// Starts one more runner.
    fn start(&mut self) -> Result<()> {
        let mut command = Command::new(self.storm.limosa);
        command.args(["migrate", "--format", "json"]);
        self.storm.project.environment(&mut command);
        self.database.environment(self.started, &mut command)?;
        command.env("LIMOSA_LEASE_MILLISECONDS", self.storm.args.lease.to_string());
        let log = self.logs.path().join(format!("{:03}", self.started));
        self.running.push(Runner::start(&mut command, &log)?);
        self.started += 1;
        Ok(())
    }

    /// Kills and freezes so many runners at random moments while there is work, then waits until all have ended.
    fn storm(&mut self, mut kills: usize, mut freezes: usize, rng: &mut Rng) -> Result<()> {
        let runtime = runtime()?;
        let connection = match self.storm.place.dialect() {
            Dialect::Sqlite => None,
            _ => Some(runtime.block_on(self.database.connect())?),
        };
        let began = Instant::now();
        let mut next = began + self.pause(rng);
        while !self.running.is_empty() && began.elapsed() < LIMIT {
            self.collect()?;
            // Who exits with 0 has seen that all is applied.
            let is_done = self.ended.iter().any(|ended| ended.code == Some(0));
            if kills + freezes > 0 && Instant::now() >= next && !is_done {
                let worker = runtime.block_on(self.database.holder(connection.as_ref()))?;
                if let Some(victim) = self.victim(worker, rng) {
                    if rng.usize(..kills + freezes) < kills {
                        self.kill(victim)?;
                        kills -= 1;
                    } else {
                        self.freeze(victim);
                        freezes -= 1;
                    }
                }
                next = Instant::now() + self.pause(rng);
            }
            thread::sleep(TICK);
        }
        if let Some(connection) = connection {
            runtime.block_on(Connection::close(connection));
        }
        Ok(())
    }

    /// Returns the one that works, most of the time, or any one.
    fn victim(&self, worker: Option<u32>, rng: &mut Rng) -> Option<usize> {
        match rng.u8(..4) {
            0 if !self.running.is_empty() => Some(rng.usize(..self.running.len())),
            _ => self.running.iter().position(|runner| Some(runner.id()) == worker && !runner.is_frozen()),
        }
    }

    /// Kills a runner and starts another one in its place.
    fn kill(&mut self, victim: usize) -> Result<()> {
        let ended = self.running.swap_remove(victim).kill()?;
        match ended.code {
            None => self.killed.push(ended),
            Some(_) => self.ended.push(ended),
        }
        self.start()
    }

    /// Freezes a runner for longer than the lease is good.
    fn freeze(&mut self, victim: usize) {
        let until = Instant::now() + Duration::from_millis(self.storm.args.lease * 3 / 2);
        self.freezes += u64::from(self.running[victim].freeze(until));
    }

    /// Notes who has ended.
    fn collect(&mut self) -> Result<()> {
        let mut running = Vec::with_capacity(self.running.len());
        for mut runner in self.running.drain(..) {
            runner.thaw();
            match runner.ended()? {
                Some(ended) => self.ended.push(ended),
                None => running.push(runner),
            }
        }
        self.running = running;
        Ok(())
    }

    /// Kills those that do not end; returns how many.
    fn give_up(&mut self) -> Result<u64> {
        let left = self.running.len() as u64;
        for runner in self.running.drain(..) {
            self.killed.push(runner.kill()?);
        }
        Ok(left)
    }

    /// Returns how often the lease was let go: by all that ended, and by those that were killed after their work.
    fn releases(&self) -> u64 {
        let ended = self.ended.iter().filter(|ended| !ended.was_taken_over());
        let finished = self.killed.iter().filter(|killed| killed.had_finished()).count() as u64;
        ended.map(|ended| 1 + ended.went_on()).sum::<u64>() + finished
    }

    fn pause(&self, rng: &mut Rng) -> Duration {
        Duration::from_millis(rng.u64(10..=self.storm.pause.max(10)))
    }
}

impl Outcome {
    /// Returns whether everything was applied exactly once, without help.
    pub(super) fn is_good(&self) -> bool {
        (self.lost, self.doubled, self.differences, self.failed) == (0, 0, 0, 0)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} kills, {} freezes, {} takeovers, {} lost, {} doubled, {} differences, {} failed, {:.1} s",
            self.kills,
            self.freezes,
            self.takeovers,
            self.lost,
            self.doubled,
            self.differences,
            self.failed,
            self.took.as_secs_f64()
        )
    }
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
