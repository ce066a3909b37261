//! LK008.

use limosa_sql::effect::{Effect, TableChange};

use super::is_felt;
use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A column is made `NOT NULL`, for which all rows are read while nobody can use the table.
    ///
    /// PostgreSQL spares itself that when a valid check says that the column holds no NULL. Such a check can be added as `NOT VALID` and
    /// validated while everybody works on; afterwards it can be dropped.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("customer", "city", models.CharField(max_length=50, default="")),
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
    ///             migrations.RunSQL("ALTER TABLE shop_customer ADD CONSTRAINT city_set CHECK (city IS NOT NULL) NOT VALID", ""),
    ///             migrations.RunSQL("UPDATE shop_customer SET city = '' WHERE city IS NULL", ""),
    ///             migrations.RunSQL("ALTER TABLE shop_customer VALIDATE CONSTRAINT city_set", ""),
    ///             migrations.RunSQL("ALTER TABLE shop_customer ALTER COLUMN city SET NOT NULL", ""),
    ///             migrations.RunSQL("ALTER TABLE shop_customer DROP CONSTRAINT city_set", ""),
    ///         ],
    ///         [migrations.AlterField("customer", "city", models.CharField(max_length=50, default=""))],
    ///     ),
    /// ]
    /// ```
    "LK008" "not-null-scans",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if let Effect::AlterTable { change, .. } = effect
            && let Some(column) = change.not_null_column()
            && !matches!(change, TableChange::AddConstraint { not_valid: true, .. })
            && is_felt(cost)
            && !subject.so_far.is_known_not_null(table, column)
            && !is_foreign(subject)
        {
            if subject.so_far.has_validated(table) {
                findings
                    .report(format!(
                        "making `{table}.{column}` not null reads all rows, unless the constraint that was validated before says that it is"
                    ))
                    .help(format!("see that it is `CHECK ({column} IS NOT NULL)`"))
                    .level(Level::Note)
                    .table(table);
                continue;
            }
            findings
                .report(format!("making `{table}.{column}` not null reads all rows while nobody can use the table"))
                .help(format!(
                    "first add `CHECK ({column} IS NOT NULL) NOT VALID`, and validate it in another migration (or without a transaction)"
                ))
                .cost(table, cost);
        }
    }
}

/// Returns whether the table is another server's, so that there is nothing to read here.
fn is_foreign(subject: &Subject<'_>) -> bool {
    let words = subject.statement.map(|statement| statement.sql.to_ascii_uppercase()).unwrap_or_default();
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(3).any(|words| words == ["ALTER", "FOREIGN", "TABLE"])
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn without_a_check() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                ("ALTER TABLE shop_customer ALTER COLUMN city SET NOT NULL", 1),
                ("alter table shop_customer alter city set not null", 1),
                (
                    "ALTER TABLE shop_customer ADD CONSTRAINT c CHECK (city IS NOT NULL) NOT VALID;\nALTER TABLE shop_customer ALTER city SET NOT NULL",
                    1,
                ),
                (
                    "ALTER TABLE shop_customer ADD CONSTRAINT c CHECK (name IS NOT NULL);\nALTER TABLE shop_customer ALTER city SET NOT NULL",
                    1,
                ),
                (
                    "ALTER TABLE shop_customer ADD CONSTRAINT c CHECK ((\"city\" IS NOT NULL));\nALTER TABLE shop_customer ALTER city SET NOT NULL",
                    0,
                ),
                (
                    "ALTER TABLE shop_customer ADD CONSTRAINT c CHECK (city is not null) NOT VALID\n----\n\
                     ALTER TABLE shop_customer VALIDATE CONSTRAINT c\n----\nALTER TABLE shop_customer ALTER city SET NOT NULL",
                    0,
                ),
                ("ALTER FOREIGN TABLE shop_customer ALTER city SET NOT NULL", 0),
                ("ALTER TABLE shop_customer ADD CONSTRAINT n NOT NULL city", 1),
                ("ALTER TABLE shop_customer ADD NOT NULL city NOT VALID", 0),
                ("CREATE TABLE fresh (a int); ALTER TABLE fresh ALTER a SET NOT NULL", 0),
                (
                    "operations = [migrations.AlterField('customer', 'city', models.CharField(max_length=60, null=True))]",
                    0,
                ),
            ],
        );
    }
}
