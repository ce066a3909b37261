//! Rewrites a migration in SQL: it is one operation, so that little of it can change.

use limosa_model::MigrationId;

use super::{Part, Rewrite};

pub(super) fn rewrite(text: &str, to: &Rewrite) -> Result<String, String> {
    if to.operations != [Part::Kept(0, None)] {
        return Err("a migration in SQL is one operation".into());
    }
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(atomic) = to.atomic {
        set(&mut lines, "atomic", &atomic.to_string());
    }
    if let Some(dependencies) = &to.dependencies {
        let ids: Vec<String> = dependencies.iter().map(MigrationId::to_string).collect();
        set(&mut lines, "dependencies", &ids.join(", "));
    }
    Ok(lines.concat())
}

/// Sets a line of the header; one that is not there is put behind the dependencies, or at the top.
fn set(lines: &mut Vec<String>, key: &str, value: &str) {
    let is = |line: &str, key: &str| {
        let mark = line.trim_start().strip_prefix("--").and_then(|line| line.trim_start().strip_prefix("limosa:"));
        mark.is_some_and(|line| line.split_whitespace().next() == Some(key))
    };
    let line = format!("-- limosa: {key} {value}\n");
    match lines.iter().position(|line| is(line, key)) {
        Some(at) => lines[at] = line,
        None => {
            let at = lines.iter().position(|line| is(line, "dependencies")).map_or(0, |at| at + 1);
            lines.insert(at, line);
        }
    }
}
