//! Whether a migration and its history row can be one transaction.

use limosa_model::Migration;
use limosa_model::graph::Direction;
use limosa_model::operations::{OperationKind, Sql};
use limosa_sql::dialect::{Context, Dialect};
use limosa_sql::split;

use super::own_classes::runs_whole;

/// Returns whether a migration and its history row can be one transaction.
///
/// Where changes of the schema cannot be rolled back (MySQL, MariaDB), that is so when all there is is SQL that certainly changes nothing
/// but rows, and `RunPython`. Django runs such operations each in a transaction of its own.
pub fn is_one_transaction(context: &Context, migration: &Migration, direction: Direction) -> bool {
    migration.atomic && (context.can_rollback_ddl() || changes_only_rows(context, migration, direction))
}

fn changes_only_rows(context: &Context, migration: &Migration, direction: Direction) -> bool {
    let backwards = direction == Direction::Backwards;
    context.mysql.storage_engine == "InnoDB"
        && !runs_whole(context, migration, direction)
        && !migration.operations.is_empty()
        && migration.operations.iter().all(|operation| match &operation.kind {
            OperationKind::RunSql(op) if backwards => op.reverse_sql.as_ref().is_some_and(is_about_rows),
            OperationKind::RunSql(op) => is_about_rows(&op.sql),
            // Django runs it in a transaction, in which its schema editor refuses to work there.
            OperationKind::RunPython(op) => op.atomic != Some(false),
            _ => false,
        })
}

fn is_about_rows(sql: &Sql) -> bool {
    // What stands in a comment that begins with an exclamation mark is executed.
    let script = |text: &str| {
        !text.contains("/*!")
            && !text.contains("/*M!")
            && split::split(text, Dialect::MySql).iter().all(|statement| begins_as_one(statement.text))
    };
    sql.texts().into_iter().all(script)
}

/// Returns whether a statement is one that never ends a transaction by itself.
fn begins_as_one(statement: &str) -> bool {
    const ROWS: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT"];
    let mut rest = statement.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--").or_else(|| rest.strip_prefix('#')) {
            comment.split_once('\n').map_or("", |(_, rest)| rest)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, rest)| rest)
        } else {
            break;
        }
        .trim_start();
    }
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    rest.is_empty() || ROWS.contains(&word.to_ascii_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_about_rows() {
        for (script, expected) in [
            ("INSERT INTO t VALUES (';'); update t set a = 1;", true),
            ("-- why\nDELETE FROM t; # that\n /* and */ SELECT 1", true),
            ("", true),
            ("INSERT INTO t VALUES (1); ALTER TABLE t ADD a integer", false),
            ("/*!50000 DROP TABLE t */", false),
            ("SET autocommit = 1; INSERT INTO t VALUES (1)", false),
            ("CALL something()", false),
            ("BEGIN; INSERT INTO t VALUES (1); COMMIT", false),
            ("(SELECT 1)", false),
        ] {
            assert_eq!(is_about_rows(&Sql::Script(script.into())), expected, "{script}");
        }
    }
}
