//! DM005.

use limosa_model::code::CodeFact;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A model is kept in a variable of another name.
    ///
    /// `Customer = apps.get_model("shop", "Order")` is most often a copy that was changed half way. It is a matter of style otherwise,
    /// and so it is asked for by name.
    ///
    /// # Example
    ///
    /// ```python
    /// def fill(apps, schema_editor):
    ///     Customer = apps.get_model("shop", "Order")
    ///     Customer.objects.filter(number=0).update(number=1)
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
    ///     Order = apps.get_model("shop", "Order")
    ///     Order.objects.filter(number=0).update(number=1)
    ///
    /// operations = [
    ///     migrations.RunPython(fill, migrations.RunPython.noop),
    /// ]
    /// ```
    "DM005" "variable-name",
    group: DataMigrations,
    level: Note,
    opt_in: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for function in subject.functions() {
        for (fact, span) in &function.facts {
            if let CodeFact::Asks { name, variable: Some(variable), .. } = fact
                && variable != name
            {
                findings
                    .report(format!("`{}` calls the model `{name}` `{variable}`", function.name))
                    .help(format!("call it `{name}`"))
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
        let run = |body: &str| {
            format!("def run(apps, schema_editor):\n    {body}\n\noperations = [migrations.RunPython(run, None)]")
        };
        for (body, expected) in [
            ("Order = apps.get_model('shop', 'Order')", 0),
            ("Order = apps.get_model('shop.Order')", 0),
            ("apps.get_model('shop', 'Order').objects.count()", 0),
            ("order = apps.get_model('shop', 'Order')", 1),
            ("A, Customer = apps.get_model('shop', 'Order'), apps.get_model('shop', 'Customer')", 1),
        ] {
            expect_everywhere(&CHECK, &[(&run(body), expected)]);
        }
    }
}
