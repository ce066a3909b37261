//! Definitions as MySQL and MariaDB show them.

use std::ops::Range;

use limosa_sql::split::{Action, Change, ObjectKind};

use crate::connection::Connection;
use crate::error::{DbError, DbErrorKind};

/// The table on which statements are tried; it is temporary, and nobody else sees it.
const TRIAL: &str = "limosa_trial";

/// Returns the definition of an object by its name as it is written in SQL.
pub(super) async fn definition(
    connection: &Connection,
    kind: ObjectKind,
    name: &str,
) -> Result<Option<String>, DbError> {
    let (what, column) = match kind {
        ObjectKind::Table | ObjectKind::Index => ("TABLE", 1),
        ObjectKind::Trigger => ("TRIGGER", 2),
        ObjectKind::Procedure => ("PROCEDURE", 2),
        ObjectKind::Function => ("FUNCTION", 2),
    };
    match connection.query(&format!("SHOW CREATE {what} {name}"), &[]).await {
        Ok(rows) => Ok(rows.first().map(|row| without_counter(row.text(column)))),
        Err(error) if error.kind == DbErrorKind::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tries a statement on a temporary table that is defined as the real one was.
pub(super) async fn expected(
    connection: &Connection,
    statement: &str,
    change: &Change,
    range: Range<usize>,
    before: Option<&str>,
) -> Result<Option<String>, DbError> {
    // Temporary tables have no foreign keys.
    if statement.to_ascii_uppercase().contains("FOREIGN KEY") {
        return Ok(None);
    }
    let renamed = format!("{}{TRIAL}{}", &statement[..range.start], &statement[range.end..]);
    let statements = match (change.action, before.and_then(body)) {
        (Action::Create, _) => {
            let Some(at) = renamed.to_ascii_uppercase().find("TABLE") else { return Ok(None) };
            vec![format!("CREATE TEMPORARY {}", &renamed[at..])]
        }
        (Action::Alter, Some(body)) => {
            vec![format!("CREATE TEMPORARY TABLE {TRIAL} {}", without_foreign_keys(body)), renamed]
        }
        _ => return Ok(None),
    };
    let drop = format!("DROP TEMPORARY TABLE IF EXISTS {TRIAL}");
    connection.execute(&drop).await?;
    let mut result = Ok(None);
    for statement in &statements {
        if let Err(error) = connection.execute(statement).await {
            result = Err(error);
            break;
        }
    }
    if result.is_ok() {
        result = definition(connection, ObjectKind::Table, TRIAL).await;
    }
    connection.execute(&drop).await?;
    result
}

/// Returns what is compared of a definition.
pub(super) fn comparable(definition: &str) -> String {
    body(definition).map_or_else(|| definition.to_owned(), without_foreign_keys)
}

/// Returns what follows the name of a table.
fn body(definition: &str) -> Option<&str> {
    definition.find("(\n").map(|at| &definition[at..])
}

/// Leaves out the foreign keys of a table.
fn without_foreign_keys(body: &str) -> String {
    let is_key = |line: &str| line.trim_start().starts_with("CONSTRAINT ") && line.contains(" FOREIGN KEY ");
    let mut lines: Vec<String> = Vec::new();
    for line in body.lines().filter(|line| !is_key(line)) {
        if line.starts_with(')')
            && let Some(last) = lines.last_mut()
        {
            *last = last.trim_end_matches(',').to_owned();
        }
        lines.push(line.to_owned());
    }
    lines.join("\n")
}

/// Leaves out the number of the next row, which stands among the options of the table.
fn without_counter(definition: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    let options = definition.rfind("\n)").unwrap_or(definition.len());
    let Some(at) = definition[options..].find(COUNTER).map(|at| options + at) else { return definition.to_owned() };
    let rest = definition[at + COUNTER.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}{rest}", &definition[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared() {
        let definition = "CREATE TABLE `t` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`id`),\n  \
                          CONSTRAINT `f` FOREIGN KEY (`id`) REFERENCES `u` (`id`)\n) ENGINE=InnoDB AUTO_INCREMENT=7 \
                          COMMENT='AUTO_INCREMENT='";
        let expected = "(\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB COMMENT='AUTO_INCREMENT='";
        assert_eq!(comparable(&without_counter(definition)), expected);
        assert_eq!(comparable("CREATE VIEW `v` AS select 1"), "CREATE VIEW `v` AS select 1");
    }
}
