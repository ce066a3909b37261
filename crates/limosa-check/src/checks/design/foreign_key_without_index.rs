//! DS005.

use limosa_model::index::ConstraintKind as Kind;
use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};
use limosa_sql::model::FieldView;

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
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
    let keys = subject.migration.operations.iter().flat_map(PlannedOperation::meant).flat_map(foreign_keys);
    for (table, column) in keys {
        if !has_index(subject, table, column) {
            findings
                .report(format!("the foreign key `{table}.{column}` has no index"))
                .help("add one that begins with the column (`db_index=True`)")
                .table(table);
        }
    }
}

/// Returns whether an index begins with a column: of the models, or one that the deploy makes.
fn has_index(subject: &Subject<'_>, table: &str, column: &str) -> bool {
    let is_it = |(other, first): (&str, &str)| known::is_same(other, table) && first.eq_ignore_ascii_case(column);
    let operations = || subject.deploy.iter().flat_map(|migration| &migration.operations);
    let statements = operations().flat_map(|operation| &operation.statements);
    is_indexed(subject, table, column)
        || statements.flat_map(|statement| &statement.effects).any(|(effect, _)| indexes(effect).into_iter().any(is_it))
        || operations().flat_map(PlannedOperation::meant).any(|effect| indexes(effect).into_iter().any(is_it))
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

/// Returns the columns with which the indexes begin that an effect makes, each with its table.
fn indexes(effect: &Effect) -> Vec<(&str, &str)> {
    let (table, columns): (_, Vec<&str>) = match effect {
        Effect::CreateTable { table, columns, constraints, .. } => (
            table,
            columns.iter().filter_map(unique_column).chain(constraints.iter().filter_map(first_of_unique)).collect(),
        ),
        Effect::CreateIndex { table, columns, partial: false, .. } => {
            (table, columns.first().and_then(Option::as_deref).into_iter().collect())
        }
        Effect::AlterTable { table, change } => {
            let first = match change {
                TableChange::AddColumn(added) => unique_column(added),
                TableChange::AddConstraint { kind, .. } => first_of_unique(kind),
                _ => None,
            };
            (table, first.into_iter().collect())
        }
        _ => return Vec::new(),
    };
    columns.into_iter().map(|column| (table.as_str(), column)).collect()
}

fn unique_column(column: &ColumnDefinition) -> Option<&str> {
    (column.unique || column.primary_key).then_some(column.name.as_str())
}

fn first_of_unique(kind: &ConstraintKind) -> Option<&str> {
    match kind {
        ConstraintKind::Unique(columns) | ConstraintKind::PrimaryKey(columns) => columns.first().map(String::as_str),
        _ => None,
    }
}

/// Returns whether the models say that an index begins with a column.
fn is_indexed(subject: &Subject<'_>, table: &str, column: &str) -> bool {
    let Some(model) = known::model(&subject.migration.after, subject.context(), table) else { return false };
    let options = &model.state.options;
    let together = options.unique_together.iter().filter_map(|fields| fields.first());
    let indexes = options.indexes.iter().filter_map(|index| index.fields.first());
    let unique = options.constraints.iter().filter_map(|constraint| match &constraint.kind {
        Kind::Unique(unique) if unique.condition.is_none() => unique.fields.first(),
        _ => None,
    });
    let mut first = together.chain(indexes).chain(unique);
    let is_it = |view: &&FieldView| view.column_name().eq_ignore_ascii_case(column);
    model.fields.iter().find(is_it).is_some_and(|view| {
        view.field.db_index || view.field.unique() || first.any(|name| name.trim_start_matches('-') == view.name)
    })
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
