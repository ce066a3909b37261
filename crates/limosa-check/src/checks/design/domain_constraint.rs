//! DS014.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A domain carries a constraint.
    ///
    /// A constraint that is added to a domain is checked in each table that uses it, and the domain cannot be changed without all of them. A
    /// check of the table is seen where it applies, and can be added as `NOT VALID`.
    ///
    /// # Example
    ///
    /// ```sql
    /// CREATE DOMAIN quantity AS integer CHECK (VALUE > 0);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE DOMAIN quantity AS integer;
    /// ```
    "DS014" "domain-constraint",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, _) in subject.effects() {
        if let Effect::Domain { name, create, constraint: true, .. } = effect {
            findings
                .report(match create {
                    true => format!("domain `{name}` carries a constraint"),
                    false => format!("domain `{name}` gets a constraint, for which all tables that use it are read"),
                })
                .help("put a check on the tables");
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
                (r#"create domain email as text check (value like '%@%')"#, 1),
                (r#"ALTER DOMAIN quantity ADD CONSTRAINT positive CHECK (VALUE > 0)"#, 1),
                (r#"CREATE DOMAIN quantity AS integer"#, 0),
                (r#"ALTER DOMAIN quantity SET DEFAULT 1"#, 0),
            ],
        );
    }
}
