//! BC009.

use limosa_sql::effect::{Effect, EnumChange};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A value of an enumerated type is renamed that the running code reads and writes.
    ///
    /// Writes of the old value fail from then on, and so do comparisons with it; what is read is a value that the running code does not
    /// know. Keep the value in the database and give it another label in the code. A value that is added without `BEFORE` or `AFTER`
    /// stands behind all others, which decides how rows sort by it for good: that is a note.
    ///
    /// # Example
    ///
    /// ```sql,fails
    /// ALTER TYPE order_status RENAME VALUE 'new' TO 'received';
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField(
    ///         "order", "status", models.CharField(max_length=20, default="new", choices=[("new", "Received")])
    ///     ),
    /// ]
    /// ```
    "BC009" "enum-value-renamed",
    group: Compatibility,
    level: Error,
    databases: [Postgres],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let made = |verb: &str, name: &str| {
        let statements = subject.migration.operations.iter().flat_map(|operation| &operation.statements);
        statements.into_iter().any(|statement| {
            let is_made = |effect: &Effect| matches!(effect, Effect::Other { verb: made } if made == verb);
            statement.effects.iter().any(|(effect, _)| is_made(effect)) && statement.sql.contains(name)
        })
    };
    for effect in subject.meant() {
        let Effect::AlterEnum { name, change } = effect else { continue };
        match change {
            _ if made("create type", name) => {}
            EnumChange::RenameValue => _ = findings
                .about(effect, format!("the running code reads and writes the old value of `{name}`"))
                .help("keep the value, and change what the code shows for it; or add a new one, and use it after the deploy"),
            EnumChange::AddValue { value, ordered: false, .. } => _ = findings
                .about(effect, format!("`{value}` stands behind all other values of `{name}`, for good"))
                .level(Level::Note)
                .help("say where it stands: `ADD VALUE … BEFORE …` or `AFTER …`"),
            EnumChange::AddValue { .. } | EnumChange::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn values() {
        let cases = [
            ("ALTER TYPE mood RENAME VALUE 'a' TO 'b'", 1),
            ("CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood RENAME VALUE 'a' TO 'b'", 0),
            ("ALTER TYPE mood ADD VALUE 'c'", 1),
            ("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'c' AFTER 'b'", 0),
            ("ALTER TYPE mood OWNER TO someone", 0),
        ];
        expect_everywhere(&CHECK, &cases);
    }
}
