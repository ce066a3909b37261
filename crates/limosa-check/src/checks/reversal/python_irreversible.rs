//! RV001.

use limosa_model::operations::OperationKind;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// Code runs that nothing takes back.
    ///
    /// A `RunPython` without `reverse_code` cannot be unapplied, and neither can any migration before it: the way back of a whole deploy is
    /// closed by one function. Where nothing needs to be taken back, say so with `RunPython.noop`.
    ///
    /// # Example
    ///
    /// ```python
    /// def number_again(apps, schema_editor):
    ///     apps.get_model("shop", "Order").objects.filter(number=0).update(number=1)
    ///
    /// operations = [
    ///     migrations.RunPython(number_again),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// def number_again(apps, schema_editor):
    ///     apps.get_model("shop", "Order").objects.filter(number=0).update(number=1)
    ///
    /// operations = [
    ///     migrations.RunPython(number_again, migrations.RunPython.noop),
    /// ]
    /// ```
    "RV001" "python-irreversible",
    group: Reversal,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    match subject.operation.and_then(|operation| operation.operation).map(|operation| &operation.kind) {
        Some(OperationKind::RunPython(op)) if op.reverse_code.is_none() => {
            _ = findings.report("the function cannot be taken back, and so no migration before it can").help(
                "give `reverse_code` a function, or `migrations.RunPython.noop` where nothing needs to be taken back",
            )
        }
        Some(OperationKind::RunRust(op)) if op.reverse_function.is_none() => {
            _ = findings
                .report(format!("`{}` cannot be taken back, and so no migration before it can", op.function))
                .help("name a `reverse_function`")
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn functions() {
        let cases = [
            ("migrations.RunPython(lambda apps, schema_editor: None)", 1),
            ("migrations.RunPython(migrations.RunPython.noop)", 1),
            ("migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)", 0),
            (
                "migrations.RunPython(lambda apps, schema_editor: None, reverse_code=lambda apps, schema_editor: None)",
                0,
            ),
            ("migrations.RunSQL('SELECT 1')", 0),
            ("migrations.RemoveField('order', 'note')", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
