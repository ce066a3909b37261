//! LK017.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A materialized view is renewed while nobody can read it.
    ///
    /// `REFRESH MATERIALIZED VIEW` keeps readers out until the view's query has ended. With `CONCURRENTLY` they see the old rows meanwhile; the view
    /// needs a unique index for that.
    ///
    /// # Example
    ///
    /// ```sql,postgres,fails
    /// REFRESH MATERIALIZED VIEW sales_by_day;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql,postgres,fails
    /// REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_day;
    /// ```
    "LK017" "refresh-blocks",
    group: Locks,
    level: Error,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, cost) in subject.effects() {
        if let Effect::RefreshView { name, concurrently: false } = effect
            && !subject.so_far.is_new(name)
        {
            findings
                .report(format!("nobody can read `{name}` while it is renewed"))
                .help("write `REFRESH MATERIALIZED VIEW CONCURRENTLY`, which needs a unique index on the view")
                .cost(name, cost);
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
            &[(r#"refresh materialized view sales"#, 1), (r#"REFRESH MATERIALIZED VIEW CONCURRENTLY sales"#, 0)],
        );
    }
}
