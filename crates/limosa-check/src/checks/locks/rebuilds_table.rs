//! LK014.

use limosa_sql::dialect::Dialect;
use limosa_sql::effect::{Blocks, Effect, TableChange};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A table is written anew for its own sake.
    ///
    /// PostgreSQL's `VACUUM FULL` and `CLUSTER`, a change of tablespace, `SET LOGGED` and `SET ACCESS METHOD` keep everybody out until all rows
    /// are copied; SQLite's `VACUUM` does that with the whole file. MySQL writes most tables anew while others work on, but replicas fall behind.
    ///
    /// # Example
    ///
    /// ```sql,postgres
    /// CLUSTER shop_order USING order_number_idx;
    /// ```
    ///
    /// ```python,sqlite
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("VACUUM", ""),
    /// ]
    /// ```
    ///
    /// ```sql,mysql
    /// OPTIMIZE TABLE shop_order;
    /// ```
    ///
    /// # Instead
    ///
    /// Plain `VACUUM` makes room for new rows beside all others; run it outside of migrations. A tool such as `pg_repack` writes a table anew
    /// without keeping others out.
    ///
    /// ```python,postgres
    /// atomic = False
    /// operations = [
    ///     migrations.RunSQL("VACUUM shop_order", ""),
    /// ]
    /// ```
    "LK014" "rebuilds-table",
    group: Locks,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (effect, cost) in subject.effects() {
        let (table, verb) = match effect {
            Effect::Rebuild { table, verb } if !verb.contains("CONCURRENTLY") => (table.as_deref(), *verb),
            Effect::AlterTable { table, change: TableChange::Rebuild { verb } } => {
                (Some(table.as_str()), verb.as_str())
            }
            _ => continue,
        };
        if table.is_some_and(|table| subject.so_far.is_new(table)) {
            continue;
        }
        let what = table.map_or_else(|| "everything".to_owned(), |table| format!("`{table}`"));
        let online = subject.dialect() == Dialect::MySql && cost.known && cost.blocks() == Blocks::Nothing;
        let finding = match online {
            true => findings
                .report(format!("`{verb}` writes {what} anew, and replicas fall behind"))
                .help("run it outside of migrations, when little is going on")
                .level(Level::Note),
            false => findings
                .report(format!("`{verb}` writes {what} anew while others wait"))
                .help("run it outside of migrations, when nobody needs the table, or use a tool that copies in the background"),
        };
        if let Some(table) = table.filter(|_| !online) {
            finding.cost(table, cost);
        }
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
                    r#"-- of one
VACUUM FULL shop_order"#,
                    1,
                ),
                (r#"vacuum (full, analyze) shop_order"#, 1),
                (r#"CLUSTER"#, 1),
                (r#"ALTER TABLE shop_order SET TABLESPACE fast"#, 1),
                (r#"ALTER TABLE shop_order SET UNLOGGED"#, 1),
                (r#"VACUUM shop_order"#, 0),
                (r#"VACUUM (FREEZE) shop_order"#, 0),
                (r#"CREATE TABLE fresh (a int); CLUSTER fresh USING i"#, 0),
            ],
        );
    }
}
