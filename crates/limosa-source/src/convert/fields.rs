//! Fields, indexes and constraints.

use std::sync::Arc;

use limosa_model::field::FieldError;
use limosa_model::index::{Constraint, Index};
use limosa_model::value::Call;
use limosa_model::{Field, Value};

use super::{Converter, Knowledge, Problem, Purpose};

impl Converter<'_> {
    pub(super) fn field(
        &self,
        value: &Value,
        name: &str,
        purpose: Purpose,
        place: &str,
    ) -> Result<Arc<Field>, Problem> {
        let call = match value {
            Value::Call(call) => call,
            other => {
                let (reason, span) = match other {
                    Value::Opaque(opaque) => (format!("field `{name}` is not known: {}", opaque.reason), opaque.span),
                    _ => (format!("field `{name}` is not a field"), None),
                };
                return Err(Problem { place: place.into(), reason, span });
            }
        };
        let field = build(self.knowledge, call, purpose);
        field.map(Arc::new).map_err(|error| {
            let span = match &error {
                FieldError::Opaque { opaque, .. } => opaque.span.or(call.span),
                _ => call.span,
            };
            Problem { place: place.into(), reason: format!("field `{name}`: {error}"), span }
        })
    }

    pub(super) fn index(&self, call: &Call, place: &str) -> Result<Arc<Index>, Problem> {
        Index::from_call(call).map(Arc::new).map_err(|error| problem(call, place, &error.to_string()))
    }

    pub(super) fn constraint(&self, call: &Call, place: &str) -> Result<Arc<Constraint>, Problem> {
        Constraint::from_call(call).map(Arc::new).map_err(|error| problem(call, place, &error.to_string()))
    }
}

/// Builds a field of any class, and the fields inside it.
fn build(knowledge: &dyn Knowledge, call: &Call, purpose: Purpose) -> Result<Field, FieldError> {
    if Field::is_known_class(&call.callee) {
        Field::from_call_around(call, &call.callee, None, &|inner| build(knowledge, inner, purpose))
    } else {
        knowledge.field(call, purpose)
    }
}

pub(super) fn problem(call: &Call, place: &str, reason: &str) -> Problem {
    Problem { place: place.into(), reason: reason.into(), span: call.span }
}
