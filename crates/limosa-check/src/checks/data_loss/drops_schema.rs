//! DL006.

use limosa_sql::effect::{Effect, TableChange};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;

declare! {
    /// A schema or a database is dropped, or whatever depends on something else with `CASCADE`.
    ///
    /// What goes with a `CASCADE` is not in the migration but in the database: a view that somebody made by hand, a column whose type is
    /// dropped, a foreign key of another app. Drop what is meant by its name; the database says what stands in the way.
    ///
    /// # Example
    ///
    /// ```sql,postgres,fails
    /// DROP SCHEMA reports;
    /// ```
    ///
    /// ```sql,postgres
    /// DROP TYPE IF EXISTS order_status CASCADE;
    /// ```
    ///
    /// ```sql,mysql,fails
    /// DROP DATABASE reports;
    /// ```
    ///
    /// # Instead
    ///
    /// ```sql,postgres
    /// DROP TYPE IF EXISTS order_status;
    /// ```
    ///
    /// ```sql,mysql
    /// DROP TABLE IF EXISTS reports_order;
    /// ```
    "DL006" "drops-schema",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let meaning = subject.operation.into_iter().flat_map(|operation| &operation.meaning);
    // Django's own operations say `CASCADE` of their own accord: of what goes with a column, BC013 tells.
    for effect in meaning.filter(|meant| meant.statement.is_some()).map(|meant| &meant.effect) {
        match effect {
            Effect::DropObject { kind, name, .. } if kind == "schema" || kind == "database" => {
                _ = findings
                    .about(effect, format!("the {kind} `{name}` is dropped with everything in it"))
                    .help("drop its tables by name, when they are known to be needed no more")
                    .level(Level::Error)
            }
            Effect::DropTable { table: name, cascade: true, .. }
            | Effect::DropObject { name, cascade: true, .. }
            | Effect::AlterTable { table: name, change: TableChange::DropConstraint { cascade: true, .. } } => {
                _ = findings
                    .about(effect, format!("whatever depends on what is dropped of `{name}` is dropped with it"))
                    .help("leave `CASCADE` out, and drop what depends on it by name")
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
    fn objects() {
        let cases = [
            ("migrations.DeleteModel('order')", 0),
            ("migrations.RemoveField('order', 'note')", 0),
            ("DROP TABLE shop_order", 0),
            ("DROP DATABASE reports", 1),
            ("drop schema if exists reports", 1),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("DROP TABLE shop_customer CASCADE", 1),
            ("DROP VIEW totals CASCADE", 1),
            ("DROP EXTENSION citext CASCADE", 1),
            ("DROP EXTENSION citext", 0),
            ("DROP FUNCTION f(int) RESTRICT", 0),
            ("ALTER TABLE shop_order DROP CONSTRAINT u CASCADE", 1),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
