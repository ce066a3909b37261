//! Rows without a value in a column that has to have one.

use limosa_sql::dialect::Dialect;
use limosa_sql::split::Demand;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "null-rows",
    title: "rows have no value in a column that has to have one",
    postgres: &["23502"],
    mysql: &["1048", "1138", "1364"],
    sqlite: &["1299"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    if refusal.inserts() {
        return Some(plain(
            "a row is written without a value for a column that has to have one, and the database has no default for it",
            "give the column a value in the statement, or the field a `db_default`",
        ));
    }
    let found = match refusal.demand() {
        Some(Demand::NotNull(column)) => refusal.table().map(|table| (table, column)),
        _ if refusal.dialect == Dialect::Sqlite => {
            refusal.columns_of_sqlite().and_then(|(table, columns)| Some((table, columns.into_iter().next()?)))
        }
        _ => None,
    };
    let Some((table, column)) = found else {
        return Some(plain("rows have no value in a column that has to have one", FIX));
    };
    let query = format!("SELECT count(*) AS rows_without FROM {table} WHERE {} IS NULL", refusal.quote(&column));
    let cause = format!("rows have no value in {}, which has to have one from now on", refusal.quote(&column));
    Some(Explanation { query: Some(query), ..plain(cause, FIX) })
}

const FIX: &str = "give these rows a value, in a data migration before this one, or the field a default";
