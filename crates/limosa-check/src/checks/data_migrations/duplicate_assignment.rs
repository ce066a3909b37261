//! DM008.

use limosa_sql::effect::assigned;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// An `UPDATE` gives a column two values.
    ///
    /// PostgreSQL refuses the statement when it comes to it; SQLite and MySQL take the last value without a word. One of the two was
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
    let columns = assigned(&statement.sql, subject.dialect());
    for (place, column) in columns.iter().enumerate() {
        let same = |other: &&String| other.eq_ignore_ascii_case(column);
        if columns[..place].iter().filter(same).count() == 1 {
            findings.report(format!("`{column}` gets two values")).help("take one of them out");
        }
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
            ("SELECT 1", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [("UPDATE shop_order SET (note, status) = ('a', 'b'), \"note\" = 'c'", 1)];
        expect(&CHECK, Dialect::Postgres, &cases);
        expect(&CHECK, Dialect::MySql, &[("UPDATE a JOIN b ON a.id = b.id SET a.x = 1, b.x = 2", 0)]);
    }
}
