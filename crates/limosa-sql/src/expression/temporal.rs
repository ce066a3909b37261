//! Functions of dates and times.
//!
//! Source: Django `db/models/functions/datetime.py`; `db/backends/*/operations.py`, `datetime_extract_sql` and its neighbours.

use jiff::civil;
use limosa_model::value::Call;
use limosa_model::{SmolStr, Value};

use super::compile::{Compiled, Compiler, Stop};
use super::error::ExpressionError;
use super::fields::{Class, is_instance, simple};
use super::node::{Func, Node};
use super::resolve::{Resolver, invalid, missing, output_field, required, text};
use super::sql::{Sql, join};
use super::{mysql, output};
use crate::dialect::Dialect;
use crate::literal::{DateTime, Literal};
use crate::model::FieldView;

/// Resolves the call of such a function; nothing when it is none.
pub(super) fn resolve(
    resolver: Resolver<'_>,
    name: &str,
    call: &Call,
    output: Option<&FieldView>,
) -> Result<Option<Node>, ExpressionError> {
    if name == "Now" {
        return Ok(Some(Node::Func(Box::new(Func::new("Now", Vec::new())))));
    }
    let (class, kind, next) = match (name, kind_of(name)) {
        ("Extract", _) => ("Extract", SmolStr::new(text(call, 1, "lookup_name")?), 2),
        ("Trunc", _) => ("Trunc", SmolStr::new(text(call, 1, "kind")?), 2),
        ("TruncDate", _) => ("TruncDate", SmolStr::new_static("date"), 1),
        ("TruncTime", _) => ("TruncTime", SmolStr::new_static("time"), 1),
        (_, Some((class, kind))) => (class, SmolStr::new(kind), 1),
        _ => return Ok(None),
    };
    let lhs = resolver.argument(required(call, 0, "expression")?)?;
    let mut extra = vec![(SmolStr::new_static("kind"), kind)];
    let truncates = class != "Extract";
    let (output_at, zone_at) = if truncates { (next, next + 1) } else { (usize::MAX, next) };
    let given = call.args.get(output_at).filter(|value| **value != Value::None);
    let output = match given {
        Some(value) => Some(output_field(value)?),
        None => output.cloned(),
    };
    if let Some(zone) = call.arg(zone_at, "tzinfo").filter(|value| **value != Value::None) {
        extra.push((SmolStr::new_static("tzinfo"), zone_name(zone)?));
    }
    Ok(Some(Node::Func(Box::new(Func { output, extra, ..Func::new(class, vec![lhs]) }))))
}

fn kind_of(name: &str) -> Option<(&'static str, &'static str)> {
    let (class, rest) = match name.strip_prefix("Extract") {
        Some(rest) => ("Extract", rest),
        None => ("Trunc", name.strip_prefix("Trunc")?),
    };
    let kind = match rest {
        "Year" => "year",
        "IsoYear" => "iso_year",
        "Month" => "month",
        "Day" => "day",
        "Week" => "week",
        "WeekDay" => "week_day",
        "IsoWeekDay" => "iso_week_day",
        "Quarter" => "quarter",
        "Hour" => "hour",
        "Minute" => "minute",
        "Second" => "second",
        _ => return None,
    };
    Some((class, kind))
}

fn zone_name(value: &Value) -> Result<SmolStr, ExpressionError> {
    match value {
        Value::Reference(path) if path.ends_with(".utc") || path.ends_with(".UTC") => Ok(SmolStr::new_static("UTC")),
        Value::Call(call) if call.callee.ends_with("ZoneInfo") || call.callee.ends_with("timezone") => {
            Ok(SmolStr::new(text(call, 0, "key")?))
        }
        _ => Err(ExpressionError::NeedsPython("tzinfo".into())),
    }
}

/// Returns the type of such a function.
pub(super) fn output(func: &Func) -> Option<FieldView> {
    match func.class.as_str() {
        "Now" => simple("DateTimeField"),
        "Extract" => simple("IntegerField"),
        "TruncDate" => simple("DateField"),
        "TruncTime" => simple("TimeField"),
        _ => None,
    }
}

/// Compiles such a function; nothing when it is none.
pub(super) fn compile(compiler: Compiler<'_>, func: &Func) -> Option<Compiled> {
    let postgres = compiler.dialect() == Dialect::Postgres;
    let mysql = compiler.dialect() == Dialect::MySql;
    Some(match func.class.as_str() {
        "Now" if postgres => Ok(Sql::new("STATEMENT_TIMESTAMP()")),
        "Now" if mysql => Ok(Sql::new("CURRENT_TIMESTAMP(6)")),
        "Now" => Ok(Sql::new("STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')")),
        "Extract" => extract(compiler, func),
        "Trunc" => truncate(compiler, func),
        "TruncDate" | "TruncTime" => source(compiler, func).map(|(sql, _)| {
            let name = if func.class == "TruncDate" { "date" } else { "time" };
            let zone = zone(compiler, func);
            if postgres {
                at_zone(sql, zone).map(|text| format!("({text})::{name}"))
            } else if mysql {
                mysql::at_zone(sql, zone.as_deref()).map(|text| format!("{}({text})", name.to_uppercase()))
            } else {
                with_zones(compiler, sql.map(|text| format!("django_datetime_cast_{name}({text}, %s, %s)")), zone)
            }
        }),
        _ => return None,
    })
}

fn source(compiler: Compiler<'_>, func: &Func) -> Result<(Sql, FieldView), Stop> {
    let lhs = func.args.first().ok_or_else(|| missing(&func.class, "expression"))?;
    let view =
        output::output(lhs).ok_or_else(|| invalid(&func.class, "the type of its argument is not known".into()))?;
    Ok((compiler.compile(lhs)?, view))
}

/// The time zone in which a moment is taken apart.
fn zone(compiler: Compiler<'_>, func: &Func) -> Option<SmolStr> {
    let context = compiler.models.context;
    if !context.use_tz {
        return None;
    }
    Some(func.extra("tzinfo").map_or_else(|| context.time_zone.clone(), SmolStr::new))
}

fn at_zone(sql: Sql, zone: Option<SmolStr>) -> Sql {
    let Some(zone) = zone else { return sql };
    let mut sql = sql.map(|text| format!("{text} AT TIME ZONE %s"));
    sql.params.push(Literal::Text(zone));
    sql
}

/// SQLite's functions get the wanted time zone and that of the connection.
fn with_zones(compiler: Compiler<'_>, mut sql: Sql, zone: Option<SmolStr>) -> Sql {
    match zone.filter(|_| compiler.models.context.use_tz) {
        Some(zone) => {
            sql.params.push(Literal::Text(zone));
            sql.params.push(Literal::Text(SmolStr::new_static("UTC")));
        }
        None => sql.params.extend([Literal::None, Literal::None]),
    }
    sql
}

fn extract(compiler: Compiler<'_>, func: &Func) -> Compiled {
    let (sql, view) = source(compiler, func)?;
    let kind = func.extra("kind").unwrap_or_default();
    let moment = is_instance(&view, Class::DateTime);
    let time = is_instance(&view, Class::Time) || is_instance(&view, Class::Duration);
    if !moment && !time && !is_instance(&view, Class::Date) {
        return Err(invalid("Extract", "its argument is neither a date nor a time".into()).into());
    }
    if compiler.dialect() != Dialect::Postgres {
        if is_instance(&view, Class::Duration) {
            return Err(compiler.not_supported("parts of durations"));
        }
        if compiler.dialect() == Dialect::MySql {
            let zone = if moment { zone(compiler, func) } else { None };
            return mysql::extract(kind, mysql::at_zone(sql, zone.as_deref()));
        }
        let name = if moment {
            "datetime"
        } else if time {
            "time"
        } else {
            "date"
        };
        let mut sql =
            sql.map(|text| format!("django_{name}_extract(%s, {text}{})", if moment { ", %s, %s" } else { "" }));
        sql.params.insert(0, Literal::Text(kind.to_lowercase().into()));
        return Ok(if moment { with_zones(compiler, sql, zone(compiler, func)) } else { sql });
    }
    let sql = if moment { at_zone(sql, zone(compiler, func)) } else { sql };
    if kind == "second" && (moment || time) {
        let mut sql = sql.map(|text| format!("EXTRACT(SECOND FROM DATE_TRUNC(%s, {text}))"));
        sql.params.insert(0, Literal::Text(SmolStr::new_static("second")));
        return Ok(sql);
    }
    Ok(sql.map(|text| match kind {
        "week_day" => format!("EXTRACT(DOW FROM {text}) + 1"),
        "iso_week_day" => format!("EXTRACT(ISODOW FROM {text})"),
        "iso_year" => format!("EXTRACT(ISOYEAR FROM {text})"),
        _ => format!("EXTRACT({} FROM {text})", kind.to_uppercase()),
    }))
}

fn truncate(compiler: Compiler<'_>, func: &Func) -> Compiled {
    let (sql, view) = source(compiler, func)?;
    let kind = func.extra("kind").unwrap_or_default();
    let target = func.output.clone().unwrap_or_else(|| view.clone());
    let zone = if is_instance(&view, Class::DateTime) { zone(compiler, func) } else { None };
    let class = if is_instance(&target, Class::DateTime) {
        "datetime"
    } else if is_instance(&target, Class::Date) {
        "date"
    } else if is_instance(&target, Class::Time) {
        "time"
    } else {
        return Err(invalid("Trunc", "its type is neither a date nor a time".into()).into());
    };
    if compiler.dialect() == Dialect::MySql {
        return Ok(mysql::truncate(class, kind, mysql::at_zone(sql, zone.as_deref())));
    }
    if compiler.dialect() != Dialect::Postgres {
        let mut sql = sql.map(|text| format!("django_{class}_trunc(%s, {text}, %s, %s)"));
        sql.params.insert(0, Literal::Text(kind.to_lowercase().into()));
        return Ok(with_zones(compiler, sql, zone));
    }
    let mut sql =
        at_zone(sql, zone).map(|text| format!("DATE_TRUNC(%s, {text}){}", if class == "time" { "::time" } else { "" }));
    sql.params.insert(0, Literal::Text(kind.into()));
    Ok(sql)
}

impl Compiler<'_> {
    /// The difference of two moments (`subtract_temporals`).
    pub(super) fn temporal_difference(self, left: &Node, lhs: Sql, rhs: Sql) -> Compiled {
        let view = output::output(left);
        let is = |class| view.as_ref().is_some_and(|view| is_instance(view, class));
        if self.dialect() == Dialect::MySql {
            return Ok(mysql::difference(self, is(Class::Time), lhs, rhs));
        }
        let sides = (lhs.text.clone(), rhs.text.clone());
        let both = join(vec![lhs, rhs], "");
        let (left, right) = sides;
        Ok(both.map(|_| match self.dialect() {
            Dialect::Postgres if is(Class::Date) && !is(Class::DateTime) => {
                format!("(interval '1 day' * ({left} - {right}))")
            }
            Dialect::Postgres => format!("({left} - {right})"),
            _ if is(Class::Time) => format!("django_time_diff({left}, {right})"),
            _ => format!("django_timestamp_diff({left}, {right})"),
        }))
    }

    /// The first and the last moment (or day) of a year.
    pub(super) fn year_bounds(self, year: i128, iso: bool, moment: bool) -> Result<(Literal, Literal), Stop> {
        let out_of_range = || invalid("year", "the year is out of range".into());
        let year = i16::try_from(year).map_err(|_| out_of_range())?;
        let first_day = |year: i16| -> Result<civil::Date, ExpressionError> {
            if iso {
                civil::ISOWeekDate::new(year, 1, civil::Weekday::Monday)
                    .map(civil::Date::from)
                    .map_err(|_| out_of_range())
            } else {
                civil::Date::new(year, 1, 1).map_err(|_| out_of_range())
            }
        };
        let (start, end) = (first_day(year)?, first_day(year + 1)?.yesterday().map_err(|_| out_of_range())?);
        let postgres = self.dialect() == Dialect::Postgres;
        if !moment {
            let view = simple("DateField").ok_or(Stop::Empty)?;
            let bound = |date| self.models.prepare_database(&view, Literal::Date(date));
            return Ok((bound(start)?, bound(end)?));
        }
        let last = civil::Time::new(23, 59, 59, 999_999_000).map_err(|_| out_of_range())?;
        let context = self.models.context;
        let bound = |civil: civil::DateTime| {
            let value = if context.use_tz {
                DateTime::in_zone(civil, &context.time_zone)
                    .ok_or_else(|| invalid("year", format!("there is no time zone `{}` here", context.time_zone)))?
            } else {
                DateTime { civil, offset: None }
            };
            let value = Literal::DateTime(value);
            if postgres {
                return Ok(value);
            }
            let view = simple("DateTimeField").ok_or_else(out_of_range)?;
            self.models.prepare_database(&view, value)
        };
        Ok((bound(start.to_datetime(civil::Time::midnight()))?, bound(end.to_datetime(last))?))
    }
}
