//! Who started a run.

use limosa_source::config::Env;
use limosa_source::config::variables::{LIMOSA_USER, USER, USERNAME};

/// Returns the name that the environment says, or else that of the system's user.
pub(super) fn name(env: &Env) -> Option<String> {
    let said = [LIMOSA_USER, USER, USERNAME].iter().find_map(|variable| env.non_empty(variable.name));
    said.map(str::to_owned).or_else(of_process)
}

/// Returns the user of this process, by name or else by number.
#[cfg(target_os = "linux")]
fn of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1)? == number).then(|| name.to_owned())
    });
    Some(named.unwrap_or_else(|| format!("user {number}")))
}

/// Returns nothing where the system is not asked.
#[cfg(not(target_os = "linux"))]
fn of_process() -> Option<String> {
    None
}
