//! What MySQL and MariaDB compute in their own way.
//!
//! Source: Django `db/backends/mysql/operations.py`.

use limosa_model::field::FieldKind;

use super::compile::{Compiled, Compiler, Stop};
use super::fields::{Class, is_instance};
use super::node::Node;
use super::output::output;
use super::resolve::invalid;
use super::sql::{Sql, join};
use crate::literal::Literal;

/// Two sides with an operator between them (`combine_expression`).
pub(super) fn combine(connector: &str, lhs: Sql, rhs: Sql) -> Sql {
    let (left, right) = (lhs.text.clone(), rhs.text.clone());
    join(vec![lhs, rhs], "").map(|_| match connector {
        "^" => format!("(POW({left},{right}))"),
        "&" | "|" | "<<" => format!("(CONVERT({left}{connector}{right}, SIGNED))"),
        "#" => format!("(CONVERT({left}^{right}, SIGNED))"),
        ">>" => format!("(FLOOR({left} / POW(2, {right})))"),
        _ => format!("({left} {connector} {right})"),
    })
}

/// One side of a combination that has a duration on one side (`format_for_duration_arithmetic`).
pub(super) fn interval(node: &Node, sql: Sql) -> Sql {
    let duration = output(node).is_some_and(|view| is_instance(&view, Class::Duration));
    if duration { sql.map(|text| format!("INTERVAL {text} MICROSECOND")) } else { sql }
}

/// The difference of two moments (`subtract_temporals`).
pub(super) fn difference(compiler: Compiler<'_>, time: bool, lhs: Sql, rhs: Sql) -> Sql {
    let (left, right) = (lhs.text.clone(), rhs.text.clone());
    if !time {
        return join(vec![rhs, lhs], "").map(|_| format!("TIMESTAMPDIFF(MICROSECOND, {right}, {left})"));
    }
    if compiler.models.context.is_mariadb() {
        return join(vec![lhs, rhs], "")
            .map(|_| format!("CAST((TIME_TO_SEC({left}) - TIME_TO_SEC({right})) * 1000000 AS SIGNED)"));
    }
    join(vec![lhs.clone(), lhs, rhs.clone(), rhs], "").map(|_| {
        format!(
            "((TIME_TO_SEC({left}) * 1000000 + MICROSECOND({left})) - (TIME_TO_SEC({right}) * 1000000 + MICROSECOND({right})))"
        )
    })
}

/// A part of a date or a time (`date_extract_sql`).
pub(super) fn extract(kind: &str, sql: Sql) -> Compiled {
    let name = kind.to_uppercase();
    if !name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        return Err(invalid("Extract", format!("`{kind}` is no part of a date")).into());
    }
    Ok(sql.map(|text| match kind {
        "week_day" => format!("DAYOFWEEK({text})"),
        "iso_week_day" => format!("WEEKDAY({text}) + 1"),
        "week" => format!("WEEK({text}, 3)"),
        "iso_year" => format!("TRUNCATE(YEARWEEK({text}, 3), -2) / 100"),
        _ => format!("EXTRACT({name} FROM {text})"),
    }))
}

/// A moment that is shown in another time zone (`_convert_sql_to_tz`).
pub(super) fn at_zone(sql: Sql, zone: Option<&str>) -> Sql {
    // The connection's time zone is UTC.
    let Some(zone) = zone.filter(|zone| *zone != "UTC") else { return sql };
    let mut sql = sql.map(|text| format!("CONVERT_TZ({text}, %s, %s)"));
    sql.params.push(Literal::Text("UTC".into()));
    sql.params.push(Literal::Text(offset(zone).into()));
    sql
}

/// `UTC+05:00` is only its offset (`_prepare_tzname_delta`).
fn offset(zone: &str) -> &str {
    let Some(position) = zone.find(['+', '-']) else { return zone };
    let valid = |text: &str| {
        text.split_once(':').is_some_and(|(hours, minutes)| {
            hours.len() == 2 && minutes.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        })
    };
    if valid(&zone[position + 1..]) { &zone[position..] } else { zone }
}

/// A moment, a date or a time that is cut off (`datetime_trunc_sql`, `date_trunc_sql`, `time_trunc_sql`).
pub(super) fn truncate(class: &str, kind: &str, sql: Sql) -> Sql {
    let text = sql.text.clone();
    let first = |kind: &str| format!("INTERVAL QUARTER({text}) QUARTER - {kind}INTERVAL 1 QUARTER");
    let formatted = |sql: Sql, cast: &str, format: &str| {
        let mut sql = sql.map(|text| format!("CAST(DATE_FORMAT({text}, %s) AS {cast})"));
        sql.params.push(Literal::Text(format.into()));
        sql
    };
    let twice = |text: String| Sql::with(text, [sql.params.clone(), sql.params.clone()].concat());
    match (class, kind) {
        ("date", "year") => formatted(sql, "DATE", "%Y-01-01"),
        ("date", "month") => formatted(sql, "DATE", "%Y-%m-01"),
        ("date", "quarter") => twice(format!("MAKEDATE(YEAR({text}), 1) + {}", first(""))),
        ("date", "week") => twice(format!("DATE_SUB({text}, INTERVAL WEEKDAY({text}) DAY)")),
        ("date", _) => sql.map(|text| format!("DATE({text})")),
        ("time", "hour") => formatted(sql, "TIME", "%H:00:00"),
        ("time", "minute") => formatted(sql, "TIME", "%H:%i:00"),
        ("time", "second") => formatted(sql, "TIME", "%H:%i:%s"),
        ("time", _) => sql.map(|text| format!("TIME({text})")),
        (_, "quarter") => {
            formatted(twice(format!("MAKEDATE(YEAR({text}), 1) + {}", first(""))), "DATETIME", "%Y-%m-01 00:00:00")
        }
        (_, "week") => {
            formatted(twice(format!("DATE_SUB({text}, INTERVAL WEEKDAY({text}) DAY)")), "DATETIME", "%Y-%m-%d 00:00:00")
        }
        (_, kind) => {
            let parts = ["year", "month", "day", "hour", "minute", "second"];
            let Some(position) = parts.iter().position(|part| *part == kind) else { return sql };
            let (given, rest) = (["%Y-", "%m", "-%d", " %H:", "%i", ":%s"], ["", "01", "-01", " 00:", "00", ":00"]);
            let format: String =
                given.iter().take(position + 1).chain(rest.iter().skip(position + 1)).copied().collect();
            formatted(sql, "DATETIME", &format)
        }
    }
}

/// A value that is cast to a type (`Cast.as_mysql`).
pub(super) fn cast(compiler: Compiler<'_>, kind: &FieldKind, cast_type: &str, sql: Sql) -> Result<Sql, Stop> {
    Ok(match kind {
        FieldKind::Float => sql.map(|text| format!("({text} + 0.0)")),
        FieldKind::Json if compiler.models.context.is_mariadb() => sql.map(|text| format!("JSON_EXTRACT({text}, '$')")),
        _ => sql.map(|text| format!("CAST({text} AS {cast_type})")),
    })
}
