//! Django as the reference: scripts that it runs, and the values that they write.
//!
//! `LIMOSA_TEST_DJANGO` and `LIMOSA_TEST_DJANGO61` name Python interpreters that have Django (several, separated as in `PATH`).

use std::path::{Path, PathBuf};
use std::process::Command;

use limosa_model::{SmolStr, Value};
use serde_json::Value as Json;

/// Returns the interpreters that are named; none means that the test is skipped.
pub(crate) fn interpreters() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for name in ["LIMOSA_TEST_DJANGO", "LIMOSA_TEST_DJANGO61"] {
        if let Some(paths) = std::env::var_os(name) {
            for path in std::env::split_paths(&paths) {
                if !path.as_os_str().is_empty() && !all.contains(&path) {
                    all.push(path);
                }
            }
        }
    }
    if all.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "LIMOSA_TEST_DJANGO is not set");
        println!("skipped: LIMOSA_TEST_DJANGO is not set");
    }
    all
}

/// Whether an interpreter has a module.
pub(crate) fn imports(python: &Path, module: &str) -> bool {
    Command::new(python).arg("-c").arg(format!("import {module}")).output().is_ok_and(|output| output.status.success())
}

/// Returns what Django answers: the lines that a script writes.
pub(crate) fn ask(python: &Path, script: &str, server: &str) -> Vec<Json> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/oracle").join(script);
    let output = Command::new(python).arg("-B").arg(script).arg(server).output().expect("Python starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", python.display());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Reads a value as `encoding.py` writes it.
pub(crate) fn value(json: &Json) -> Value {
    let object = match json {
        Json::Null => return Value::None,
        Json::Bool(value) => return Value::Bool(*value),
        Json::String(text) => return Value::Str(text.into()),
        other => other.as_object().unwrap_or_else(|| panic!("not a value: {other}")),
    };
    let list = |json: &Json| json.as_array().expect("a list").iter().map(value).collect::<Vec<Value>>();
    let (tag, content) = object.iter().next().expect("a tag");
    match tag.as_str() {
        "int" => Value::Int(content.as_str().unwrap().parse().unwrap()),
        "float" => Value::Float(content.as_str().unwrap().parse().unwrap()),
        "bytes" => {
            let bytes = content.as_array().unwrap().iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap());
            Value::Bytes(bytes.collect())
        }
        "list" => Value::List(list(content)),
        "tuple" => Value::Tuple(list(content)),
        "dict" => {
            Value::Dict(content.as_array().unwrap().iter().map(|pair| (value(&pair[0]), value(&pair[1]))).collect())
        }
        "ref" => Value::Reference(content.as_str().unwrap().into()),
        "call" => {
            let kwargs = object["kwargs"].as_object().unwrap();
            let kwargs = kwargs.iter().map(|(name, item)| (SmolStr::new(name), value(item))).collect();
            Value::call(content.as_str().unwrap(), list(&object["args"]), kwargs, None)
        }
        other => panic!("unknown tag {other}"),
    }
}
