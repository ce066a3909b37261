//! SQLite's schema, read in a few queries over all tables.
//!
//! What SQLite keeps as text only, `limosa_sql` reads from the text. Source: `db/backends/sqlite3/introspection.py`.

use indexmap::IndexMap;
use limosa_sql::catalog::{
    Catalog, Column, Table, TableKind, sqlite_constraints, sqlite_foreign_keys, sqlite_index, sqlite_primary_key,
};
use limosa_sql::dialect::Dialect;
use smol_str::SmolStr;

use super::Queries;
use crate::connection::{Row, literal};
use crate::error::DbError;

/// Reads everything.
pub(super) async fn load(connection: &mut impl Queries, server_version: u32) -> Result<Catalog, DbError> {
    let mut catalog = Catalog::new(Dialect::Sqlite);
    catalog.set_server_version(server_version);
    for table in tables(connection, None).await? {
        catalog.create_table(table);
    }
    Ok(catalog)
}

/// Of a virtual table whose module is not loaded here nothing can be asked.
const NOT_VIRTUAL: &str = "m.sql NOT LIKE 'CREATE VIRTUAL TABLE%'";

/// A table on its way, with what stands at the end of its constraints.
struct Building {
    table: Table,
    primary_key: Vec<SmolStr>,
    foreign_keys: Vec<(SmolStr, SmolStr, SmolStr)>,
}

/// Reads all tables, or those that are named.
pub(super) async fn tables(connection: &mut impl Queries, names: Option<&[&str]>) -> Result<Vec<Table>, DbError> {
    let named =
        names.map(|names| names.iter().map(|name| literal(Dialect::Sqlite, name)).collect::<Vec<_>>().join(", "));
    let named = named.map_or(String::new(), |names| format!(" AND m.tbl_name IN ({names})"));
    let tables = rows(
        connection,
        format!(
            "SELECT m.name, m.type, m.sql FROM sqlite_master m \
         WHERE m.type IN ('table', 'view') AND m.name <> 'sqlite_sequence'{named} ORDER BY m.name"
        ),
    );
    let mut building = IndexMap::new();
    for row in tables.await? {
        let kind = if row.text(1) == "view" { TableKind::View } else { TableKind::Table };
        let sql = row.get(2).map(str::to_owned);
        let table = Table { kind, sql, ..Table::new(row.text(0)) };
        let name = table.name.clone();
        building.insert(name, Building { table, primary_key: Vec::new(), foreign_keys: Vec::new() });
    }
    columns(connection, &named, &mut building).await?;
    for found in building.values_mut().filter(|found| found.table.kind == TableKind::Table) {
        let names = found.table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
        found.table.constraints = sqlite_constraints(found.table.sql.as_deref().unwrap_or_default(), &names);
    }
    indexes(connection, &named, &mut building).await?;
    let keys = rows(
        connection,
        format!(
            "SELECT m.name, f.\"from\", f.\"table\", f.\"to\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
         WHERE m.type = 'table' AND {NOT_VIRTUAL}{named} ORDER BY m.rowid, f.id, f.seq"
        ),
    );
    for row in keys.await? {
        if let Some(found) = building.get_mut(row.text(0)) {
            found.foreign_keys.push((row.text(1).into(), row.text(2).into(), row.text(3).into()));
        }
    }
    let finish = |found: Building| {
        let Building { mut table, primary_key, foreign_keys } = found;
        table.constraints.extend(sqlite_primary_key(primary_key));
        table.constraints.extend(sqlite_foreign_keys(foreign_keys));
        table
    };
    Ok(building.into_values().map(finish).collect())
}

/// Adds the columns; of a view or a virtual table that cannot be read, none.
async fn columns(
    connection: &mut impl Queries,
    named: &str,
    building: &mut IndexMap<SmolStr, Building>,
) -> Result<(), DbError> {
    let fields = "x.name, x.type, x.\"notnull\", x.dflt_value, x.pk, x.hidden";
    let sql = format!(
        "SELECT m.name, {fields} FROM sqlite_master m, pragma_table_xinfo(m.name) x \
         WHERE m.type = 'table' AND m.name <> 'sqlite_sequence' AND {NOT_VIRTUAL}{named} ORDER BY m.rowid, x.cid"
    );
    let mut described = rows(connection, sql).await?;
    let doubtful = building.values().filter(|found| {
        let sql = found.table.sql.as_deref().unwrap_or_default();
        found.table.kind == TableKind::View || sql.starts_with("CREATE VIRTUAL TABLE")
    });
    for name in doubtful.map(|found| found.table.name.clone()) {
        let name = literal(Dialect::Sqlite, &name);
        let found = rows(connection, format!("SELECT {name}, {fields} FROM pragma_table_xinfo({name}) x")).await;
        described.extend(found.unwrap_or_default());
    }
    for row in &described {
        // Hidden columns of virtual tables are not listed; generated ones (2 and 3) are.
        if let Some(found) = building.get_mut(row.text(0))
            && row.text(6) != "1"
        {
            if row.text(5) != "0" {
                found.primary_key.push(row.text(1).into());
            }
            found.table.columns.push(column(row));
        }
    }
    for found in building.values_mut() {
        finish_columns(found);
    }
    Ok(())
}

fn column(row: &Row) -> Column {
    Column {
        name: row.text(1).into(),
        data_type: row.text(2).into(),
        nullable: !row.is_true(3),
        default: row.get(4).map(str::to_owned),
        generated: matches!(row.text(6), "2" | "3"),
        ..Column::default()
    }
}

/// Adds what the text of the table says: collations, and which column numbers itself.
fn finish_columns(found: &mut Building) {
    if let [key] = found.primary_key.as_slice()
        && let Some(column) = found.table.columns.iter_mut().find(|column| column.name == *key)
    {
        column.auto = column.data_type.eq_ignore_ascii_case("integer");
    }
    let read = found.table.sql.as_deref().and_then(Table::from_sqlite_sql);
    for column in read.iter().flat_map(|read| &read.columns) {
        if let Some(own) = found.table.column_mut(&column.name) {
            own.collation.clone_from(&column.collation);
        }
    }
}

/// Adds the indexes that have a text of their own, the newest first; the others belong to constraints.
async fn indexes(
    connection: &mut impl Queries,
    named: &str,
    building: &mut IndexMap<SmolStr, Building>,
) -> Result<(), DbError> {
    let sql = format!(
        "SELECT m.name, l.name, l.\"unique\", i.name, s.sql FROM sqlite_master m, pragma_index_list(m.name) l, \
         pragma_index_info(l.name) i, sqlite_master s \
         WHERE m.type = 'table' AND {NOT_VIRTUAL} AND s.type = 'index' AND s.name = l.name AND s.sql IS NOT NULL{named} \
         ORDER BY m.rowid, l.seq, i.seqno"
    );
    let mut found = IndexMap::new();
    for row in rows(connection, sql).await? {
        let key = (SmolStr::new(row.text(0)), SmolStr::new(row.text(1)));
        let entry = found.entry(key).or_insert_with(|| (row.is_true(2), row.text(4).to_owned(), Vec::new()));
        entry.2.push(row.get(3).map(SmolStr::new));
    }
    for ((table, name), (unique, sql, columns)) in found {
        let Some(found) = building.get_mut(&table) else { continue };
        match found.table.constraints.iter_mut().find(|constraint| constraint.name == name) {
            // Django lists columns of an index under a constraint of the same name.
            Some(constraint) => constraint.columns.extend(columns),
            None => found.table.constraints.push(sqlite_index(&name, columns, unique, &sql)),
        }
    }
    Ok(())
}

async fn rows(connection: &mut impl Queries, sql: String) -> Result<Vec<Row>, DbError> {
    Ok(connection.all(&[sql]).await?.pop().unwrap_or_default())
}
