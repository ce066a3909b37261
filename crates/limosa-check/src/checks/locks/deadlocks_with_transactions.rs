//! LK021.

use limosa_sql::effect::{Blocks, Effect, Impact, Work};

use crate::check::declare;
use crate::finding::{Findings, Level};
use crate::subject::Subject;
use crate::unknown::referring;

use super::is_in_the_way;

declare! {
    /// A table is changed that transactions use, and on MariaDB and MySQL the two can wait for each other.
    ///
    /// A transaction that has used the table, and writes to it while the change waits for the transaction, ends in a deadlock (1213). Where a lock on a
    /// row is part of the circle, the server does not see it: all stands still, those who only read the table too, until
    /// `innodb_lock_wait_timeout` (50 seconds, unless it is set) is over and a statement fails with 1205. Any change can meet that, so it is a
    /// note. Let the application repeat such transactions, as the servers' manuals advise, and let the change give up before that
    /// (`lock_wait_timeout`).
    ///
    /// It is a warning where MariaDB copies a table that others refer to by foreign keys, however small it is. The copy locks its rows; who adds a
    /// row to another table that refers to one of them waits for that, and holds what the copy needs in the end to take the table's place. The
    /// row may also be refused as if what it refers to were not there (1452), and Django's `add` of a many-to-many field loses it without an error,
    /// because it says `INSERT IGNORE`. Run the change when nobody writes, or leave the copying to a tool that does it in the background.
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
    "LK021" "deadlocks-with-transactions",
    group: Locks,
    level: Warning,
    databases: [MySql],
    Statement: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    if subject.so_far.has_limit("lock_wait_timeout") {
        return;
    }
    for (effect, cost) in subject.effects() {
        let copied = copied_under(subject, effect, cost).map(|(table, other)| {
            let message = format!(
                "`{table}` is copied, which writes to `{other}` and the copy can keep each other from finishing"
            );
            (table, message, Level::Warning)
        });
        let locked = || {
            locked(subject, effect, cost).map(|table| {
                let message = format!(
                    "`{table}` is locked, if only for a moment: transactions that use it can end in a deadlock"
                );
                (table, message, Level::Note)
            })
        };
        if let Some((table, message, level)) = copied.or_else(locked) {
            let help =
                "set `lock_wait_timeout` to a few seconds before it, in `RunSQL`, so that the change gives up first";
            findings.report(message).help(help).level(level).once().table(table);
        }
    }
}

/// Returns the table that is copied while others may write, and one that refers to it.
fn copied_under<'a>(subject: &Subject<'a>, effect: &'a Effect, cost: &Impact) -> Option<(&'a str, String)> {
    let table = effect.table().filter(|table| subject.is_mariadb() && !subject.so_far.is_new(table))?;
    if cost.work != Work::Rewrite || cost.blocks() < Blocks::Writes {
        return None;
    }
    let others = referring(&subject.operation?.before, subject.context(), table);
    Some((table, others.into_iter().find(|other| !subject.so_far.is_new(other))?))
}

/// Returns an old table, other than one that goes, that a change of the schema locks.
fn locked<'a>(subject: &Subject<'a>, effect: &Effect, cost: &'a Impact) -> Option<&'a str> {
    let dropped = match effect {
        Effect::DropTable { table, .. } => Some(table.as_str()),
        _ => None,
    };
    let locks = cost.locks.iter().filter(|lock| is_in_the_way(effect, lock, subject.dialect()));
    let mut tables = locks.map(|lock| lock.table.as_str());
    tables.find(|table| Some(*table) != dropped && !subject.so_far.is_new(table))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::finding::Level::{self, Note, Warning};
    use crate::stats::Stats;
    use crate::testing::{expect, found};
    use limosa_model::django::DjangoVersion;
    use limosa_sql::dialect::{Context, Dialect, Flavour};

    const LONGER: &str = "migrations.AlterField('customer', 'city', models.CharField(max_length=100, null=True))";

    #[test]
    fn levels() {
        let limited = format!("operations = [migrations.RunSQL('SET SESSION lock_wait_timeout = 2', ''), {LONGER}]");
        let two = format!("operations = [migrations.RemoveField('order', 'number'), {LONGER}]");
        let through = "migrations.AddField('order', 'others', models.ManyToManyField('shop.Customer', related_name='+'))\n----\n\
                       migrations.AlterField('order', 'number', models.BigIntegerField())";
        let cases: [(&str, &[Level]); 10] = [
            (LONGER, &[Warning]),
            (&limited, &[]),
            // The worst of a migration stands for the others.
            (&two, &[Warning]),
            ("migrations.AddField('customer', 'x', models.IntegerField(null=True))", &[Note]),
            ("migrations.AlterField('order', 'number', models.BigIntegerField())", &[Note]),
            ("migrations.RemoveField('order', 'customer')", &[Note]),
            // The table that would refer to it is new; its foreign keys lock the old ones.
            (through, &[Note, Note]),
            ("migrations.CreateModel('Note', [('id', models.AutoField(primary_key=True))])", &[]),
            ("CREATE TABLE fresh (a int); ALTER TABLE fresh ADD b int; DROP TABLE shop_customer", &[]),
            ("UPDATE shop_order SET number = 1; SELECT 1", &[]),
        ];
        for (flavour, worst) in [(Flavour::MariaDb, Warning), (Flavour::Plain, Note)] {
            let mut context = Context::new(Dialect::MySql, DjangoVersion::V52);
            context.flavour = flavour;
            for (deploy, expected) in &cases {
                let found = found(&CHECK, &context, &Stats::default(), deploy);
                let levels: Vec<Level> = found.iter().map(|finding| finding.level).collect();
                let expected: Vec<Level> = expected.iter().map(|level| (*level).min(worst)).collect();
                assert_eq!(levels, expected, "{flavour:?}: {deploy}");
            }
        }
        expect(&CHECK, Dialect::Postgres, &[(LONGER, 0)]);
    }

    #[test]
    fn a_limit_of_the_connection_is_one() {
        let mut context = Context::new(Dialect::MySql, DjangoVersion::V52);
        context.flavour = Flavour::MariaDb;
        for (limit, count) in [("2", 0), ("0", 1)] {
            let stats = Stats { limits: [("lock_wait_timeout".into(), limit.into())].into(), ..Stats::default() };
            assert_eq!(found(&CHECK, &context, &stats, LONGER).len(), count, "{limit}");
        }
    }
}
