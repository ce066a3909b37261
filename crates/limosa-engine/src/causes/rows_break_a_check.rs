//! Rows that a new check refuses.

use limosa_sql::split::Demand;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "rows-break-a-check",
    title: "rows do not fulfil a check, or overlap where that is excluded",
    postgres: &["23514", "23P01"],
    mysql: &["3819", "4025"],
    sqlite: &["275"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    if refusal.inserts() {
        return Some(plain("a row is written that a check of its table refuses", "mend the values in the statement"));
    }
    let explanation = plain(
        "rows that are there do not fulfil the new constraint",
        "mend these rows, in a data migration before this one or by hand",
    );
    let (Some(Demand::Check(condition)), Some(table)) = (refusal.demand(), refusal.table()) else {
        return Some(explanation);
    };
    let query = format!("SELECT count(*) AS rows_that_break_it FROM {table} WHERE NOT ({condition})");
    Some(Explanation { query: Some(query), ..explanation })
}
