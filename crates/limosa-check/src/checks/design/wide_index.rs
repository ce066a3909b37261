//! DS004.

use limosa_model::Operation;
use limosa_model::operations::OperationKind;
use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An index is over more than three columns.
    ///
    /// Columns after the third rarely make a search faster, and each makes the index larger and every write slower. Unique indexes are left alone.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["customer", "number", "status", "paid_at"], name="order_wide_idx")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddIndex("order", models.Index(fields=["customer", "number", "status"], name="order_narrow_idx")),
    /// ]
    /// ```
    "DS004" "wide-index",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres, Sqlite, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if is_rebuilt(subject) {
        return;
    }
    for (effect, _) in subject.effects() {
        let (table, name, columns) = match effect {
            Effect::CreateIndex { table, name, columns, unique: false, .. } => (table, name, columns),
            Effect::AlterTable { table, change: TableChange::AddIndex { name, columns, unique: false, .. } } => {
                (table, name, columns)
            }
            _ => continue,
        };
        if columns.len() > 3 {
            let name = name.as_deref().unwrap_or("an index");
            findings
                .report(format!("index `{name}` of `{table}` is over {} columns", columns.len()))
                .help("leave out the columns that hardly narrow the search")
                .table(table);
        }
    }
}

/// Returns whether SQLite writes a table anew for something else, with the indexes that it had.
fn is_rebuilt(subject: &Subject<'_>) -> bool {
    let adds = |operation: &Operation| {
        matches!(
            operation.kind,
            OperationKind::AddIndex(_) | OperationKind::CreateModel(_) | OperationKind::AlterIndexTogether(_)
        )
    };
    subject.dialect() == Dialect::Sqlite
        && !subject.is_own_sql()
        && !subject.operation.and_then(|operation| operation.operation).is_some_and(adds)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {
        expect_everywhere(
            &CHECK,
            &[
                (r#"CREATE INDEX i ON shop_order (id, number, status, total)"#, 1),
                (r#"CREATE UNIQUE INDEX i ON shop_order (id, number, status, total)"#, 0),
                (r#"CREATE INDEX i ON shop_order (id, number, status)"#, 0),
            ],
        );
    }
}
