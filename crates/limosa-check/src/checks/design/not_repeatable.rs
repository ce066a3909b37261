//! DS009.

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Effect, EnumChange, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::plan::Statement;
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
    if !subject.is_own_sql() || subject.migration.transaction {
        return;
    }
    // What a transaction of its own makes is gone with it.
    let stays = || !subject.so_far.transaction || goes_on(subject);
    // MySQL knows the words for tables alone.
    let only_tables = subject.dialect() == Dialect::MySql && !subject.is_mariadb();
    for (effect, _) in subject.effects() {
        let is_table = matches!(effect, Effect::CreateTable { .. } | Effect::DropTable { .. });
        if is_added_twice(subject, effect) && stays() {
            findings
                .report("the statement fails when it runs a second time")
                .help("drop the constraint before, if it is there (`DROP CONSTRAINT IF EXISTS`)");
        }
        if let Some(words) = missing(effect).filter(|_| (is_table || !only_tables) && stays()) {
            let finding =
                findings.report("the statement fails when it runs a second time").help(format!("write `{words}`"));
            if let Some(table) = effect.table() {
                finding.table(table);
            }
        }
    }
}

/// Returns the statements of the migration up to the one that is looked at, and those after it.
fn around<'a>(subject: &Subject<'a>) -> (Vec<&'a Statement>, Vec<&'a Statement>) {
    let all: Vec<&Statement> =
        subject.migration.operations.iter().flat_map(|operation| &operation.statements).collect();
    let is_here = |other: &&Statement| subject.statement.is_some_and(|here| std::ptr::eq(*other, here));
    let place = all.iter().position(is_here).unwrap_or(all.len());
    (all[..place].to_vec(), all[place..].to_vec())
}

/// Returns whether the migration goes on when the transaction has ended that its own SQL began: what it made stays when that fails.
fn goes_on(subject: &Subject<'_>) -> bool {
    let is_control =
        |statement: &&Statement| statement.effects.iter().any(|(effect, _)| *effect == Effect::Transaction);
    let (_, rest) = around(subject);
    rest.into_iter().skip_while(|statement| !is_control(statement)).any(|statement| !is_control(&statement))
}

/// Returns whether a constraint is added that was not dropped before, if it is there.
fn is_added_twice(subject: &Subject<'_>, effect: &Effect) -> bool {
    let Effect::AlterTable { table, change: TableChange::AddConstraint { name: Some(name), .. } } = effect else {
        return false;
    };
    let (before, _) = around(subject);
    let changes = before.into_iter().flat_map(|statement| &statement.effects).filter_map(|(effect, _)| match effect {
        Effect::AlterTable { table: other, change } if other == table => Some(change),
        _ => None,
    });
    let mut last = changes.filter_map(|change| match change {
        TableChange::DropConstraint { name: Some(other), if_exists: true, .. } if other == name => Some(false),
        TableChange::AddConstraint { name: Some(other), .. } if other == name => Some(true),
        _ => None,
    });
    subject.is_postgres() && !subject.so_far.is_new(table) && last.next_back().unwrap_or(true)
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
                (
                    r#"-- not atomic
BEGIN; ALTER TABLE shop_order ADD COLUMN a int; COMMIT; BEGIN; DELETE FROM shop_customer WHERE id = 1; COMMIT"#,
                    1,
                ),
                (
                    r#"-- not atomic
ALTER TABLE shop_order DROP CONSTRAINT IF EXISTS u; ALTER TABLE shop_order ADD CONSTRAINT u UNIQUE USING INDEX i"#,
                    0,
                ),
                (
                    r#"-- not atomic
ALTER TABLE shop_order ADD CONSTRAINT u UNIQUE USING INDEX i"#,
                    1,
                ),
            ],
        );
    }
}
