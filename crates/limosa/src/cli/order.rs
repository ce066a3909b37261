//! Two migrations whose order nothing settles, for people and for programs.

use limosa_model::{MigrationId, SmolStr};
use limosa_plan::branches::Unordered;
use serde::Serialize;

use super::printer::WARN;

/// Two migrations whose order nothing settles, in JSON.
#[derive(Serialize)]
pub(super) struct Pair<'a> {
    first: Named<'a>,
    second: Named<'a>,
    tables: &'a [SmolStr],
    reversed: bool,
}

#[derive(Serialize)]
struct Named<'a> {
    app: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Unordered> for Pair<'a> {
    fn from(pair: &'a Unordered) -> Self {
        Self {
            first: Named::from(&pair.first),
            second: Named::from(&pair.second),
            tables: &pair.tables,
            reversed: pair.is_reversed,
        }
    }
}

impl<'a> From<&'a MigrationId> for Named<'a> {
    fn from(id: &'a MigrationId) -> Self {
        Self { app: &id.app, name: &id.name }
    }
}

/// Returns the line for people, with both orders.
pub(super) fn line(pair: &Unordered) -> String {
    let Unordered { first, second, tables, is_reversed } = pair;
    let rows = match &tables[..] {
        [] => "may change the same rows".to_owned(),
        tables => format!("both may change rows of {}", tables.join(", ")),
    };
    let other = if *is_reversed { "an empty database gets" } else { "another database may have got" };
    format!(
        "{WARN}warning{WARN:#}: {first} and {second} {rows}, and neither depends on the other: here {first} comes first, {other} {second} \
         first; let one depend on the other\n"
    )
}
