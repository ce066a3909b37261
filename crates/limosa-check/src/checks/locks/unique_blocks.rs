//! LK009.

use limosa_sql::effect::{ColumnDefinition, ConstraintKind, Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// The index of a unique constraint or a primary key is built while nobody can use the table.
    ///
    /// `ADD CONSTRAINT … UNIQUE` takes a lock that keeps reads and writes out, and builds the index under it. Build the index first, with
    /// `CREATE UNIQUE INDEX CONCURRENTLY`, and make it the constraint's with `USING INDEX`, which takes an instant.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddConstraint("order", models.UniqueConstraint(fields=["number"], name="order_number_once")),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.SeparateDatabaseAndState(
    ///         [
    ///             migrations.RunSQL("CREATE UNIQUE INDEX CONCURRENTLY order_number_once ON shop_order (number)", ""),
    ///             migrations.RunSQL("ALTER TABLE shop_order ADD CONSTRAINT order_number_once UNIQUE USING INDEX order_number_once", ""),
    ///         ],
    ///         [migrations.AddConstraint("order", models.UniqueConstraint(fields=["number"], name="order_number_once"))],
    ///     ),
    /// ]
    /// ```
    "LK009" "unique-blocks",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::AlterTable { change, .. } = effect else { continue };
        let what = match change {
            TableChange::AddConstraint {
                name,
                kind: ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_),
                using_index: None,
                ..
            } => match name {
                Some(name) => format!("`{name}`"),
                None => "a unique constraint".to_owned(),
            },
            TableChange::AddColumn(ColumnDefinition { name, unique, primary_key, .. }) if *unique || *primary_key => {
                format!("unique column `{name}`")
            }
            _ => continue,
        };
        findings
            .report(format!("adding {what} builds an index while nobody can use `{table}`"))
            .help(
                "build it with `CREATE UNIQUE INDEX CONCURRENTLY` (`atomic = False`), and add the constraint with `USING INDEX`",
            )
            .cost(table, cost);
    }
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
                ("ALTER TABLE shop_order ADD CONSTRAINT once UNIQUE (number)", 1),
                ("alter table shop_order add primary key (number)", 1),
                ("ALTER TABLE shop_order ADD COLUMN code text UNIQUE", 1),
                ("ALTER TABLE shop_order ADD CONSTRAINT once UNIQUE USING INDEX once", 0),
                ("CREATE TABLE fresh (a int); ALTER TABLE fresh ADD UNIQUE (a)", 0),
                ("operations = [migrations.AlterField('order', 'number', models.IntegerField(unique=True))]", 1),
                ("operations = [migrations.AlterUniqueTogether('order', {('number', 'status')})]", 1),
                // A unique index over some of the rows is an index: LK001.
                (
                    "operations = [migrations.AddConstraint('order', models.UniqueConstraint(fields=['number'], condition=Q(number__gt=1), name='once'))]",
                    0,
                ),
            ],
        );
    }
}
