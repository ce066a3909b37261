//! DS008.

use super::typed_columns;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column is `json`, which has no comparison.
    ///
    /// `SELECT DISTINCT`, `GROUP BY` and `UNION` over such a column fail, and each reading takes the text apart again. `jsonb` has both.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN details json;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN details jsonb;
    /// ```
    "DS008" "json-not-jsonb",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if typed.name == "json" {
            typed.report(findings, ", which cannot be compared", "use `jsonb` (`JSONField`)");
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
                (r#"CREATE TABLE fresh (a JSON)"#, 1),
                (r#"CREATE TABLE fresh (a jsonb)"#, 0),
                (r#"migrations.AddField("order", "details", models.JSONField(null=True))"#, 0),
            ],
        );
    }
}
