//! A migration that failed: what the database said, where it comes from, what usually causes it, and how things stand now.

use limosa_engine::causes::Explanation;
use limosa_engine::runner::{Halfway, RunError, RunErrorKind};
use limosa_source::sources::Location;

use super::{db_details, python_details};
use crate::cli::printer::{BAD, BOLD, Printer};
use crate::cli::redact::redact;

/// Shows the failure.
pub(super) fn report(run: &RunError, place: Option<&Location>, printer: &mut Printer) {
    let kind = run.kind.to_string();
    printer.error(&format!("{BAD}error{BAD:#}{BOLD}: {} failed: {}{BOLD:#}\n", run.migration, redact(&kind)));
    let mut lines = Vec::new();
    if let Some(operation) = &run.operation {
        lines.push(format!("operation: {operation}"));
    }
    if let Some(place) = place {
        lines.push(format!("       at: {}:{}:{}", place.path.display(), place.line, place.column));
    }
    match &run.kind {
        RunErrorKind::Statement { sql, error } => {
            lines.extend(statement(sql, error.position));
            // What is known of this very statement takes the place of what is known of its kind.
            let general = |line: &String| run.explanation.is_none() || !line.trim_start().starts_with("help: ");
            lines.extend(db_details(error).into_iter().filter(general));
        }
        RunErrorKind::Database(error) => lines.extend(db_details(error)),
        RunErrorKind::Python(error) => lines.extend(python_details(error)),
        RunErrorKind::Unfinished { statement: Some(sql), .. } => lines.extend(statement(sql, None)),
        RunErrorKind::Different { statement: sql, expected, found } => {
            lines.extend(statement(sql, None));
            lines.extend(shown("expected", expected));
            lines.extend(shown("found", found));
        }
        _ => {}
    }
    lines.extend(run.explanation.iter().flat_map(explanation));
    match (&run.kind, &run.halfway) {
        (RunErrorKind::TakenOver(_), _) => {
            lines.push("what it had not committed is not kept; the other runner goes on from there".to_owned());
        }
        (RunErrorKind::ConnectionLost { applied: true, .. }, _) => {
            lines.push("connected again, the history says that the migration is applied".to_owned());
            lines.push("run `limosa migrate` again: it goes on after it".to_owned());
        }
        (kind, halfway) => {
            if matches!(kind, RunErrorKind::ConnectionLost { .. }) {
                lines.push("connected again, the history says that the migration is not applied".to_owned());
            }
            match halfway {
                None => lines.push("it was rolled back".to_owned()),
                Some(halfway) => lines.extend(halfway_lines(halfway, kind)),
            }
            lines.extend(outlook(run));
        }
    }
    for line in lines {
        printer.error(&format!("  {line}\n"));
    }
}

/// Shows a statement, and below the line in question where the database stopped reading.
fn statement(sql: &str, position: Option<u32>) -> Vec<String> {
    let position = position.and_then(|position| usize::try_from(position).ok()?.checked_sub(1));
    let mut start = 0;
    let mut lines = Vec::new();
    for (index, line) in sql.trim_end().split('\n').enumerate() {
        let length = line.chars().count();
        let title = if index == 0 { "statement: " } else { "           " };
        if index > 0 || !line.trim().is_empty() {
            lines.push(format!("{title}{}", line.trim_end()));
        }
        if let Some(column) =
            position.and_then(|position| position.checked_sub(start)).filter(|column| *column <= length)
        {
            // A tab takes the room of a tab above and below.
            let pad: String = line.chars().take(column).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            lines.push(format!("           {pad}^"));
        }
        start += length + 1;
    }
    lines
}

/// Shows a text of several lines below a title.
fn shown(title: &str, text: &str) -> Vec<String> {
    let line = |(index, line): (usize, &str)| {
        format!("{:>10} {line}", if index == 0 { format!("{title}:") } else { String::new() })
    };
    text.lines().enumerate().map(line).collect()
}

/// What usually causes it, and what the database shows of that.
fn explanation(explanation: &Explanation) -> Vec<String> {
    let mut lines = vec![format!("    cause: {}", explanation.cause), format!("     help: {}", explanation.fix)];
    if let Some(query) = &explanation.query {
        lines.push(format!("    query: {query}"));
    }
    for (index, row) in explanation.seen.iter().enumerate() {
        let title = if index == 0 { "shows:" } else { "" };
        lines.push(format!("{title:>10} {}", redact(row)));
    }
    lines
}

/// Says what stays of a migration that is not one transaction, and what is left of it.
fn halfway_lines(halfway: &Halfway, kind: &RunErrorKind) -> Vec<String> {
    let mut lines =
        vec!["it is not one transaction: what ran before the failure stays, and the journal knows of it".to_owned()];
    let ran = halfway.ran.iter().map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "));
    let stays: Vec<String> = halfway.done.iter().cloned().chain(ran).collect();
    for (title, entries) in [("stays", &stays), ("left", &halfway.left)] {
        for (index, entry) in entries.iter().enumerate() {
            let title = if index == 0 { format!("{title}:") } else { String::new() };
            lines.push(format!("{title:>10} {}", redact(entry)));
        }
    }
    if kind.is_lost_connection() {
        lines.push("the connection broke: whether the last statement took effect is not known".to_owned());
    }
    lines
}

/// Says how far the run came, and what the next one does.
fn outlook(run: &RunError) -> Vec<String> {
    let mut lines = Vec::new();
    match run.done {
        0 => {}
        1 => lines.push("the migration of this run before it is applied".to_owned()),
        done => lines.push(format!("the {done} migrations of this run before it are applied")),
    }
    match run.not_reached {
        0 => {}
        1 => lines.push("1 migration after it was not reached".to_owned()),
        left => lines.push(format!("{left} migrations after it were not reached")),
    }
    lines.push(match &run.kind {
        RunErrorKind::Unfinished { .. } => {
            "look whether it happened, and run `limosa migrate` again: with `--unfinished done` if it did, with \
             `--unfinished again` to run it"
                .to_owned()
        }
        RunErrorKind::Different { .. } => {
            "somebody else changed it meanwhile: make it what it was before or what it should be, and run `limosa migrate` again".to_owned()
        }
        RunErrorKind::Edited { .. } => {
            "give the file back the operations that ran, or do what is left by hand and record it with `limosa migrate --fake`".to_owned()
        }
        _ if run.halfway.is_some() => {
            format!("mend the cause and run `limosa migrate` again: it goes on in {} with what is left", run.migration)
        }
        _ => format!("mend the cause and run `limosa migrate` again: it goes on with {}", run.migration),
    });
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_under_the_place() {
        let lines = statement("SELECT 1\nFROM\tnowhere\nWHERE x", Some(15));
        assert_eq!(
            lines,
            ["statement: SELECT 1", "           FROM\tnowhere", "               \t^", "           WHERE x"]
        );
        assert_eq!(statement("SELECT x", Some(8)), ["statement: SELECT x", "                  ^"]);
        assert_eq!(statement("SELECT x", None), ["statement: SELECT x"]);
        assert_eq!(statement("SELECT x", Some(0)), ["statement: SELECT x"]);
        assert_eq!(statement("SELECT x", Some(99)), ["statement: SELECT x"]);
    }
}
