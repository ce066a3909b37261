//! BC018.

use limosa_sql::effect::TableChange;

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;

declare! {
    /// A constraint is dropped that the running code may rely on.
    ///
    /// No query fails by it but one: `INSERT … ON CONFLICT` asks for the constraint (in Django `bulk_create` with `update_conflicts`). Beside that, code that counts on
    /// the database to refuse a second row (`get_or_create`) or a row that points nowhere goes on without.
    ///
    /// # Example
    ///
    /// ```sql
    /// ALTER TABLE shop_order DROP CONSTRAINT IF EXISTS order_number_key;
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.RunSQL("ALTER TABLE shop_order DROP CONSTRAINT IF EXISTS order_number_key", ""),
    /// ]
    /// ```
    "BC018" "constraint-dropped",
    group: Compatibility,
    level: Note,
    before_deploy: true,
    databases: [Postgres, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    // What takes the place of another one in one operation is no loss.
    let is_replaced = |table: &str| {
        subject.alterations_of_old_tables().any(|(other, _, change)| {
            known::is_same(other, table) && matches!(change, TableChange::AddConstraint { .. })
        })
    };
    for (table, effect, change) in subject.alterations_of_old_tables() {
        if let TableChange::DropConstraint { name, .. } = change
            && !is_replaced(table)
        {
            let name = name.as_ref().map_or_else(|| "a constraint".to_owned(), |name| format!("`{name}`"));
            findings
                .about(effect, format!("the running code may rely on {name} of `{table}`"))
                .help("drop it after the deploy (`stage = \"post-deploy\"`), when no code counts on it")
                .table(table);
        }
    }
}

#[cfg(test)]
mod tests {
    use limosa_sql::dialect::Dialect;

    use super::CHECK;
    use crate::testing::expect;

    #[test]
    fn constraints() {
        let cases = [
            ("ALTER TABLE shop_order DROP CONSTRAINT u", 1),
            ("ALTER TABLE shop_order DROP CONSTRAINT u, ADD CONSTRAINT u UNIQUE (number, status)", 0),
            ("ALTER TABLE shop_order DROP COLUMN note", 0),
            ("CREATE TABLE t (a int); ALTER TABLE t DROP CONSTRAINT u", 0),
        ];
        for dialect in [Dialect::Postgres, Dialect::MySql] {
            expect(&CHECK, dialect, &cases);
        }
    }
}
