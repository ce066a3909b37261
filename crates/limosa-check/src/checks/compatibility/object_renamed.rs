//! BC020.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A view, a function, a type or something else that is no table gets another name while code runs that knows only the old one.
    ///
    /// Before the deploy the running code fails once it is renamed, or moved to another schema; after it, the new code fails until it is. Make it anew under the new
    /// name, and drop the old one after the deploy.
    ///
    /// # Example
    ///
    /// ```sql,fails
    /// ALTER FUNCTION order_total(integer) RENAME TO total;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE FUNCTION total(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
    /// DROP FUNCTION total(integer);
    /// ```
    "BC020" "object-renamed",
    group: Compatibility,
    level: Warning,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for effect in subject.meant() {
        if let Effect::RenameObject { kind, name, to } = effect
            && !["trigger", "policy", "rule", "statistics", "publication", "subscription"].contains(&kind.as_str())
        {
            findings
                .about(effect, format!("code that names the {kind} `{name}` fails once it is called `{to}`"))
                .help("make it under the new name, and drop the old one after the deploy (`stage = \"post-deploy\"`)");
        }
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn objects() {
        let cases = [
            ("ALTER VIEW v RENAME TO w", 1),
            ("ALTER FUNCTION f(int) SET SCHEMA s", 1),
            ("ALTER AGGREGATE agg(int) RENAME TO other", 1),
            ("ALTER TYPE mood RENAME TO feeling", 1),
            ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", 0),
            ("ALTER TRIGGER t ON shop_order RENAME TO u", 0),
            ("ALTER FUNCTION f(int) OWNER TO app", 0),
            ("ALTER VIEW v RENAME COLUMN a TO b", 1),
            ("ALTER INDEX order_number_idx RENAME TO x", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
