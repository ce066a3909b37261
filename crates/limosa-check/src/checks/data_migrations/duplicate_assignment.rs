//! DM008.

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Effect, named_once};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A statement names a column twice where it may stand once, such as an `UPDATE` that gives it two values.
    ///
    /// PostgreSQL refuses the statement when it comes to it; SQLite and MySQL take the last value of an `UPDATE` without a word. One of the two was
    /// meant for another column.
    ///
    /// # Example
    ///
    /// ```sql,sqlite,mysql
    /// UPDATE shop_order SET note = 'old', note = 'kept' WHERE number = 0;
    /// ```
    ///
    /// ```sql,postgres,fails
    /// UPDATE shop_order SET note = 'old', note = 'kept' WHERE number = 0;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// UPDATE shop_order SET note = 'old', status = 'kept' WHERE number = 0;
    /// ```
    "DM008" "duplicate-assignment",
    group: DataMigrations,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(statement) = subject.statement.filter(|statement| statement.own) else { return };
    let mut lists = named_once(&statement.sql, subject.dialect());
    lists.extend(subject.effects().filter_map(|(effect, _)| match effect {
        Effect::CreateTable { columns, .. } => Some(columns.iter().map(|column| column.name.clone()).collect()),
        _ => None,
    }));
    for names in lists {
        for (place, name) in names.iter().enumerate() {
            let same = |other: &&String| is_same(other, name, subject.dialect());
            if names[..place].iter().filter(same).count() == 1 {
                findings.report(format!("`{name}` stands there twice")).help("take one of them out");
            }
        }
    }
}

/// Returns whether two names mean the same column, or one a part of the other.
fn is_same(one: &str, other: &str, dialect: Dialect) -> bool {
    let begins = |whole: &str, part: &str| part.strip_prefix(whole).is_some_and(|rest| rest.starts_with(['.', '[']));
    match dialect {
        Dialect::Postgres => one == other || begins(one, other) || begins(other, one),
        Dialect::Sqlite | Dialect::MySql => one.eq_ignore_ascii_case(other),
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
            ("UPDATE shop_order SET note = 'a', note = 'b'", 1),
            ("update shop_order set note = 'a', number = 1, NOTE = 'b', note = 'c' where id = 1", 1),
            ("UPDATE shop_order SET note = replace(note, 'a', 'b'), number = (SELECT max(number) FROM shop_order)", 0),
            ("UPDATE shop_order SET note = 'note = 1, note = 2'", 0),
            ("INSERT INTO shop_order (note, note) VALUES ('a', 'b')", 1),
            ("INSERT INTO shop_order (note, number) SELECT note, number FROM shop_order", 0),
            ("CREATE TABLE t (a int, a text)", 1),
            ("CREATE VIEW v (a, b) AS SELECT 1 a, 2 a", 0),
            ("CREATE VIEW v AS SELECT count(*), max(x) AS y FROM t", 0),
            ("SELECT 1", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("UPDATE shop_order SET (note, status) = ('a', 'b'), \"note\" = 'c'", 1),
            ("UPDATE t SET a.x = 1, a.y = 2, b[1] = 1, b[2] = 2, \"C\" = 1, C = 2", 0),
            ("UPDATE t SET a = row(1, 2), a.x = 1", 1),
            ("INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1, a = 2", 1),
            (
                "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1, b = 2 WHEN NOT MATCHED THEN INSERT (a, a) VALUES (1, 2)",
                1,
            ),
            ("SELECT 1 a, 2 a INTO z", 1),
            ("CREATE VIEW v AS SELECT 1, 2", 1),
            ("CREATE VIEW v (a, a) AS SELECT 1, 2", 1),
            ("CREATE VIEW v AS SELECT t.a, a FROM t", 1),
            ("CREATE VIEW v AS SELECT t.*, u.* FROM t, u", 0),
            ("WITH s AS (SELECT 1) INSERT INTO t (a, a) SELECT 1, 2 ON CONFLICT (a) DO UPDATE SET b = 1", 1),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
        let cases = [
            ("UPDATE a JOIN b ON a.id = b.id SET a.x = 1, b.x = 2", 0),
            ("REPLACE INTO t (a, A) VALUES (1, 2)", 1),
            ("REPLACE LOW_PRIORITY t (a, b) VALUES (1, 2)", 0),
        ];
        expect(&CHECK, Dialect::MySql, &cases);
    }
}
