//! TX005.

use limosa_sql::effect::{Effect, EnumChange, TableChange};
use limosa_sql::split::{Repeat, repeat};

use crate::check::declare;
use crate::finding::Findings;
use crate::plan::Statement;
use crate::subject::Subject;

declare! {
    /// A migration without a transaction has several steps that cannot run twice.
    ///
    /// When one of them fails, those before it stay. Limosa notes what is done and goes on from there; Django begins again with the first, which
    /// fails. Put each such step in a migration of its own.
    ///
    /// # Example
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    ///     migrations.AddField("order", "height", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    "TX005" "not-atomic-several-steps",
    group: Transactions,
    level: Note,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.migration.migration.atomic {
        return;
    }
    let is_step = |statement: &&Statement| {
        let tolerant = statement.effects.iter().all(|(effect, _)| is_tolerant(effect));
        !tolerant
            && !matches!(
                repeat(&statement.sql, subject.dialect(), 0),
                Repeat::Session | Repeat::Control(_) | Repeat::Harmless
            )
    };
    let statements = subject.migration.operations.iter().flat_map(|operation| &operation.statements);
    let steps = statements.filter(is_step).count();
    if steps > 1 {
        findings
            .report(format!(
                "{steps} steps without a transaction cannot run twice, and a failure leaves those before it done"
            ))
            .help("put each in a migration of its own, or write them so that they can run again (`IF NOT EXISTS`)");
    }
}

/// Returns whether a statement does nothing where it has been done already.
fn is_tolerant(effect: &Effect) -> bool {
    match effect {
        Effect::CreateTable { if_not_exists, .. } | Effect::CreateIndex { if_not_exists, .. } => *if_not_exists,
        Effect::DropTable { if_exists, .. }
        | Effect::DropIndex { if_exists, .. }
        | Effect::DropObject { if_exists, .. } => *if_exists,
        Effect::AlterTable { change, .. } => match change {
            TableChange::AddColumn(column) => column.if_not_exists,
            TableChange::DropColumn { if_exists, .. } | TableChange::DropConstraint { if_exists, .. } => *if_exists,
            TableChange::SetDefault { .. }
            | TableChange::SetNotNull { .. }
            | TableChange::DropNotNull { .. }
            | TableChange::ValidateConstraint { .. } => true,
            _ => false,
        },
        Effect::AlterEnum { change: EnumChange::AddValue { if_not_exists, .. }, .. } => *if_not_exists,
        Effect::Set { .. }
        | Effect::Transaction
        | Effect::Truncate { .. }
        | Effect::Reindex { .. }
        | Effect::Rebuild { .. } => true,
        Effect::RefreshView { .. } | Effect::LockTable { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn as_it_should() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                (
                    r#"atomic = False
operations = [migrations.RunSQL("CREATE INDEX a ON shop_order (number); CREATE INDEX b ON shop_order (status)")]"#,
                    1,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("CREATE INDEX a ON shop_order (number)")]"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("DROP INDEX IF EXISTS a; CREATE INDEX a ON shop_order (number)")]"#,
                    0,
                ),
                (r#"CREATE INDEX a ON shop_order (number); CREATE INDEX b ON shop_order (status)"#, 0),
            ],
        );
    }
}
