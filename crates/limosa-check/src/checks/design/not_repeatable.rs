//! DS009.

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Effect, EnumChange, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A statement outside of a transaction fails when it runs a second time.
    ///
    /// Where a migration without a transaction stops in the middle, the statements before are done. With `IF EXISTS` and `IF NOT EXISTS` it
    /// can run again from its beginning.
    ///
    /// # Example
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("CREATE TABLE shop_note (id integer)", ""),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("CREATE TABLE IF NOT EXISTS shop_note (id integer)", ""),
    /// ]
    /// ```
    "DS009" "not-repeatable",
    group: Design,
    level: Note,
    opt_in: true,
    databases: [Postgres, Sqlite, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if !subject.is_own_sql() || subject.so_far.transaction {
        return;
    }
    // MySQL knows the words for tables alone.
    let only_tables = subject.dialect() == Dialect::MySql && !subject.is_mariadb();
    for (effect, _) in subject.effects() {
        let is_table = matches!(effect, Effect::CreateTable { .. } | Effect::DropTable { .. });
        if let Some(words) = missing(effect).filter(|_| is_table || !only_tables) {
            let finding =
                findings.report("the statement fails when it runs a second time").help(format!("write `{words}`"));
            if let Some(table) = effect.table() {
                finding.table(table);
            }
        }
    }
}

/// Returns the words that would make an effect one that can be had twice.
fn missing(effect: &Effect) -> Option<&'static str> {
    const MAKES: Option<&str> = Some("IF NOT EXISTS");
    const DROPS: Option<&str> = Some("IF EXISTS");
    match effect {
        Effect::CreateTable { if_not_exists: false, temporary: false, .. }
        | Effect::CreateIndex { if_not_exists: false, name: Some(_), .. } => MAKES,
        Effect::AlterEnum { change: EnumChange::AddValue { if_not_exists: false, .. }, .. } => MAKES,
        Effect::DropTable { if_exists: false, .. } | Effect::DropIndex { if_exists: false, .. } => DROPS,
        Effect::DropObject { if_exists: false, .. } => DROPS,
        Effect::AlterTable { change, .. } => match change {
            TableChange::AddColumn(column) if !column.if_not_exists => MAKES,
            TableChange::DropColumn { if_exists: false, .. } | TableChange::DropConstraint { if_exists: false, .. } => {
                DROPS
            }
            _ => None,
        },
        _ => None,
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
                    r#"-- not atomic
CREATE INDEX CONCURRENTLY i ON shop_order (number)"#,
                    1,
                ),
                (
                    r#"-- not atomic
DROP INDEX CONCURRENTLY i"#,
                    1,
                ),
                (
                    r#"-- not atomic
ALTER TYPE mood ADD VALUE 'fine'"#,
                    1,
                ),
                (
                    r#"-- not atomic
ALTER TABLE shop_order ADD COLUMN a int, DROP COLUMN b"#,
                    2,
                ),
                (
                    r#"-- not atomic
CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON shop_order (number)"#,
                    0,
                ),
                (
                    r#"-- not atomic
ALTER TABLE shop_order ADD COLUMN IF NOT EXISTS a int"#,
                    0,
                ),
                (
                    r#"-- not atomic
BEGIN; ALTER TABLE shop_order ADD COLUMN a int; COMMIT"#,
                    0,
                ),
                (
                    r#"-- not atomic
CREATE TEMPORARY TABLE fresh (a int)"#,
                    0,
                ),
                (
                    r#"-- not atomic
CREATE INDEX CONCURRENTLY ON shop_order (number)"#,
                    0,
                ),
                (r#"CREATE INDEX i ON shop_order (number)"#, 0),
            ],
        );
    }
}
