//! What the project's own statements make of the catalog, as far as their text tells.
//!
//! A runner asks the server after such a statement. Where there is none, what they rename, drop and make unique or indexed is followed, so that
//! the operations behind them are understood.

use super::{Catalog, Constraint};
use crate::effect::{ConstraintKind, Effect, TableChange, bare};

impl Catalog {
    /// Follows one thing that a statement of the project does; the catalog is that of one schema. New tables and columns are left out, whose types are not known as the database
    /// writes them; so are new checks and foreign keys, of whose columns the text does not say enough.
    pub fn follow(&mut self, effect: &Effect) {
        match effect {
            Effect::RenameTable { table, to } => self.rename_table(bare(table), bare(to)),
            Effect::DropTable { table, .. } => self.drop_table(bare(table)),
            Effect::AlterTable { table, change } => self.follow_change(bare(table), change),
            Effect::CreateIndex { name: Some(name), table, columns, unique, .. } => {
                self.follow_index(bare(table), name, columns, *unique);
            }
            Effect::DropIndex { name, table: Some(table), .. } => self.drop_index_of(bare(table), name),
            Effect::DropIndex { name, table: None, .. } => _ = self.drop_index(bare(name)),
            _ => {}
        }
    }

    fn follow_change(&mut self, table: &str, change: &TableChange) {
        if let Some(column) = change.not_null_column() {
            _ = self.change_column(table, column, |column| column.nullable = false);
        }
        match change {
            TableChange::RenameColumn { column, to } => self.rename_column(table, column, to),
            TableChange::DropColumn { column, .. } => self.drop_column(table, column),
            TableChange::AlterType { column, to, .. } => {
                let data_type = to.to_lowercase().into();
                self.change_column(table, column, |column| column.data_type = data_type);
            }
            TableChange::DropNotNull { column } => {
                _ = self.change_column(table, column, |column| column.nullable = true)
            }
            TableChange::AddConstraint { name: Some(name), kind, not_valid, .. } => {
                let constraint = match kind {
                    ConstraintKind::Unique(columns) => {
                        Constraint::unique(name.as_str(), columns.iter().map(String::as_str))
                    }
                    ConstraintKind::PrimaryKey(columns) => {
                        Constraint::primary_key(name.as_str(), columns.iter().map(String::as_str))
                    }
                    _ => return,
                };
                self.add_constraint(table, Constraint { valid: !not_valid, ..constraint });
            }
            TableChange::ValidateConstraint { name } => {
                _ = self.change_table(table, |table| {
                    table
                        .constraints
                        .iter_mut()
                        .filter(|found| found.name == *name)
                        .for_each(|found| found.valid = true);
                })
            }
            TableChange::DropConstraint { name: Some(name), .. } => self.drop_constraint(table, name),
            TableChange::AddIndex { name: Some(name), columns, unique, .. } => {
                self.follow_index(table, name, columns, *unique)
            }
            TableChange::DropIndex { name } => self.drop_index_of(table, name),
            _ => {}
        }
    }

    fn follow_index(&mut self, table: &str, name: &str, columns: &[Option<String>], unique: bool) {
        let Some(columns) = columns.iter().map(Option::as_deref).collect::<Option<Vec<&str>>>() else { return };
        let index = if unique { Constraint::unique_index(name, columns) } else { Constraint::index(name, columns) };
        self.add_constraint(table, index);
    }
}

#[cfg(test)]
mod tests {
    use super::Catalog;
    use crate::catalog::{Column, Constraint, Table};
    use crate::dialect::Dialect;
    use crate::effect::effects;

    /// Returns the tables with their columns, and their constraints.
    fn after(sql: &str) -> String {
        let mut catalog = Catalog::new(Dialect::Postgres);
        let column = |name: &str| Column { name: name.into(), ..Column::default() };
        let constraints = vec![Constraint::unique("u", ["a", "b"])];
        catalog.create_table(Table { columns: vec![column("a"), column("b")], constraints, ..Table::new("t") });
        for effect in effects(sql, Dialect::Postgres) {
            catalog.follow(&effect);
        }
        let describe = |table: &Table| {
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let constraint = |found: &Constraint| {
                format!(
                    "{}({})",
                    found.name,
                    found.columns.iter().flatten().map(|name| name.as_str()).collect::<Vec<_>>().join(" ")
                )
            };
            let constraints: Vec<String> = table.constraints.iter().map(constraint).collect();
            format!("{}: {} {}", table.name, columns.join(" "), constraints.join(" "))
        };
        catalog.tables().map(describe).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn own_statements() {
        for (sql, expected) in [
            ("ALTER TABLE public.t RENAME TO s", "s: a b u(a b)"),
            ("ALTER TABLE t RENAME COLUMN a TO c", "t: c b u(c b)"),
            ("ALTER TABLE t DROP COLUMN a", "t: b "),
            ("ALTER TABLE t DROP CONSTRAINT u, ADD CONSTRAINT v UNIQUE (b)", "t: a b v(b)"),
            ("DROP TABLE t", ""),
            ("CREATE INDEX CONCURRENTLY i ON t (b)", "t: a b u(a b) i(b)"),
            ("CREATE INDEX i ON t (lower(b))", "t: a b u(a b)"),
            ("INSERT INTO t VALUES (1, 2)", "t: a b u(a b)"),
        ] {
            assert_eq!(after(sql), expected, "{sql}");
        }
    }
}
