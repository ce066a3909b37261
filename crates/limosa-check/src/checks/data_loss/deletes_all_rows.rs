//! DL004.

use limosa_model::code::CodeFact;
use limosa_sql::effect::{Effect, RowChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// All rows of a table are deleted.
    ///
    /// A `DELETE` without a condition is most often one whose condition was forgotten.
    ///
    /// # Example
    ///
    /// ```sql
    /// DELETE FROM shop_order;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// DELETE FROM shop_order WHERE status = 'draft';
    /// ```
    "DL004" "deletes-all-rows",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        if let Effect::Rows { change: RowChange::Delete, bounded: false, .. } = effect {
            findings
                .about(effect, format!("all rows of `{table}` are deleted"))
                .help("say in a condition which rows are meant")
                .size(table);
        }
    }
    let Some(function) = subject.operation.and_then(|operation| operation.function.as_ref()) else { return };
    for (fact, span) in &function.facts {
        let CodeFact::DeletesAll { model, text } = fact else { continue };
        let table = model.as_ref().and_then(|model| subject.table_of(model));
        if !table.as_ref().is_some_and(|table| subject.so_far.is_new(table)) {
            let reported = findings
                .report(format!("`{}` deletes all rows of `{text}`", function.name))
                .help("say in a condition which rows are meant")
                .at(*span);
            if let Some(table) = table {
                reported.size(&table);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn rows() {
        let cases = [
            ("DELETE FROM shop_order", 1),
            ("delete from shop_order where 1 = 1", 1),
            ("DELETE FROM shop_order WHERE id = 5", 0),
            ("DELETE FROM shop_order WHERE customer_id IN (SELECT id FROM shop_customer)", 0),
            ("CREATE TABLE t (a int); DELETE FROM t", 0),
            ("UPDATE shop_order SET note = ''", 0),
            ("migrations.RemoveField('order', 'note')", 0),
            (
                "def run(apps, schema_editor):\n    apps.get_model('shop', 'Order').objects.all().delete()\n\n\
                 operations = [migrations.RunPython(run)]",
                1,
            ),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(
            &CHECK,
            Dialect::Postgres,
            &[("WITH gone AS (DELETE FROM shop_order RETURNING *) SELECT 1 FROM gone", 1)],
        );
        expect(&CHECK, Dialect::MySql, &[("DELETE FROM shop_order LIMIT 10", 0)]);
    }
}
