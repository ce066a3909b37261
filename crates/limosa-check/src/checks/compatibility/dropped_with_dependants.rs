//! BC013.

use limosa_model::field::FieldKind;
use limosa_model::index::ConstraintKind;
use limosa_model::operations::OperationKind;
use limosa_model::{SmolStr, Value};
use limosa_sql::effect::TableChange;
use limosa_sql::model::FieldView;

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;

declare! {
    /// A column is dropped, and something else goes with it without being named.
    ///
    /// PostgreSQL drops indexes and constraints over several columns with any of them, and `CASCADE`, which Django's `RemoveField` says
    /// there, takes generated columns and views along; MySQL takes the column out of its indexes. A rule that the code relies on is gone, and
    /// queries are slow that were fast. Name what depends on the column in operations of its own, before the column is dropped.
    ///
    /// # Example
    ///
    /// ```python,postgres
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["number", "note"], name="order_idx")),
    ///     migrations.RunSQL("ALTER TABLE shop_order DROP COLUMN note", ""),
    /// ]
    /// ```
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["number", "status"], name="order_idx")),
    ///     migrations.RunSQL("ALTER TABLE shop_order DROP COLUMN status", ""),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["number", "status"], name="order_idx")),
    ///     migrations.RemoveIndex("order", "order_idx"),
    ///     migrations.RunSQL("ALTER TABLE shop_order DROP COLUMN status", ""),
    /// ]
    /// ```
    "BC013" "dropped-with-dependants",
    group: Compatibility,
    level: Warning,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, change) in subject.alterations_of_old_tables() {
        let TableChange::DropColumn { column, cascade, .. } = change else {
            continue;
        };
        let dependants = dependants(subject, table, column);
        if !dependants.is_empty() {
            findings
                .about(effect, format!("with `{table}.{column}` goes {}", dependants.join(", ")))
                .help("drop what depends on it in operations of their own, before the column")
                .table(table);
        } else if *cascade {
            findings
                .about(
                    effect,
                    format!("everything that depends on `{table}.{column}` is dropped with it, whatever it is"),
                )
                .help("leave `CASCADE` out, and drop what depends on the column by name")
                .table(table);
        }
    }
}

/// Returns what the models say depends on a column beside other columns.
fn dependants(subject: &Subject<'_>, table: &str, column: &str) -> Vec<String> {
    let before = subject.operation.and_then(|operation| known::model(&operation.before, subject.context(), table));
    let Some(view) = before else { return Vec::new() };
    let is_it = |field: &&FieldView| field.column.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(column));
    let Some(field) = view.fields.iter().find(is_it) else {
        return Vec::new();
    };
    let names = |fields: &[SmolStr]| fields.iter().any(|name| name.trim_start_matches('-') == field.name);
    let options = &view.state.options;
    let mut found = Vec::new();
    for generated in &view.fields {
        if let FieldKind::Generated { .. } = &generated.field.kind
            && generated.field.kwargs.get("expression").is_some_and(|expression| mentions(expression, &field.name))
        {
            found.push(format!("the generated column `{}`", generated.column_name()));
        }
    }
    // Django's own operation refuses a state in which these name a field that is gone, or removes them.
    if subject
        .operation
        .and_then(|operation| operation.operation)
        .is_some_and(|op| !matches!(op.kind, OperationKind::RunSql(_)))
    {
        return found;
    }
    let indexes = options.indexes.iter().filter(|index| index.fields.len() > 1 && names(&index.fields));
    found.extend(indexes.map(|index| format!("the index `{}`", index.name)));
    for constraint in &options.constraints {
        let depends = match &constraint.kind {
            ConstraintKind::Unique(unique) => unique.fields.len() > 1 && names(&unique.fields),
            ConstraintKind::Check(condition) => mentions(condition, &field.name),
            ConstraintKind::Exclusion(exclusion) => {
                exclusion.expressions.iter().any(|(expression, _)| mentions(expression, &field.name))
            }
            ConstraintKind::Custom(_) => false,
        };
        found.extend(depends.then(|| format!("the constraint `{}`", constraint.name)));
    }
    let together = options.unique_together.iter().filter(|fields| fields.len() > 1 && names(fields));
    found.extend(together.map(|fields| format!("that ({}) are unique together", fields.join(", "))));
    found
}

/// Returns whether an expression names a field.
fn mentions(value: &Value, field: &str) -> bool {
    let names = |lookup: &str| lookup.split("__").next() == Some(field);
    match value {
        Value::Str(text) => names(text),
        Value::Call(call) => {
            call.kwargs.iter().any(|(name, value)| names(name) || mentions(value, field))
                || call.args.iter().any(|value| mentions(value, field))
        }
        Value::Tuple(items) | Value::List(items) | Value::Set(items) => items.iter().any(|item| mentions(item, field)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn dependants() {
        let generated = "migrations.AddField('order', 'double', models.GeneratedField(expression=models.F('number') * 2, \
                         output_field=models.IntegerField(), db_persist=True))\n----\n";
        let [number, note] =
            ["number", "note"].map(|name| format!("{generated}ALTER TABLE shop_order DROP COLUMN {name}"));
        let unique = "migrations.AlterUniqueTogether('order', {('customer', 'number')})\n----\n";
        let [in_unique, not_in] =
            ["number", "note"].map(|name| format!("{unique}ALTER TABLE shop_order DROP COLUMN {name}"));
        let in_capitals = in_unique.replace("COLUMN number", "COLUMN NUMBER");
        let cases = [
            (number.as_str(), 1),
            (note.as_str(), 0),
            (in_unique.as_str(), 1),
            (in_capitals.as_str(), 1),
            (not_in.as_str(), 0),
            ("migrations.RemoveField('order', 'note')", 0),
            ("ALTER TABLE shop_order DROP COLUMN note", 0),
            ("ALTER TABLE elsewhere DROP COLUMN note", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(&CHECK, Dialect::Postgres, &[("ALTER TABLE shop_order DROP COLUMN note CASCADE", 1)]);
    }
}
