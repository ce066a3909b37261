//! PostgreSQL's password file and service file.

use std::fs;
use std::path::Path;

/// The connection for which a password is looked up.
pub(super) struct Wanted<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Returns the password of the first line that fits; a file that others may read is ignored, as libpq does.
pub(super) fn password(file: &Path, wanted: &Wanted<'_>) -> Option<String> {
    if !is_private(file) {
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    let port = wanted.port.to_string();
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [host, own_port, database, user, password] = fields.as_slice() else { return None };
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern == value;
        (fits(host, wanted.host) && fits(own_port, &port) && fits(database, wanted.database) && fits(user, wanted.user))
            .then(|| password.clone())
    })
}

/// Returns the settings of a section of a service file.
pub(super) fn service(file: &Path, name: &str) -> Option<Vec<(String, String)>> {
    let text = fs::read_to_string(file).ok()?;
    let mut values = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            if values.is_some() {
                break;
            }
            values = (section == name).then(Vec::new);
        } else if let (Some(values), Some((key, value))) = (&mut values, line.split_once('=')) {
            values.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    values
}

/// Splits a line at its colons; a backslash keeps the next character.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let last = fields.len() - 1;
        match character {
            ':' if fields.len() < 5 => fields.push(String::new()),
            '\\' => fields[last].extend(characters.next()),
            other => fields[last].push(other),
        }
    }
    fields
}

#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &Path) -> bool {
    file.is_file()
}
