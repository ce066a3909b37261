//! BC019.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::plan::PlannedOperation;
use crate::subject::Subject;

declare! {
    /// A function, a type, a sequence or an extension is dropped that the running code may use.
    ///
    /// Queries that call the function, cast to the type or ask the sequence fail at once, and so do defaults, triggers and views that do. A migration that makes it again is
    /// silent. Drop it after the deploy, when no code is left that names it. Of views, BC002 tells.
    ///
    /// # Example
    ///
    /// ```sql
    /// DROP FUNCTION IF EXISTS order_total;
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.RunSQL("DROP FUNCTION IF EXISTS order_total", ""),
    /// ]
    /// ```
    "BC019" "object-dropped",
    group: Compatibility,
    level: Warning,
    before_deploy: true,
    databases: [Postgres, MySql],
    Operation: check,
}

/// What queries can name.
const KINDS: [&str; 11] = [
    "function",
    "procedure",
    "routine",
    "aggregate",
    "operator",
    "type",
    "domain",
    "sequence",
    "extension",
    "collation",
    "attribute",
];

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let is_made_again = |kind: &str| {
        let operations = subject.migration.operations.iter();
        operations.flat_map(PlannedOperation::meant).any(|effect| effect.makes(kind))
    };
    for effect in subject.meant() {
        if let Effect::DropObject { kind, name, .. } = effect
            && KINDS.contains(&kind.as_str())
            && !is_made_again(kind)
        {
            findings
                .about(effect, format!("the running code may still use the {kind} `{name}`"))
                .help("deploy code without it first, and drop it after the deploy (`stage = \"post-deploy\"`)");
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
            ("DROP FUNCTION f(int), g", 2),
            ("DROP TYPE IF EXISTS mood", 1),
            ("DROP EXTENSION hstore", 1),
            ("DROP FUNCTION f(int); CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1'", 0),
            ("DROP DOMAIN positive; CREATE DOMAIN positive AS int CHECK (VALUE > 0)", 0),
            ("DROP DOMAIN positive; CREATE TYPE mood AS ENUM ('a')", 1),
            ("DROP VIEW totals", 0),
            ("ALTER TYPE address DROP ATTRIBUTE zip", 1),
            ("DROP TRIGGER t ON shop_order", 0),
            ("stage = 'post-deploy'\noperations = [migrations.RunSQL('DROP FUNCTION f', '')]", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &[("DROP PROCEDURE IF EXISTS p", 1)]);
    }
}
