//! DM004.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A function's arguments have other names than everywhere else.
    ///
    /// Everybody calls them `apps` and `schema_editor`; who reads `def forwards(models, editor)` has to look twice, and tools that read
    /// migrations do not know `models` for the registry. A leading underscore for what is not used is fine.
    ///
    /// # Example
    ///
    /// ```python
    /// def fill(orm, connection):
    ///     orm.get_model("shop", "Order").objects.filter(number=0).update(number=1)
    ///
    /// operations = [
    ///     migrations.RunPython(fill, migrations.RunPython.noop),
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
    "DM004" "argument-names",
    group: DataMigrations,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for function in subject.functions() {
        let fits = |(name, usual): (&smol_str::SmolStr, &str)| {
            let bare = name.trim_start_matches('_');
            bare == usual || bare.is_empty()
        };
        let arguments = &function.arguments;
        if !arguments.is_empty() && !arguments.iter().zip(["apps", "schema_editor"]).all(fits) {
            findings
                .report(format!("`{}` calls its arguments {}", function.name, arguments.join(", ")))
                .help("call them `apps` and `schema_editor`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn functions() {
        let run = |arguments: &str| {
            format!("def run({arguments}):\n    pass\n\noperations = [migrations.RunPython(run, None)]")
        };
        for (arguments, expected) in [
            ("apps, schema_editor", 0),
            ("_apps, _schema_editor", 0),
            ("apps, _", 0),
            ("_, __", 0),
            ("*args", 0),
            ("apps, schema_editor, extra=None", 0),
            ("apps, editor", 1),
            ("schema_editor, apps", 1),
        ] {
            expect_everywhere(&CHECK, &[(&run(arguments), expected)]);
        }
        expect_everywhere(&CHECK, &[("migrations.RunPython(lambda a, b: None)", 1)]);
    }
}
