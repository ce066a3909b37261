//! DM007.

use limosa_model::operations::{OperationKind, RunPython};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A function runs that could not be read.
    ///
    /// It is in a file that could not be found, is made by a call (`functools.partial`, a decorator, a class), or is one of several functions
    /// without names: no other check has looked at it.
    ///
    /// # Example
    ///
    /// ```python
    /// import functools
    ///
    /// def fill(number, apps, schema_editor):
    ///     apps.get_model("shop", "Order").objects.filter(number=0).update(number=number)
    ///
    /// operations = [
    ///     migrations.RunPython(functools.partial(fill, 1), migrations.RunPython.noop),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// def fill(apps, schema_editor):
    ///     apps.get_model("shop", "Order").objects.filter(number=0).update(number=1)
    ///
    /// operations = [
    ///     migrations.RunPython(fill, migrations.RunPython.noop),
    /// ]
    /// ```
    "DM007" "code-not-seen",
    group: DataMigrations,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(operation) = subject.operation else { return };
    let unread = match operation.operation.map(|operation| &operation.kind) {
        Some(OperationKind::RunPython(op)) => operation.function.is_none() && !RunPython::is_noop(&op.code),
        Some(OperationKind::Custom(op)) => op.runs,
        None => operation.code,
        _ => false,
    };
    if unread {
        findings
            .report("code of the project runs that could not be read, so that nothing of it was checked")
            .help("write it as a function of the migration's file, or check it by hand");
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn functions() {
        let cases = [
            ("migrations.RunPython(migrations.RunPython.noop)", 0),
            ("migrations.RunPython(lambda apps, schema_editor: None)", 0),
            ("migrations.RemoveField('order', 'note')", 0),
            ("migrations.RunSQL('SELECT 1')", 0),
            ("def run(apps, schema_editor):\n    pass\n\noperations = [migrations.RunPython(run)]", 0),
            ("from elsewhere import run\n\noperations = [migrations.RunPython(run)]", 1),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
