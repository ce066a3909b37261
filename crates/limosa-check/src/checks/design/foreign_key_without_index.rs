//! DS005.

use std::collections::BTreeSet;

use limosa_model::index::ConstraintKind as Kind;
use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};
use limosa_sql::model::Models;

use crate::check::declare;
use crate::finding::Findings;
use crate::plan::PlannedOperation;
use crate::subject::Subject;

declare! {
    /// A foreign key has no index.
    ///
    /// Each delete and each change of a key in the other table looks for rows that refer to it, and without an index it reads the whole table.
    /// MySQL makes such an index itself.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "payer", models.ForeignKey("shop.Customer", models.CASCADE, null=True, related_name="+", db_index=False)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "payer", models.ForeignKey("shop.Customer", models.CASCADE, null=True, related_name="+")),
    /// ]
    /// ```
    "DS005" "foreign-key-without-index",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres, Sqlite],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let meant = || subject.migration.operations.iter().flat_map(PlannedOperation::meant);
    let keys: Vec<(&str, &str)> = meant().flat_map(foreign_keys).collect();
    if keys.is_empty() {
        return;
    }
    let mut indexed: BTreeSet<(String, String)> = of_models(subject);
    let migrations = subject.deploy.iter();
    let statements = migrations.flat_map(|migration| &migration.operations).flat_map(|operation| &operation.statements);
    for (effect, _) in statements.flat_map(|statement| &statement.effects) {
        indexed.extend(indexes(effect));
    }
    indexed.extend(meant().flat_map(indexes));
    for (table, column) in keys {
        if !indexed.contains(&(table.to_owned(), column.to_owned())) {
            findings
                .report(format!("the foreign key `{table}.{column}` has no index"))
                .help("add one that begins with the column (`db_index=True`)")
                .table(table);
        }
    }
}

fn foreign_keys(effect: &Effect) -> Vec<(&str, &str)> {
    let of_column = |column: &ColumnDefinition| column.references.is_some();
    match effect {
        Effect::CreateTable { table, columns, constraints, .. } => {
            let columns = columns.iter().filter(|column| of_column(column)).map(|column| column.name.as_str());
            columns
                .chain(constraints.iter().filter_map(first_of_foreign_key))
                .map(|column| (table.as_str(), column))
                .collect()
        }
        Effect::AlterTable { table, change } => {
            let column = match change {
                TableChange::AddColumn(column) if of_column(column) => Some(column.name.as_str()),
                TableChange::AddConstraint { kind, .. } => first_of_foreign_key(kind),
                _ => None,
            };
            column.map(|column| (table.as_str(), column)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn first_of_foreign_key(kind: &ConstraintKind) -> Option<&str> {
    match kind {
        ConstraintKind::ForeignKey { columns, .. } => columns.first().map(String::as_str),
        _ => None,
    }
}

/// Returns the columns with which the indexes begin that an effect makes.
fn indexes(effect: &Effect) -> Vec<(String, String)> {
    let unique = |kind: &ConstraintKind| match kind {
        ConstraintKind::Unique(columns) | ConstraintKind::PrimaryKey(columns) => columns.first().cloned(),
        _ => None,
    };
    let column = |column: &ColumnDefinition| (column.unique || column.primary_key).then(|| column.name.clone());
    let (table, columns): (_, Vec<String>) = match effect {
        Effect::CreateTable { table, columns, constraints, .. } => {
            (table, columns.iter().filter_map(column).chain(constraints.iter().filter_map(unique)).collect())
        }
        Effect::CreateIndex { table, columns, partial: false, .. } => {
            (table, columns.first().cloned().flatten().into_iter().collect())
        }
        Effect::AlterTable { table, change } => {
            let first = match change {
                TableChange::AddColumn(added) => column(added),
                TableChange::AddConstraint { kind, .. } => unique(kind),
                _ => None,
            };
            (table, first.into_iter().collect())
        }
        _ => return Vec::new(),
    };
    columns.into_iter().map(|column| (table.clone(), column)).collect()
}

/// Returns the columns with which the indexes of the models begin, with their tables.
fn of_models(subject: &Subject<'_>) -> BTreeSet<(String, String)> {
    let state = &subject.migration.after;
    let models = Models::new(state, subject.context());
    let mut found = BTreeSet::new();
    for model in state.models().filter_map(|model| models.model(&model.id()).ok()) {
        let options = &model.state.options;
        let mut first: Vec<&str> =
            options.unique_together.iter().filter_map(|fields| fields.first()).map(|name| name.as_str()).collect();
        first.extend(
            options.indexes.iter().filter_map(|index| index.fields.first()).map(|name| name.trim_start_matches('-')),
        );
        let unique = options.constraints.iter().filter_map(|constraint| match &constraint.kind {
            Kind::Unique(unique) if unique.condition.is_none() => unique.fields.first(),
            _ => None,
        });
        first.extend(unique.map(|name| name.as_str()));
        for view in &model.fields {
            if view.field.db_index || view.field.unique() || first.contains(&view.name.as_str()) {
                found.insert((model.table.to_string(), view.column_name().to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"ALTER TABLE shop_order ADD COLUMN payer bigint REFERENCES shop_customer (id)"#, 1),
                (
                    r#"CREATE TABLE fresh (a bigint REFERENCES shop_customer (id), b bigint, FOREIGN KEY (b) REFERENCES shop_customer (id))"#,
                    2,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN payer bigint REFERENCES shop_customer (id); CREATE INDEX i ON shop_order (payer)"#,
                    0,
                ),
                (r#"ALTER TABLE shop_order ADD COLUMN payer bigint UNIQUE REFERENCES shop_customer (id)"#, 0),
                (r#"CREATE TABLE fresh (a bigint PRIMARY KEY REFERENCES shop_customer (id))"#, 0),
                (
                    r#"migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True)), ("c", models.ForeignKey("shop.Customer", models.CASCADE))])"#,
                    0,
                ),
                (
                    r#"migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True)), ("c", models.ForeignKey("shop.Customer", models.CASCADE, db_index=False))])"#,
                    1,
                ),
                (
                    r#"migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True)), ("c", models.ForeignKey("shop.Customer", models.CASCADE, db_index=False))], options={"indexes": [models.Index(fields=["c", "id"], name="i")]})"#,
                    0,
                ),
            ],
        );
    }
}
