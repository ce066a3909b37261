//! DM006.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A statement runs of which nothing is known.
    ///
    /// A block of code (`DO`), a procedure (`CALL`), a query that calls a function of the project, or a statement that is not understood can
    /// do anything: no other check has looked at it. Write what it does as plain statements, or look yourself and say so in a comment.
    ///
    /// # Example
    ///
    /// ```sql,postgres
    /// DO $$ BEGIN UPDATE shop_order SET number = 1 WHERE number = 0; END $$;
    /// ```
    ///
    /// ```sql,mysql,fails
    /// CALL renumber_orders();
    /// ```
    ///
    /// ```sql,sqlite,fails
    /// SELECT renumber_orders(1);
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// UPDATE shop_order SET number = 1 WHERE number = 0;
    /// ```
    "DM006" "unknown-sql",
    group: DataMigrations,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, _) in subject.effects() {
        let verb = match effect {
            Effect::Unknown { verb } | Effect::AlterTable { change: TableChange::Unknown { verb }, .. } => verb,
            _ => continue,
        };
        findings
            .report(format!("what `{verb} …` does to tables and rows is not known, so that nothing was checked"))
            .help("write what it does as plain statements, or check it by hand");
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn statements() {
        let cases = [
            ("SELECT renumber_orders(1)", 1),
            ("FROBNICATE shop_order", 1),
            ("SELECT count(*) FROM shop_order", 0),
            ("CREATE VIEW v AS SELECT 1", 0),
            ("UPDATE shop_order SET number = 1 WHERE number = 0", 0),
            ("migrations.RemoveField('order', 'note')", 0),
            ("migrations.AlterField('order', 'number', models.BigIntegerField(unique=True, db_default=3))", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("DO $$ BEGIN PERFORM 1; END $$", 1),
            ("CALL f()", 1),
            ("ALTER TABLE shop_order FROBNICATE", 1),
            ("SELECT setval('a', 1)", 0),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", 0),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
