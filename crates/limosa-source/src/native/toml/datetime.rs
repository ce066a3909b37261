//! TOML's dates and times as Python's.

use limosa_model::Value;
use limosa_model::value::Kwargs;
use toml::value::{Datetime, Offset};

/// Returns a `datetime.date`, `time` or `datetime`; nothing for a time with an offset other than UTC's.
pub(super) fn value(datetime: &Datetime) -> Option<Value> {
    let date = datetime.date.map(|date| [i64::from(date.year), i64::from(date.month), i64::from(date.day)]);
    let time = datetime.time.map(|time| {
        let micros = time.nanosecond.unwrap_or(0) / 1000;
        [i64::from(time.hour), i64::from(time.minute), i64::from(time.second.unwrap_or(0)), i64::from(micros)]
    });
    let class = match (&date, &time) {
        (Some(_), Some(_)) => "datetime.datetime",
        (Some(_), None) => "datetime.date",
        (None, _) => "datetime.time",
    };
    let mut args: Vec<Value> = date.into_iter().flatten().map(Value::from).collect();
    args.extend(time.into_iter().flatten().map(Value::from));
    let mut kwargs = Kwargs::default();
    match datetime.offset {
        None => {}
        Some(Offset::Z | Offset::Custom { minutes: 0 }) => {
            kwargs.set("tzinfo", Value::Reference("datetime.timezone.utc".into()));
        }
        Some(Offset::Custom { .. }) => return None,
    }
    Some(Value::call(class, args, kwargs, None))
}
