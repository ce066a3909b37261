//! What the numbers should be, and whether they are.

use super::{Row, SizeReport, What, time};
use crate::bench::database::Kind;
use crate::bench::measure::median;

/// The most that reading up to the plan of 3,000 migrations should take, in seconds.
const READ_TO_PLAN: f64 = 0.150;
/// The most that a run with nothing to do should take at 3,000 migrations, in seconds.
const NOTHING_TO_DO: f64 = 0.200;
/// The most that judging 3,000 migrations should take, in seconds.
const CHECK: f64 = 1.0;
/// The most that a run from empty should take, compared with replaying the statements.
const OVER_REPLAY: f64 = 1.1;

/// Returns a line for each goal that the rows say something about.
pub(super) fn of(report: &SizeReport) -> Vec<String> {
    report.rows.iter().flat_map(|row| lines(row, report.size.total())).collect()
}

fn lines(row: &Row, total: usize) -> Vec<String> {
    let Some(limosa) = median(&row.limosa) else { return Vec::new() };
    let place =
        format!("{total} migrations{}", row.database.map(|kind| format!(", {}", kind.title())).unwrap_or_default());
    let most = |limit: f64| {
        let seconds = limosa.seconds;
        line(&place, row.what, &format!("at most {}", time(limit)), &time(seconds), seconds <= limit)
    };
    match row.what {
        What::ReadToPlan if total == 3000 => vec![most(READ_TO_PLAN)],
        What::Check if total == 3000 => vec![most(CHECK)],
        What::NothingToDo if total == 3000 => vec![most(NOTHING_TO_DO)],
        What::FromEmpty => {
            let over_replay = median(&row.replay).map(|replay| {
                let ratio = limosa.seconds / replay.seconds;
                let goal = format!("at most {OVER_REPLAY} × the replay");
                line(&place, row.what, &goal, &format!("{ratio:.2} ×"), ratio <= OVER_REPLAY)
            });
            let faster = median(&row.django).map(|django| {
                let ratio = django.seconds / limosa.seconds;
                let goal = if row.database == Some(Kind::Postgres) { 20.0 } else { 12.0 };
                line(&place, row.what, &format!("{goal} × as fast as Django"), &format!("{ratio:.1} ×"), ratio >= goal)
            });
            over_replay.into_iter().chain(faster).collect()
        }
        _ => Vec::new(),
    }
}

fn line(place: &str, what: What, goal: &str, found: &str, reached: bool) -> String {
    let verdict = if reached { "reached" } else { "**not reached**" };
    format!("* {place}, {}: {goal}; it is {found}, {verdict}.", what.title())
}
