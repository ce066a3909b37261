//! DL003.

use limosa_sql::effect::Effect;

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A table is emptied.
    ///
    /// `TRUNCATE` takes all rows without a condition and without a trace, and keeps everybody from the table meanwhile. With `CASCADE` it
    /// empties every table that refers to this one as well, those of other apps among them. MySQL commits at once: there is no way back.
    ///
    /// # Example
    ///
    /// ```sql
    /// TRUNCATE TABLE shop_order;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql
    /// DELETE FROM shop_order WHERE status = 'draft' AND id < 1000;
    /// ```
    "DL003" "truncate",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        match effect {
            Effect::Truncate { cascade: false, .. } => {
                _ = findings
                    .about(effect, format!("emptying `{table}` loses its rows for good"))
                    .help("delete the rows that are meant, by a condition")
                    .size(table)
            }
            Effect::Truncate { cascade: true, .. } => {
                _ = findings
                    .about(effect, format!("emptying `{table}` empties every table that refers to it, too"))
                    .help("leave `CASCADE` out, and name the tables that are meant")
                    .table(table)
                    .level(Level::Error)
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn tables() {
        let cases = [
            ("TRUNCATE shop_order", 1),
            ("truncate table shop_order", 1),
            ("CREATE TABLE t (a int); TRUNCATE t", 0),
            ("DELETE FROM shop_order WHERE id = 1", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases =
            [("TRUNCATE ONLY shop_order, shop_customer RESTART IDENTITY", 2), ("TRUNCATE shop_customer CASCADE", 1)];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
