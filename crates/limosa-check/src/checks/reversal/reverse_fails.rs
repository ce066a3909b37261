//! RV005.

use limosa_model::ModelId;
use limosa_model::field::FieldKind;
use limosa_model::operations::OperationKind;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// Unapplying the operation fails as soon as the table has rows.
    ///
    /// The way back adds a column that demands a value, and neither the field nor the database has one for the rows that are there. It
    /// works on the empty database of the tests, and not where it is needed. Give the field a default before it is removed.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RemoveField("order", "total"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "total", models.DecimalField(max_digits=10, decimal_places=2, default=0)),
    ///     migrations.RemoveField("order", "total"),
    /// ]
    /// ```
    "RV005" "reverse-fails",
    group: Reversal,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(planned) = subject.operation else { return };
    let Some(OperationKind::RemoveField(op)) = planned.operation.map(|operation| &operation.kind) else { return };
    let id = ModelId::new(subject.migration.id().app.as_str(), &op.model);
    let Some(field) = planned.before.get(&id).and_then(|model| model.field(&op.name).ok()) else { return };
    // Django fills texts that may be blank with empty ones.
    let filled =
        field.null || field.default.is_some() || field.db_default.is_some() || field.kind.is_textual() && field.blank;
    if filled || field.kind.is_auto() || matches!(field.kind, FieldKind::Generated { .. }) {
        return;
    }
    for (table, column, effect) in subject.dropped_columns() {
        findings
            .about(
                effect,
                format!("unapplying it adds `{table}.{column}` without a value for the rows that are there, and fails"),
            )
            .help("give the field a `default` (or `null=True`) in an operation before it is removed")
            .table(table);
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn fields() {
        let cases = [
            ("migrations.RemoveField('order', 'total')", 1),
            ("migrations.RemoveField('order', 'customer')", 1),
            ("migrations.RemoveField('order', 'status')", 0),
            ("migrations.RemoveField('order', 'paid_at')", 0),
            ("migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('order', 'total')])", 0),
            ("migrations.DeleteModel('order')", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
