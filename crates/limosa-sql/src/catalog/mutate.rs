//! The changes that planned statements make.
//!
//! Each does what the database does with the statement of that name, including what follows from it: references to a renamed
//! table, constraints of a dropped column. A table or column that is not there is left alone.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{Catalog, Column, Constraint, Sequence, Table, mysql};
use crate::dialect::Dialect;

impl Catalog {
    /// Adds a table, in place of one of the same name.
    pub fn create_table(&mut self, mut table: Table) {
        if self.dialect == Dialect::Postgres {
            table.constraints.sort_by(compare);
        }
        self.tables_mut().insert(table.name.clone(), Arc::new(table));
    }

    /// Removes a table and, as `CASCADE` does, the foreign keys of others that reference it (not on SQLite, which keeps them).
    pub fn drop_table(&mut self, name: &str) {
        if self.tables_mut().shift_remove(name).is_some() && self.dialect != Dialect::Sqlite {
            self.change_references(name, |table, _| {
                table.constraints.retain(|found| !references(found, name));
            });
        }
    }

    /// Forgets a table and touches no other, as when it is to be read again.
    pub fn remove_table(&mut self, name: &str) {
        self.tables_mut().shift_remove(name);
    }

    /// Renames a table and all references to it; its constraints, indexes and sequences keep their names.
    pub fn rename_table(&mut self, old: &str, new: &str) {
        let Some((index, _, mut table)) = self.tables_mut().shift_remove_full(old) else {
            return;
        };
        let renamed = Arc::make_mut(&mut table);
        renamed.name = SmolStr::new(new);
        if self.dialect == Dialect::MySql {
            mysql::rename_checks(renamed, old, new);
        }
        let tables = self.tables_mut();
        tables.shift_remove(new);
        let index = index.min(tables.len());
        tables.shift_insert(index, SmolStr::new(new), table);
        self.change_references(old, |table, _| {
            for target in table.constraints.iter_mut().filter_map(|found| found.foreign_key.as_mut()) {
                if target.table == old {
                    target.table = SmolStr::new(new);
                }
            }
        });
    }

    /// Changes a table in place; returns whether it exists.
    pub fn change_table(&mut self, name: &str, change: impl FnOnce(&mut Table)) -> bool {
        let Some(table) = self.tables_mut().get_mut(name) else {
            return false;
        };
        change(Arc::make_mut(table));
        true
    }

    /// Adds a column at the end.
    pub fn add_column(&mut self, table: &str, column: Column) -> bool {
        self.change_table(table, |table| table.columns.push(column))
    }

    /// Removes a column with the constraints, indexes and sequences over it, and the foreign keys that reference it.
    pub fn drop_column(&mut self, table: &str, column: &str) {
        let mysql = self.dialect == Dialect::MySql;
        self.change_table(table, |table| {
            table.columns.retain(|found| found.name != column);
            if mysql {
                mysql::leave_column(table, column);
            }
            table.constraints.retain(|found| !found.mentions(column));
            table.sequences.retain(|found| found.column != column);
        });
        self.change_references(table, |other, table| {
            other.constraints.retain(|found| {
                !found.foreign_key.as_ref().is_some_and(|target| target.table == table && target.column == column)
            });
        });
    }

    /// Renames a column, in constraints, indexes and references too.
    pub fn rename_column(&mut self, table: &str, old: &str, new: &str) {
        let mysql = self.dialect == Dialect::MySql;
        self.change_table(table, |table| {
            if mysql {
                mysql::name_checks(table, old, new);
            }
            for column in table.columns.iter_mut().filter(|found| found.name == old) {
                column.name = SmolStr::new(new);
            }
            for column in table.constraints.iter_mut().flat_map(|found| found.columns.iter_mut().flatten()) {
                if column == old {
                    *column = SmolStr::new(new);
                }
            }
            for sequence in table.sequences.iter_mut().filter(|found| found.column == old) {
                sequence.column = SmolStr::new(new);
            }
            if mysql {
                mysql::number_checks(table);
            }
        });
        self.change_references(table, |other, table| {
            for target in other.constraints.iter_mut().filter_map(|found| found.foreign_key.as_mut()) {
                if target.table == table && target.column == old {
                    target.column = SmolStr::new(new);
                }
            }
        });
    }

    /// Changes a column in place; returns whether it exists.
    pub fn change_column(&mut self, table: &str, column: &str, change: impl FnOnce(&mut Column)) -> bool {
        if self.table(table).and_then(|table| table.column(column)).is_none() {
            return false;
        }
        self.change_table(table, |table| {
            if let Some(column) = table.column_mut(column) {
                change(column);
            }
        })
    }

    /// Adds a constraint or an index where Django's introspection would list it.
    ///
    /// PostgreSQL lists constraints by name, then indexes by name; SQLite what the table's text holds, then indexes from the
    /// newest to the oldest, then the primary key, then foreign keys; MySQL keys, then checks, then indexes.
    pub fn add_constraint(&mut self, table: &str, constraint: Constraint) -> bool {
        if self.dialect == Dialect::MySql {
            return self.change_table(table, |table| mysql::add(table, constraint));
        }
        let sqlite = self.dialect == Dialect::Sqlite;
        self.change_table(table, |table| {
            let constraints = &mut table.constraints;
            constraints.retain(|found| found.name != constraint.name);
            let position = if sqlite && constraint.index {
                constraints.iter().position(|found| found.index || found.primary_key || found.foreign_key.is_some())
            } else if sqlite {
                None
            } else {
                constraints.iter().position(|found| compare(found, &constraint).is_gt())
            };
            constraints.insert(position.unwrap_or(constraints.len()), constraint);
        })
    }

    /// Removes a constraint or an index of a table.
    pub fn drop_constraint(&mut self, table: &str, name: &str) {
        self.change_table(table, |table| table.constraints.retain(|found| found.name != name));
    }

    /// Removes a foreign key; on MySQL its index stays.
    pub fn drop_foreign_key(&mut self, table: &str, name: &str) {
        if self.dialect == Dialect::MySql {
            self.change_table(table, |table| mysql::drop_foreign_key(table, name));
        } else {
            self.drop_constraint(table, name);
        }
    }

    /// Removes an index of a table, as `DROP INDEX … ON` does; on MySQL a foreign key of its name stays.
    pub fn drop_index_of(&mut self, table: &str, name: &str) {
        if self.dialect == Dialect::MySql {
            self.change_table(table, |table| mysql::drop_index(table, name));
        } else {
            self.drop_constraint(table, name);
        }
    }

    /// Removes an index by its name alone, as `DROP INDEX` does; returns whether it was there.
    pub fn drop_index(&mut self, name: &str) -> bool {
        let Some(table) = self.table_of_constraint(name).map(|table| table.name.clone()) else {
            return false;
        };
        self.drop_constraint(&table, name);
        true
    }

    /// Renames a constraint or an index of a table, and lists it where the new name belongs.
    pub fn rename_constraint(&mut self, table: &str, old: &str, new: &str) {
        let Some(mut constraint) = self.table(table).and_then(|table| table.constraint(old)).cloned() else {
            return;
        };
        self.drop_constraint(table, old);
        constraint.name = SmolStr::new(new);
        self.add_constraint(table, constraint);
    }

    /// Renames an index of a table, as `ALTER TABLE … RENAME INDEX` does.
    pub fn rename_index_of(&mut self, table: &str, old: &str, new: &str) {
        if self.dialect == Dialect::MySql {
            self.change_table(table, |table| mysql::rename_index(table, old, new));
        } else {
            self.rename_constraint(table, old, new);
        }
    }

    /// Changes a column by writing its definition anew, as `MODIFY` does (MySQL); `check` says whether that has one.
    pub fn redefine_column(&mut self, table: &str, column: &str, check: bool, change: impl FnOnce(&mut Column)) {
        self.change_table(table, |table| mysql::redefine_column(table, column, check, change));
    }

    /// Adds the check that is part of a column's definition (MySQL); `inline` says whether it goes with the definition (MariaDB).
    pub fn add_column_check(&mut self, table: &str, column: &str, inline: bool) {
        self.change_table(table, |table| mysql::add_column_check(table, column, inline));
    }

    /// Returns the name that MySQL gives to an unnamed key.
    pub fn default_key_name(&self, table: &str, column: &str) -> SmolStr {
        self.table(table).map_or_else(|| column.into(), |table| mysql::key_name(table, column))
    }

    /// Renames an index by its name alone, as `ALTER INDEX … RENAME TO` does; returns whether it was there.
    pub fn rename_index(&mut self, old: &str, new: &str) -> bool {
        let Some(table) = self.table_of_constraint(old).map(|table| table.name.clone()) else {
            return false;
        };
        self.rename_constraint(&table, old, new);
        true
    }

    /// Gives a column a sequence.
    pub fn add_sequence(&mut self, table: &str, sequence: Sequence) -> bool {
        self.change_table(table, |table| table.sequences.push(sequence))
    }

    /// Removes a sequence by its name.
    pub fn drop_sequence(&mut self, table: &str, name: &str) {
        self.change_table(table, |table| table.sequences.retain(|found| found.name != name));
    }

    /// Records an extension.
    pub fn add_extension(&mut self, name: impl Into<SmolStr>, version: impl Into<SmolStr>) {
        Arc::make_mut(&mut self.extensions).insert(name.into(), version.into());
    }

    /// Forgets an extension.
    pub fn drop_extension(&mut self, name: &str) {
        Arc::make_mut(&mut self.extensions).shift_remove(name);
    }

    /// Records a collation.
    pub fn add_collation(&mut self, name: impl Into<SmolStr>, deterministic: bool) {
        Arc::make_mut(&mut self.collations).insert(name.into(), deterministic);
    }

    /// Forgets a collation.
    pub fn drop_collation(&mut self, name: &str) {
        Arc::make_mut(&mut self.collations).shift_remove(name);
    }

    fn tables_mut(&mut self) -> &mut IndexMap<SmolStr, Arc<Table>> {
        Arc::make_mut(&mut self.tables)
    }

    /// Runs a change on every table that references `name`; the others stay shared.
    fn change_references(&mut self, name: &str, change: impl Fn(&mut Table, &str)) {
        for table in self.tables_mut().values_mut() {
            if table.constraints.iter().any(|found| references(found, name)) {
                change(Arc::make_mut(table), name);
            }
        }
    }
}

fn references(constraint: &Constraint, table: &str) -> bool {
    constraint.foreign_key.as_ref().is_some_and(|target| target.table == table)
}

/// Orders as PostgreSQL's introspection does: constraints before indexes, each by the bytes of the name.
fn compare(a: &Constraint, b: &Constraint) -> std::cmp::Ordering {
    (a.index, a.name.as_bytes()).cmp(&(b.index, b.name.as_bytes()))
}
