//! The tables of MySQL and MariaDB, read in a few queries over all of them.
//!
//! Each query asks for all tables what Django asks for one, so that the result is the same: `db/backends/mysql/introspection.py`.

mod checks;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use limosa_sql::catalog::{Catalog, Column, Constraint, ForeignKeyTarget, PLAIN_INDEX, SortOrder, Table, TableKind};
use limosa_sql::dialect::{Dialect, Flavour};
use smol_str::SmolStr;

use crate::connection::{MysqlConnection, Row, literal};
use crate::error::DbError;

/// Reads everything.
pub(super) async fn load(connection: &MysqlConnection) -> Result<Catalog, DbError> {
    let mut catalog = Catalog::new(Dialect::MySql);
    catalog.set_server_version(connection.server().version_number());
    for table in tables(connection, None).await? {
        catalog.create_table(table);
    }
    Ok(catalog)
}

/// Reads all tables, or those that are named.
pub(super) async fn tables(connection: &MysqlConnection, names: Option<&[&str]>) -> Result<Vec<Table>, DbError> {
    let named = match names {
        Some([]) => return Ok(Vec::new()),
        Some(names) => {
            let names = names.iter().map(|name| literal(Dialect::MySql, name)).collect::<Vec<_>>().join(", ");
            format!(" IN ({names})")
        }
        None => String::new(),
    };
    let named = |column: &str| if named.is_empty() { String::new() } else { format!(" AND {column}{named}") };
    let query = async |sql: String| connection.query(&sql, &[]).await;

    let mut building = IndexMap::new();
    let tables = query(format!(
        "SELECT table_name, table_type, table_comment, table_collation FROM information_schema.tables \
         WHERE table_schema = DATABASE(){} ORDER BY table_name",
        named("table_name")
    ));
    for row in tables.await? {
        let kind = if row.text(1) == "VIEW" { TableKind::View } else { TableKind::Table };
        let comment = row.get(2).filter(|comment| !comment.is_empty() && kind == TableKind::Table).map(str::to_owned);
        let table = Table { kind, comment, ..Table::new(row.text(0)) };
        building.insert(table.name.clone(), Building { table, collation: row.get(3).map(str::to_owned) });
    }
    let columns = query(format!(
        "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, collation_name, \
         generation_expression, column_comment FROM information_schema.columns \
         WHERE table_schema = DATABASE(){} ORDER BY table_name, ordinal_position",
        named("table_name")
    ));
    for row in columns.await? {
        if let Some(found) = building.get_mut(row.text(0)) {
            let column = column(&row, found.collation.as_deref(), connection.server().flavour);
            found.table.columns.push(column);
        }
    }
    // The server would join these by going through the one for each row of the other.
    let kinds = query(format!(
        "SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints \
         WHERE table_schema = DATABASE() AND constraint_type <> 'CHECK'{}",
        named("table_name")
    ));
    let kinds = kinds.await?;
    let kinds: BTreeMap<(&str, &str), &str> =
        kinds.iter().map(|row| ((row.text(0), row.text(1)), row.text(2))).collect();
    let keys = query(format!(
        "SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name \
         FROM information_schema.key_column_usage WHERE table_schema = DATABASE() \
         AND (referenced_table_schema = DATABASE() OR referenced_table_schema IS NULL){} ORDER BY ordinal_position",
        named("table_name")
    ));
    for row in keys.await? {
        let kind = kinds.get(&(row.text(0), row.text(1)));
        if let (Some(found), Some(kind)) = (building.get_mut(row.text(0)), kind) {
            key(&mut found.table, &row, kind);
        }
    }
    let level = if connection.server().version >= (10, 5, 10) { "level" } else { "NULL" };
    let checks = match connection.server().flavour {
        Flavour::MariaDb => query(format!(
            "SELECT table_name, constraint_name, check_clause, {level} FROM information_schema.check_constraints \
             WHERE constraint_schema = DATABASE(){}",
            named("table_name")
        )),
        Flavour::Plain => query(format!(
            "SELECT t.table_name, k.constraint_name, k.check_clause, NULL FROM information_schema.check_constraints AS k \
             JOIN information_schema.table_constraints AS t ON t.table_schema = k.constraint_schema \
             AND t.constraint_name = k.constraint_name \
             WHERE k.constraint_schema = DATABASE() AND t.constraint_type = 'CHECK'{}",
            named("t.table_name")
        )),
    };
    // Servers that keep no checks have no table of them either (MySQL before 8.0.16).
    let checks = if has_checks(connection) { checks.await? } else { Vec::new() };
    for (table, rows) in grouped(&checks) {
        if let Some(found) = building.get_mut(table) {
            checks::add(&mut found.table, &rows);
        }
    }
    let expression = if connection.server().flavour == Flavour::Plain { "expression" } else { "NULL" };
    let expression = if connection.server().version >= (8, 0, 13) { expression } else { "NULL" };
    let indexes = query(format!(
        "SELECT table_name, index_name, non_unique, column_name, collation, index_type, {expression} \
         FROM information_schema.statistics WHERE table_schema = DATABASE(){}",
        named("table_name")
    ));
    for row in indexes.await? {
        if let Some(found) = building.get_mut(row.text(0)) {
            index(&mut found.table, &row, connection);
        }
    }
    Ok(building.into_values().map(|found| found.table).collect())
}

/// A table on its way.
struct Building {
    table: Table,
    collation: Option<String>,
}

fn has_checks(connection: &MysqlConnection) -> bool {
    let server = connection.server();
    server.flavour == Flavour::MariaDb || server.version >= (8, 0, 16)
}

fn grouped(rows: &[Row]) -> IndexMap<&str, Vec<&Row>> {
    let mut groups: IndexMap<&str, Vec<&Row>> = IndexMap::new();
    for row in rows {
        groups.entry(row.text(0)).or_default().push(row);
    }
    groups
}

fn column(row: &Row, default_collation: Option<&str>, flavour: Flavour) -> Column {
    let collation = row.get(6).filter(|name| Some(*name) != default_collation);
    // MariaDB writes defaults as expressions: that of a column which may be null is the word NULL.
    let default = row.get(4).filter(|default| flavour != Flavour::MariaDb || *default != "NULL");
    Column {
        name: row.text(1).into(),
        data_type: row.text(2).into(),
        nullable: row.text(3) == "YES",
        auto: row.text(5).contains("auto_increment"),
        default: default.map(str::to_owned),
        generated: row.get(7).is_some_and(|expression| !expression.is_empty()),
        collation: collation.map(SmolStr::new),
        comment: row.get(8).filter(|comment| !comment.is_empty()).map(str::to_owned),
    }
}

/// Adds a column of a primary key, a unique constraint or a foreign key; of a foreign key, the first row says what it references.
fn key(table: &mut Table, row: &Row, kind: &str) {
    let constraint = entry(table, row.text(1), || Constraint {
        primary_key: kind == "PRIMARY KEY",
        unique: matches!(kind, "PRIMARY KEY" | "UNIQUE"),
        foreign_key: row
            .get(4)
            .map(|column| ForeignKeyTarget { table: row.text(3).into(), column: SmolStr::new(column) }),
        ..Constraint::default()
    });
    add_column(constraint, row.get(2));
}

/// Adds a column of an index, which may be that of a constraint.
fn index(table: &mut Table, row: &Row, connection: &MysqlConnection) {
    let unique = row.text(2) == "0";
    let constraint = entry(table, row.text(1), || Constraint { unique, ..Constraint::default() });
    let kind = row.text(5);
    constraint.index = true;
    constraint.index_type =
        Some(if kind == "BTREE" { SmolStr::new_static(PLAIN_INDEX) } else { kind.to_lowercase().into() });
    add_column(constraint, row.get(3));
    if let Some(expression) = row.get(6) {
        constraint.definition.get_or_insert_with(|| expression.to_owned());
    }
    if connection.server().supports_index_order() {
        constraint.orders.push(Some(if row.get(4) == Some("D") { SortOrder::Desc } else { SortOrder::Asc }));
    }
}

fn entry<'t>(table: &'t mut Table, name: &str, new: impl FnOnce() -> Constraint) -> &'t mut Constraint {
    let position = table.constraints.iter().position(|found| found.name == name);
    let position = position.unwrap_or_else(|| {
        table.constraints.push(Constraint { name: name.into(), valid: true, ..new() });
        table.constraints.len() - 1
    });
    &mut table.constraints[position]
}

/// Adds a column once; `None` stands for an expression.
fn add_column(constraint: &mut Constraint, column: Option<&str>) {
    if !constraint.columns.iter().any(|found| found.as_deref() == column) {
        constraint.columns.push(column.map(SmolStr::new));
    }
}
