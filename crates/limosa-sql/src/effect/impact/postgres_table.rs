//! What an action of `ALTER TABLE` costs on PostgreSQL.

use super::postgres::{ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, attribute_mode, lock, targets};
use super::postgres_types::{TypeChange, type_change};
use super::{Impact, Work};
use crate::catalog::{Constraint, Table};
use crate::dialect::Context;
use crate::effect::{ColumnDefinition, ConstraintKind, Generated, TableChange, Using};

const CHECKED: &str = "every row is checked";
const CATALOG: &str = "only the catalog changes";

pub(super) fn impact(name: &str, change: &TableChange, table: Option<&Table>, context: &Context) -> Impact {
    let of = |mode: &str, work, why: &str| Impact::new(vec![lock(name, mode)], work, why);
    match change {
        TableChange::AddColumn(column) => add_column(name, column, context),
        TableChange::AlterType { column, to, using, collation } => {
            alter_type(name, table, column, to, (*using, collation.as_deref()))
        }
        TableChange::SetNotNull { column } => {
            set_not_null(of(ACCESS_EXCLUSIVE, Work::Scan, "every row is checked for NULL"), table, column, context)
        }
        TableChange::AddConstraint { kind, not_valid, using_index, .. } => {
            add_constraint(name, table, kind, *not_valid, using_index.as_deref())
        }
        TableChange::ValidateConstraint { name: constraint } => {
            let mut impact = of(SHARE_UPDATE_EXCLUSIVE, Work::Scan, CHECKED);
            let own = targets(table, |found| found.name == *constraint);
            impact.locks.extend(own.map(|target| lock(target, "ROW SHARE")));
            impact
        }
        TableChange::DropConstraint { name: constraint, .. } => {
            dropping(of(ACCESS_EXCLUSIVE, Work::Catalog, CATALOG), table, |found| {
                constraint.as_deref() == Some(found.name.as_str())
            })
        }
        TableChange::DropColumn { column, .. } => {
            dropping(of(ACCESS_EXCLUSIVE, Work::Catalog, "the column is hidden, its values stay"), table, |found| {
                found.mentions(column)
            })
        }
        TableChange::AttachPartition { partition } => {
            let mode = if context.server_version >= (12, 0, 0) { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            let locks = vec![lock(name, mode), lock(partition, ACCESS_EXCLUSIVE)];
            Impact::new(locks, Work::Scan, "every row of the partition is checked, unless a constraint says the same")
                .unsure()
        }
        TableChange::DetachPartition { partition, concurrently } => {
            let mode = if *concurrently { SHARE_UPDATE_EXCLUSIVE } else { ACCESS_EXCLUSIVE };
            Impact::new(vec![lock(name, mode), lock(partition, ACCESS_EXCLUSIVE)], Work::Catalog, CATALOG)
        }
        TableChange::Rebuild { verb } => of(ACCESS_EXCLUSIVE, Work::Rewrite, &format!("{verb} writes every row anew")),
        TableChange::Attribute { verb } => of(attribute_mode(verb), Work::Catalog, CATALOG),
        TableChange::RenameColumn { .. }
        | TableChange::DropNotNull { .. }
        | TableChange::SetDefault { .. }
        | TableChange::AlterConstraint { .. }
        | TableChange::Identity { .. }
        | TableChange::SetSchema { .. }
        | TableChange::RenameIndex { .. }
        | TableChange::DropIndex { .. } => of(ACCESS_EXCLUSIVE, Work::Catalog, CATALOG),
        TableChange::ModifyColumn { .. }
        | TableChange::AddIndex { .. }
        | TableChange::Online(_)
        | TableChange::Unknown { .. } => {
            of(ACCESS_EXCLUSIVE, Work::Rewrite, "nobody knows what the action does").unsure()
        }
    }
}

fn add_column(name: &str, column: &ColumnDefinition, context: &Context) -> Impact {
    let mut impact = Impact::new(vec![lock(name, ACCESS_EXCLUSIVE)], Work::Catalog, "no row is touched");
    if let Some(target) = column.references.as_deref().filter(|target| *target != name) {
        impact.locks.push(lock(target, SHARE_ROW_EXCLUSIVE));
    }
    let default = column.default.as_deref().filter(|default| !default.eq_ignore_ascii_case("NULL"));
    let rewrites = if column.generated == Some(Generated::Stored) {
        Some("the generated value of every row is computed and written")
    } else if column.identity {
        Some("every row gets a number of its own")
    } else if column.volatile_default {
        Some("the default is computed for every row")
    } else if default.is_some() && context.server_version < (11, 0, 0) {
        Some("the default is written to every row")
    } else {
        None
    };
    if column.check || column.references.is_some() && default.is_some() || column.not_null && default.is_none() {
        impact = impact.at_least(Work::Scan, CHECKED);
    }
    if column.unique || column.primary_key {
        impact = impact.at_least(Work::BuildIndex, "an index is built");
    }
    rewrites.into_iter().fold(impact, |impact, why| impact.at_least(Work::Rewrite, why))
}

fn alter_type(
    name: &str,
    table: Option<&Table>,
    column: &str,
    to: &str,
    (using, collation): (Using, Option<&str>),
) -> Impact {
    let mut impact =
        Impact::new(vec![lock(name, ACCESS_EXCLUSIVE)], Work::Catalog, "the new type holds the same bytes");
    let Some((table, old)) = table.and_then(|table| Some((table, table.column(column)?))) else {
        return impact.at_least(Work::Rewrite, "the old type is not known").unsure();
    };
    impact = dropping(impact, Some(table), |found| found.mentions(column));
    let from = old.data_type.as_str();
    let change = type_change(from, to);
    if using == Using::Expression {
        // It may be one that changes nothing, but only the server can tell.
        let known = change != TypeChange::Rewrite;
        let impact = impact.at_least(Work::Rewrite, &format!("an expression computes {to} from {from}"));
        return if known { impact.unsure() } else { impact };
    }
    let rewritten = format!("every row is written anew because {from} becomes {to}");
    match change {
        TypeChange::Rewrite => return impact.at_least(Work::Rewrite, &rewritten),
        TypeChange::UnlessUtc => {
            let why = format!("{rewritten}, unless the session's time zone is UTC");
            return impact.at_least(Work::Rewrite, &why).unsure();
        }
        TypeChange::Catalog | TypeChange::Indexes => {}
    }
    let own = || table.constraints.iter().filter(|found| found.mentions(column));
    if own().any(|found| found.check) {
        impact = impact.at_least(Work::Scan, "a check on the column is checked for every row");
    }
    let collates = collation != old.collation.as_deref() && (collation.is_some() || old.collation.is_some());
    let indexed = own().any(|found| found.index || found.unique || found.primary_key);
    if indexed && (change == TypeChange::Indexes || collates) {
        return impact.at_least(Work::BuildIndex, "indexes on the column are built anew");
    }
    // An index over an expression or with a condition may hold the column without saying so.
    let hidden = table.constraints.iter().any(|found| found.index && found.columns.iter().any(Option::is_none));
    if hidden {
        impact.at_least(Work::BuildIndex, "an index over an expression may be built anew").unsure()
    } else {
        impact
    }
}

/// A check that says the same was validated before, or the column demands a value already.
fn set_not_null(impact: Impact, table: Option<&Table>, column: &str, context: &Context) -> Impact {
    let Some(table) = table else { return impact };
    let demanded = table.column(column).is_some_and(|column| !column.nullable);
    let says = |found: &Constraint| found.check && found.valid && demands_value(found, column);
    if demanded || context.server_version >= (12, 0, 0) && table.constraints.iter().any(says) {
        let why = if demanded { CATALOG } else { "a validated check says that there is no NULL" };
        return Impact { work: Work::Catalog, why: why.to_owned(), ..impact };
    }
    impact
}

/// Returns whether a check says that a column is not NULL, and nothing else.
fn demands_value(check: &Constraint, column: &str) -> bool {
    let Some(definition) = &check.definition else { return false };
    let text = definition.to_ascii_lowercase().replace(['(', ')', '"', ' '], "");
    let text = text.strip_prefix("check").unwrap_or(&text);
    text == format!("{}isnotnull", column.to_ascii_lowercase().replace(' ', ""))
}

fn add_constraint(
    name: &str,
    table: Option<&Table>,
    kind: &ConstraintKind,
    not_valid: bool,
    using_index: Option<&str>,
) -> Impact {
    let of = |mode: &str, work, why: &str| Impact::new(vec![lock(name, mode)], work, why);
    let unchecked = "the rows that are there go unchecked";
    match kind {
        ConstraintKind::ForeignKey { to_table, .. } => {
            let mut impact = match not_valid {
                true => of(SHARE_ROW_EXCLUSIVE, Work::Catalog, unchecked),
                false => of(SHARE_ROW_EXCLUSIVE, Work::Scan, "every row is checked against the other table"),
            };
            if to_table != name {
                impact.locks.push(lock(to_table, SHARE_ROW_EXCLUSIVE));
            }
            impact
        }
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) if not_valid => {
            of(ACCESS_EXCLUSIVE, Work::Catalog, unchecked)
        }
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => of(ACCESS_EXCLUSIVE, Work::Scan, CHECKED),
        ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) if using_index.is_some() => {
            let impact = of(ACCESS_EXCLUSIVE, Work::Catalog, "it takes an index that is there");
            taking(impact, table, kind, using_index)
        }
        ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Exclusion => {
            of(ACCESS_EXCLUSIVE, Work::BuildIndex, "an index is built")
        }
    }
}

/// A primary key demands values, which every row is checked for where the columns do not demand them yet.
fn taking(impact: Impact, table: Option<&Table>, kind: &ConstraintKind, index: Option<&str>) -> Impact {
    if !matches!(kind, ConstraintKind::PrimaryKey(_)) {
        return impact;
    }
    let columns = table.and_then(|table| Some((table, &table.constraint(index?)?.columns)));
    let Some((table, columns)) = columns else {
        return impact.at_least(Work::Scan, "every row is checked for NULL, unless the columns refuse it").unsure();
    };
    let nullable = columns.iter().flatten().any(|name| table.column(name).is_none_or(|column| column.nullable));
    if nullable { impact.at_least(Work::Scan, "every row is checked for NULL") } else { impact }
}

/// Adds the tables that foreign keys refer to which go or are made anew: their triggers go with them.
fn dropping(mut impact: Impact, table: Option<&Table>, asked: impl Fn(&Constraint) -> bool) -> Impact {
    let others = targets(table, asked).map(|target| lock(target, ACCESS_EXCLUSIVE)).collect::<Vec<_>>();
    impact.locks.extend(others);
    impact
}
