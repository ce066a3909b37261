//! DM003.

use limosa_model::code::CodeFact;
use limosa_sql::effect::{Effect, RowChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// All rows of a table are written in one statement.
    ///
    /// Each row stays locked until the transaction ends, so that whoever else wants to write one waits for all of them; replicas get the
    /// change in one piece; PostgreSQL keeps a second copy of the table until it is vacuumed; and when it fails after an hour, nothing is
    /// done. Change some thousand rows at a time, each batch in a transaction of its own.
    ///
    /// # Example
    ///
    /// ```sql
    /// UPDATE shop_order SET note = '';
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// UPDATE shop_order SET note = '' WHERE id BETWEEN 1 AND 5000;
    /// ```
    "DM003" "all-rows-at-once",
    group: DataMigrations,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(operation) = subject.operation else { return };
    let cost = |effect: &Effect| {
        let effects = operation.statements.iter().flat_map(|statement| &statement.effects);
        effects.into_iter().find(|(other, _)| other == effect).map(|(_, cost)| cost)
    };
    const HELP: &str = "change some thousand rows at a time by their keys, with `atomic = False` on the migration";
    for (table, effect) in subject.meaning_for_old_tables() {
        let what = match effect {
            Effect::Rows { change: RowChange::Update, bounded: false, .. } => "changes all rows of",
            Effect::Rows { change: RowChange::Insert, bounded: false, .. } => "copies any number of rows into",
            Effect::Rows { change: RowChange::Merge, bounded: false, .. } => "merges any number of rows into",
            _ => continue,
        };
        let message = format!("one statement {what} `{table}`, and keeps them locked until all are done");
        let reported = findings.about(effect, message).help(HELP).rows(table);
        if let Some(cost) = cost(effect) {
            reported.cost(table, cost);
        }
    }
    let Some(function) = &operation.function else { return };
    for (fact, span) in &function.facts {
        let CodeFact::UpdatesAll { model, text } = fact else { continue };
        let table = model.as_ref().and_then(|model| subject.table_of(model));
        if !table.as_ref().is_some_and(|table| subject.so_far.is_new(table)) {
            let message =
                format!("`{}` changes all rows of `{text}`, and keeps them locked until all are done", function.name);
            let reported = findings.report(message).help(HELP).at(*span);
            if let Some(table) = table {
                reported.rows(&table);
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
    fn statements() {
        let cases = [
            ("UPDATE shop_order SET note = ''", 1),
            ("update shop_order set note = '' where 1 = 1", 1),
            ("UPDATE shop_order SET note = '' WHERE id < 1000", 0),
            ("INSERT INTO shop_order (number) VALUES (1), (2)", 0),
            ("INSERT INTO shop_order (number) SELECT number FROM old", 1),
            ("CREATE TABLE t (a int); INSERT INTO t SELECT id FROM shop_order; UPDATE t SET a = 1", 0),
            ("DELETE FROM shop_order", 0),
            (
                "def run(apps, schema_editor):\n    apps.get_model('shop', 'Order').objects.update(note='')\n\n\
                 operations = [migrations.RunPython(run)]",
                1,
            ),
            ("migrations.AddField('order', 'x', models.IntegerField(default=0))", 0),
            ("migrations.AlterField('order', 'paid_at', models.DateTimeField(default='2024-01-01'))", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        expect(&CHECK, Dialect::Postgres, &[("COPY shop_order FROM '/tmp/orders'", 1)]);
    }
}
