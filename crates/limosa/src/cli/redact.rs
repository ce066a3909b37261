//! Passwords in what is shown of files and errors: each becomes as many asterisks, so that columns stay where they are.

use std::borrow::Cow;
use std::ops::Range;

/// Covers the passwords of URLs (`scheme://user:password@host`) and the quoted values after `password` and `passwd`.
pub fn redact(text: &str) -> Cow<'_, str> {
    let secrets: Vec<Range<usize>> = in_urls(text).chain(after_names(text)).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let hidden = |offset: usize| secrets.iter().any(|secret| secret.contains(&offset));
    let mut shown = String::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        match hidden(offset) && character != '\n' {
            true => shown.extend(std::iter::repeat_n('*', character.len_utf8())),
            false => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Finds the password of each URL. It reaches to the last `@` before a blank or a quote, as one that is not encoded may hold others.
fn in_urls(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(found, mark)| {
        let start = found + mark.len();
        let url = text[start..].split([' ', '\t', '\r', '\n', '"', '\'', '`']).next()?;
        let credentials = &url[..url.rfind('@')?];
        let colon = credentials.find(':')?;
        Some(start + colon + 1..start + credentials.len())
    })
}

/// Finds the quoted text after each `password` that is a key or an argument.
fn after_names(text: &str) -> impl Iterator<Item = Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let names: Vec<usize> = ["password", "passwd"]
        .iter()
        .flat_map(|name| lower.match_indices(name).map(|(at, name)| at + name.len()))
        .collect();
    names.into_iter().filter_map(|end| {
        let rest = text[end..].trim_start_matches(['"', '\'', ']']).trim_start_matches([' ', '\t']);
        let rest = rest.strip_prefix([':', '='])?;
        // What stands between must not be a name: `os.environ["PASSWORD"]` holds none.
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '"' | '\'' | ',' | '\n'));
        let rest = rest.trim_start_matches(['r', 'b', 'f', 'u']);
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        let value = &rest[1..];
        let start = text.len() - value.len();
        let length = value.find([quote, '\n']).unwrap_or(value.len());
        Some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_passwords_and_nothing_else() {
        for (text, expected) in [
            ("url = \"postgres://me:s3cr3t@host/db\"", "url = \"postgres://me:******@host/db\""),
            ("postgres://me:a/b@c@host/db and http://x/y", "postgres://me:*****@host/db and http://x/y"),
            ("postgres://me@host:5432/db", "postgres://me@host:5432/db"),
            ("mysql://me:ü@host", "mysql://me:**@host"),
            (
                "\"USER\": \"a\", \"PASSWORD\": 'x\"y', \"HOST\": \"\"",
                "\"USER\": \"a\", \"PASSWORD\": '***', \"HOST\": \"\"",
            ),
            ("config['PASSWORD'] = \"abc", "config['PASSWORD'] = \"***"),
            ("\"PASSWORD\": * r'abc',", "\"PASSWORD\": * r'***',"),
            ("password='abc')", "password='***')"),
            ("password authentication failed for user \"me\"", "password authentication failed for user \"me\""),
            ("\"PASSWORD\": os.environ[\"PW\"]", "\"PASSWORD\": os.environ[\"PW\"]"),
            ("(\"password\", models.CharField(max_length=128))", "(\"password\", models.CharField(max_length=128))"),
        ] {
            assert_eq!(redact(text), expected, "{text}");
        }
    }
}
