//! LK011.

use limosa_sql::effect::{Blocks, Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A constraint is validated while the transaction keeps others from working.
    ///
    /// `NOT VALID` and `VALIDATE CONSTRAINT` spare others the wait only in two transactions: in one, the lock of the first is held while the
    /// second reads all rows.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD CONSTRAINT order_number_not_negative CHECK (number >= 0) NOT VALID;
    /// ALTER TABLE shop_order VALIDATE CONSTRAINT order_number_not_negative;
    /// ```
    ///
    /// # Instead
    ///
    /// Validate in another migration, or without a transaction:
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     AddConstraintNotValid("order", models.CheckConstraint(condition=models.Q(number__gte=0), name="order_number_not_negative")),
    ///     ValidateConstraint("order", "order_number_not_negative"),
    /// ]
    /// ```
    "LK011" "validates-under-lock",
    group: Locks,
    level: Warning,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let mut added: Vec<&str> = Vec::new();
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::AlterTable { change, .. } = effect else { continue };
        match change {
            TableChange::AddConstraint { name: Some(name), not_valid: true, .. } => added.push(name),
            TableChange::ValidateConstraint { name } => {
                let same = added.contains(&name.as_str())
                    || subject.so_far.transaction && subject.so_far.is_not_valid(table, name);
                let locked = || subject.so_far.locked_tables(Blocks::Writes).next();
                let waiting = match locked() {
                    _ if same => table,
                    Some(locked) => locked,
                    None => continue,
                };
                findings
                    .report(format!(
                        "validating `{name}` reads all of `{table}` while the transaction keeps others from `{waiting}`"
                    ))
                    .help("validate it in a migration of its own, or set `atomic = False`")
                    .cost(table, cost);
            }
            _ => {}
        }
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
                (
                    r#"ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID; alter table shop_order validate constraint c"#,
                    1,
                ),
                (r#"ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID, VALIDATE CONSTRAINT c"#, 1),
                (r#"ALTER TABLE shop_customer ADD COLUMN age int; ALTER TABLE shop_order VALIDATE CONSTRAINT c"#, 1),
                (
                    r#"operations = [AddConstraintNotValid("order", models.CheckConstraint(condition=models.Q(number__gte=0), name="c")), ValidateConstraint("order", "c")]"#,
                    1,
                ),
                (r#"ALTER TABLE shop_order VALIDATE CONSTRAINT c"#, 0),
                (
                    r#"ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID
----
ALTER TABLE shop_order VALIDATE CONSTRAINT c"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("BEGIN; ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID; COMMIT; ALTER TABLE shop_order VALIDATE CONSTRAINT c")]"#,
                    0,
                ),
                (
                    r#"atomic = False
operations = [migrations.RunSQL("BEGIN; ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID; ALTER TABLE shop_order VALIDATE CONSTRAINT c; COMMIT")]"#,
                    1,
                ),
                (
                    r#"CREATE TABLE fresh (a int); ALTER TABLE fresh ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE fresh VALIDATE CONSTRAINT c"#,
                    0,
                ),
            ],
        );
    }
}
