//! What reading the largest package costs: cold and warm, and the memory at its peak.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::list::{List, Package};
use super::reading::{self, Outcome, PackageReading};
use super::site::Site;
use crate::bench::process;

/// How often a process reads the package again once it is warm.
const WARM: usize = 5;

/// Measures the package with the most migrations, in a process of its own.
pub(super) fn run(list: &List, sites: &[Site], cache: &Path) -> Result<()> {
    let counted = list.packages.iter().zip(sites).map(|(package, site)| Ok((count(site)?, package)));
    let counted = counted.collect::<Result<Vec<_>>>()?;
    let (files, package) = counted.into_iter().max_by_key(|(files, _)| *files).context("the list is empty")?;
    let mut measured = Command::new(std::env::current_exe()?);
    measured.args(["corpus", "--offline", "--measure", "--package", &package.name, "--cache"]).arg(cache);
    let output = measured.output()?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    println!("{} {}: {files} files with migrations", package.name, package.version);
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// Reads one package several times in this process, on one thread, and prints what that needed.
pub(super) fn measure(package: &Package, site: &Site) -> Result<()> {
    let (cold, reading) = timed(package, site)?;
    let warm = (0..WARM).map(|_| Ok(timed(package, site)?.0)).collect::<Result<Vec<Duration>>>()?;
    let best = warm.iter().min().copied().unwrap_or_default();
    println!(
        "{}",
        json!({
            "files": reading.files.len(),
            "static": reading.count(Outcome::Static),
            "first_seconds": cold.as_secs_f64(),
            "again_seconds": best.as_secs_f64(),
            "peak_kb": process::high_water(Path::new("/proc/self/status")),
        })
    );
    Ok(())
}

/// Reads settings, apps and all migrations.
fn timed(package: &Package, site: &Site) -> Result<(Duration, PackageReading)> {
    let start = Instant::now();
    let reading = reading::read(package, site)?;
    Ok((start.elapsed(), reading))
}

fn count(site: &Site) -> Result<usize> {
    let mut files = 0;
    for app in &site.apps {
        files += fs_err::read_dir(&app.migrations)?.count();
    }
    Ok(files)
}
