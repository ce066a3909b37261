//! DS001.

use super::{SMALL_INTEGERS, typed_columns};
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column holds whole numbers of 32 bits or fewer.
    ///
    /// Two thousand million are reached sooner than one thinks, and the change to `bigint` writes the whole table anew.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.IntegerField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "weight", models.BigIntegerField(null=True)),
    /// ]
    /// ```
    "DS001" "prefer-bigint",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if !typed.primary_key && !typed.refers && SMALL_INTEGERS.contains(&typed.name.as_str()) {
            typed.report(findings, " and holds no more than 32 bits", "use `BigIntegerField` (`bigint`)");
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
                (r#"CREATE TABLE fresh (a int, b SMALLINT, c int4)"#, 3),
                (r#"ALTER TABLE shop_order ADD COLUMN a integer"#, 1),
                (r#"CREATE TABLE fresh (a bigint, b text)"#, 0),
                (r#"CREATE TABLE fresh (id int PRIMARY KEY)"#, 0),
                (r#"migrations.AddField("order", "small", models.SmallIntegerField(null=True))"#, 1),
                (r#"migrations.AddField("order", "flag", models.BooleanField(null=True))"#, 0),
            ],
        );
    }
}
