//! Rows that refer to rows which are not there.

use limosa_sql::split::Demand;

use super::{Entry, Explanation, Refusal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "orphan-rows",
    title: "rows refer to rows that are not there",
    postgres: &["23503"],
    mysql: &["1216", "1217", "1451", "1452"],
    sqlite: &["787"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let explanation = in_general();
    let (Some(Demand::Reference { column, to_table, to_column }), Some(table)) = (refusal.demand(), refusal.table())
    else {
        return Some(explanation);
    };
    let (column, to_table, to_column) = (refusal.quote(&column), refusal.quote(&to_table), refusal.quote(&to_column));
    let query = format!(
        "SELECT c.{column}, count(*) AS how_often FROM {table} c LEFT JOIN {to_table} p ON p.{to_column} = c.{column} \
         WHERE c.{column} IS NOT NULL AND p.{to_column} IS NULL GROUP BY c.{column} ORDER BY how_often DESC"
    );
    Some(Explanation { query: Some(query), ..explanation })
}

/// Returns what is known without a look at the statement.
pub(super) fn in_general() -> Explanation {
    plain(
        "rows refer to rows that are not there, such as those deleted while no foreign key watched",
        "delete these rows or let them refer to something, in a data migration before this one or by hand",
    )
}
