//! What a migration says of its stage itself.

use std::time::Duration;

use limosa_model::value::Call;
use limosa_model::{Migration, SmolStr, Stage, Value};

/// What a migration says of its stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The attribute or key that says it.
    pub attribute: SmolStr,
    /// The stage; `None` when it says that either will do.
    pub stage: Option<Stage>,
    /// How long after the deploy it waits.
    pub delay: Option<Duration>,
}

/// Returns what a migration says of its stage; an error names the attribute that is not understood.
///
/// That is `stage`, as native migrations and django-syzygy have it, or django-safemigrate's `safe`.
///
/// # Errors
/// When the value names no stage.
pub fn declared(migration: &Migration) -> Result<Option<Declared>, SmolStr> {
    let find = |name: &str| {
        let found = migration.attributes.iter().find(|(known, _)| known == name);
        found.map(|(name, value)| (name.clone(), value)).filter(|(_, value)| **value != Value::None)
    };
    if let Some((attribute, value)) = find("stage") {
        let stage = Stage::of(value).ok_or_else(|| attribute.clone())?;
        return Ok(Some(Declared { attribute, stage: Some(stage), delay: delay(migration) }));
    }
    let Some((attribute, value)) = find("safe") else { return Ok(None) };
    match safe(value) {
        Some((stage, delay)) => Ok(Some(Declared { attribute, stage, delay })),
        None => Err(attribute),
    }
}

/// Returns how long after the deploy a migration waits.
pub fn delay_of(migration: &Migration) -> Option<Duration> {
    let said = declared(migration).ok().flatten().and_then(|declared| declared.delay);
    said.or_else(|| delay(migration))
}

/// Returns how long after the deploy a native migration waits, whatever decides about its stage; its reader has looked at it.
pub(super) fn delay(migration: &Migration) -> Option<Duration> {
    let (_, delay) = migration.attributes.iter().find(|(name, _)| name == "delay")?;
    limosa_model::stage::delay(delay.as_str()?)
}

/// Reads django-safemigrate's `Safe`: a call of one of its methods, the method itself, or an instance as Python holds it.
fn safe(value: &Value) -> Option<(Option<Stage>, Option<Duration>)> {
    let (path, call) = match value {
        Value::Reference(path) => (path, None),
        Value::Call(call) => (&call.callee, Some(call.as_ref())),
        _ => return None,
    };
    let name = path.rsplit('.').next().unwrap_or_default();
    let (when, call) = match (name, call) {
        ("Safe", Some(call)) => {
            let Value::Reference(when) = call.arg(0, "when")? else { return None };
            (when.rsplit('.').next().unwrap_or_default(), Some(call))
        }
        (name, call) => (name, call),
    };
    match when.to_ascii_lowercase().as_str() {
        "always" => Some((None, None)),
        "before_deploy" => Some((Some(Stage::PreDeploy), None)),
        "after_deploy" => {
            let given =
                call.and_then(|call| if name == "Safe" { call.arg(1, "delay") } else { call.kwargs.get("delay") });
            let delay = match given {
                None | Some(Value::None) => None,
                Some(value) => Some(duration(value)?),
            };
            Some((Some(Stage::PostDeploy), delay))
        }
        _ => None,
    }
}

/// Reads a `datetime.timedelta`.
fn duration(value: &Value) -> Option<Duration> {
    const PARTS: [(&str, f64); 7] = [
        ("days", 86_400.0),
        ("seconds", 1.0),
        ("microseconds", 1e-6),
        ("milliseconds", 1e-3),
        ("minutes", 60.0),
        ("hours", 3600.0),
        ("weeks", 604_800.0),
    ];
    let Value::Call(call) = value else { return None };
    let call: &Call = call.as_ref();
    if call.callee != "datetime.timedelta" {
        return None;
    }
    let mut seconds = 0.0;
    for (position, (name, factor)) in PARTS.into_iter().enumerate() {
        seconds += factor
            * match call.arg(position, name) {
                None => 0.0,
                #[expect(clippy::cast_precision_loss, reason = "no delay is that long")]
                Some(Value::Int(number)) => *number as f64,
                Some(Value::Float(number)) => *number,
                Some(_) => return None,
            };
    }
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}
