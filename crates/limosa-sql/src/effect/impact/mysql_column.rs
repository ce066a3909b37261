//! What changes of columns cost on MySQL and MariaDB.

use super::mysql::Way;
use super::mysql_types::{TypeChange, type_change};
use super::{Impact, Work};
use crate::catalog::{Column, Constraint, Table};
use crate::dialect::Context;
use crate::effect::read::is_volatile;
use crate::effect::{ColumnDefinition, Generated};

pub(super) fn add_column(name: &str, column: &ColumnDefinition, table: Option<&Table>, context: &Context) -> Impact {
    if column.generated == Some(Generated::Stored) {
        return Way::Copy.of(name, "the generated value of every row is computed and copied");
    }
    if column.volatile_default && !is_computed_once(column, context) {
        return Way::Copy.of(name, "the default is computed for every row, which is copied");
    }
    if context.is_mysql() && column.default.as_deref().is_some_and(|default| default.starts_with('(')) {
        // MySQL computes every default in parentheses for every row.
        return Way::Copy.of(name, "the default is computed for every row, which is copied").unsure();
    }
    // MySQL reads a column's REFERENCES and forgets it.
    let refers = column.references.as_deref().filter(|_| context.is_mariadb());
    if let Some(target) = refers {
        let mut impact = Way::Copy.of(name, "every row is checked against the other table and copied");
        impact.locks.push(super::Lock { table: target.into(), mode: "SHARED_NO_WRITE", blocks: super::Blocks::Writes });
        return impact;
    }
    if column.check && context.is_mysql() {
        return Way::Copy.of(name, "every row is checked and copied");
    }
    if column.identity {
        return Way::SharedRebuild.of(name, "every row gets a number of its own");
    }
    if column.unique || column.primary_key {
        return Way::Rebuild.of(name, "the table is written anew with an index");
    }
    if column.generated == Some(Generated::Virtual) || is_instant(column, context) {
        // A hidden column of full-text indexes stands behind all others.
        let fulltext =
            |found: &Constraint| found.index_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("fulltext"));
        if column.generated.is_none() && table.is_some_and(|table| table.constraints.iter().any(fulltext)) {
            return Way::SharedRebuild.of(name, "a table with full-text indexes is written anew");
        }
        return Way::Instant.of(name, "no row is touched");
    }
    Way::Rebuild.of(name, "every row is written anew with the column")
}

/// Returns whether the server computes the default once for all rows, although it gives another value each time: so MariaDB does with `RAND()`.
fn is_computed_once(column: &ColumnDefinition, context: &Context) -> bool {
    let text = column.default.as_deref().unwrap_or_default().to_ascii_lowercase();
    context.is_mariadb() && text.contains("rand(") && !is_volatile(&text.replace("rand(", "abs("), context.dialect)
}

/// Returns whether the server can add such a column without touching rows.
fn is_instant(column: &ColumnDefinition, context: &Context) -> bool {
    let (last, anywhere) = if context.is_mariadb() { ((10, 3, 2), (10, 4, 0)) } else { ((8, 0, 12), (8, 0, 29)) };
    context.server_version >= if column.placed { anywhere } else { last }
}

pub(super) fn drop_column(name: &str, column: &str, table: Option<&Table>, context: &Context) -> Impact {
    let from = if context.is_mariadb() { (10, 4, 0) } else { (8, 0, 29) };
    let rebuild = || Way::Rebuild.of(name, "every row is written anew without the column");
    if context.server_version < from {
        return rebuild();
    }
    let instant = Way::Instant.of(name, "the column is hidden, its values stay");
    let Some(table) = table else { return instant };
    let indexed = |found: &&Constraint| found.mentions(column) && !found.check;
    let mut own = table.constraints.iter().filter(indexed).peekable();
    if own.peek().is_none() {
        return instant;
    }
    // An index over nothing else goes with it; others are built anew.
    if !context.is_mariadb() {
        return rebuild();
    }
    if own.all(|found| found.columns.len() == 1) {
        return instant;
    }
    // MariaDB rebuilds no table with virtual columns in place.
    if table.columns.iter().any(|column| column.generated) {
        return Way::Copy.of(name, "every row is copied without the column").unsure();
    }
    rebuild()
}

pub(super) fn modify_column(
    name: &str,
    column: &str,
    to: &ColumnDefinition,
    table: Option<&Table>,
    context: &Context,
) -> Impact {
    let Some((table, old)) = table.and_then(|table| Some((table, table.column(column)?))) else {
        return Way::Copy.of(name, "what the column was is not known").unsure();
    };
    let copied =
        || Way::Copy.of(name, &format!("every row is copied because {} becomes {}", old.data_type, to.data_type));
    if to.generated.is_some() || old.generated {
        return Way::Copy.of(name, "a generated column may be computed anew").unsure();
    }
    if to.identity && !old.auto {
        return Way::Copy.of(name, "every row is copied because it gets a number of its own");
    }
    let indexed = table.constraints.iter().any(|found| found.mentions(column) && !found.check);
    let impact = match change_of(old, to, indexed, context) {
        (TypeChange::Copy, known) => {
            let impact = copied();
            return if known { impact } else { impact.unsure() };
        }
        (TypeChange::Index, known) => {
            let impact = Way::Index.of(name, "indexes on the column are built anew");
            if known { impact } else { impact.unsure() }
        }
        (TypeChange::Definition, known) => {
            let impact = Way::Instant.of(name, "only the definition changes");
            if known { impact } else { impact.unsure() }
        }
    };
    if to.check && context.is_mysql() {
        return Way::Copy.of(name, "every row is checked and copied");
    }
    let primary = table.constraints.iter().any(|found| found.primary_key && found.mentions(column));
    let nullable = !(to.not_null || to.primary_key || primary);
    if nullable != old.nullable {
        let why = if nullable {
            "every row is written anew because it may be NULL"
        } else {
            "every row is written anew because it may not be NULL"
        };
        let rebuilt = Way::Rebuild.of(name, why);
        return if impact.known { rebuilt } else { rebuilt.unsure() };
    }
    if to.placed && (context.is_mysql() || context.server_version < (10, 4, 0)) {
        return Way::Rebuild.of(name, "every row is written anew in another order");
    }
    if to.unique && impact.work < Work::BuildIndex {
        return Way::Index.of(name, "an index is built while others write");
    }
    impact
}

/// Returns what becomes of the values, and whether that is certain.
fn change_of(old: &Column, to: &ColumnDefinition, indexed: bool, context: &Context) -> (TypeChange, bool) {
    let collation = to.collation.as_deref();
    let old_charset = old.collation.as_deref().and_then(|name| name.split('_').next());
    let charset = to.charset.as_deref().or_else(|| collation.and_then(|name| name.split('_').next()));
    let change = type_change(&old.data_type, &to.data_type, old_charset.or(charset), context);
    let collates = collation.is_some() && collation != old.collation.as_deref();
    let encodes = charset.is_some() && charset != old_charset;
    // What the table's own character set is, is not known: a column without one has it.
    let certain = !(encodes && old_charset.is_none() || old_charset.is_some() && charset.is_none());
    let widens = matches!((old_charset, charset), (Some("utf8" | "utf8mb3"), Some("utf8mb4")));
    if encodes && old_charset.is_some() && !(widens && context.is_mariadb()) {
        return (TypeChange::Copy, true);
    }
    if !collates && !encodes && (old.collation.is_none() || charset.is_some()) {
        return change;
    }
    if !is_text(&to.data_type) {
        return change;
    }
    // Another order of the same characters.
    let collated = match (context.is_mariadb(), indexed) {
        (true, true) => TypeChange::Index,
        (true, false) => TypeChange::Definition,
        (false, _) => TypeChange::Copy,
    };
    (change.0.max(collated), change.1 && certain)
}

fn is_text(data_type: &str) -> bool {
    let name = data_type.to_ascii_lowercase();
    ["char", "text", "enum", "set"].iter().any(|kind| name.contains(kind))
}
