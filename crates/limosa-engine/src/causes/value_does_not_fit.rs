//! Values that the new type of a column has no room for.

use limosa_sql::split::Demand;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "value-does-not-fit",
    title: "a value does not fit into its column",
    postgres: &["22001", "22003", "22P02", "22007", "22008"],
    mysql: &["1264", "1265", "1292", "1366", "1406"],
    sqlite: &["3091"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    if refusal.inserts() {
        return Some(plain(
            "a value that is written does not fit into its column",
            "shorten the value, or widen the column before",
        ));
    }
    let fix = "shorten or convert these values, in a data migration before this one, or keep the wider type";
    // MySQL says the same of rows without a value.
    if let (Some("1265"), Some(Demand::NotNull(column)), Some(table)) =
        (refusal.error.code.as_deref(), refusal.demand(), refusal.table())
    {
        let column = refusal.quote(&column);
        let cause = format!("rows have no value in {column}, or one that its new type has no room for");
        let query =
            format!("SELECT sum({column} IS NULL) AS rows_without, max(char_length({column})) AS longest FROM {table}");
        return Some(Explanation { query: Some(query), ..plain(cause, format!("give the rows a value, {fix}")) });
    }
    Some(plain("rows hold values that the new type of the column has no room for", fix))
}
