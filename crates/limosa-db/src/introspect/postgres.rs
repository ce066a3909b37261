//! PostgreSQL's catalog, read in a few queries over all visible tables that are sent in one go.
//!
//! Each query asks for all tables what Django asks for one, so that the result is the same: `db/backends/postgresql/introspection.py`.

mod parse;

use std::collections::BTreeMap;

use limosa_sql::catalog::{
    Catalog, Column, Constraint, ForeignKeyTarget, PLAIN_INDEX, Sequence, SortOrder, Table, TableKind,
};
use limosa_sql::dialect::Dialect;
use smol_str::SmolStr;

use self::parse::{numbers, smol};
use super::Queries;
use crate::connection::{Row, literal};
use crate::error::DbError;

/// The visible relations that Django lists.
const VISIBLE: &str = "c.relkind IN ('f', 'm', 'p', 'r', 'v') \
    AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') AND pg_catalog.pg_table_is_visible(c.oid)";

/// Reads everything.
pub(super) async fn load(connection: &mut impl Queries, server_version: u32) -> Result<Catalog, DbError> {
    let mut catalog = Catalog::new(Dialect::Postgres);
    catalog.set_server_version(server_version);
    let others = [
        "SELECT extname, extversion FROM pg_catalog.pg_extension ORDER BY extname",
        "SELECT collname, bool_and(collisdeterministic) FROM pg_catalog.pg_collation GROUP BY collname ORDER BY collname",
    ];
    let mut queries = queries(None).to_vec();
    queries.extend(others.map(str::to_owned));
    let mut results = connection.all(&queries).await?;
    let rest = results.split_off(queries.len() - others.len());
    for table in assemble(&results) {
        catalog.create_table(table);
    }
    if let [extensions, collations] = rest.as_slice() {
        for row in extensions {
            catalog.add_extension(row.text(0), row.text(1));
        }
        for row in collations {
            catalog.add_collation(row.text(0), row.is_true(1));
        }
    }
    Ok(catalog)
}

/// Reads all tables, or those that are named.
pub(super) async fn tables(connection: &mut impl Queries, names: Option<&[&str]>) -> Result<Vec<Table>, DbError> {
    Ok(assemble(&connection.all(&queries(names)).await?))
}

/// Returns the queries: tables, columns, constraints, indexes, sequences.
fn queries(names: Option<&[&str]>) -> [String; 5] {
    let named =
        names.map(|names| names.iter().map(|name| literal(Dialect::Postgres, name)).collect::<Vec<_>>().join(", "));
    let named = match named {
        Some(names) if names.is_empty() => " AND false".to_owned(),
        Some(names) => format!(" AND c.relname IN ({names})"),
        None => String::new(),
    };
    let tables = format!(
        "SELECT c.oid, c.relname, CASE WHEN c.relispartition THEN 'p' WHEN c.relkind IN ('m', 'v') THEN 'v' ELSE 't' END, d.description \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0 \
         WHERE {VISIBLE}{named} ORDER BY c.relname"
    );
    let columns = format!(
        "SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), \
         NOT (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull)), pg_catalog.pg_get_expr(ad.adbin, ad.adrelid), \
         CASE WHEN co.collname = 'default' THEN NULL ELSE co.collname END, a.attidentity <> '', a.attgenerated <> '', d.description \
         FROM pg_catalog.pg_attribute a \
         LEFT JOIN pg_catalog.pg_attrdef ad ON a.attrelid = ad.adrelid AND a.attnum = ad.adnum \
         LEFT JOIN pg_catalog.pg_collation co ON a.attcollation = co.oid \
         LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = a.attnum \
         JOIN pg_catalog.pg_type t ON a.atttypid = t.oid \
         JOIN pg_catalog.pg_class c ON a.attrelid = c.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND {VISIBLE}{named} ORDER BY a.attrelid, a.attnum"
    );
    let constraints = format!(
        "SELECT con.conrelid, con.conname, con.conkey, con.contype, fc.relname, fa.attname, con.convalidated, \
         CASE WHEN con.contype = 'c' AND pg_catalog.cardinality(con.conkey) = 1 THEN pg_catalog.pg_get_constraintdef(con.oid) END \
         FROM pg_catalog.pg_constraint con \
         JOIN pg_catalog.pg_class c ON con.conrelid = c.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_class fc ON fc.oid = con.confrelid \
         LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = con.confrelid AND fa.attnum = con.confkey[1] \
         WHERE con.contype <> 'n' AND {VISIBLE}{named} ORDER BY con.conrelid, con.conname"
    );
    let indexes = format!(
        "SELECT i.indrelid, ic.relname, i.indkey, i.indoption, i.indisunique, i.indisprimary, am.amname, \
         CASE WHEN i.indexprs IS NOT NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid) END, ic.reloptions IS NULL, i.indisvalid AND i.indisready \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON i.indrelid = c.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_class ic ON i.indexrelid = ic.oid LEFT JOIN pg_catalog.pg_am am ON ic.relam = am.oid \
         WHERE {VISIBLE}{named} ORDER BY i.indrelid, ic.relname"
    );
    let sequences = format!(
        "SELECT d.refobjid, s.relname, a.attname FROM pg_catalog.pg_class s \
         JOIN pg_catalog.pg_depend d ON d.objid = s.oid AND d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass \
         JOIN pg_catalog.pg_attribute a ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum \
         JOIN pg_catalog.pg_class c ON c.oid = d.refobjid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE s.relkind = 'S' AND {VISIBLE}{named} ORDER BY d.refobjid, a.attnum"
    );
    [tables, columns, constraints, indexes, sequences]
}

/// A table on its way, with the names of its columns by their numbers.
struct Building {
    table: Table,
    names: BTreeMap<i64, SmolStr>,
}

/// Puts the rows of the five queries together.
fn assemble(results: &[Vec<Row>]) -> Vec<Table> {
    let [tables, columns, constraints, indexes, sequences] = results else { return Vec::new() };
    let mut order = Vec::with_capacity(tables.len());
    let mut building = BTreeMap::new();
    for row in tables {
        let kind = match row.text(2) {
            "p" => TableKind::Partition,
            "v" => TableKind::View,
            _ => TableKind::Table,
        };
        let comment = row.get(3).map(str::to_owned);
        let table = Table { kind, comment, ..Table::new(row.text(1)) };
        order.push(row.text(0));
        building.insert(row.text(0), Building { table, names: BTreeMap::new() });
    }
    for row in columns {
        if let Some(found) = building.get_mut(row.text(0)) {
            found.names.insert(row.text(1).parse().unwrap_or(0), row.text(2).into());
            found.table.columns.push(column(row));
        }
    }
    for row in constraints {
        if let Some(found) = building.get_mut(row.text(0)) {
            found.table.constraints.push(constraint(row, &found.names));
        }
    }
    for row in indexes {
        if let Some(found) = building.get_mut(row.text(0))
            && found.table.constraint(row.text(1)).is_none()
        {
            found.table.constraints.push(index(row, &found.names));
        }
    }
    for row in sequences {
        if let Some(found) = building.get_mut(row.text(0)) {
            found.table.sequences.push(Sequence { name: row.text(1).into(), column: row.text(2).into() });
        }
    }
    order.into_iter().filter_map(|oid| building.remove(oid)).map(|found| found.table).collect()
}

fn column(row: &Row) -> Column {
    let default = row.get(5).map(str::to_owned);
    let serial = default.as_deref().is_some_and(|default| default.contains("nextval"));
    Column {
        name: row.text(2).into(),
        data_type: row.text(3).into(),
        nullable: row.is_true(4),
        auto: row.is_true(7) || serial,
        default,
        generated: row.is_true(8),
        collation: smol(row.get(6)),
        comment: row.get(9).map(str::to_owned),
    }
}

fn constraint(row: &Row, names: &BTreeMap<i64, SmolStr>) -> Constraint {
    let kind = row.text(3);
    let target = || ForeignKeyTarget { table: row.text(4).into(), column: row.text(5).into() };
    Constraint {
        name: row.text(1).into(),
        // What is not a column, an expression of an exclusion constraint, is left out.
        columns: numbers(row.text(2)).filter_map(|number| names.get(&number).cloned()).map(Some).collect(),
        primary_key: kind == "p",
        unique: matches!(kind, "p" | "u"),
        foreign_key: (kind == "f").then(target),
        check: kind == "c",
        valid: row.is_true(6),
        definition: row.get(7).filter(|definition| definition.contains("IS NOT NULL")).map(str::to_owned),
        ..Constraint::default()
    }
}

fn index(row: &Row, names: &BTreeMap<i64, SmolStr>) -> Constraint {
    let method = row.text(6);
    let is_btree = method == "btree";
    let mut options = numbers(row.text(3));
    let mut columns = Vec::new();
    let mut orders = Vec::new();
    for number in numbers(row.text(2)) {
        columns.push(names.get(&number).cloned());
        // An included column has no option and counts as ascending.
        let descending = options.next().is_some_and(|option| option & 1 == 1);
        orders.push(is_btree.then_some(if descending { SortOrder::Desc } else { SortOrder::Asc }));
    }
    if columns == [None] {
        columns.clear();
    }
    if orders == [None] {
        orders.clear();
    }
    // The suffix is that of Django's `BTreeIndex`, which is told from an ordinary index by it.
    let plain = is_btree && !row.text(1).ends_with("_btree") && row.is_true(8);
    Constraint {
        name: row.text(1).into(),
        columns,
        orders,
        primary_key: row.is_true(5),
        unique: row.is_true(4),
        index: true,
        index_type: Some(if plain { SmolStr::new_static(PLAIN_INDEX) } else { method.into() }),
        definition: row.get(7).map(str::to_owned),
        valid: row.is_true(9),
        ..Constraint::default()
    }
}
