//! The names that PostgreSQL gives to what a statement leaves unnamed.

use smol_str::{SmolStr, format_smolstr};

use super::Catalog;

/// The longest name in bytes.
const MAX_BYTES: usize = 63;

impl Catalog {
    /// Returns the name that PostgreSQL gives to an unnamed unique constraint, `<table>_<columns>_key`.
    pub fn default_unique_name(&self, table: &str, columns: &[&str]) -> SmolStr {
        self.free_name(table, &columns.join("_"), "key")
    }

    /// Returns the name that PostgreSQL gives to an unnamed primary key, `<table>_pkey`.
    pub fn default_primary_key_name(&self, table: &str) -> SmolStr {
        self.free_name(table, "", "pkey")
    }

    /// Returns the name that PostgreSQL gives to the unnamed check constraint of a column, `<table>_<column>_check`.
    ///
    /// `column` is empty for a check of several columns.
    pub fn default_check_name(&self, table: &str, column: &str) -> SmolStr {
        self.free_name(table, column, "check")
    }

    /// Returns the name that PostgreSQL gives to an unnamed foreign key, `<table>_<columns>_fkey`.
    pub fn default_foreign_key_name(&self, table: &str, columns: &[&str]) -> SmolStr {
        self.free_name(table, &columns.join("_"), "fkey")
    }

    /// Returns the name that PostgreSQL gives to the sequence of an identity or serial column, `<table>_<column>_seq`.
    pub fn default_sequence_name(&self, table: &str, column: &str) -> SmolStr {
        self.free_name(table, column, "seq")
    }

    /// PostgreSQL's `ChooseRelationName` and `ChooseConstraintName`: the first of `label`, `label1`, … that is free.
    fn free_name(&self, table: &str, columns: &str, label: &str) -> SmolStr {
        let mut name = object_name(table, columns, label);
        let mut pass = 0_u32;
        while self.is_taken(&name) {
            pass += 1;
            name = object_name(table, columns, &format_smolstr!("{label}{pass}"));
        }
        name
    }

    fn is_taken(&self, name: &str) -> bool {
        self.tables().any(|table| {
            table.name == name
                || table.constraint(name).is_some()
                || table.sequences.iter().any(|sequence| sequence.name == name)
        })
    }
}

/// PostgreSQL's `makeObjectName`: shortens the longer of the two parts until all fit into 63 bytes.
fn object_name(table: &str, columns: &str, label: &str) -> SmolStr {
    let available = MAX_BYTES.saturating_sub(label.len() + 1 + usize::from(!columns.is_empty()));
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > available {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let (table, columns) = (clip(table, first), clip(columns, second));
    if columns.is_empty() { format_smolstr!("{table}_{label}") } else { format_smolstr!("{table}_{columns}_{label}") }
}

/// Returns the longest start of `text` that has at most `bytes` bytes.
fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Constraint, Table};
    use crate::dialect::Dialect;

    #[test]
    fn shortens_the_longer_part_first() {
        let table = "t".repeat(60);
        assert_eq!(object_name("app_author", "email", "key"), "app_author_email_key");
        assert_eq!(object_name("app_author", "", "pkey"), "app_author_pkey");
        assert_eq!(object_name(&table, "email", "key"), format!("{}_email_key", "t".repeat(53)));
        assert_eq!(object_name(&table, &"c".repeat(40), "check").len(), 63);
    }

    #[test]
    fn counts_up_when_taken() {
        let mut catalog = Catalog::new(Dialect::Postgres);
        let mut table = Table::new("a");
        table.constraints.push(Constraint::unique("a_b_key", ["b"]));
        catalog.create_table(table);
        assert_eq!(catalog.default_unique_name("a", &["b"]), "a_b_key1");
        assert_eq!(catalog.default_check_name("a", "b"), "a_b_check");
    }
}
