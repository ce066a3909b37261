//! What a run leaves in a database: schema, history, journal, and the rows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use limosa_db::{Connection, introspect};
use limosa_sql::catalog::Catalog;

use crate::dump::Dump;

/// What a run left.
#[derive(Clone, Debug)]
pub(super) struct State {
    dump: Dump,
    tables: BTreeMap<String, Rows>,
}

/// The rows of a table, but for numbers that sequences gave: a run that was killed may have used some up.
///
/// Instead of such a number stands the place of its row among those of its table, here and in foreign keys to it; where there is none, the
/// order in which rows were written does not matter (Django adds those of a many-to-many relation in the order of a Python set).
#[derive(Clone, Debug)]
struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A column, by its table.
type ColumnName = (String, String);

impl State {
    /// Reads the database.
    pub(super) async fn of(connection: &Connection, history: &str) -> Result<Self> {
        let dump = Dump::of(connection, history).await?;
        let catalog = introspect::load(connection).await?;
        let mut tables = BTreeMap::new();
        for table in catalog.tables() {
            let name = connection.dialect().quote_name(&table.name);
            let sql = match table.name.as_str() {
                own if own == history => format!("SELECT app, name FROM {name}"),
                "limosa_step" => format!("SELECT count(*) AS steps FROM {name}"),
                "limosa_lease" => format!("SELECT count(*) AS held FROM {name} WHERE run_id IS NOT NULL"),
                own if own.starts_with("limosa_") => continue,
                _ => format!("SELECT * FROM {name}"),
            };
            let rows = connection.query(&sql, &[]).await?;
            let columns = rows.first().map(|row| row.columns().to_vec()).unwrap_or_default();
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "NULL".into());
            let rows = rows.iter().map(|row| row.values().iter().map(text).collect()).collect();
            tables.insert(table.name.to_string(), Rows { columns, rows });
        }
        // A journal that was never needed is as good as one that is empty.
        tables
            .entry("limosa_step".to_owned())
            .or_insert_with(|| Rows { columns: vec!["steps".to_owned()], rows: vec![vec!["0".to_owned()]] });
        number(&mut tables, &catalog);
        Ok(Self { dump, tables })
    }

    /// Returns what differs, line by line; nothing when both are equal but for columns that are left out.
    pub(super) fn difference(&self, other: &Self, left_out: &BTreeSet<ColumnName>) -> Vec<String> {
        let mut lines: Vec<String> = self.dump.difference(&other.dump).lines().map(str::to_owned).collect();
        for (name, rows) in &self.tables {
            // A table that is missing is in the schema's difference.
            let Some(others) = other.tables.get(name) else { continue };
            let (ours, theirs) = (rows.lines(name, left_out), others.lines(name, left_out));
            if ours != theirs {
                let only = |some: &[String], others: &[String]| {
                    some.iter().filter(|line| !others.contains(line)).cloned().collect::<Vec<_>>()
                };
                lines.extend(only(&ours, &theirs).iter().map(|line| format!("  - row {name}: {line}")));
                lines.extend(only(&theirs, &ours).iter().map(|line| format!("  + row {name}: {line}")));
                if ours.len() != theirs.len() {
                    lines.push(format!("  {name}: {} rows instead of {}", theirs.len(), ours.len()));
                }
            }
        }
        lines
    }

    /// Returns the columns that differ between two runs that nobody killed: times, random numbers.
    pub(super) fn chance(&self, other: &Self) -> BTreeSet<ColumnName> {
        let mut columns = BTreeSet::new();
        for (name, rows) in &self.tables {
            let Some(others) = other.tables.get(name) else { continue };
            for (index, column) in rows.columns.iter().enumerate() {
                let values = |rows: &Rows| {
                    let mut values: Vec<_> = rows.rows.iter().map(|row| row.get(index).cloned()).collect();
                    values.sort();
                    values
                };
                if values(rows) != values(others) {
                    columns.insert((name.clone(), column.clone()));
                }
            }
        }
        columns
    }
}

impl Rows {
    /// Returns the place of each number of a column.
    fn places(&self, column: &str) -> Option<BTreeMap<String, usize>> {
        let index = self.columns.iter().position(|name| name == column)?;
        let values = self.rows.iter().filter_map(|row| row.get(index));
        let mut numbers: Vec<i64> = values.filter_map(|text| text.parse().ok()).collect();
        numbers.sort_unstable();
        Some(numbers.into_iter().enumerate().map(|(place, number)| (number.to_string(), place + 1)).collect())
    }

    /// Returns the rows as sorted texts.
    fn lines(&self, table: &str, left_out: &BTreeSet<ColumnName>) -> Vec<String> {
        let is_kept = |column: &&String| !left_out.contains(&(table.to_owned(), (*column).clone()));
        let kept: Vec<usize> =
            self.columns.iter().enumerate().filter(|(_, column)| is_kept(column)).map(|(index, _)| index).collect();
        let line = |row: &Vec<String>| {
            kept.iter().filter_map(|index| row.get(*index).map(String::as_str)).collect::<Vec<_>>().join(" | ")
        };
        let mut lines: Vec<String> = self.rows.iter().map(line).collect();
        lines.sort();
        lines
    }
}

/// Puts places instead of numbers.
fn number(tables: &mut BTreeMap<String, Rows>, catalog: &Catalog) {
    let mut places: BTreeMap<ColumnName, BTreeMap<String, usize>> = BTreeMap::new();
    let mut targets: BTreeMap<ColumnName, ColumnName> = BTreeMap::new();
    for table in catalog.tables() {
        for column in table.columns.iter().filter(|column| column.auto) {
            let name = (table.name.to_string(), column.name.to_string());
            if let Some(places_of_column) = tables.get(&name.0).and_then(|rows| rows.places(&name.1)) {
                places.insert(name, places_of_column);
            }
        }
        for constraint in &table.constraints {
            if let (Some(target), [Some(column)]) = (&constraint.foreign_key, constraint.columns.as_slice()) {
                let name = (table.name.to_string(), column.to_string());
                targets.insert(name, (target.table.to_string(), target.column.to_string()));
            }
        }
    }
    let referenced: BTreeSet<ColumnName> = targets.values().cloned().collect();
    for (table, rows) in tables {
        for (index, column) in rows.columns.iter().enumerate() {
            let mut name = (table.clone(), column.clone());
            // A model's key may be that of the model that it inherits from; no chain is longer than that.
            for _ in 0..8 {
                match targets.get(&name) {
                    Some(target) if !places.contains_key(&name) => name = target.clone(),
                    _ => break,
                }
            }
            let Some(places) = places.get(&name) else { continue };
            let is_referenced = referenced.contains(&name);
            for value in rows.rows.iter_mut().filter_map(|row| row.get_mut(index)) {
                if let Some(place) = places.get(value) {
                    *value = if is_referenced { format!("#{place}") } else { "#".to_owned() };
                }
            }
        }
    }
}
