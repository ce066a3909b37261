//! LK015.

use limosa_sql::effect::{Blocks, ConstraintKind, Effect, OnlineOptions, TableChange, Work};

use super::because;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A table is copied, or its index built, while nobody can write to it.
    ///
    /// MySQL and MariaDB change most things while others write. Some changes need `ALGORITHM=COPY` or a shared lock, and a statement may ask for
    /// these itself.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN weight integer NULL, ALGORITHM=COPY;
    /// ```
    ///
    /// # Instead
    ///
    /// Ask for what keeps nobody waiting: the server refuses the statement if it cannot do that.
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN weight integer NULL, ALGORITHM=INSTANT;
    /// ```
    "LK015" "copies-table",
    group: Locks,
    level: Error,
    databases: [MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if let Some(options) = options(effect) {
            let asked = [
                options.algorithm.as_ref().filter(|asked| *asked == "COPY").map(|asked| format!("ALGORITHM={asked}")),
                options
                    .lock
                    .as_ref()
                    .filter(|asked| ["SHARED", "EXCLUSIVE"].contains(&asked.as_str()))
                    .map(|asked| format!("LOCK={asked}")),
            ];
            for asked in asked.into_iter().flatten() {
                findings
                    .report(format!("`{asked}` keeps writes to `{table}` waiting"))
                    .help("leave it out, or write `ALGORITHM=INPLACE, LOCK=NONE`: the server refuses what it cannot do so")
                    .cost(table, cost);
            }
            if !matches!(effect, Effect::CreateIndex { .. }) || options.algorithm.is_some() || options.lock.is_some() {
                continue;
            }
        }
        if cost.work > Work::Catalog && cost.blocks() > Blocks::Nothing && !has_check_of_its_own(effect) {
            findings
                .report(format!("the server copies or reads `{table}` while nobody can write to it{}", because(cost)))
                .help("run it when few write to the table, or use a tool that copies in the background")
                .cost(table, cost);
        }
    }
}

fn options(effect: &Effect) -> Option<&OnlineOptions> {
    match effect {
        Effect::AlterTable { change: TableChange::Online(options), .. } => Some(options),
        Effect::CreateIndex { online, .. } | Effect::DropIndex { online, .. } => Some(online),
        _ => None,
    }
}

/// Returns whether another check of the group says more of it.
fn has_check_of_its_own(effect: &Effect) -> bool {
    match effect {
        Effect::AlterTable { change, .. } => match change {
            TableChange::AddColumn(column) => {
                column.generated.is_some()
                    || column.identity
                    || column.volatile_default
                    || column.check
                    || column.references.is_some()
            }
            TableChange::AddConstraint { kind, .. } => {
                matches!(kind, ConstraintKind::Check(_) | ConstraintKind::ForeignKey { .. })
            }
            TableChange::ModifyColumn { .. } | TableChange::Rebuild { .. } => true,
            _ => false,
        },
        Effect::Rebuild { .. } | Effect::LockTable { .. } | Effect::Rows { .. } => true,
        _ => false,
    }
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
                (r#"ALTER TABLE shop_order ADD COLUMN weight int, algorithm=copy, lock=shared"#, 2),
                (r#"CREATE INDEX i ON shop_order (number) LOCK = EXCLUSIVE"#, 1),
                (r#"DROP INDEX order_number_idx ON shop_order ALGORITHM=COPY"#, 1),
                (r#"CREATE FULLTEXT INDEX i ON shop_order (note)"#, 1),
                (r#"ALTER TABLE shop_order DROP PRIMARY KEY"#, 1),
                (r#"CREATE INDEX i ON shop_order (number)"#, 0),
                (r#"CREATE INDEX i ON shop_order (number) ALGORITHM=INPLACE LOCK=NONE"#, 0),
                (r#"ALTER TABLE shop_order ADD COLUMN weight int"#, 0),
                (r#"ALTER TABLE shop_order DROP COLUMN total"#, 0),
                (r#"CREATE TABLE fresh (a int); ALTER TABLE fresh ADD b int, ALGORITHM=COPY"#, 0),
            ],
        );
    }
}
