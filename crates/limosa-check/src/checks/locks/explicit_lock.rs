//! LK019.

use limosa_sql::effect::{Blocks, Effect};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A table is locked by hand.
    ///
    /// Statements take the locks that they need. A lock by hand is held until the transaction ends (on MySQL until `UNLOCK TABLES`), whatever
    /// the rest of the migration does.
    ///
    /// # Example
    ///
    /// ```sql,postgres
    /// LOCK TABLE shop_order IN SHARE MODE;
    /// ```
    ///
    /// ```sql,mysql,fails
    /// LOCK TABLES shop_order WRITE;
    /// UNLOCK TABLES;
    /// ```
    ///
    /// # Instead
    ///
    /// Lock the rows that matter:
    ///
    /// ```sql
    /// SELECT id FROM shop_order WHERE status = 'new' FOR UPDATE;
    /// ```
    "LK019" "explicit-lock",
    group: Locks,
    level: Warning,
    databases: [Postgres, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect, cost) in subject.effects_on_old_tables() {
        let Effect::LockTable { mode, .. } = effect else { continue };
        let whom = match cost.locks.iter().map(|lock| lock.blocks).max() {
            Some(Blocks::Nothing) => continue,
            Some(Blocks::Writes) => "writes to",
            _ => "everybody from",
        };
        findings
            .report(
                format!("`LOCK TABLE` ({mode}) keeps {whom} `{table}` until the transaction ends")
                    .replace("keeps writes to", "stops writes to"),
            )
            .help("leave it out, or lock rows with `SELECT … FOR UPDATE`")
            .table(table);
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
                (r#"LOCK TABLE shop_order"#, 1),
                (r#"lock table only shop_order, shop_customer in exclusive mode nowait"#, 2),
                (r#"LOCK TABLE shop_order IN ACCESS SHARE MODE"#, 0),
                (r#"LOCK TABLE shop_order IN ROW EXCLUSIVE MODE"#, 0),
                (r#"CREATE TABLE fresh (a int); LOCK TABLE fresh"#, 0),
            ],
        );
    }
}
