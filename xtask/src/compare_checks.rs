//! `cargo xtask compare-checks`: what our checks, squawk and django-migration-linter find in the same migrations.
//!
//! The migrations are those of `xtask/checks/cases.toml`, and the statements of the tests of squawk's rules, which are read from its crate.

mod case;
mod examples;
mod limosa;
mod linter;
mod page;
pub(crate) mod rules;
mod squawk;
mod verdict;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use limosa_check::Finding;
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;
use serde_json::json;

use crate::servers::{Mariadb, Postgres};
use case::{Body, Case, Database};
use linter::Answer;
use squawk::{Squawk, Text};
use verdict::{Judge, Verdict};

/// Compares what our checks, squawk and django-migration-linter find in the same migrations.
///
/// Fails when our checks miss something dangerous or report something harmless that xtask/checks/differences.toml does not explain. Squawk and
/// the linter come from PyPI, squawk's examples from its crate; the linter needs PostgreSQL and MariaDB servers, which are started.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Asks our checks alone.
    #[arg(long)]
    ours: bool,
    /// Leaves squawk's examples out, which are downloaded.
    #[arg(long)]
    offline: bool,
    /// Writes the result to docs/checks-compared.md.
    #[arg(long, conflicts_with_all = ["ours", "offline"])]
    write: bool,
    /// Prints what each tool says of each case.
    #[arg(long)]
    cases: bool,
    /// The folder in which downloads and environments are kept.
    #[arg(long, value_name = "DIR", env = "LIMOSA_TEST_DIR")]
    cache: Option<PathBuf>,
    /// A Python with Django and the drivers of PostgreSQL and MariaDB.
    #[arg(long, value_name = "PATH", default_value = "python3", env = "LIMOSA_TEST_DJANGO")]
    python: PathBuf,
}

/// A case with what the tools say of it.
struct Asked {
    case: Case,
    /// Whether it is an example of a rule that has to be asked for.
    opt_in: bool,
    ours: Vec<Finding>,
    squawk: Option<Vec<String>>,
    linter: Option<Answer>,
    limosa_verdict: Verdict,
    squawk_verdict: Verdict,
    linter_verdict: Verdict,
}

impl Asked {
    /// Returns what squawk says, each rule once, without those that are asked for with us where nobody asked.
    fn heard(&self, judge: &Judge<'_>) -> String {
        let rules = self.squawk.iter().flatten().filter(|name| judge.is_loud(name, &self.case));
        let names: BTreeSet<&str> = rules.map(String::as_str).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// Asks the tools and prints the table.
pub(crate) fn run(args: &Args) -> Result<()> {
    let tools = rules::read()?;
    let tool = |key: &str| tools.iter().find(|tool| tool.key == key).with_context(|| format!("no rules of {key}"));
    let judge = Judge::new(tool("squawk")?, tool("linter")?)?;
    let cache = args.cache.clone().unwrap_or_else(|| crate::workspace().join("target/test"));
    let mut cases = case::read()?;
    let mut unread = Vec::new();
    if !args.offline {
        let (examples, left) = examples::read(judge.squawk, &cache)?;
        cases.extend(examples);
        unread = left;
    }
    let mut asked: Vec<Asked> = cases.into_iter().map(|case| ask(&judge, case)).collect::<Result<_>>()?;
    if !args.ours && !args.offline {
        let requirement = |package: &str, tool: &rules::Tool| format!("{package}=={}", tool.version);
        let requirements =
            [requirement("squawk-cli", judge.squawk), requirement("django-migration-linter", judge.linter)];
        let packages = linter::install(&args.python, &requirements, &cache)?;
        let squawk = Squawk { program: packages.join("bin/squawk"), rules: judge.squawk };
        asked.extend(alone(&judge, &squawk, &asked)?);
        ask_linter(args, &judge, &packages, &mut asked)?;
        ask_squawk(&judge, &squawk, &mut asked)?;
    }
    if args.cases {
        print!("{}", page::cases(&judge, &asked));
    }
    print!("{}", page::summary(&asked));
    if args.write {
        page::write(&judge, &asked, &unread, &tools)?;
    }
    if !args.offline {
        verify_differences(&judge, &asked, !args.ours)?;
    }
    verify(&asked)
}

/// Fails when our checks do not do what they should, or squawk not what its own examples say: then these were read wrongly.
fn verify(asked: &[Asked]) -> Result<()> {
    let own = asked.iter().filter(|asked| asked.case.rule.is_some());
    let misread: Vec<String> = own
        .filter(|asked| matches!(asked.squawk_verdict, Verdict::Missed | Verdict::Alarm))
        .map(|asked| asked.case.title())
        .collect();
    ensure!(misread.is_empty(), "squawk does not agree with its own examples: {}", misread.join(", "));
    let wrong = asked.iter().filter(|asked| matches!(asked.limosa_verdict, Verdict::Missed | Verdict::Alarm));
    let mut count = 0;
    for asked in wrong {
        count += 1;
        let found: Vec<String> = asked
            .ours
            .iter()
            .map(|finding| format!("{} {}: {}", finding.code, finding.level.as_str(), finding.message))
            .collect();
        let (title, what) = (asked.case.title(), &asked.limosa_verdict);
        eprintln!(
            "{what:?}: {title}\n{}\n  expected {:?}, found:\n    {}",
            asked.case.text(),
            asked.case.codes,
            found.join("\n    ")
        );
    }
    ensure!(count == 0, "{count} cases are missed or false alarms");
    Ok(())
}

/// Fails when a difference is explained that there is not; `statements` says whether examples were taken apart.
fn verify_differences(judge: &Judge<'_>, asked: &[Asked], statements: bool) -> Result<()> {
    let verdicts: Vec<(&str, &Verdict)> =
        asked.iter().map(|asked| (&*asked.case.name, &asked.limosa_verdict)).collect();
    let unused = judge.unused(&verdicts, statements);
    ensure!(unused.is_empty(), "xtask/checks/differences.toml explains without need: {}", unused.join(", "));
    Ok(())
}

/// Takes the dangerous examples of several statements apart: each statement of which squawk says the same by itself is a case of its own.
fn alone(judge: &Judge<'_>, squawk: &Squawk<'_>, asked: &[Asked]) -> Result<Vec<Asked>> {
    let mut cases = Vec::new();
    for case in asked.iter().map(|asked| &asked.case).filter(|case| case.rule.is_some() && case.dangerous) {
        let statements = split(case.text(), Dialect::Postgres);
        if statements.len() > 1 {
            cases.extend(statements.iter().enumerate().map(|(index, statement)| Case {
                name: verdict::statement(&case.name, index + 1),
                body: Body::Sql(statement.text.to_owned()),
                alone: true,
                ..case.clone()
            }));
        }
    }
    let texts: Vec<Text> = cases.iter().map(Text::from).collect();
    let found = squawk.judge(&texts, tempfile::tempdir()?.path())?;
    let mut kept = Vec::new();
    for (case, found) in cases.into_iter().zip(found) {
        if judge.other(judge.squawk, &case, &found)? == Verdict::Found {
            kept.push(ask(judge, case)?);
        }
    }
    Ok(kept)
}

/// Asks our checks.
fn ask(judge: &Judge<'_>, case: Case) -> Result<Asked> {
    let ours = limosa::judge_case(&case).with_context(|| case.title())?;
    let (limosa_verdict, opt_in) = (judge.limosa(&case, &ours), judge.is_opt_in(&case));
    let (squawk_verdict, linter_verdict) = (Verdict::None, Verdict::None);
    Ok(Asked { case, opt_in, ours, squawk: None, linter: None, limosa_verdict, squawk_verdict, linter_verdict })
}

/// Asks the linter, which judges migrations with the help of a database.
fn ask_linter(args: &Args, judge: &Judge<'_>, packages: &Path, asked: &mut [Asked]) -> Result<()> {
    let (postgres, mariadb) = (Postgres::start(&["fsync=off"])?, Mariadb::start(&[])?);
    postgres.query("postgres", "CREATE DATABASE checks")?;
    mariadb.query("CREATE DATABASE checks")?;
    let postgres_url = json!({"ENGINE": "django.db.backends.postgresql", "NAME": "checks", "HOST": postgres.host,
        "PORT": postgres.port, "USER": postgres.user});
    let mariadb_url = json!({"ENGINE": "django.db.backends.mysql", "NAME": "checks", "HOST": "127.0.0.1",
        "PORT": mariadb.port, "USER": "root"});
    for (is_postgres, database) in [(true, postgres_url), (false, mariadb_url)] {
        let chosen = |asked: &&mut Asked| (asked.case.database == Database::Postgres) == is_postgres;
        let mut chosen: Vec<&mut Asked> = asked.iter_mut().filter(chosen).collect();
        let cases: Vec<&Case> = chosen.iter().map(|asked| &asked.case).collect();
        let answers = linter::judge(&cases, &args.python, packages, &database)?;
        for (asked, answer) in chosen.iter_mut().zip(answers) {
            asked.linter_verdict = judge.other(judge.linter, &asked.case, &answer.codes)?;
            asked.linter = Some(answer);
        }
    }
    Ok(())
}

/// Asks squawk, which is shown the SQL that Django wrote for the linter.
fn ask_squawk(judge: &Judge<'_>, squawk: &Squawk<'_>, asked: &mut [Asked]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let is_postgres = |asked: &&mut Asked| asked.case.database == Database::Postgres;
    let mut chosen: Vec<&mut Asked> = asked.iter_mut().filter(is_postgres).collect();
    let texts = chosen.iter().map(|asked| match (&asked.case.body, &asked.linter) {
        // It begins its own transactions.
        (Body::Django(_), Some(answer)) => {
            Text { sql: answer.sql.clone(), transaction: false, ..Text::from(&asked.case) }
        }
        _ => Text::from(&asked.case),
    });
    let texts: Vec<Text> = texts.collect();
    for (asked, found) in chosen.iter_mut().zip(squawk.judge(&texts, folder.path())?) {
        asked.squawk_verdict = judge.other(judge.squawk, &asked.case, &found)?;
        asked.squawk = Some(found);
    }
    Ok(())
}
