//! The command line as the record of runs shows it.

/// The option whose value may hold a password.
const SECRET: &str = "--database-url";

/// Returns the arguments of this process.
pub(super) fn of_process() -> String {
    shown(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()))
}

/// Returns arguments as they would be typed, without the database's URL.
fn shown(arguments: impl Iterator<Item = String>) -> String {
    let mut shown = Vec::new();
    let mut is_secret = false;
    for argument in arguments {
        let hidden = match argument.strip_prefix(SECRET) {
            _ if is_secret => Some("…".to_owned()),
            Some(rest) if rest.starts_with('=') => Some(format!("{SECRET}=…")),
            _ => None,
        };
        is_secret = !is_secret && argument == SECRET;
        shown.push(hidden.unwrap_or_else(|| quoted(&argument)));
    }
    shown.join(" ")
}

fn quoted(argument: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:=@,+%".contains(letter);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn as_typed_without_secrets() {
        for (arguments, expected) in [
            (vec!["migrate", "blog", "0003", "--fake"], "migrate blog 0003 --fake"),
            (vec!["--database-url", "postgres://me:pw@host/db", "migrate"], "--database-url … migrate"),
            (vec!["migrate", "--database-url=postgres://me:pw@host/db"], "migrate --database-url=…"),
            (vec!["migrate", "--project", "my shop's", ""], "migrate --project 'my shop'\\''s' ''"),
        ] {
            assert_eq!(shown(arguments.into_iter().map(str::to_owned)), expected);
        }
    }
}
