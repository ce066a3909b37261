//! LK021.

use limosa_sql::effect::{Blocks, Effect, TableChange, Work};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::plan::Statement;
use crate::subject::Subject;
use crate::unknown::referring;

use super::blocks;

declare! {
    /// A table is copied that others refer to by foreign keys, and on MariaDB the two can wait for each other.
    ///
    /// While the table is copied its rows are locked. Who adds a row to another table that refers to one of them waits for that, and holds
    /// what the copy needs in the end to take the table's place. MariaDB does not see that each waits for the other: all stands still, the
    /// table's readers too, until `innodb_lock_wait_timeout` (50 seconds, unless it is set) is over, however small the table is. Django's
    /// `add` of a many-to-many field then loses the row without an error, because it says `INSERT IGNORE`. Let the change give up
    /// before that (`lock_wait_timeout`), run it when nobody writes, or leave the copying to a tool that does it in the background. A foreign key
    /// that is dropped can
    /// stand still in the same way, which is a note.
    ///
    /// # Example
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.AlterField("customer", "city", models.CharField(max_length=100, null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python,mysql
    /// operations = [
    ///     migrations.RunSQL("SET SESSION lock_wait_timeout = 2", ""),
    ///     migrations.AlterField("customer", "city", models.CharField(max_length=100, null=True)),
    /// ]
    /// ```
    "LK021" "copies-referenced-table",
    group: Locks,
    level: Warning,
    databases: [MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(operation) = subject.operation.filter(|_| subject.is_mariadb()) else { return };
    if subject.so_far.settings.contains_key("lock_wait_timeout") {
        return;
    }
    for (table, effect, cost) in subject.effects_on_old_tables() {
        if drops_key(subject, effect) {
            findings
                .report(format!("a foreign key of `{table}` goes, which can keep writes on both of its sides waiting for a timeout"))
                .help("set `lock_wait_timeout` to a few seconds before it, in `RunSQL`, so that the change gives up first")
                .level(Level::Note)
                .once()
                .table(table);
        }
        if cost.work != Work::Rewrite || blocks(cost) < Blocks::Writes {
            continue;
        }
        if let Some(other) = referring(&operation.before, subject.context(), table)
            .into_iter()
            .find(|other| !subject.so_far.is_new(other))
        {
            findings
                .report(format!("`{table}` is copied, which writes to `{other}` and the copy can keep each other from finishing"))
                .help("set `lock_wait_timeout` to a few seconds before it, in `RunSQL`, so that the change gives up first")
                .once()
                .table(table);
        }
    }
}

fn drops_key(subject: &Subject<'_>, effect: &Effect) -> bool {
    let says = |statement: &Statement| statement.sql.to_ascii_uppercase().contains("DROP FOREIGN KEY");
    matches!(effect, Effect::AlterTable { change: TableChange::DropConstraint { .. }, .. })
        && subject.statement.is_some_and(says)
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::stats::Stats;
    use crate::testing::{expect, expect_with};
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect, Flavour};

    #[test]
    fn tables() {
        let longer = "migrations.AlterField('customer', 'city', models.CharField(max_length=100, null=True))";
        let limited = format!("operations = [migrations.RunSQL('SET SESSION lock_wait_timeout = 2', ''), {longer}]");
        let through = "migrations.AddField('order', 'others', models.ManyToManyField('shop.Customer', related_name='+'))\n----\n\
                       migrations.AlterField('order', 'number', models.BigIntegerField())";
        let cases = [
            (longer, 1),
            (limited.as_str(), 0),
            ("migrations.AlterField('customer', 'city', models.CharField(max_length=60, null=True))", 0),
            ("migrations.AddField('customer', 'x', models.IntegerField(null=True))", 0),
            ("migrations.AlterField('order', 'number', models.BigIntegerField())", 0),
            ("migrations.RemoveField('order', 'customer')", 1),
            ("migrations.RemoveField('order', 'number')", 0),
            // Its table is new.
            (through, 0),
        ];
        let mut context = Context::new(Dialect::MySql, DjangoVersion::V52);
        context.flavour = Flavour::MariaDb;
        expect_with(&CHECK, &context, &Stats::default(), &cases);
        context.flavour = Flavour::Plain;
        expect_with(&CHECK, &context, &Stats::default(), &[(longer, 0)]);
        expect(&CHECK, Dialect::Postgres, &[(longer, 0)]);
    }
}
