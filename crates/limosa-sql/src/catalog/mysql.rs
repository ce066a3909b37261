//! What MySQL and MariaDB do to a table besides what a statement says: indexes of foreign keys, names of checks.

use smol_str::{SmolStr, format_smolstr};

use super::{Column, Constraint, PLAIN_INDEX, SortOrder, Table};

/// How Django's introspection calls the check that is part of a column's definition, with its number behind.
const UNNAMED: &str = "__unnamed_constraint_";

/// Adds a key, a check or an index where Django's introspection would list it.
///
/// A foreign key gets an index of its own name, unless there is one that somebody asked for. An index that serves a foreign key takes
/// the place of one that the database had made for it.
pub(super) fn add(table: &mut Table, mut constraint: Constraint) {
    if constraint.primary_key {
        constraint.name = SmolStr::new_static("PRIMARY");
    }
    if (constraint.primary_key || constraint.unique) && !constraint.index {
        make_index(&mut constraint);
    }
    if constraint.foreign_key.is_some() {
        let served = table
            .constraints
            .iter()
            .any(|found| found.index && !is_generated(found) && found.columns.first() == constraint.columns.first());
        if !served {
            release(table, &constraint.columns);
            make_index(&mut constraint);
            constraint.generated = true;
        }
    } else if constraint.index {
        release(table, &constraint.columns);
    }
    if let Some(key) = table.constraints.iter_mut().find(|found| found.name == constraint.name) {
        // An index may have the name of a foreign key.
        if key.foreign_key.is_some() && constraint.index {
            make_index(key);
            key.generated = false;
            return;
        }
    }
    table.constraints.retain(|found| found.name != constraint.name);
    insert(table, constraint);
    number_checks(table);
}

/// Removes a foreign key. Its index stays, without the name of anybody's wish.
pub(super) fn drop_foreign_key(table: &mut Table, name: &str) {
    let Some(position) = table.constraints.iter().position(|found| found.name == name) else { return };
    let mut key = table.constraints.remove(position);
    if key.index {
        key.foreign_key = None;
        insert(table, key);
    }
}

/// Removes an index; a foreign key of the same name stays.
pub(super) fn drop_index(table: &mut Table, name: &str) {
    table.constraints.retain(|found| found.name != name || found.foreign_key.is_some());
    for key in table.constraints.iter_mut().filter(|found| found.name == name) {
        unmake_index(key);
    }
}

/// Renames an index; a foreign key of the old name stays.
pub(super) fn rename_index(table: &mut Table, old: &str, new: &str) {
    let Some(found) = table.constraints.iter_mut().find(|found| found.name == old && found.index) else { return };
    if found.foreign_key.is_none() {
        found.name = new.into();
        return;
    }
    let index = Constraint { name: new.into(), foreign_key: None, generated: false, ..found.clone() };
    unmake_index(found);
    insert(table, index);
}

/// Takes a column that is gone out of indexes; those over others too stay.
pub(super) fn leave_column(table: &mut Table, column: &str) {
    for index in table.constraints.iter_mut().filter(|found| found.index && found.columns.len() > 1) {
        while let Some(position) = index.columns.iter().position(|own| own.as_deref() == Some(column)) {
            index.columns.remove(position);
            if position < index.orders.len() {
                index.orders.remove(position);
            }
        }
    }
    table.constraints.retain(|found| !(found.mentions(column) || found.index && found.columns.is_empty()));
    number_checks(table);
}

/// Writes the definition of a column anew: its check goes (MariaDB), and comes back when the definition has one.
pub(super) fn redefine_column(table: &mut Table, column: &str, check: bool, change: impl FnOnce(&mut Column)) {
    table.constraints.retain(|found| !(is_inline(found) && found.is_over(&[column])));
    if let Some(column) = table.column_mut(column) {
        change(column);
    }
    if check {
        add_column_check(table, column, true);
    }
    number_checks(table);
}

/// Adds the check that is part of a column's definition; only MariaDB keeps it there.
pub(super) fn add_column_check(table: &mut Table, column: &str, inline: bool) {
    let name = if inline { format_smolstr!("{UNNAMED}{column}") } else { check_name(table) };
    insert(table, Constraint { inline, generated: !inline, ..Constraint::check(name, [column]) });
    number_checks(table);
}

/// Gives checks that are part of a column's definition the names that they have after the column is renamed.
///
/// MariaDB keeps the old name of the column for them, and Django only takes those for unnamed that are called as their column.
pub(super) fn name_checks(table: &mut Table, old: &str, new: &str) {
    for check in table.constraints.iter_mut().filter(|found| is_inline(found) && found.is_over(&[old])) {
        check.inline = true;
        check.name = if check.name == new { format_smolstr!("{UNNAMED}{new}") } else { unnumbered(check, old) };
    }
}

/// Numbers the checks without names in the order in which the database lists them.
pub(super) fn number_checks(table: &mut Table) {
    let place = |check: &Constraint| {
        let column = check.columns.first().and_then(Option::as_deref).filter(|_| is_inline(check));
        column.and_then(|column| table.columns.iter().position(|found| found.name == column)).unwrap_or(usize::MAX)
    };
    let mut checks: Vec<(usize, usize)> = table
        .constraints
        .iter()
        .enumerate()
        .filter(|(_, found)| found.check && found.name.starts_with(UNNAMED))
        .map(|(position, found)| (place(found), position))
        .collect();
    checks.sort_unstable();
    for (number, (_, position)) in checks.into_iter().enumerate() {
        table.constraints[position].name = format_smolstr!("{UNNAMED}{}__", number + 1);
    }
}

/// Renames the checks that the database named after the table (MySQL).
pub(super) fn rename_checks(table: &mut Table, old: &str, new: &str) {
    for check in table.constraints.iter_mut().filter(|found| found.check && found.generated) {
        if let Some(number) = check.name.strip_prefix(old).filter(|rest| rest.starts_with("_chk_")) {
            check.name = format_smolstr!("{new}{number}");
        }
    }
}

/// Returns the name that the database gives to the unnamed check of a column (MySQL), `<table>_chk_<number>`.
fn check_name(table: &Table) -> SmolStr {
    let prefix = format!("{}_chk_", table.name);
    let taken = table.constraints.iter().filter_map(|found| found.name.strip_prefix(&prefix)?.parse::<u32>().ok());
    format_smolstr!("{prefix}{}", taken.max().unwrap_or(0) + 1)
}

/// Returns the name that the database gives to an unnamed key: that of its first column, with a number where it is taken.
pub(super) fn key_name(table: &Table, column: &str) -> SmolStr {
    let taken = |name: &str| table.constraints.iter().any(|found| found.index && found.name.eq_ignore_ascii_case(name));
    let mut name = SmolStr::new(column);
    let mut number = 1_u32;
    while taken(&name) || name.eq_ignore_ascii_case("PRIMARY") {
        number += 1;
        name = format_smolstr!("{column}_{number}");
    }
    name
}

/// The name that the definition gave: until the column was renamed for the first time, that of the column.
fn unnumbered(check: &Constraint, column: &str) -> SmolStr {
    if check.name.starts_with(UNNAMED) { column.into() } else { check.name.clone() }
}

fn is_inline(constraint: &Constraint) -> bool {
    constraint.check && (constraint.inline || is_unnamed(constraint))
}

/// Returns whether nobody named a check.
pub(super) fn is_unnamed(check: &Constraint) -> bool {
    check.name.starts_with(UNNAMED)
}

/// Returns whether the database made the index for a foreign key.
pub(super) fn is_generated(index: &Constraint) -> bool {
    let foreign = |name: &str| name.ends_with("_fk") || name.contains("_fk_");
    index.index
        && !index.unique
        && index.columns.len() == 1
        && (index.generated || index.foreign_key.is_some() || foreign(&index.name))
}

/// Removes the indexes that the database made for foreign keys which one over these columns serves as well.
fn release(table: &mut Table, columns: &[Option<SmolStr>]) {
    let superfluous = |found: &Constraint| is_generated(found) && found.columns.first() == columns.first();
    table.constraints.retain(|found| !superfluous(found) || found.foreign_key.is_some());
    for key in table.constraints.iter_mut().filter(|found| superfluous(found)) {
        unmake_index(key);
    }
}

fn make_index(constraint: &mut Constraint) {
    constraint.index = true;
    constraint.index_type = Some(SmolStr::new_static(PLAIN_INDEX));
    constraint.orders = vec![Some(SortOrder::Asc); constraint.columns.len()];
}

fn unmake_index(constraint: &mut Constraint) {
    constraint.index = false;
    constraint.index_type = None;
    constraint.orders = Vec::new();
    constraint.generated = false;
}

fn insert(table: &mut Table, constraint: Constraint) {
    let position = table.constraints.iter().position(|found| rank(found) > rank(&constraint));
    table.constraints.insert(position.unwrap_or(table.constraints.len()), constraint);
}

/// Keys come first, then checks, those of columns before those of the table, then indexes.
fn rank(constraint: &Constraint) -> u8 {
    if constraint.primary_key || constraint.unique && constraint.index || constraint.foreign_key.is_some() {
        0
    } else if is_inline(constraint) {
        1
    } else if constraint.check {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests;
