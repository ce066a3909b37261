//! What SQL of the project does to the schema, as far as it is known.

use limosa_model::Operation;
use limosa_model::operations::OperationKind;
use limosa_sql::catalog::Catalog;
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;

/// Returns whether an operation executes SQL that the project wrote.
pub(super) fn executes(operation: &Operation) -> bool {
    match &operation.kind {
        OperationKind::RunSql(_) => true,
        OperationKind::SeparateDatabaseAndState(both) => both.database_operations.iter().any(executes),
        _ => false,
    }
}

/// Follows the tables that SQL renames, as where a table between two models becomes a model of its own.
pub(super) fn follow(catalog: &mut Catalog, dialect: Dialect, sql: &str) {
    for statement in split(sql, dialect) {
        if let Some((old, new)) = renamed(statement.text, dialect) {
            catalog.rename_table(&old, &new);
        }
    }
}

/// Returns the old and the new name of the table that a statement renames.
fn renamed(sql: &str, dialect: Dialect) -> Option<(String, String)> {
    let words: Vec<&str> = sql.trim_end().trim_end_matches(';').split_whitespace().collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let (old, new) = match upper[..] {
        ["ALTER", "TABLE", _, "RENAME", "TO", _] => (words[2], words[5]),
        ["ALTER", "TABLE", "IF", "EXISTS", _, "RENAME", "TO", _] => (words[4], words[7]),
        ["RENAME", "TABLE", _, "TO", _] => (words[2], words[4]),
        _ => return None,
    };
    Some((name(old, dialect), name(new, dialect)))
}

/// Returns the name that an identifier stands for, without its schema.
fn name(identifier: &str, dialect: Dialect) -> String {
    let own = identifier.rsplit('.').next().unwrap_or(identifier);
    let plain = own.trim_matches(['"', '`']);
    // PostgreSQL reads names without quotes in lower case.
    if dialect == Dialect::Postgres && plain.len() == own.len() { plain.to_lowercase() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_are_renamed() {
        for (dialect, sql, expected) in [
            (Dialect::Postgres, "ALTER TABLE Shop_a RENAME TO \"Shop_B\";", Some(("shop_a", "Shop_B"))),
            (Dialect::Postgres, "alter table if exists public.a\n  rename to b", Some(("a", "b"))),
            (Dialect::MySql, "ALTER TABLE `A` RENAME TO b", Some(("A", "b"))),
            (Dialect::MySql, "RENAME TABLE a TO b", Some(("a", "b"))),
            (Dialect::Postgres, "ALTER TABLE a RENAME COLUMN b TO c", None),
            (Dialect::Postgres, "ALTER TABLE a ADD COLUMN b integer", None),
        ] {
            let expected = expected.map(|(old, new)| (old.to_owned(), new.to_owned()));
            assert_eq!(renamed(sql, dialect), expected, "{sql}");
        }
    }
}
