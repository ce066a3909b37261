//! DS002.

use super::typed_columns;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column's type limits the length of its text.
    ///
    /// On PostgreSQL `text` is stored like `varchar(n)`. A limit that changes is easier to change as a check, which can be added without a lock.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "code", models.CharField(max_length=20, null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AddField("order", "code", models.TextField(null=True)),
    /// ]
    /// ```
    "DS002" "prefer-text",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if ["varchar", "character varying"].contains(&typed.name.as_str()) && typed.data_type.contains('(') {
            let help = "use `TextField` (`text`), with a check for the length where one is needed";
            typed.report(findings, ", whose limit is part of the type", help);
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
                (r#"CREATE TABLE fresh (a pg_catalog.varchar(10))"#, 1),
                (r#"CREATE TABLE fresh (a varchar(10), b character varying(20))"#, 2),
                (r#"CREATE TABLE fresh (a varchar, b text)"#, 0),
                (r#"ALTER TABLE shop_order ALTER COLUMN note TYPE varchar(100)"#, 1),
            ],
        );
    }
}
