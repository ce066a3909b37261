//! RV002.

use limosa_model::operations::OperationKind;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// SQL runs that nothing takes back.
    ///
    /// A `RunSQL` without `reverse_sql` cannot be unapplied, and neither can any migration before it. Where nothing needs to be taken back,
    /// say so with `RunSQL.noop` (in a file of SQL: an empty part `backwards`).
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RunSQL("UPDATE shop_order SET number = 1 WHERE number = 0"),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.RunSQL("UPDATE shop_order SET number = 1 WHERE number = 0", migrations.RunSQL.noop),
    /// ]
    /// ```
    "RV002" "sql-irreversible",
    group: Reversal,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if let Some(OperationKind::RunSql(op)) =
        subject.operation.and_then(|operation| operation.operation).map(|operation| &operation.kind)
        && op.reverse_sql.is_none()
    {
        findings
            .report("the SQL cannot be taken back, and so no migration before it can")
            .help("write `reverse_sql`, or `migrations.RunSQL.noop` where nothing needs to be taken back");
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn scripts() {
        let cases = [
            ("migrations.RunSQL('SELECT 1')", 1),
            ("migrations.RunSQL([('SELECT %s', [1])])", 1),
            ("migrations.RunSQL('SELECT 1', '')", 0),
            ("migrations.RunSQL('SELECT 1', reverse_sql=migrations.RunSQL.noop)", 0),
            ("migrations.RunPython(migrations.RunPython.noop)", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
