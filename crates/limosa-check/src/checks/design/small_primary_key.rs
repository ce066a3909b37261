//! DS015.

use super::{SMALL_INTEGERS, typed_columns};
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A primary key has 32 bits or fewer.
    ///
    /// When its numbers are used up, no row can be added, and the change to `bigint` writes the table and all that refer to it anew.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.CreateModel("Note", [("id", models.AutoField(primary_key=True))]),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))]),
    /// ]
    /// ```
    "DS015" "small-primary-key",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if typed.primary_key
            && !typed.refers
            && (SMALL_INTEGERS.contains(&typed.name.as_str())
                || typed.name.contains("serial") && !typed.name.starts_with("big"))
        {
            typed.report(findings, ", which is small for a primary key", "use `BigAutoField` (`bigint`)");
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
                (r#"CREATE TABLE fresh (id int PRIMARY KEY)"#, 1),
                (r#"CREATE TABLE fresh (id smallint, PRIMARY KEY (id))"#, 1),
                (r#"CREATE TABLE fresh (id bigint PRIMARY KEY)"#, 0),
                (r#"CREATE TABLE fresh (a int, b int, PRIMARY KEY (a, b))"#, 0),
                (r#"CREATE TABLE fresh (a int)"#, 0),
            ],
        );
    }
}
