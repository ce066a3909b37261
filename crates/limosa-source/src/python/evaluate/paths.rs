//! Paths of files: `os.path` and `pathlib`, computed from their text alone.

use limosa_model::SmolStr;

use super::arguments::Arguments;
use super::object::{CallObject, Object};

/// Returns a `pathlib.Path`.
pub(super) fn path(text: &str) -> Object {
    Object::call(SmolStr::new_static("pathlib.Path"), vec![Object::str(text)], Vec::new(), None)
}

/// Returns the text of a path or a text.
pub(super) fn text(object: &Object) -> Option<SmolStr> {
    match object {
        Object::Str(text) => Some(text.clone()),
        Object::Call(call) if call.callee == "pathlib.Path" => text(call.args.first()?),
        _ => None,
    }
}

/// Joins two paths: `left / right`.
pub(super) fn join(left: &Object, right: &Object) -> Option<Object> {
    Some(path(&joined(&text(left)?, &text(right)?)))
}

/// Joins as `os.path.join` does.
pub(super) fn joined(left: &str, right: &str) -> String {
    if right.starts_with('/') || left.is_empty() {
        right.into()
    } else if left.ends_with('/') {
        format!("{left}{right}")
    } else {
        format!("{left}/{right}")
    }
}

/// Returns an attribute of a path.
pub(super) fn attribute(call: &CallObject, name: &str) -> Option<Object> {
    let text = text(call.args.first()?)?;
    let last = text.rsplit('/').next().unwrap_or_default();
    Some(match name {
        "parent" => path(parent(&text)),
        "parents" => {
            let mut parents = Vec::new();
            let mut rest = text.as_str();
            while parents.len() < 64 && parent(rest) != rest {
                rest = parent(rest);
                parents.push(path(rest));
            }
            Object::tuple(parents)
        }
        "name" => Object::str(last),
        "stem" => {
            Object::str(last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(last, |(stem, _)| stem))
        }
        "suffix" => {
            let suffix =
                last.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, suffix)| format!(".{suffix}"));
            Object::str(suffix.unwrap_or_default())
        }
        _ => return None,
    })
}

/// Calls a method of a path.
pub(super) fn method(call: &CallObject, name: &str, arguments: &Arguments) -> Option<Object> {
    if call.callee != "pathlib.Path" {
        return None;
    }
    let own = text(call.args.first()?)?;
    match (name, arguments.args.as_slice()) {
        ("resolve" | "absolute" | "expanduser", _) if own.starts_with('/') => Some(path(&normalized(&own))),
        ("joinpath", parts) => {
            let parts: Option<Vec<SmolStr>> = parts.iter().map(text).collect();
            Some(path(&parts?.iter().fold(own.to_string(), |path, part| joined(&path, part))))
        }
        ("as_posix" | "__str__" | "__fspath__", []) => Some(Object::Str(own)),
        ("with_name", [Object::Str(name)]) => Some(path(&joined(parent(&own), name))),
        _ => None,
    }
}

/// Calls a function of `os.path`.
pub(super) fn os_path(name: &str, arguments: &Arguments) -> Option<Object> {
    let texts: Vec<SmolStr> = arguments.args.iter().map(text).collect::<Option<_>>()?;
    Some(Object::str(match (name, texts.as_slice()) {
        ("join", [first, rest @ ..]) => rest.iter().fold(first.to_string(), |path, part| joined(&path, part)),
        ("dirname", [path]) => dirname(path).to_owned(),
        ("basename", [path]) => path.rsplit('/').next().unwrap_or_default().to_owned(),
        ("abspath" | "realpath", [path]) if path.starts_with('/') => normalized(path),
        ("normpath", [path]) if path.starts_with('/') => normalized(path),
        ("expanduser", [path]) if !path.starts_with('~') => path.to_string(),
        ("splitext", [path]) => {
            let at =
                path.rfind('.').filter(|at| *at > path.rfind('/').map_or(0, |slash| slash + 1)).unwrap_or(path.len());
            return Some(Object::tuple(vec![Object::str(&path[..at]), Object::str(&path[at..])]));
        }
        _ => return None,
    }))
}

fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None if path.starts_with('/') => "/",
        None => ".",
    }
}

fn dirname(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None => "",
    }
}

fn normalized(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
