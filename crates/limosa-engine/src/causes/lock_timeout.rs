//! Another session holds what is to be changed.

use limosa_sql::dialect::Dialect;

use super::{Entry, Explanation, Refusal, literal, plain};

pub(super) const ENTRY: Entry = Entry {
    name: "lock-timeout",
    title: "a lock was not free in time",
    postgres: &["55P03"],
    mysql: &["1205"],
    sqlite: &["5", "6", "261", "517"],
    explain,
};

fn explain(refusal: &Refusal<'_>) -> Option<Explanation> {
    let explanation = plain(
        "another session uses the table in a transaction that is still open",
        "let that session end, or end it, and run `limosa migrate` again",
    );
    let query = match refusal.dialect {
        Dialect::Postgres => Some(postgres(refusal)),
        Dialect::MySql => Some(
            "SELECT p.id AS session, p.user, p.host, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS open_for_seconds, \
             COALESCE(p.info, p.command) AS doing FROM information_schema.innodb_trx t \
             JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
             WHERE p.id <> CONNECTION_ID() ORDER BY t.trx_started"
                .to_owned(),
        ),
        Dialect::Sqlite => None,
    };
    Some(match refusal.dialect {
        Dialect::Sqlite => plain(
            "another process writes to the file, or holds a transaction open",
            "end that process (`fuser FILE` or `lsof FILE` names it), and run `limosa migrate` again",
        ),
        _ => Explanation { query, ..explanation },
    })
}

/// The sessions that hold a lock on a table whose name the statement has.
fn postgres(refusal: &Refusal<'_>) -> String {
    let table =
        refusal.table().map_or_else(String::new, |table| format!(" AND l.relation = to_regclass({})", literal(&table)));
    format!(
        "SELECT a.pid AS session, a.usename AS user, a.application_name AS program, a.state, \
         date_trunc('second', clock_timestamp() - a.xact_start)::text AS open_for, left(a.query, 80) AS doing \
         FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND EXISTS (SELECT 1 FROM pg_locks l \
         WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation'{table}) AND a.xact_start IS NOT NULL ORDER BY a.xact_start"
    )
}
