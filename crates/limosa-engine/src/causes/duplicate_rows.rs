//! Rows that are the same where a new constraint wants them to differ.

use limosa_sql::dialect::Dialect;
use limosa_sql::split::Demand;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "duplicate-rows",
    title: "rows are the same in columns that have to be unique",
    postgres: &["23505"],
    mysql: &["1062", "1586", "1859"],
    sqlite: &["1555", "2067"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    if refusal.inserts() {
        return Some(plain(
            "a row with this key is there already: the data was loaded before, or by hand",
            "let the statement skip or update rows that are there",
        ));
    }
    let found = match refusal.demand() {
        Some(Demand::Unique(columns)) => refusal.table().map(|table| (table, columns)),
        _ if refusal.dialect == Dialect::Sqlite => refusal.columns_of_sqlite(),
        _ => None,
    };
    let explanation = plain(
        "the table holds rows that are the same in columns which are to be unique",
        "merge or delete the duplicates, in a data migration before this one or by hand",
    );
    let Some((table, columns)) = found else { return Some(explanation) };
    let (columns, known): (String, Vec<String>) = (
        refusal.quote_all(&columns),
        columns.iter().map(|column| format!("{} IS NOT NULL", refusal.quote(column))).collect(),
    );
    let query = format!(
        "SELECT {columns}, count(*) AS how_often FROM {table} WHERE {} GROUP BY {columns} HAVING count(*) > 1 ORDER BY how_often DESC",
        known.join(" AND ")
    );
    Some(Explanation { query: Some(query), ..explanation })
}
