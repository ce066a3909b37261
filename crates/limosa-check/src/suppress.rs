//! Findings that somebody has looked at: comments that say why they may stay.
//!
//! `# limosa: ignore LK003, BC001 until 2027-01-31 -- reason` (in SQL `-- limosa: ignore …`) stands on or above the operation that it is about, or
//! inside of it; above the class, at the head of a TOML file or anywhere else it is about the whole migration. A comment without a reason, one that
//! ignores nothing and one that is over are findings themselves.

mod comment;

use std::ops::Range;

use limosa_model::{MigrationId, SourceId, Span};

pub use self::comment::{Comment, comments};
use crate::check::Check;
use crate::checks::{self, suppressions};
use crate::finding::Finding;
use crate::rules::Rules;

/// A migration's file, as far as suppressions need it.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// The migration.
    pub migration: &'a MigrationId,
    /// The file.
    pub source: SourceId,
    /// Its text.
    pub text: &'a str,
    /// Where its operations stand, nested ones included; in a file of SQL its statements.
    pub operations: Vec<Range<usize>>,
}

/// A finding that a comment allows, or that is known.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason, as the comment gives it.
    pub reason: Option<String>,
    /// Whether the file of the migration says so; else a baseline does.
    pub in_source: bool,
}

/// What is left of findings.
#[derive(Debug, Default)]
pub struct Sifted {
    /// Those that stand, with those about comments.
    pub findings: Vec<Finding>,
    /// Those that comments allow.
    pub suppressed: Vec<Suppressed>,
}

/// A comment with what it is about.
struct Placed {
    comment: Comment,
    /// The operation; nothing when it is the whole migration.
    target: Option<Range<usize>>,
    used: Vec<bool>,
}

/// Takes out what the comments of a file allow; `rules` are those that looked, `today` is the date as `2026-01-31`.
pub fn sift(file: &File<'_>, findings: Vec<Finding>, rules: &Rules<'_>, today: &str) -> Sifted {
    let place = |comment: Comment| {
        let target = file.target(&comment);
        let used = vec![false; comment.codes.len()];
        Placed { comment, target, used }
    };
    let mut placed: Vec<Placed> = comments(file.text).into_iter().map(place).collect();
    let mut sifted = Sifted::default();
    for finding in findings {
        match placed.iter_mut().find_map(|one| one.allows(file, &finding, today)) {
            Some(reason) => sifted.suppressed.push(Suppressed { finding, reason, in_source: true }),
            None => sifted.findings.push(finding),
        }
    }
    for one in &placed {
        sifted.findings.extend(one.doubts(file, rules, today));
    }
    sifted
}

impl File<'_> {
    /// Returns the smallest operation that a comment stands in or directly above.
    fn target(&self, comment: &Comment) -> Option<Range<usize>> {
        if comment.whole_file {
            return None;
        }
        let reaches = |operation: &&Range<usize>| {
            self.from(operation.start) <= comment.at && comment.at < self.end_of_line(operation.end)
        };
        self.operations.iter().filter(reaches).min_by_key(|operation| operation.len()).cloned()
    }

    /// Returns where the comments begin that stand directly above a place, or else its line.
    fn from(&self, place: usize) -> usize {
        let line_start = |at: usize| self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let mut from = line_start(place.min(self.text.len()));
        while from > 0 {
            let above = line_start(from - 1);
            let line = self.text[above..from].trim_start();
            if !line.starts_with('#') && !line.starts_with("--") {
                break;
            }
            from = above;
        }
        from
    }

    fn end_of_line(&self, place: usize) -> usize {
        let place = place.min(self.text.len());
        self.text[place..].find('\n').map_or(self.text.len(), |newline| place + newline + 1)
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { source: self.source, start: offset(range.start), end: offset(range.end) }
    }
}

impl Placed {
    /// Returns the reason when the comment allows a finding.
    fn allows(&mut self, file: &File<'_>, finding: &Finding, today: &str) -> Option<Option<String>> {
        let comment = &self.comment;
        let index = comment.codes.iter().position(|code| checks::names(code, &finding.code, &finding.name))?;
        let inside = |target: &Range<usize>| {
            let span = finding.span.filter(|span| span.source == file.source);
            span.is_some_and(|span| target.start <= span.start as usize && span.end as usize <= target.end)
        };
        if comment.is_over(today) || !self.target.as_ref().is_none_or(inside) {
            return None;
        }
        self.used[index] = true;
        Some(comment.reason.clone())
    }

    /// Returns what is wrong with the comment itself.
    fn doubts(&self, file: &File<'_>, rules: &Rules<'_>, today: &str) -> Vec<Finding> {
        let comment = &self.comment;
        let mut doubts = Vec::new();
        let mut doubt = |check: &'static Check, message: String, help: &str| {
            if rules.runs(check.code) {
                let about = Finding::about(file.migration, check.code, check.name, check.level, message);
                let (operation, span) = (Some("this comment".into()), Some(file.span(&comment.range)));
                doubts.push(Finding { operation, span, help: Some(help.into()), ..about });
            }
        };
        if comment.is_over(today) {
            let until = comment.until.as_deref().unwrap_or_default();
            let help = "do what it put off, or give it a later date";
            doubt(&suppressions::expired::CHECK, format!("this suppression is over since {until}"), help);
            return doubts;
        }
        if comment.reason.is_none() {
            let help = "end it with ` -- ` and why the finding may stay";
            doubt(&suppressions::without_reason::CHECK, "this suppression gives no reason".into(), help);
        }
        for (code, used) in comment.codes.iter().zip(&self.used) {
            let meant = rules.meant(code);
            if meant.is_empty() {
                doubt(
                    &suppressions::unknown::CHECK,
                    format!("no check is called `{code}`"),
                    "`limosa explain` lists the checks",
                );
            } else if !used && meant.iter().all(|code| rules.runs(code)) {
                doubt(
                    &suppressions::unused::CHECK,
                    format!("nothing here is found by `{code}`"),
                    "remove it from the comment",
                );
            }
        }
        doubts
    }
}

#[cfg(test)]
mod tests;
