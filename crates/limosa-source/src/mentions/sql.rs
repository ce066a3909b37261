//! The header of an SQL file.

use super::Mention;
use crate::native::dependency;
use crate::native::sql::mark;

pub(super) fn find(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let Some((key, value)) = mark(line).and_then(|rest| rest.split_once(char::is_whitespace)) else { continue };
        if !["dependencies", "run_before", "replaces"].contains(&key) {
            continue;
        }
        // `value` is the end of the line without the blanks behind it.
        let mut word_at = start + line.trim_end().len() - value.len();
        for word in value.split([',', ' ', '\t']) {
            if let Some(id) = dependency(word) {
                let end = word_at + word.len();
                let name = end - id.name.len()..end;
                found.push(Mention { id, is_dependency: key == "dependencies", name });
            }
            word_at += word.len() + 1;
        }
    }
    found
}
