//! LK010.

use limosa_sql::effect::{ConstraintKind, Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An exclusion constraint builds its index while nobody can use the table.
    ///
    /// PostgreSQL has no way to add one to a table with rows without that. Make a new table with the constraint and move the rows over in batches,
    /// or plan the time for it.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD CONSTRAINT order_ranges EXCLUDE USING gist (int4range(number, number + 1) WITH &&);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE TABLE shop_booking (numbers int4range NOT NULL, EXCLUDE USING gist (numbers WITH &&));
    /// ```
    "LK010" "exclusion-blocks",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if let Effect::AlterTable {
            change: TableChange::AddConstraint { name, kind: ConstraintKind::Exclusion, .. },
            ..
        } = effect
        {
            let name = name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
            findings
                .report(format!("adding exclusion constraint{name} builds an index while nobody can use `{table}`"))
                .help("make a new table with the constraint and move the rows in batches, or run it when nobody needs the table")
                .cost(table, cost);
        }
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
                ("alter table shop_order add exclude using gist (note with =)", 1),
                ("CREATE TABLE fresh (a int4range, EXCLUDE USING gist (a WITH &&))", 0),
                ("CREATE TABLE fresh (a int4range); ALTER TABLE fresh ADD EXCLUDE USING gist (a WITH &&)", 0),
            ],
        );
    }
}
