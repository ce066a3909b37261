//! LK001.

use limosa_model::operations::OperationKind;
use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// An index is built while nobody can write to the table.
    ///
    /// PostgreSQL's `CREATE INDEX` keeps all writes to the table waiting until the index is complete, which takes minutes on a large
    /// table. `CREATE INDEX CONCURRENTLY` lets them go on; it cannot run inside a transaction.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["status"], name="order_status_idx")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     AddIndexConcurrently("order", models.Index(fields=["status"], name="order_status_idx")),
    /// ]
    /// ```
    "LK001" "index-blocks-writes",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
    fix: fix::concurrently,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if let Effect::CreateIndex { name, concurrently: false, unique, .. } = effect {
            let index = name.as_deref().unwrap_or("an index");
            let unique = if *unique { "unique " } else { "" };
            findings
                .report(format!("building {unique}index `{index}` keeps all writes to `{table}` waiting"))
                .help(instead(subject, &format!("CREATE {}INDEX CONCURRENTLY", unique.to_uppercase())))
                .cost(table, cost);
        }
    }
}

/// Returns what to do instead: Django has an operation for indexes alone.
fn instead(subject: &Subject<'_>, create: &str) -> String {
    let operation = subject.operation.and_then(|operation| operation.operation).map(|operation| &operation.kind);
    match operation {
        _ if subject.is_own_sql() => format!("write `{create}` and set `atomic = False` on the migration"),
        Some(OperationKind::AddIndex(_)) => {
            "use `AddIndexConcurrently` (`concurrently = true`) and set `atomic = False` on the migration".into()
        }
        Some(OperationKind::AddField(_) | OperationKind::AlterField(_)) => format!(
            "leave the index out of the field (`db_index=False`) and make it with `AddIndexConcurrently`, or run `{create}` in `RunSQL` and \
             the field's change beside it in `state_operations`; set `atomic = False`"
        ),
        _ => format!(
            "run `{create}` in `RunSQL` and the operation beside it in `state_operations`; set `atomic = False` on the migration"
        ),
    }
}

#[cfg(test)]
mod tests {
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect};

    use super::CHECK;
    use crate::stats::Stats;
    use crate::testing::{expect, found};

    const INDEX: &str = "migrations.AddIndex('order', models.Index(fields=['status'], name='i'))";
    const UNIQUE: &str = "migrations.AddConstraint('order', models.UniqueConstraint(fields=['number'], condition=Q(number__gt=0), name='u'))";

    #[test]
    fn indexes_of_old_tables() {
        let concurrently =
            "operations = [AddIndexConcurrently('order', models.Index(fields=['status'], name='i'))]\natomic = False";
        let cases = [
            (INDEX, 1),
            (UNIQUE, 1),
            (concurrently, 0),
            ("migrations.AlterField('order', 'number', models.IntegerField(db_index=True))", 1),
            ("migrations.AddField('order', 'x', models.IntegerField(null=True))", 0),
            ("create unique index on shop_order (number)", 1),
            ("-- not atomic\nCREATE INDEX CONCURRENTLY i ON shop_order (number)", 0),
            ("CREATE TABLE fresh (a int); CREATE INDEX i ON fresh (a)", 0),
            (
                "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), \
                 ('order', models.ForeignKey('shop.Order', models.CASCADE))])",
                0,
            ),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }

    #[test]
    fn what_to_do_instead() {
        let context = Context::new(Dialect::Postgres, DjangoVersion::V52);
        for (deploy, expected) in [
            (INDEX, "use `AddIndexConcurrently`"),
            (UNIQUE, "run `CREATE UNIQUE INDEX CONCURRENTLY` in `RunSQL` and the operation beside it"),
            ("migrations.AlterField('order', 'number', models.IntegerField(db_index=True))", "leave the index out"),
            ("CREATE INDEX i ON shop_order (number)", "write `CREATE INDEX CONCURRENTLY`"),
        ] {
            let found = found(&CHECK, &context, &Stats::default(), deploy);
            let help = found[0].help.as_deref().unwrap_or_default();
            assert!(help.starts_with(expected), "{deploy}: {help}");
        }
    }
}
