//! The files that were read: their paths and texts, and where in them a span is.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use limosa_model::{Diagnostic, SourceId, Span};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// All files that were read, by their ids; shared between threads.
#[derive(Debug, Default)]
pub struct Sources {
    files: RwLock<Vec<Arc<Source>>>,
}

/// One file: its path and text.
pub struct Source {
    /// The id that spans carry.
    pub id: SourceId,
    /// The path, as it was given.
    pub path: PathBuf,
    /// The text in UTF-8, without a byte order mark.
    pub text: String,
    lines: OnceLock<Vec<u32>>,
}

/// A place in a file, both numbers counted from 1; the column counts characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file.
    pub path: PathBuf,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Sources {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is larger than 64 MB, or is not text in the encoding that it names.
    pub fn read(&self, path: &Path) -> Result<Arc<Source>, Diagnostic> {
        // Who opens a pipe waits for one who writes into it.
        if fs_err::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            let message = format!("{} is not a file: it is a pipe, a device or a socket", path.display());
            return Err(Diagnostic::error("unreadable-file", message).help("remove it, or put the file in its place"));
        }
        match fs_err::read(path) {
            Ok(bytes) => self.add(path, bytes),
            Err(error) => Err(Diagnostic::error("unreadable-file", error.to_string())),
        }
    }

    /// Takes over a file that was read already.
    ///
    /// # Errors
    /// When it is larger than 64 MB or not text in the encoding that it names.
    pub fn add(&self, path: &Path, bytes: Vec<u8>) -> Result<Arc<Source>, Diagnostic> {
        if bytes.len() > MAX_BYTES {
            let message = format!("{} is larger than {} MB", path.display(), MAX_BYTES >> 20);
            return Err(Diagnostic::error("file-too-large", message));
        }
        let python = path.extension().is_some_and(|extension| extension == "py");
        match decode(bytes, python) {
            Ok(text) => Ok(self.insert(path, text)),
            Err(NotText::Invalid { lossy, offset }) => {
                let source = self.insert(path, lossy);
                let span = source.span(offset..offset.saturating_add(1));
                let message = format!("{} is not UTF-8 text: invalid byte at offset {offset}", path.display());
                let diagnostic = Diagnostic::error("not-text", message).at(span, "here");
                Err(diagnostic
                    .help("save the file as UTF-8, or name its encoding as Python does: `# -*- coding: latin-1 -*-`"))
            }
            Err(NotText::Encoding { lossy, name }) => {
                let source = self.insert(path, lossy);
                let message = format!("{} is text in `{name}`, which is not read", path.display());
                let diagnostic = Diagnostic::error("not-text", message).at(source.span(0..1), "named here");
                Err(diagnostic.help("save the file as UTF-8 and remove the line that names the encoding"))
            }
        }
    }

    /// Returns the file that `id` names.
    pub fn get(&self, id: SourceId) -> Option<Arc<Source>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).get(id.0 as usize).cloned()
    }

    /// Returns all files by their paths.
    pub(crate) fn by_path(&self) -> BTreeMap<PathBuf, Arc<Source>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().map(|source| (source.path.clone(), Arc::clone(source))).collect()
    }

    /// Returns where a span begins.
    pub fn location(&self, span: Span) -> Option<Location> {
        let source = self.get(span.source)?;
        let (line, column) = source.line_column(span.start as usize);
        Some(Location { path: source.path.clone(), line, column })
    }

    fn insert(&self, path: &Path, text: String) -> Arc<Source> {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let id = SourceId(u32::try_from(files.len()).unwrap_or(u32::MAX));
        let source = Arc::new(Source { id, path: path.to_owned(), text, lines: OnceLock::new() });
        files.push(Arc::clone(&source));
        source
    }
}

impl Source {
    /// Returns the span of a range of bytes.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        let clamp = |offset: usize| u32::try_from(offset.min(self.text.len())).unwrap_or(u32::MAX);
        Span { source: self.id, start: clamp(range.start), end: clamp(range.end) }
    }

    /// Returns the text of a span of this file.
    pub fn snippet(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Returns line and column of a byte, both counted from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let starts = self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let starts = ends.map(|(position, _)| u32::try_from(position + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        });
        let offset = offset.min(self.text.len());
        let line = starts.partition_point(|start| *start as usize <= offset).max(1);
        let start = starts.get(line - 1).copied().unwrap_or(0) as usize;
        let column = self.text.as_bytes().get(start..offset).map_or(0, |bytes| {
            // Bytes that continue a character begin with the bits 10.
            bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
        });
        (line, column + 1)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("id", &self.id).field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// What Python calls the encoding whose bytes are the first 256 characters.
const LATIN_1: [&str; 7] = ["8859", "cp819", "iso-8859-1", "iso8859-1", "l1", "latin-1", "latin1"];

/// What Python calls UTF-8.
const UTF_8: [&str; 6] = ["u8", "utf", "utf-8", "utf-8-sig", "utf8", "utf8-ucs4"];

/// Why bytes are no text.
enum NotText {
    /// A byte is not one of the encoding.
    Invalid { lossy: String, offset: usize },
    /// The file names an encoding that is not read.
    Encoding { lossy: String, name: String },
}

/// Decodes a file: as UTF-8, unless its first two lines name another encoding as Python's do (PEP 263).
fn decode(mut bytes: Vec<u8>, python: bool) -> Result<String, NotText> {
    let marked = bytes.starts_with(b"\xEF\xBB\xBF");
    if marked {
        bytes.drain(..3);
    } else if !bytes.is_ascii()
        && let Some(name) = coding_cookie(&bytes)
    {
        if LATIN_1.contains(&name.as_str()) {
            return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
        }
        if python && !UTF_8.contains(&name.as_str()) {
            return Err(NotText::Encoding { lossy: String::from_utf8_lossy(&bytes).into_owned(), name });
        }
    }
    String::from_utf8(bytes).map_err(|error| NotText::Invalid {
        offset: error.utf8_error().valid_up_to(),
        lossy: String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Returns the encoding that a comment in the first two lines names, in lower case with `_` as `-`.
fn coding_cookie(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.split(|byte| *byte == b'\n').take(2).map(String::from_utf8_lossy);
    let first = lines.next()?;
    // A second line counts only after one that is empty or a comment.
    let empty = first.trim().is_empty() || first.trim_start().starts_with('#');
    coding_of(&first).or_else(|| coding_of(&lines.next().filter(|_| empty)?))
}

fn coding_of(line: &str) -> Option<String> {
    let comment = line.trim_start().strip_prefix('#')?;
    comment.match_indices("coding").find_map(|(at, word)| {
        let name = comment[at + word.len()..].strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
        let end =
            name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(name.len());
        (end > 0).then(|| name[..end].to_ascii_lowercase().replace('_', "-"))
    })
}
