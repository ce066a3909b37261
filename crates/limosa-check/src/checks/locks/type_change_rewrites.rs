//! LK004.

use limosa_sql::effect::{Effect, TableChange};

use super::{because, consequence, is_felt};
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A change of a column's type writes the whole table anew, or reads all of it, while others wait.
    ///
    /// PostgreSQL keeps reads and writes out for as long as it takes, and builds every index on the column anew; MySQL copies the table and keeps
    /// writes out. Some changes need neither: a longer `varchar`, `varchar` to `text`, more digits of a `numeric` with the same scale. For
    /// the others, add a second column, fill it in batches, and let the code change over.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("order", "number", models.BigIntegerField()),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "long_number", models.BigIntegerField(null=True)),
    /// ]
    /// ```
    "LK004" "type-change-rewrites",
    group: Locks,
    level: Error,
    databases: [Postgres, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::AlterTable { change, .. } = effect else { continue };
        let column = match change {
            TableChange::AlterType { column, .. } => column,
            TableChange::ModifyColumn { column, to } if changes_type(subject, &to.name) => column,
            _ => continue,
        };
        if !is_felt(cost) || subject.so_far.is_new_column(table, column) {
            continue;
        }
        findings
            .report(format!("changing the type of `{table}.{column}` {}{}", consequence(cost), because(cost)))
            .help("add a column of the new type, fill it in batches, change the code over, and drop the old one after the deploy")
            .cost(table, cost);
    }
}

/// Returns whether MySQL's `MODIFY` is there for the type, as far as that is known.
fn changes_type(subject: &Subject<'_>, name: &str) -> bool {
    let is_type = |effect: &Effect| matches!(effect, Effect::AlterTable { change: TableChange::AlterType { column, .. }, .. } if column == name);
    subject.is_own_sql() || subject.meant().any(is_type)
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
                ("ALTER TABLE shop_order ALTER COLUMN number TYPE bigint", 1),
                ("alter table shop_order alter note type jsonb using note::jsonb", 1),
                ("ALTER TABLE shop_order ALTER COLUMN status TYPE varchar(10)", 1),
                ("operations = [migrations.AlterField('order', 'number', models.CharField(max_length=10))]", 1),
                // Safe widenings.
                ("ALTER TABLE shop_order ALTER COLUMN status TYPE varchar(40)", 0),
                ("ALTER TABLE shop_order ALTER COLUMN status TYPE text", 0),
                ("ALTER TABLE shop_order ALTER COLUMN total TYPE numeric(12, 2)", 0),
                (
                    "operations = [migrations.AlterField('order', 'status', models.CharField(max_length=40, default='new'))]",
                    0,
                ),
                ("operations = [migrations.AlterField('order', 'note', models.TextField(default='', blank=True))]", 0),
                // Nobody uses it yet.
                ("CREATE TABLE fresh (a int); ALTER TABLE fresh ALTER a TYPE bigint", 0),
            ],
        );
    }

    #[test]
    fn on_mysql() {
        expect(
            &CHECK,
            Dialect::MySql,
            &[
                ("ALTER TABLE shop_order MODIFY number bigint NOT NULL", 1),
                ("operations = [migrations.AlterField('order', 'number', models.BigIntegerField())]", 1),
                ("ALTER TABLE shop_order MODIFY status varchar(40) NOT NULL", 0),
                (
                    "operations = [migrations.AlterField('customer', 'city', models.CharField(max_length=50, default=''))]",
                    0,
                ),
            ],
        );
    }
}
