//! TX006.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A new value of an enumerated type is used in the transaction that adds it.
    ///
    /// PostgreSQL refuses that: the value must be committed first.
    ///
    /// # Example
    ///
    /// ```sql,postgres,fails
    /// ALTER TYPE mood ADD VALUE 'curious';
    /// UPDATE shop_order SET note = 'curious' WHERE note = '';
    /// ```
    ///
    /// # Instead
    ///
    /// Add the value in one migration, and use it in the next.
    ///
    /// ```sql,postgres,fails
    /// ALTER TYPE mood ADD VALUE 'curious';
    /// ```
    "TX006" "enum-value-used",
    group: Transactions,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement.filter(|_| subject.so_far.transaction) else { return };
    if statement.effects.iter().any(|(effect, _)| matches!(effect, Effect::AlterEnum { .. })) {
        return;
    }
    for value in subject.so_far.enum_values() {
        if statement.sql.contains(&format!("'{}'", value.replace('\'', "''"))) {
            findings
                .report(format!("`'{value}'` is used in the transaction that adds it to its type"))
                .help("add the value in a migration before this one");
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
                (r#"ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO moods VALUES ('fine')"#, 1),
                (
                    r#"alter type mood add value if not exists 'fine' after 'bad'; alter table moods alter mood set default 'fine'"#,
                    1,
                ),
                (
                    r#"ALTER TYPE mood ADD VALUE 'fine'
----
INSERT INTO moods VALUES ('fine')"#,
                    0,
                ),
                (r#"ALTER TYPE mood ADD VALUE 'fine'; ALTER TYPE mood ADD VALUE 'good' AFTER 'fine'"#, 0),
                (r#"ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO moods VALUES ('bad')"#, 0),
            ],
        );
    }
}
