//! `manage.py`: which settings module it names, and what it does besides that reading cannot follow.

use std::path::Path;

use crate::sources::Sources;

/// What `manage.py` says, as far as its text shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Manage {
    /// The settings modules that it names, without repetition.
    pub(crate) settings: Vec<String>,
    /// Whether it changes where modules are looked for.
    pub(crate) changes_path: bool,
    /// Whether it changes other environment variables.
    pub(crate) changes_environment: bool,
}

const VARIABLE: &str = "DJANGO_SETTINGS_MODULE";
/// What changes an environment variable.
const CHANGES: [&str; 4] = ["environ[", "environ.setdefault(", "environ.update(", "environ.pop("];
/// What reads variables from a file, or changes them in other ways.
const FOREIGN: [&str; 4] = ["dotenv", "read_env", "putenv", "environs"];

impl Manage {
    /// Reads the file; nothing when there is none.
    pub(crate) fn read(project: &Path, sources: &Sources) -> Option<Self> {
        let path = project.join("manage.py");
        if !path.is_file() {
            return None;
        }
        Some(sources.read(&path).map(|source| Self::of(&source.text)).unwrap_or_default())
    }

    fn of(text: &str) -> Self {
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        let code = code.join("\n");
        let mut manage = Self { changes_path: code.contains("sys.path"), ..Self::default() };
        for (at, _) in code.match_indices(VARIABLE) {
            if let Some(name) =
                literal_after(&code[at + VARIABLE.len()..]).filter(|name| !manage.settings.contains(name))
            {
                manage.settings.push(name);
            }
        }
        let foreign = code.lines().any(|line| {
            let changes = CHANGES.iter().any(|change| line.contains(change)) && !line.contains(VARIABLE);
            // The name of the variable may stand on the next line.
            changes && !(line.contains("environ.setdefault(") && line.trim_end().ends_with('('))
        });
        manage.changes_environment = foreign || FOREIGN.iter().any(|word| code.contains(word));
        manage
    }
}

/// Returns the text in `", "x")` or `"] = "x"`: what the variable is set to.
fn literal_after(rest: &str) -> Option<String> {
    let rest = rest.strip_prefix(['"', '\''])?.trim_start().trim_start_matches(']').trim_start();
    let rest = rest.strip_prefix([',', '='])?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = rest[1..].split_once(quote)?;
    let dotted = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    dotted.then(|| name.to_owned())
}
