//! `cargo xtask corpus`: how much of the migrations of real packages Limosa understands without Python.
//!
//! The packages are downloaded from PyPI as `xtask/corpus/packages.toml` names them; none of their code is kept here.

mod bench;
mod columns;
mod download;
mod encode;
mod list;
mod page;
mod patterns;
mod reading;
mod site;
mod table;
mod truth;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use download::Cache;
use list::List;
use reading::PackageReading;
use site::Site;

/// Reads the migrations of packages from PyPI and tells how much of them is understood without Python.
///
/// Each file is static (everything that decides about the schema and the order is known from source), bridged (only the
/// project's Python can tell) or reported (no migration can be made of it). The settings are Django's defaults and what
/// xtask/corpus/packages.toml says; the database is SQLite. Packages see each other and the listed libraries as if they were
/// installed together. Downloads are kept in target/corpus.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Reads only this package; repeatable.
    #[arg(long, value_name = "NAME")]
    package: Vec<String>,
    /// Prints all numbers, and each file that is not static, as JSON.
    #[arg(long)]
    json: bool,
    /// Downloads nothing: what is not in the cache is an error.
    #[arg(long)]
    offline: bool,
    /// The folder in which downloads and environments are kept.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Writes the result to its section of docs/corpus.md as well.
    #[arg(long, conflicts_with_all = ["package", "group", "json"])]
    write: bool,
    /// Lists each file that is not static, with its place and reason.
    #[arg(long)]
    files: bool,
    /// Compares with what Django holds after importing the migrations, for the packages that have a group.
    #[arg(long)]
    truth: bool,
    /// Measures reading the package with the most migrations, first and again, and the memory at its peak; build with --release.
    #[arg(long)]
    bench: bool,
    /// Measures one package in this process; `--bench` starts it.
    #[arg(long, hide = true)]
    measure: bool,
    /// Compares only this group; repeatable.
    #[arg(long, value_name = "NAME", requires = "truth")]
    group: Vec<String>,
    /// The Python that downloads and unpacks; 3.12 also for the truth.
    #[arg(long, value_name = "PATH", default_value = "python3", env = "LIMOSA_CORPUS_PYTHON")]
    python: PathBuf,
}

/// Reads the corpus and prints the table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let list = List::read()?;
    let cache = Cache::new(args.cache.clone(), &args.python, args.offline)?;
    let sites = site::lay_out(&list, &cache)?;
    let chosen = |name: &str| args.package.is_empty() || args.package.iter().any(|other| other == name);
    let unknown = args.package.iter().find(|name| !list.packages.iter().any(|package| package.name == **name));
    ensure!(unknown.is_none(), "{} is not in xtask/corpus/packages.toml", unknown.context("no package")?);
    if args.measure {
        let mut chosen = list.packages.iter().zip(&sites).filter(|(package, _)| chosen(&package.name));
        let (package, site) = chosen.next().context("name a package")?;
        return bench::measure(package, site);
    }
    if args.bench {
        return bench::run(&list, &sites, &cache.folder, args.write);
    }
    if args.truth {
        return compare(args, &list, &sites, &cache);
    }
    let mut readings: Vec<PackageReading> = Vec::new();
    for (package, site) in list.packages.iter().zip(&sites).filter(|(package, _)| chosen(&package.name)) {
        readings.push(reading::read(package, site).with_context(|| format!("read {}", package.name))?);
    }
    if args.json {
        println!("{}", table::json(&readings)?);
    } else {
        print!("{}", table::markdown(&readings, args.files));
    }
    if args.write {
        page::write(page::Section::Reading, &table::markdown(&readings, false))?;
    }
    let panicked: usize = readings.iter().map(PackageReading::panicked).sum();
    ensure!(panicked == 0, "{panicked} files made the reader panic");
    Ok(())
}

/// Compares the packages that are installed for the truth, and prints what was misread.
fn compare(args: &Args, list: &List, sites: &[Site], cache: &Cache) -> Result<()> {
    let mut misread = 0;
    let mut table = "| group | files | operations | compared | plain values | columns | left open | misread |\n\
                     |---|--:|--:|--:|--:|--:|--:|--:|"
        .to_owned();
    println!("{table}");
    let mut details = Vec::new();
    for group in list.groups.iter().filter(|group| args.group.is_empty() || args.group.contains(&group.name)) {
        let comparison = truth::compare(group, list, sites, cache)?;
        let truth::Comparison { files, operations, compared, values, columns, unknown, .. } = &comparison;
        let wrong = comparison.misread.len();
        let line = format!(
            "| {} | {files} | {operations} | {compared} | {values} | {columns} | {unknown} | {wrong} |",
            group.name
        );
        println!("{line}");
        table += &format!("\n{line}");
        misread += wrong;
        for (migration, place, read, actual) in &comparison.misread {
            details.push(format!("misread: {migration} {place}: read {read}, but it is {actual}"));
        }
        details.extend(comparison.not_imported.iter().map(|text| format!("not imported: {text}")));
        details.extend(comparison.not_built.iter().map(|text| format!("not built: {text}")));
    }
    for line in details {
        println!("{line}");
    }
    if args.write {
        page::write(page::Section::Truth, &table)?;
    }
    ensure!(misread == 0, "{misread} values were misread");
    Ok(())
}
