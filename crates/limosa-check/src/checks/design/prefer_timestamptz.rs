//! DS003.

use super::typed_columns;
use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A column holds points in time without a time zone.
    ///
    /// `timestamp` forgets the zone that a value was given in; `timestamptz` keeps the moment.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN seen_at timestamp;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// ALTER TABLE shop_order ADD COLUMN seen_at timestamptz;
    /// ```
    "DS003" "prefer-timestamptz",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for typed in typed_columns(subject) {
        if ["timestamp", "timestamp without time zone"].contains(&typed.name.as_str()) {
            typed.report(
                findings,
                ", which forgets the time zone",
                "use `timestamptz` (`DateTimeField` with `USE_TZ`)",
            );
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
                (r#"CREATE TABLE fresh (a timestamp, b timestamp(3) without time zone)"#, 2),
                (
                    r#"CREATE TABLE fresh (a timestamptz, b timestamp with time zone, c timestamp(3) with time zone, d date)"#,
                    0,
                ),
            ],
        );
    }
}
