//! `cargo xtask new-check GROUP NAME`: begins a check.

use anyhow::{Context as _, Result, bail};
use limosa_check::{Group, checks};

/// Begins a check: makes its file with the next code of its group, and lists it.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The letters with which the codes of the group begin, such as `LK`.
    group: String,
    /// The name in words, such as `index-blocks-writes`.
    name: String,
}

/// Makes the file and lists it.
pub(crate) fn run(args: &Args) -> Result<()> {
    let group = Group::ALL.into_iter().find(|group| group.prefix().eq_ignore_ascii_case(&args.group));
    let prefixes: Vec<&str> = Group::ALL.iter().map(|group| group.prefix()).collect();
    let group =
        group.with_context(|| format!("no group is called {}; there are {}", args.group, prefixes.join(", ")))?;
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !args.name.starts_with(|letter: char| letter.is_ascii_lowercase()) || !args.name.chars().all(is_word) {
        bail!("a name is made of small letters, digits and `-`, such as index-blocks-writes");
    }
    if checks::ALL.iter().any(|check| check.name == args.name) {
        bail!("there is a check called {}", args.name);
    }
    let numbers =
        checks::ALL.iter().filter(|check| check.group == group).filter_map(|check| check.code[2..].parse().ok());
    let code = format!("{}{:03}", group.prefix(), numbers.max().unwrap_or(0_u32) + 1);
    let (folder, module) = (folder(group), args.name.replace('-', "_"));

    let root = crate::workspace().join("crates/limosa-check/src/checks");
    let file = root.join(folder).join(format!("{module}.rs"));
    fs_err::create_dir_all(root.join(folder))?;
    fs_err::write(&file, template(&code, &args.name, group))?;

    let parent = root.join(format!("{folder}.rs"));
    let known = fs_err::read_to_string(&parent).unwrap_or_else(|_| format!("//! {}.\n\n", group.title()));
    fs_err::write(&parent, with_line(&known, "pub(super) mod ", &format!("pub(super) mod {module};"), None))?;

    let list = root.with_extension("rs");
    let text = fs_err::read_to_string(&list)?;
    let place = checks::ALL.iter().filter(|check| *check.code < *code).count();
    let text = with_line(&text, "    &", &format!("    &{folder}::{module}::CHECK,"), Some(place));
    fs_err::write(
        &list,
        if text.contains(&format!("mod {folder};")) {
            text
        } else {
            with_line(&text, "mod ", &format!("mod {folder};"), None)
        },
    )?;
    println!("{}: {code}, listed; now its documentation, its rule and its table of tests", file.display());
    Ok(())
}

/// Returns the folder of a group.
fn folder(group: Group) -> &'static str {
    match group {
        Group::Locks => "locks",
        Group::DataLoss => "data_loss",
        Group::Compatibility => "compatibility",
        Group::Reversal => "reversal",
        Group::Transactions => "transactions",
        Group::DataMigrations => "data_migrations",
        Group::History => "history",
        Group::Design => "design",
        Group::Suppressions => "suppressions",
    }
}

/// Returns a text with one more line among those that begin in the same way: at its place, or in the order of the alphabet.
fn with_line(text: &str, start: &str, line: &str, place: Option<usize>) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let of_kind: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].starts_with(start)).collect();
    let place = place.unwrap_or_else(|| of_kind.iter().filter(|index| lines[**index] < line).count());
    let index = match of_kind.get(place) {
        Some(index) => *index,
        None => of_kind.last().map_or(lines.len(), |last| last + 1),
    };
    lines.insert(index, line);
    lines.join("\n") + "\n"
}

/// Returns the text of a check that finds nothing yet; its tests fail until it has an example.
fn template(code: &str, name: &str, group: Group) -> String {
    format!(
        r#"//! {code}.

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {{
    /// What is wrong, in one sentence.
    ///
    /// Why that hurts.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    /// ]
    /// ```
    "{code}" "{name}",
    group: {group:?},
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {{
    _ = (subject, findings);
}}

#[cfg(test)]
mod tests {{
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn as_it_should() {{
        expect_everywhere(&CHECK, &[("SELECT 1", 0)]);
    }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::with_line;

    #[test]
    fn lines_find_their_place() {
        let text = "mod a;\nmod c;\n\nrest\n";
        assert_eq!(with_line(text, "mod ", "mod b;", None), "mod a;\nmod b;\nmod c;\n\nrest\n");
        assert_eq!(with_line(text, "mod ", "mod d;", None), "mod a;\nmod c;\nmod d;\n\nrest\n");
        assert_eq!(with_line(text, "mod ", "mod z;", Some(0)), "mod z;\nmod a;\nmod c;\n\nrest\n");
        assert_eq!(with_line("//! A.\n\n", "mod ", "mod a;", None), "//! A.\n\nmod a;\n");
    }
}
