//! LK001.

use limosa_model::Operation;
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
    let is_of_field =
        |operation: &Operation| matches!(operation.kind, OperationKind::AddField(_) | OperationKind::AlterField(_));
    let of_field = subject.operation.and_then(|operation| operation.operation).is_some_and(is_of_field);
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if let Effect::CreateIndex { name, concurrently: false, unique, .. } = effect {
            let index = name.as_deref().unwrap_or("an index");
            let unique = if *unique { "unique " } else { "" };
            let create = format!("CREATE {}INDEX CONCURRENTLY", unique.to_uppercase());
            findings
                .report(format!("building {unique}index `{index}` keeps all writes to `{table}` waiting"))
                .help(match (subject.is_own_sql(), of_field) {
                    (true, _) => format!("write `{create}` and set `atomic = False` on the migration"),
                    (false, true) => format!(
                        "leave the index out of the field (`db_index=False`) and make it with `AddIndexConcurrently`, or run `{create}` in \
                         `RunSQL` and the field's change beside it in `state_operations`; set `atomic = False`"
                    ),
                    (false, false) => {
                        "use `AddIndexConcurrently` (`concurrently = true`) and set `atomic = False` on the migration"
                            .into()
                    }
                })
                .cost(table, cost);
        }
    }
}
