//! How strictly a deploy is divided: django-safemigrate's setting `SAFEMIGRATE`.

use limosa_model::Value;

use crate::error::Error;
use crate::workspace::Workspace;

/// How strictly a deploy is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing runs when something of the half cannot.
    Strict,
    /// What can run does.
    Nonstrict,
    /// All runs in either half.
    Disabled,
}

/// Returns what the settings say.
///
/// # Errors
/// When they say something else than the setting allows.
pub fn mode(workspace: &Workspace) -> Result<Mode, Error> {
    let value = workspace.project().settings.values.get("SAFEMIGRATE");
    match value.and_then(Value::as_str).map(str::to_lowercase).as_deref() {
        Some("strict") => Ok(Mode::Strict),
        Some("nonstrict") => Ok(Mode::Nonstrict),
        Some("disabled") => Ok(Mode::Disabled),
        None if matches!(value, None | Some(Value::None)) => Ok(Mode::Strict),
        _ => Err(Error::Usage {
            message: "the setting SAFEMIGRATE is not understood".into(),
            help: "write \"strict\", \"nonstrict\" or \"disabled\"".into(),
        }),
    }
}
