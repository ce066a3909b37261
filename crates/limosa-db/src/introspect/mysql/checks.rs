//! Check constraints, whose columns stand in their text alone.

use limosa_sql::catalog::{Constraint, Table};
use smol_str::{SmolStr, format_smolstr};

use crate::connection::Row;

/// Adds the check constraints of a table; rows hold the table, the name, the condition and whether it is a column's.
///
/// One that is a column's own has the column's name, which an unnamed unique constraint may have as well: it gets a name of Django's.
/// Source: Django `db/backends/mysql/introspection.py`, `DatabaseIntrospection.get_constraints`.
pub(super) fn add(table: &mut Table, rows: &[&Row]) {
    let mut unnamed = 0;
    for row in rows {
        let columns = columns(row.text(2), table);
        let mut name = SmolStr::new(row.text(1));
        if columns == [name.as_str()] {
            unnamed += 1;
            name = format_smolstr!("__unnamed_constraint_{unnamed}__");
        }
        let check = Constraint { inline: row.get(3) == Some("Column"), ..Constraint::check(name, columns) };
        match table.constraints.iter_mut().find(|found| found.name == check.name) {
            Some(found) => *found = check,
            None => table.constraints.push(check),
        }
    }
}

/// Returns the columns that a condition names, each once; the server writes all names in backticks.
///
/// Source: Django `db/backends/mysql/introspection.py`, `DatabaseIntrospection._parse_constraint_columns`.
fn columns(condition: &str, table: &Table) -> Vec<SmolStr> {
    let mut found: Vec<SmolStr> = Vec::new();
    let mut rest = condition;
    while let Some(start) = rest.find(['`', '\'', '"']) {
        let quote = &rest[start..=start];
        let inner = &rest[start + 1..];
        let length = length_of(inner, quote);
        let name = &inner[..length];
        if quote == "`" && table.column(name).is_some() && !found.iter().any(|known| known == name) {
            found.push(name.into());
        }
        rest = inner.get(length + 1..).unwrap_or_default();
    }
    found
}

/// Returns how long a quoted text is, up to the quote that ends it.
fn length_of(inner: &str, quote: &str) -> usize {
    let mut characters = inner.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote != "`" {
            characters.next();
        } else if quote.starts_with(character) {
            if !characters.peek().is_some_and(|(_, next)| quote.starts_with(*next)) {
                return at;
            }
            characters.next();
        }
    }
    inner.len()
}

#[cfg(test)]
mod tests {
    use limosa_sql::catalog::Column;

    use super::*;

    #[test]
    fn names_in_conditions() {
        let mut table = Table::new("t");
        table.columns = ["a", "b", "c d", "e"].map(|name| Column::new(name, "int(11)")).to_vec();
        for (condition, expected) in [
            ("`a` >= 0", vec!["a"]),
            ("`b` > `a` and `b` <> 'it''s `e`'", vec!["b", "a"]),
            (r"`c d` = 'a\'`e`' or `t`.`a` is null", vec!["c d", "a"]),
            ("json_valid(`e`)", vec!["e"]),
            ("`z` > 1", vec![]),
            ("`a", vec!["a"]),
        ] {
            assert_eq!(columns(condition, &table), expected, "{condition}");
        }
    }
}
