//! What Limosa's own tables have in common: the types of their columns and how times are read. Times are the database's own, in UTC.

use limosa_sql::dialect::Dialect;

/// Returns the type of a text, whose name on MySQL says how long it may be.
pub(crate) fn text_type(dialect: Dialect, on_mysql: &'static str) -> &'static str {
    if dialect == Dialect::MySql { on_mysql } else { "text" }
}

/// Returns the type of a point in time.
pub(crate) fn time_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "timestamp with time zone",
        Dialect::Sqlite => "text",
        Dialect::MySql => "datetime(6)",
    }
}

/// Returns the expression that shows a time, `YYYY-MM-DD HH:MM:SS` in UTC.
pub(crate) fn shown_time(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')"),
        Dialect::Sqlite => format!("substr({column}, 1, 19)"),
        Dialect::MySql => format!("date_format({column}, '%Y-%m-%d %H:%i:%s')"),
    }
}

/// Returns the expression that says how many whole seconds ago a time was.
pub(crate) fn age(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Postgres => format!("floor(extract(epoch FROM clock_timestamp() - {column}))::bigint"),
        Dialect::Sqlite => format!("unixepoch('now') - unixepoch({column})"),
        Dialect::MySql => format!("timestampdiff(SECOND, {column}, UTC_TIMESTAMP(6))"),
    }
}
