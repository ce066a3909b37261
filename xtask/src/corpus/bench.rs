//! What reading the largest package costs: cold and warm, and the memory at its peak.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::list::{List, Package};
use super::page;
use super::reading::{self, PackageReading};
use super::site::Site;
use crate::bench::process;

/// How often a process reads the package again.
const AGAIN: usize = 5;

/// Measures the package with the most migrations, in a process of its own.
pub(super) fn run(list: &List, sites: &[Site], cache: &Path, write: bool) -> Result<()> {
    let counted = list.packages.iter().zip(sites).map(|(package, site)| Ok((reading::count(site)?, package)));
    let counted = counted.collect::<Result<Vec<_>>>()?;
    let (_, package) = counted.into_iter().max_by_key(|(files, _)| *files).context("the list is empty")?;
    let mut measured = Command::new(std::env::current_exe()?);
    measured.args(["corpus", "--offline", "--measure", "--package", &package.name, "--cache"]).arg(cache);
    let output = measured.output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let Measured { files, operations, first, again, peak_kb } = serde_json::from_slice(&output.stdout)?;
    let table = format!(
        "| package | files | operations | first | again | most memory |\n|---|--:|--:|--:|--:|--:|\n\
         | {} {} | {files} | {operations} | {first:.2} s | {again:.2} s | {} MB |\n",
        package.name,
        package.version,
        peak_kb.div_ceil(1024),
    );
    print!("{table}");
    if write {
        page::write(page::Section::Bench, &table)?;
    }
    Ok(())
}

/// What reading a package needed.
#[derive(Debug, Deserialize, Serialize)]
struct Measured {
    files: usize,
    operations: usize,
    /// Processor time of the first reading, in seconds.
    first: f64,
    /// That of the quickest of the next ones; nothing is kept between them but what the system keeps of the files.
    again: f64,
    peak_kb: u64,
}

/// Reads one package several times in this process, on one thread, and prints what that needed.
pub(super) fn measure(package: &Package, site: &Site) -> Result<()> {
    let (first, reading) = timed(package, site)?;
    let more = (0..AGAIN).map(|_| Ok(timed(package, site)?.0)).collect::<Result<Vec<f64>>>()?;
    let measured = Measured {
        files: reading.files.len(),
        operations: reading.operations,
        first,
        again: more.into_iter().fold(f64::INFINITY, f64::min),
        peak_kb: process::high_water(Path::new("/proc/self/status")).context("read /proc/self/status")?,
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

/// Reads settings, apps and all migrations.
fn timed(package: &Package, site: &Site) -> Result<(f64, PackageReading)> {
    let start = process::own_cpu_seconds();
    let reading = reading::read(package, site)?;
    Ok((process::own_cpu_seconds() - start, reading))
}
