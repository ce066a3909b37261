//! The table of a storm.

use std::fmt::Write as _;
use std::time::Duration;

use super::project::Language;
use super::round::Outcome;

/// All rounds on one database.
#[derive(Debug)]
pub(super) struct Line {
    title: &'static str,
    language: Language,
    rounds: usize,
    sum: Outcome,
}

impl Line {
    pub(super) fn new(title: &'static str, language: Language) -> Self {
        Self { title, language, rounds: 0, sum: Outcome::default() }
    }

    /// Adds a round.
    pub(super) fn add(&mut self, round: &Outcome) {
        let sum = &mut self.sum;
        self.rounds += 1;
        sum.kills += round.kills;
        sum.freezes += round.freezes;
        sum.takeovers += round.takeovers;
        sum.lost += round.lost;
        sum.doubled += round.doubled;
        sum.differences += round.differences;
        sum.failed += round.failed;
        sum.took += round.took;
    }

    /// Returns whether everything was applied exactly once, without help.
    pub(super) fn is_good(&self) -> bool {
        self.sum.is_good()
    }
}

/// Returns the table.
pub(super) fn markdown(lines: &[Line]) -> String {
    let mut text = String::from(
        "| database | project | rounds | kills | frozen | takeovers | lost | doubled | differences | did not exit with 0 | seconds |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for Line { title, language, rounds, sum } in lines {
        let Outcome { kills, freezes, takeovers, lost, doubled, differences, failed, took } = sum;
        let seconds = Duration::as_secs(took);
        let language = language.title();
        // Writing to a text does not fail.
        _ = writeln!(
            text,
            "| {title} | {language} | {rounds} | {kills} | {freezes} | {takeovers} | {lost} | {doubled} | {differences} | {failed} | {seconds} |"
        );
    }
    text
}
