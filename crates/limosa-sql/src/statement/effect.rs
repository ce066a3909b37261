//! What statements do to the catalog.

use smol_str::SmolStr;

use super::{CreateIndex, IndexColumns, Statement};
use crate::catalog::{Catalog, Constraint, PLAIN_INDEX, SortOrder};
use crate::dialect::Dialect;

impl Statement {
    /// Adds to the catalog what the statement creates.
    pub fn apply(&self, catalog: &mut Catalog) {
        let dialect = catalog.dialect();
        let constraint = match self {
            // What it does is known only by looking at the database again.
            Self::Foreign(foreign) => {
                if let Some([table, name, column]) = &foreign.index {
                    let index = Constraint::index(name.clone(), [column.clone()]);
                    catalog.add_constraint(table, stored(dialect, index));
                }
                return;
            }
            Self::CreateIndex(index) => index.constraint(dialect),
            Self::AddUnique(unique) => {
                let name = unique.name.resolve(dialect, &unique.table, &unique.columns);
                if dialect == Dialect::Sqlite {
                    Constraint::unique_index(name, unique.columns.iter().cloned())
                } else {
                    Constraint::unique(name, unique.columns.iter().cloned())
                }
            }
            Self::AddForeignKey(key) => Constraint::foreign_key(
                key.name(dialect),
                key.column.clone(),
                key.to_table.clone(),
                key.to_column.clone(),
            ),
            Self::AddCheck(check) => Constraint {
                valid: !check.not_valid,
                definition: check.check.contains("IS NOT NULL").then(|| check.check.clone()),
                ..Constraint::check(check.name.clone(), check.columns.iter().cloned())
            },
            Self::AddExclusion(exclusion) => {
                Constraint::exclusion(exclusion.name.clone(), exclusion.columns.names().iter().cloned())
            }
        };
        catalog.add_constraint(self.table(), stored(dialect, constraint));
    }
}

/// Returns a constraint with its names as the database keeps them.
pub(crate) fn stored(dialect: Dialect, mut constraint: Constraint) -> Constraint {
    constraint.name = stored_name(dialect, &constraint.name);
    for column in constraint.columns.iter_mut().flatten() {
        *column = stored_name(dialect, column);
    }
    if let Some(target) = &mut constraint.foreign_key {
        target.column = stored_name(dialect, &target.column);
    }
    constraint
}

/// Returns a name as the database keeps it: PostgreSQL cuts what is longer than 63 bytes.
pub(crate) fn stored_name(dialect: Dialect, name: &str) -> SmolStr {
    let mut end = if dialect == Dialect::Postgres { name.len().min(63) } else { name.len() };
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].into()
}

impl CreateIndex {
    fn constraint(&self, dialect: Dialect) -> Constraint {
        let name = self.name.resolve(dialect, &self.table, self.columns.names());
        let btree = self.using.as_deref().is_none_or(|method| method == "btree");
        let plain = btree && !name.ends_with("_btree") && !self.extra.starts_with(" WITH (");
        let (mut columns, mut orders): (Vec<Option<SmolStr>>, Vec<Option<SortOrder>>) = match &self.columns {
            IndexColumns::Columns { names, descending, .. } => names
                .iter()
                .enumerate()
                .map(|(position, column)| {
                    let descending = descending.get(position).copied().unwrap_or(false);
                    let order = if descending { SortOrder::Desc } else { SortOrder::Asc };
                    (Some(column.clone()), btree.then_some(order))
                })
                .unzip(),
            // MySQL lists each expression without a name, and Django takes them for one.
            IndexColumns::Expressions { sql, names } if dialect == Dialect::MySql => match names.as_slice() {
                [column] if is_column(dialect, sql, column) => (vec![Some(column.clone())], vec![Some(SortOrder::Asc)]),
                _ => (vec![None], vec![None]),
            },
            // Only columns of their own are listed with their names; Django lists nothing for a single expression.
            IndexColumns::Expressions { sql, names } => match names.as_slice() {
                [column] if is_column(dialect, sql, column) => (vec![Some(column.clone())], vec![Some(SortOrder::Asc)]),
                [_] | [] => (Vec::new(), Vec::new()),
                names => (vec![None; names.len()], vec![None; names.len()]),
            },
        };
        if dialect == Dialect::Postgres {
            columns.extend(self.include.iter().cloned().map(Some));
            orders.extend(self.include.iter().map(|_| None));
        }
        let access_method =
            if plain { SmolStr::new_static(PLAIN_INDEX) } else { self.using.clone().unwrap_or("btree".into()) };
        Constraint {
            name,
            columns,
            unique: self.unique,
            index: true,
            index_type: Some(access_method),
            orders,
            valid: true,
            ..Constraint::default()
        }
    }
}

fn is_column(dialect: Dialect, sql: &str, column: &str) -> bool {
    let quoted = dialect.quote_name(column);
    sql.strip_prefix(quoted.as_str()).is_some_and(|rest| matches!(rest, "" | " DESC" | " ASC"))
}
