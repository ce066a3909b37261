//! The table, and what went wrong with how to repeat it.

use std::time::Duration;

use crate::bench::database::Kind;

use super::case::Outcome;
use super::walk::Walked;

/// The line of a project on a database.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) project: String,
    pub(super) kind: Kind,
    pub(super) walked: Walked,
    pub(super) took: Duration,
}

impl Line {
    /// Returns how many crashes did not end as a straight run does.
    pub(super) fn wrong(&self) -> usize {
        self.walked.crashes.iter().filter(|crash| crash.outcome != Outcome::Equal).count()
    }
}

/// Prints what went wrong, and the table.
pub(super) fn print(lines: &[Line]) {
    for line in lines {
        for crash in line.walked.crashes.iter().filter(|crash| crash.outcome != Outcome::Equal) {
            let (project, kind) = (&line.project, line.kind.name());
            let (step, point, outcome) = (&crash.step, &crash.point, &crash.outcome);
            println!("{step} of {project} on {}, killed at {point}: {outcome}", line.kind.title());
            println!("  cargo xtask crash --projects {project} --only={}:{}:{kind}", crash.step, crash.point);
        }
    }
    println!("| project | database | migrations | crashes | equal | different | next run fails | seconds |");
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    let mut sums = [0; 5];
    for line in lines {
        let count = |is: fn(&Outcome) -> bool| line.walked.crashes.iter().filter(|crash| is(&crash.outcome)).count();
        let numbers = [
            line.walked.migrations,
            line.walked.crashes.len(),
            count(|outcome| matches!(outcome, Outcome::Equal)),
            count(|outcome| matches!(outcome, Outcome::Different(_))),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
        ];
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        let cells = numbers.map(|number| number.to_string()).join(" | ");
        println!("| {} | {} | {cells} | {:.0} |", line.project, line.kind.title(), line.took.as_secs_f64());
    }
    if lines.len() > 1 {
        let seconds: f64 = lines.iter().map(|line| line.took.as_secs_f64()).sum();
        println!("| all | | {} | {seconds:.0} |", sums.map(|number| number.to_string()).join(" | "));
    }
}
