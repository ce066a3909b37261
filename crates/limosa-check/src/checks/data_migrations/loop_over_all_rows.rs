//! DM002.

use limosa_model::code::CodeFact;
use limosa_sql::effect::Work;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A function fetches all rows of a table at once and goes through them.
    ///
    /// Django keeps every row that a loop has seen, so that the memory grows with the table; what the loop changes stays locked until the end of
    /// the transaction. Fetch rows in pieces (`iterator(chunk_size=…)`), change them in batches by their keys, or let the database do it in
    /// one `update` with a condition.
    ///
    /// # Example
    ///
    /// ```python
    /// def fill(apps, schema_editor):
    ///     Order = apps.get_model("shop", "Order")
    ///     for order in Order.objects.all():
    ///         order.note = order.status
    ///         order.save()
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
    ///     for order in Order.objects.filter(note="").iterator(chunk_size=1000):
    ///         order.note = order.status
    ///         order.save(update_fields=["note"])
    ///
    /// operations = [
    ///     migrations.RunPython(fill, migrations.RunPython.noop),
    /// ]
    /// ```
    "DM002" "loop-over-all-rows",
    group: DataMigrations,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(function) = subject.operation.and_then(|operation| operation.function.as_ref()) else { return };
    for (fact, span) in &function.facts {
        let CodeFact::Loops { model, text, filtered } = fact else { continue };
        let table = model.as_ref().and_then(|model| subject.table_of(model));
        if table.as_ref().is_some_and(|table| subject.so_far.is_new(table)) {
            continue;
        }
        // A condition may leave a few rows or nearly all: where the table is known to be large, the latter is to be feared.
        let is_sized = table.as_ref().is_some_and(|table| subject.plan.stats.estimate(table, Work::Scan).is_some());
        let level = if *filtered && !is_sized { Level::Note } else { Level::Warning };
        let reported = findings
            .report(format!("`{}` fetches all rows of `{text}` at once", function.name))
            .help("fetch them in pieces (`.iterator(chunk_size=1000)`), or change them in batches by their keys")
            .level(level)
            .at(*span);
        if let Some(table) = table {
            reported.rows(&table);
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
            format!(
                "def run(apps, schema_editor):\n    Order = apps.get_model('shop', 'Order')\n    {body}\n\n\
                 operations = [migrations.RunPython(run, None)]"
            )
        };
        let tag = "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))])\n----\n";
        for (text, expected) in [
            (run("for order in Order.objects.all(): order.save()"), 1),
            (run("for order in Order.objects.filter(number=1): order.save()"), 1),
            (run("for order in Order.objects.all().iterator(): order.save()"), 0),
            (run("for order in Order.objects.all()[:10]: order.save()"), 0),
            (run("for customer in order.customers.all(): customer.save()"), 0),
            (run("keys = [order.pk for order in Order.objects.all()]"), 1),
            (format!("{tag}{}", run("for tag in apps.get_model('shop', 'Tag').objects.all(): tag.save()")), 0),
        ] {
            expect_everywhere(&CHECK, &[(&text, expected)]);
        }
    }
}
