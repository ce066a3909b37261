//! DS016.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// SQL drops a table if it is there, and makes it anew.
    ///
    /// Run by mistake where the table is in use, it takes all rows with it without a word.
    ///
    /// # Example
    ///
    /// ```sql
    /// DROP TABLE IF EXISTS shop_note;
    /// CREATE TABLE shop_note (id integer);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// CREATE TABLE shop_note (id integer);
    /// ```
    "DS016" "force-create",
    group: Design,
    level: Warning,
    opt_in: true,
    databases: [Postgres, Sqlite, MySql],
    Migration: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let statements = subject.migration.operations.iter().flat_map(|operation| &operation.statements);
    let mut dropped: Vec<&str> = Vec::new();
    for (effect, _) in statements.filter(|statement| statement.own).flat_map(|statement| &statement.effects) {
        match effect {
            Effect::DropTable { table, if_exists: true, .. } => dropped.push(table),
            Effect::CreateTable { table, temporary: false, .. } if dropped.contains(&table.as_str()) => {
                findings
                    .report(format!("`{table}` is dropped if it is there, and made anew"))
                    .help("leave `DROP TABLE IF EXISTS` out: the statement fails where the table is there")
                    .table(table);
            }
            _ => {}
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
                (r#"drop table if exists fresh; create table fresh (a int)"#, 1),
                (r#"DROP TABLE IF EXISTS other; CREATE TABLE fresh (a int)"#, 0),
                (r#"CREATE TABLE fresh (a int); DROP TABLE IF EXISTS fresh"#, 0),
                (r#"DROP TABLE IF EXISTS fresh; CREATE TEMPORARY TABLE fresh (a int)"#, 0),
            ],
        );
    }
}
