//! Runs one process and measures it.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

/// What one run of a process needed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Sample {
    /// From start to end.
    pub(super) seconds: f64,
    /// Its own processor time and that of its children, in user and system mode.
    pub(super) cpu_seconds: f64,
    /// The most memory that it had at once.
    pub(super) peak_kb: u64,
}

/// Runs the command to its end; its output is thrown away unless it fails.
pub(super) fn run(command: &mut Command) -> Result<Sample> {
    let talk = tempfile::tempfile()?;
    measure(command.stdout(talk.try_clone()?).stderr(talk.try_clone()?), talk, &[0])
}

/// Runs a command that ends with 1 when it has found something, and says some words when it is through: others end with 1 as well.
pub(super) fn run_finding(command: &mut Command, words: &str) -> Result<Sample> {
    let talk = tempfile::tempfile()?;
    let sample = measure(command.stdout(talk.try_clone()?).stderr(talk.try_clone()?), talk.try_clone()?, &[0, 1])?;
    let said = text(talk)?;
    ensure!(said.contains(words), "{} does not say {words:?}:\n{said}", shown(command));
    Ok(sample)
}

/// Runs the command and returns the last line of its output, too.
pub(super) fn run_for_line(command: &mut Command) -> Result<(Sample, String)> {
    let (data, talk) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let sample = measure(command.stdout(data.try_clone()?).stderr(talk.try_clone()?), talk, &[0])?;
    let data = text(data)?;
    Ok((sample, data.lines().last().unwrap_or_default().to_owned()))
}

fn measure(command: &mut Command, talk: File, codes: &[i32]) -> Result<Sample> {
    let (done, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    let before = children_ticks();
    let started = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).spawn().with_context(|| format!("start {}", command.get_program().display()))?;
    let status = format!("/proc/{}/status", child.id());
    let (result, seconds) = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(high_water(Path::new(&status)).unwrap_or(0), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(3));
            }
        });
        let result = child.wait();
        let seconds = started.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        (result, seconds)
    });
    let status = result?;
    if !status.code().is_some_and(|code| codes.contains(&code)) {
        bail!("{} ended with {status}:\n{}", shown(command), text(talk)?);
    }
    // The kernel counts in hundredths of a second.
    let cpu_seconds = children_ticks().saturating_sub(before) as f64 / 100.0;
    Ok(Sample { seconds, cpu_seconds, peak_kb: peak.into_inner() })
}

/// Reads the high-water mark of a process's memory, in kilobytes.
pub(crate) fn high_water(status: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Returns the processor time of this process so far; the kernel counts in hundredths of a second.
pub(crate) fn own_cpu_seconds() -> f64 {
    ticks(11) as f64 / 100.0
}

/// Returns the processor time of all ended children, in ticks (`cutime` and `cstime` of proc(5)).
fn children_ticks() -> u64 {
    ticks(13)
}

/// Adds up two fields of /proc/self/stat, counted from the first after the name.
fn ticks(first: usize) -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(first).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn text(mut file: File) -> Result<String> {
    use std::io::{Read, Seek};
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
