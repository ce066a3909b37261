//! LK006.

use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};

use super::is_felt;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A foreign key is checked for all rows at once, while nobody can write to either table.
    ///
    /// PostgreSQL keeps writes to both tables waiting until each row was looked up. Added as `NOT VALID`, the key holds for new rows at once, and
    /// `VALIDATE CONSTRAINT`, in another migration, looks at the others while everybody works on. MySQL copies the table unless
    /// `foreign_key_checks` is off.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD CONSTRAINT order_customer FOREIGN KEY (customer_id) REFERENCES shop_customer (id);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql,postgres
    /// ALTER TABLE shop_order ADD CONSTRAINT order_customer FOREIGN KEY (customer_id) REFERENCES shop_customer (id) NOT VALID;
    /// ```
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.AddField("order", "payer", models.ForeignKey("shop.Customer", models.CASCADE, null=True, db_constraint=False, related_name="+")),
    /// ]
    /// ```
    "LK006" "foreign-key-scans",
    group: Locks,
    level: Error,
    databases: [Postgres, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::AlterTable { change, .. } = effect else { continue };
        let (name, other) = match change {
            TableChange::AddConstraint { name, kind: ConstraintKind::ForeignKey { to_table, .. }, not_valid: false, .. } => {
                (name.as_deref(), to_table)
            }
            TableChange::AddColumn(ColumnDefinition { references: Some(to_table), default, .. })
                // A new column without a value holds nothing to look up.
                if !subject.is_postgres() || default.is_some() =>
            {
                (None, to_table)
            }
            _ => continue,
        };
        if !is_felt(cost) || is_off(subject) {
            continue;
        }
        let name = name.map_or_else(|| "the foreign key".to_owned(), |name| format!("foreign key `{name}`"));
        let (what, help) = match subject.is_postgres() {
            true => (
                format!("looks up each row of `{table}` while nobody can write to it or to `{other}`"),
                "add it as `NOT VALID`, and `VALIDATE CONSTRAINT` in another migration",
            ),
            false => (
                format!("copies all of `{table}` while nobody can write to it"),
                "add it with `foreign_key_checks = 0`, or leave the constraint out (`db_constraint=False`)",
            ),
        };
        findings.report(format!("adding {name} {what}")).help(help).cost(table, cost);
    }
}

/// Returns whether MySQL was told not to look.
fn is_off(subject: &Subject<'_>) -> bool {
    let value = subject.so_far.settings.get("foreign_key_checks");
    value.is_some_and(|value| ["0", "off", "false"].contains(&value.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn on_postgres() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                ("ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer", 1),
                ("alter table shop_order add column payer bigint default 1 references shop_customer (id)", 1),
                ("ALTER TABLE shop_order ADD COLUMN payer bigint REFERENCES shop_customer (id)", 0),
                ("ALTER TABLE shop_order ADD CONSTRAINT k FOREIGN KEY (number) REFERENCES shop_customer NOT VALID", 0),
                ("CREATE TABLE fresh (c bigint REFERENCES shop_customer (id))", 0),
                ("CREATE TABLE fresh (c bigint); ALTER TABLE fresh ADD FOREIGN KEY (c) REFERENCES shop_customer", 0),
                (
                    "operations = [migrations.AddField('order', 'payer', models.ForeignKey('shop.Customer', models.CASCADE, null=True, related_name='+'))]",
                    0,
                ),
                (
                    "operations = [migrations.AlterField('order', 'number', models.ForeignKey('shop.Customer', models.CASCADE, null=True, related_name='+', db_column='number'))]",
                    1,
                ),
            ],
        );
    }

    #[test]
    fn on_mysql() {
        expect(
            &CHECK,
            Dialect::MySql,
            &[
                ("ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer (id)", 1),
                (
                    "SET foreign_key_checks = 0; ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer (id)",
                    0,
                ),
                (
                    "operations = [migrations.AddField('order', 'payer', models.ForeignKey('shop.Customer', models.CASCADE, null=True, related_name='+'))]",
                    1,
                ),
                (
                    "operations = [migrations.CreateModel('Fresh', [('id', models.BigAutoField(primary_key=True)), ('c', models.ForeignKey('shop.Customer', models.CASCADE))])]",
                    0,
                ),
            ],
        );
    }
}
