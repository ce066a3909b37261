//! Changes of files, shown before they are made, and made together.

use std::fs::File;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use limosa_source::sources::Source;

use super::choose::usage;
use crate::error::Error;
use crate::installed::is_installed;
use crate::workspace::Workspace;

/// What becomes of a file.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// Where it is, or where it is made.
    pub path: PathBuf,
    /// Where it is afterwards, when it gets another name.
    pub new_path: Option<PathBuf>,
    /// What is replaced in it, in order; none when it is made or written as a whole.
    pub edits: Vec<Edit>,
    /// The text that it holds now; nothing when it is made.
    pub before: Option<String>,
    /// The text that it holds afterwards.
    pub after: String,
}

/// A piece of a file that is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there.
    pub from: String,
    /// What takes its place.
    pub to: String,
}

impl FileChange {
    /// Returns the change that makes a file.
    pub(super) fn made(path: PathBuf, after: String) -> Self {
        Self { path, new_path: None, edits: Vec::new(), before: None, after }
    }

    /// Returns the change that writes a file as a whole.
    pub(super) fn replaced(path: PathBuf, before: String, after: String) -> Self {
        Self { path, new_path: None, edits: Vec::new(), before: Some(before), after }
    }

    /// Returns the change that replaces pieces of a file, and gives it a name; the rest stays as it is written.
    ///
    /// # Errors
    /// When the file is not the project's own, or not in UTF-8.
    pub(super) fn edited(
        workspace: &Workspace,
        source: &Source,
        mut pieces: Vec<(Range<usize>, String)>,
        new_path: Option<PathBuf>,
    ) -> Result<Self, Error> {
        check_own(workspace, &source.path)?;
        pieces.sort_by_key(|(range, _)| range.start);
        // What was read is the text without a byte order mark, in UTF-8 whatever the file is in.
        let before = std::fs::read_to_string(&source.path).ok().filter(|text| text.ends_with(&source.text));
        let Some(before) = before else {
            let message = format!("{} is not in UTF-8, or has changed meanwhile", source.path.display());
            return Err(usage(message, "save it as UTF-8, and run the command again; nothing was changed"));
        };
        let (mut after, mut at) = (before[..before.len() - source.text.len()].to_owned(), 0);
        let mut edits = Vec::new();
        for (range, to) in pieces {
            let from = source.text[range.clone()].to_owned();
            after.push_str(&source.text[at..range.start]);
            after.push_str(&to);
            at = range.end;
            edits.push(Edit { line: source.line_column(range.start).0, from, to });
        }
        after.push_str(&source.text[at..]);
        Ok(Self { path: source.path.clone(), new_path, edits, before: Some(before), after })
    }
}

/// Makes the changes: all texts are written beside the files first, then `between` runs, then they take their places.
///
/// # Errors
/// When a file cannot be written or is there already, or `between` fails; then no file has changed.
pub async fn write(changes: &[FileChange], between: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let mut written = Vec::new();
    let prepared = changes.iter().try_for_each(|change| prepare(change).map(|path| written.push(path)));
    let prepared = match prepared {
        Ok(()) => between.await,
        Err(error) => Err(error),
    };
    if let Err(error) = prepared {
        for path in written {
            _ = std::fs::remove_file(path);
        }
        return Err(error);
    }
    for (change, written) in changes.iter().zip(written) {
        let target = change.new_path.as_ref().unwrap_or(&change.path);
        std::fs::rename(written, target).map_err(Error::of_file(target))?;
    }
    for change in changes.iter().filter(|change| change.new_path.is_some()) {
        let is_written = changes.iter().any(|other| other.new_path.as_ref().unwrap_or(&other.path) == &change.path);
        if !is_written {
            std::fs::remove_file(&change.path).map_err(Error::of_file(&change.path))?;
        }
    }
    Ok(())
}

/// Writes a text beside the place that it is for; what cannot be written leaves no file.
fn prepare(change: &FileChange) -> Result<PathBuf, Error> {
    let target = change.new_path.as_ref().unwrap_or(&change.path);
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push("~limosa");
    let path = target.with_file_name(name);
    let mut file = File::create_new(&path).map_err(Error::of_file(&path))?;
    match fill(&mut file, change) {
        Ok(()) => Ok(path),
        Err(error) => {
            _ = std::fs::remove_file(&path);
            Err(Error::File { path, error })
        }
    }
}

fn fill(file: &mut File, change: &FileChange) -> std::io::Result<()> {
    file.write_all(change.after.as_bytes())?;
    if let Ok(metadata) = std::fs::metadata(&change.path) {
        file.set_permissions(metadata.permissions())?;
    }
    file.sync_all()
}

/// Refuses to change files of installed packages.
fn check_own(workspace: &Workspace, path: &Path) -> Result<(), Error> {
    if is_own(workspace, path) {
        return Ok(());
    }
    let message = format!("{} would have to be changed, and is not a file of the project", path.display());
    Err(usage(message, "put the other branch behind instead, or merge both: `limosa rebase --merge`"))
}

/// Returns whether a file is the project's own, and not one of an installed package.
pub(crate) fn is_own(workspace: &Workspace, path: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (own, root) = (real(path), real(workspace.root()));
    own.starts_with(root) && !is_installed(&own)
}
