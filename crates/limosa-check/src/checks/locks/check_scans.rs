//! LK007.

use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};

use super::is_felt;
use crate::check::declare;
use crate::finding::Findings;
use crate::fix;
use crate::subject::Subject;

declare! {
    /// A check is tried on all rows at once, while others wait.
    ///
    /// PostgreSQL keeps reads and writes out until each row was tried. Added as `NOT VALID`, the check holds for new rows at once, and
    /// `VALIDATE CONSTRAINT`, in another migration, tries the others while everybody works on. MySQL copies the table.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddConstraint("order", models.CheckConstraint(condition=models.Q(number__gte=0), name="order_number_not_negative")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python,postgres
    /// operations = [
    ///     AddConstraintNotValid("order", models.CheckConstraint(condition=models.Q(number__gte=0), name="order_number_not_negative")),
    /// ]
    /// ```
    ///
    /// MariaDB can be told to leave the rows that are there alone:
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(
    ///         [
    ///             migrations.RunSQL("SET check_constraint_checks = 0", ""),
    ///             migrations.RunSQL("ALTER TABLE shop_order ADD CONSTRAINT order_number_not_negative CHECK (number >= 0)", ""),
    ///             migrations.RunSQL("SET check_constraint_checks = 1", ""),
    ///         ],
    ///         [migrations.AddConstraint("order", models.CheckConstraint(condition=models.Q(number__gte=0), name="order_number_not_negative"))],
    ///     ),
    /// ]
    /// ```
    "LK007" "check-scans",
    group: Locks,
    level: Error,
    databases: [Postgres, MySql],
    Statement: check,
    fix: fix::not_valid,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::AlterTable { change, .. } = effect else { continue };
        let what = match change {
            TableChange::AddConstraint { name, kind: ConstraintKind::Check(_), not_valid: false, .. } => match name {
                Some(name) => format!("check `{name}`"),
                None => "a check".to_owned(),
            },
            TableChange::AddColumn(ColumnDefinition { name, check: true, .. }) => {
                format!("column `{name}` with its check")
            }
            _ => continue,
        };
        if !is_felt(cost) || is_off(subject) {
            continue;
        }
        findings
            .report(format!("adding {what} tries all rows of `{table}` while others wait"))
            .help(match subject.is_postgres() {
                true => "add it as `NOT VALID` (`AddConstraintNotValid`), and validate it in another migration (`ValidateConstraint`)",
                false => "check it in the code, or add it while few write to the table",
            })
            .cost(table, cost);
    }
}

/// Returns whether MariaDB was told not to look.
fn is_off(subject: &Subject<'_>) -> bool {
    let value = subject.so_far.settings.get("check_constraint_checks");
    value.is_some_and(|value| ["0", "off", "false"].contains(&value.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn of_old_tables() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                ("ALTER TABLE shop_order ADD CONSTRAINT positive CHECK (number > 0)", 1),
                ("alter table only shop_order add check (number > 0)", 1),
                ("ALTER TABLE shop_order ADD CONSTRAINT positive CHECK (number > 0) NOT VALID", 0),
                ("CREATE TABLE fresh (a int); ALTER TABLE fresh ADD CHECK (a > 0)", 0),
                ("CREATE TABLE fresh (a int CHECK (a > 0))", 0),
                ("operations = [migrations.AddField('order', 'many', models.PositiveIntegerField(null=True))]", 1),
                (
                    "operations = [AddConstraintNotValid('order', models.CheckConstraint(condition=Q(number__gte=0), name='c'))]",
                    0,
                ),
            ],
        );
    }
}
