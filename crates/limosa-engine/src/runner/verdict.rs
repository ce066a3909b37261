//! Whether a step that began and was not seen to end happened: its definition decides, not its name.

use limosa_db::definition::{self, Definitions, INVALID};
use limosa_db::{Connection, DbError};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{self, Action, Change, Control, Repeat};

/// Whether a step that began happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It did.
    Done,
    /// It did not, and left nothing.
    NotDone,
    /// A part of it did: a statement clears that away or completes it, and the step then runs again or not.
    Rest { first: String, again: bool },
    /// What is there is neither what was there before nor what it would have made.
    Different { expected: String, found: String },
    /// Nothing tells.
    Unknown,
}

/// Returns whether a statement that began happened; `before` are the definitions that were noted then.
pub(super) async fn verdict(connection: &Connection, sql: &str, before: Option<&str>) -> Result<Verdict, DbError> {
    let dialect = connection.dialect();
    match split::repeat(sql, dialect, connection.server_version()) {
        // Its row was written inside the transaction that it ended.
        Repeat::Control(Control::Commit) => return Ok(Verdict::Done),
        Repeat::Transaction | Repeat::Session | Repeat::Harmless | Repeat::Control(_) => return Ok(Verdict::NotDone),
        Repeat::Unknown => return Ok(Verdict::Unknown),
        Repeat::Shown => {}
    }
    let noted = before.and_then(|before| serde_json::from_str::<Definitions>(before).ok());
    let (Some(change), Some(before)) = (split::change(sql, dialect), noted) else { return Ok(Verdict::Unknown) };
    let now = definition::definitions(connection, &change).await?;
    if now == before {
        return Ok(Verdict::NotDone);
    }
    let different = || Verdict::Different { expected: shown(&before), found: shown(&now) };
    Ok(match change.action {
        Action::Drop if now.iter().all(Option::is_none) => Verdict::Done,
        Action::Drop => dropped(&change, &before, &now, sql, dialect).unwrap_or_else(different),
        Action::Rename => {
            let is_renamed = |pair: &[Option<String>]| matches!(pair, [None, Some(_)]);
            if now.chunks(2).all(is_renamed) { Verdict::Done } else { different() }
        }
        Action::Create | Action::Alter => {
            let before = before.first().and_then(Option::as_deref);
            let Some(now) = now.first().and_then(Option::as_deref) else { return Ok(different()) };
            if now.starts_with(INVALID) && before.is_none() {
                let drop = format!("DROP INDEX CONCURRENTLY {}", change.names.concat());
                return Ok(Verdict::Rest { first: drop, again: true });
            }
            let same =
                |expected: &str| definition::comparable(dialect, expected) == definition::comparable(dialect, now);
            match definition::expected(connection, sql, &change, before).await? {
                Some(expected) if same(&expected) => Verdict::Done,
                Some(expected) => Verdict::Different { expected, found: now.to_owned() },
                None if explains(sql, before, now) => Verdict::Done,
                None => different(),
            }
        }
    })
}

/// Some are dropped and some are as they were: a server that was killed may stop between them.
fn dropped(change: &Change, before: &Definitions, now: &Definitions, sql: &str, dialect: Dialect) -> Option<Verdict> {
    let mut rest = Vec::new();
    for ((name, before), now) in change.names.iter().zip(before).zip(now) {
        match (before, now) {
            (_, None) => {}
            (Some(before), Some(now)) if now == before || now.strip_prefix(INVALID) == Some(before.as_str()) => {
                rest.push(name.as_str());
            }
            _ => return None,
        }
    }
    Some(match dialect {
        Dialect::MySql => {
            let what = if sql.to_ascii_uppercase().trim_start().starts_with("DROP VIEW") { "VIEW" } else { "TABLE" };
            Verdict::Rest { first: format!("DROP {what} IF EXISTS {}", rest.join(", ")), again: false }
        }
        // A concurrent drop that was broken off leaves the index invalid.
        Dialect::Postgres | Dialect::Sqlite => Verdict::NotDone,
    })
}

/// Returns whether every line in which two definitions differ is about something that the statement names.
///
/// That is how foreign keys are judged, which cannot be tried on an empty copy.
fn explains(sql: &str, before: Option<&str>, now: &str) -> bool {
    let Some(before) = before else { return true };
    let lines =
        |text: &str| -> Vec<String> { text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect() };
    let (before, now) = (lines(before), lines(now));
    let changed =
        before.iter().filter(|line| !now.contains(line)).chain(now.iter().filter(|line| !before.contains(line)));
    changed.into_iter().all(|line| {
        let name = line.split('`').nth(1);
        name.is_some_and(|name| sql.contains(name))
    })
}

fn shown(definitions: &Definitions) -> String {
    let texts: Vec<&str> = definitions.iter().map(|text| text.as_deref().unwrap_or("(not there)")).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_a_statement_explains() {
        let before = "CREATE TABLE `t` (\n  `a` int(11) NOT NULL\n) ENGINE=InnoDB";
        let after = "CREATE TABLE `t` (\n  `a` int(11) NOT NULL,\n  KEY `f` (`a`),\n  CONSTRAINT `f` FOREIGN KEY (`a`) \
                     REFERENCES `u` (`id`)\n) ENGINE=InnoDB";
        let statement = "ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `u` (`id`)";
        assert!(explains(statement, Some(before), after));
        let other = after.replace("NOT NULL", "NULL");
        assert!(!explains(&statement.replace("(`a`)", ""), Some(before), &other));
    }
}
