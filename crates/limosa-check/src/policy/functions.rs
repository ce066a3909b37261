//! What the language has of its own: functions, macros, names of types.

use limosa_model::suggest;

use super::schema::Type;

/// The functions of the language, with what comes out of them.
const FUNCTIONS: &[(&str, Type)] = &[
    ("size", Type::Int),
    ("contains", Type::Bool),
    ("startsWith", Type::Bool),
    ("endsWith", Type::Bool),
    ("matches", Type::Bool),
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("uint", Type::Any),
    ("double", Type::Double),
    ("string", Type::Text),
    ("type", Type::Any),
    ("dyn", Type::Any),
    ("charAt", Type::Text),
    ("indexOf", Type::Int),
    ("lastIndexOf", Type::Int),
    ("join", Type::Text),
    ("lowerAscii", Type::Text),
    ("upperAscii", Type::Text),
    ("replace", Type::Text),
    ("reverse", Type::Text),
    ("split", Type::List(&Type::Text)),
    ("substring", Type::Text),
    ("trim", Type::Text),
    ("orValue", Type::Any),
    ("hasValue", Type::Bool),
    ("value", Type::Any),
];

/// The names of types, which `type(x)` is compared with.
pub(super) const TYPES: [&str; 10] =
    ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];

/// What looks like functions, and is something else to the parser.
const MACROS: [&str; 6] = ["has", "all", "exists", "exists_one", "map", "filter"];

/// Returns what comes out of a function.
///
/// # Errors
/// When there is no such function, with those that there are.
pub(super) fn result(name: &str) -> Result<Type, String> {
    if let Some((_, of)) = FUNCTIONS.iter().find(|(function, _)| *function == name) {
        return Ok(*of);
    }
    let known: Vec<&str> = MACROS.into_iter().chain(FUNCTIONS.iter().map(|(name, _)| *name)).collect();
    Err(match suggest::nearest(name, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are {}", known.join(", ")),
    })
}
