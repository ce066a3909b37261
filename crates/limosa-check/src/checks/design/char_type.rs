//! DS007.

use super::typed_columns;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column is `char(n)`, which fills its text up with blanks.
    ///
    /// The blanks are stored, and count in some comparisons and not in others.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN currency char(3);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN currency varchar(3);
    /// ```
    "DS007" "char-type",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if ["char", "character", "bpchar", "nchar"].contains(&typed.name.as_str()) {
            typed.report(findings, ", which fills up with blanks", "use `text` or `varchar(n)`");
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
                (r#"CREATE TABLE fresh (a char, b CHARACTER(10), c bpchar)"#, 3),
                (r#"CREATE TABLE fresh (a char[])"#, 1),
                (r#"CREATE TABLE fresh (a "char", b varchar(3), c character varying)"#, 0),
                (r#"migrations.AddField("order", "code", models.CharField(max_length=3, null=True))"#, 0),
            ],
        );
    }
}
