//! DM001.

use limosa_model::code::CodeFact;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A function uses a model as the code of today has it.
    ///
    /// The table is that of the migration, the model that of the last commit: once it gets another field, the function names a column that is
    /// not there yet, and nobody can migrate a new database any more. `apps.get_model` gives the model as it was at the migration.
    ///
    /// # Example
    ///
    /// ```python,fails
    /// def settle(apps, schema_editor):
    ///     from shop.models import Order
    ///
    ///     Order.objects.filter(status="bought").update(status="paid")
    ///
    /// operations = [
    ///     migrations.RunPython(settle, migrations.RunPython.noop),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// def settle(apps, schema_editor):
    ///     Order = apps.get_model("shop", "Order")
    ///     Order.objects.filter(status="bought").update(status="paid")
    ///
    /// operations = [
    ///     migrations.RunPython(settle, migrations.RunPython.noop),
    /// ]
    /// ```
    "DM001" "model-imported",
    group: DataMigrations,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for function in subject.functions() {
        for (fact, span) in &function.facts {
            if let CodeFact::Imports { name, path } = fact {
                let model = name.rsplit('.').next().unwrap_or(name);
                findings
                    .report(format!("`{}` uses `{name}` from `{path}`, which changes with the code", function.name))
                    .help(match name.ends_with("()") {
                        true => "`apps.get_model(…)` with the label of the user model (`settings.AUTH_USER_MODEL`) is as it was then".into(),
                        false => format!("use `apps.get_model(\"…\", \"{model}\")`, which is as it was then"),
                    })
                    .at(*span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn functions() {
        let run = |head: &str, body: &str, reverse: &str| {
            format!(
                "{head}\ndef run(apps, schema_editor):\n    {body}\n\noperations = [migrations.RunPython(run, {reverse})]"
            )
        };
        let import = "from shop.models import Order";
        for (text, expected) in [
            (run(import, "Order.objects.update(note='')", "None"), 1),
            (run(import, "Order(number=1).save()", "None"), 1),
            (run(import, "Order = apps.get_model('shop', 'Order')\n    Order.objects.count()", "None"), 0),
            (run(import, "apps.get_model('shop', 'Order').objects.filter(status=Order.NEW)", "None"), 0),
            (run("", "from shop import models as m\n    m.Order.objects.count()", "None"), 1),
            (run("", "pass", "run"), 0),
            (run(import, "Order.objects.count()", "run"), 1),
            (run("from django.contrib.auth import get_user_model", "get_user_model().objects.count()", "None"), 1),
            (
                run(
                    "from django.db.models import Count, F",
                    "apps.get_model('shop', 'Order').objects.annotate(x=Count('id'), y=F('id'))",
                    "None",
                ),
                0,
            ),
        ] {
            expect_everywhere(&CHECK, &[(&text, expected)]);
        }
    }
}
