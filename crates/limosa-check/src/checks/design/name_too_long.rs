//! DS010.

use limosa_sql::effect::{Effect, TableChange, bare};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A name is longer than the database keeps.
    ///
    /// PostgreSQL cuts it after 63 bytes without an error, so that code that looks for it by its full name finds nothing, and two names can
    /// become one. MySQL refuses more than 64 characters.
    ///
    /// # Example
    ///
    /// ```sql,postgres
    /// CREATE INDEX shop_order_by_number_and_status_for_the_report_of_the_last_quarter ON shop_order (number, status);
    /// ```
    ///
    /// ```sql,mysql,fails
    /// CREATE INDEX shop_order_by_number_and_status_for_the_report_of_the_last_quarter ON shop_order (number, status);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE INDEX order_number_status_idx ON shop_order (number, status);
    /// ```
    "DS010" "name-too-long",
    group: Design,
    level: Warning,
    databases: [Postgres, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, _) in subject.effects() {
        for name in names(effect) {
            let bare = bare(name);
            let found = match subject.is_postgres() {
                true if bare.len() > 63 => {
                    format!("`{bare}` has {} bytes, and PostgreSQL keeps the first 63", bare.len())
                }
                false if bare.chars().count() > 64 => {
                    format!("`{bare}` has {} characters, and MySQL refuses more than 64", bare.chars().count())
                }
                _ => continue,
            };
            findings.report(found).help("choose a shorter name");
        }
    }
}

/// Returns the names that an effect gives, and that of a table that it drops: another one may begin with the same letters.
fn names(effect: &Effect) -> Vec<&str> {
    match effect {
        Effect::CreateTable { table, columns, .. } => {
            std::iter::once(table).chain(columns.iter().map(|column| &column.name)).map(String::as_str).collect()
        }
        Effect::RenameTable { to, .. } | Effect::RenameSchema { to, .. } | Effect::RenameObject { to, .. } => vec![to],
        Effect::DropTable { table, .. } => vec![table],
        Effect::CreateIndex { name: Some(name), .. } => vec![name],
        Effect::AlterTable { change, .. } => match change {
            TableChange::AddColumn(column) => vec![&column.name],
            TableChange::RenameColumn { to, .. } => vec![to],
            TableChange::AddConstraint { name: Some(name), .. } | TableChange::AddIndex { name: Some(name), .. } => {
                vec![name]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn as_it_should() {
        expect(
            &CHECK,
            Dialect::Postgres,
            &[
                (
                    r#"ALTER TABLE shop_order ADD COLUMN a123456789_123456789_123456789_123456789_123456789_123456789_12345 text"#,
                    1,
                ),
                (
                    r#"ALTER TABLE shop_order RENAME COLUMN note TO a123456789_123456789_123456789_123456789_123456789_123456789_12345"#,
                    1,
                ),
                (
                    r#"ALTER TABLE shop_order ADD COLUMN a123456789_123456789_123456789_123456789_123456789_1234567 text"#,
                    0,
                ),
                (
                    r#"CREATE INDEX "a123456789_123456789_123456789_123456789_123456789_é23456789" ON shop_order (note)"#,
                    0,
                ),
            ],
        );
    }
}
