//! BC010.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A schema is renamed while code runs that finds its tables by the old name.
    ///
    /// All tables of the schema are gone at once for code whose `search_path` or whose queries name it.
    ///
    /// # Example
    ///
    /// ```sql,fails
    /// ALTER SCHEMA sales RENAME TO archive;
    /// ```
    ///
    /// # Instead
    ///
    /// Make the new schema, and let the code look in both (`search_path`) until everything is moved:
    ///
    /// ```sql
    /// CREATE SCHEMA IF NOT EXISTS archive;
    /// DROP SCHEMA archive;
    /// ```
    "BC010" "schema-renamed",
    group: Compatibility,
    level: Error,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for effect in subject.meant() {
        if let Effect::RenameSchema { name, to } = effect {
            findings
                .about(effect, format!("code that looks for tables in `{name}` fails once it is called `{to}`"))
                .help(format!("let the code look in both (`search_path = {to}, {name}`), and move table by table"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn schemas() {
        let cases = [
            ("ALTER SCHEMA a RENAME TO b", 1),
            ("alter schema \"a\" rename to b;", 1),
            ("ALTER SCHEMA a OWNER TO b", 0),
            ("CREATE SCHEMA b", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
