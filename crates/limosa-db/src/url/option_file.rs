//! The option files of MySQL and MariaDB (`my.cnf`), as their client libraries read them.

use std::path::{Path, PathBuf};

use super::DatabaseUrl;

/// The groups that every client reads.
const GROUPS: &[&str] = &["client", "client-server", "client-mariadb"];

/// The files that are read when a group is named and no file.
const FILES: &[&str] = &["/etc/my.cnf", "/etc/mysql/my.cnf"];

/// How deep files may include each other.
const DEPTH: usize = 10;

/// Returns the options of the file and the group that a URL names (`read_default_file`, `read_default_group`), the last value of each.
///
/// A file that cannot be read holds nothing.
pub(super) fn read(url: &DatabaseUrl, home: Option<&Path>) -> Vec<(String, String)> {
    let (file, group) = (url.option("read_default_file"), url.option("read_default_group"));
    let files: Vec<PathBuf> = match file {
        Some(file) => vec![below_home(file, home)],
        None if group.is_some() => {
            FILES.iter().map(PathBuf::from).chain(home.map(|home| home.join(".my.cnf"))).collect()
        }
        None => return Vec::new(),
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for file in files {
        read_file(&file, group, DEPTH, &mut found);
    }
    found
}

fn read_file(file: &Path, group: Option<&str>, depth: usize, found: &mut Vec<(String, String)>) {
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let mut wanted = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            let name = name.trim();
            wanted = GROUPS.contains(&name) || Some(name) == group;
        } else if let Some(path) = line.strip_prefix("!includedir").filter(|_| depth > 0) {
            for file in files_of(Path::new(path.trim())) {
                read_file(&file, group, depth - 1, found);
            }
        } else if let Some(path) = line.strip_prefix("!include").filter(|_| depth > 0) {
            read_file(Path::new(path.trim()), group, depth - 1, found);
        } else if wanted && !line.is_empty() && !line.starts_with(['#', ';', '!']) {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            let name = name.trim().to_ascii_lowercase().replace('-', "_");
            let name = name.strip_prefix("loose_").unwrap_or(&name).to_owned();
            found.retain(|(other, _)| *other != name);
            found.push((name, unescaped(value.trim())));
        }
    }
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "cnf" || end == "ini")).collect();
    files.sort();
    files
}

fn below_home(file: &str, home: Option<&Path>) -> PathBuf {
    match (file.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}

/// Removes quotes and a comment after the value, and reads escapes.
fn unescaped(value: &str) -> String {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = match quote {
        Some(quote) => value[1..].rfind(quote).map_or(value, |end| &value[1..=end]),
        None => value.split(" #").next().unwrap_or(value).trim_end(),
    };
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b') => text.push('\u{8}'),
            Some('s') => text.push(' '),
            Some(same @ ('\\' | '"' | '\'')) => text.push(same),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}
