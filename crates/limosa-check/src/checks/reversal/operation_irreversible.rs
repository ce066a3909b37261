//! RV003.

use limosa_model::operations::OperationKind;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An operation of the project's own says that nothing takes it back.
    ///
    /// Its class has `reversible = False`. The migration cannot be unapplied, and neither can any migration before it.
    ///
    /// # Example
    ///
    /// ```python
    /// class Refresh(migrations.operations.base.Operation):
    ///     reversible = False
    ///
    ///     def state_forwards(self, app_label, state):
    ///         pass
    ///
    ///     def database_forwards(self, app_label, schema_editor, from_state, to_state):
    ///         schema_editor.execute("UPDATE shop_order SET number = 1 WHERE number = 0")
    ///
    /// operations = [
    ///     Refresh(),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// class Refresh(migrations.operations.base.Operation):
    ///     reversible = True
    ///
    ///     def state_forwards(self, app_label, state):
    ///         pass
    ///
    ///     def database_forwards(self, app_label, schema_editor, from_state, to_state):
    ///         schema_editor.execute("UPDATE shop_order SET number = 1 WHERE number = 0")
    ///
    ///     def database_backwards(self, app_label, schema_editor, from_state, to_state):
    ///         pass
    ///
    /// operations = [
    ///     Refresh(),
    /// ]
    /// ```
    "RV003" "operation-irreversible",
    group: Reversal,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(OperationKind::Custom(op)) =
        subject.operation.and_then(|operation| operation.operation).map(|operation| &operation.kind)
        && !op.reversible
        && op.runs
    {
        let class = op.class.rsplit('.').next().unwrap_or(&op.class);
        findings
            .report(format!("`{class}` cannot be taken back, and so no migration before it can"))
            .help("give the class a `database_backwards`, and `reversible = True`");
    }
}
