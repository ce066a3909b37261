//! Listings of folders, each read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The folders that were listed, shared between threads.
#[derive(Debug, Default)]
pub(crate) struct Directories {
    listed: Mutex<HashMap<PathBuf, Arc<Directory>>>,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Names with what they are, sorted.
    entries: Vec<(String, Kind)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File,
    Folder,
    /// A pipe, a device, a socket, or a link that leads nowhere: reading it may never end.
    Other,
}

impl Directories {
    /// Returns what a folder holds; nothing when it is not there.
    pub(crate) fn list(&self, path: &Path) -> Arc<Directory> {
        let lock = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(directory) = lock().get(path) {
            return Arc::clone(directory);
        }
        let directory = Arc::new(Directory::read(path));
        lock().insert(path.to_owned(), Arc::clone(&directory));
        directory
    }
}

impl Directory {
    /// Lists a folder; one that cannot be read holds nothing.
    pub(crate) fn read(path: &Path) -> Self {
        let Ok(entries) = std::fs::read_dir(path) else { return Self::default() };
        let mut entries: Vec<(String, Kind)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().into_string().ok()?;
                let mut kind = entry.file_type().ok()?;
                if kind.is_symlink() {
                    kind = match std::fs::metadata(entry.path()) {
                        Ok(target) => target.file_type(),
                        Err(_) => return Some((name, Kind::Other)),
                    };
                }
                let kind = match (kind.is_file(), kind.is_dir()) {
                    (true, _) => Kind::File,
                    (_, true) => Kind::Folder,
                    _ => Kind::Other,
                };
                Some((name, kind))
            })
            .collect();
        entries.sort_unstable();
        Self { entries }
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.get(name) == Some(Kind::File)
    }

    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.get(name) == Some(Kind::Folder)
    }

    /// Returns whether a compiled module of this name is there.
    pub(crate) fn has_extension(&self, name: &str) -> bool {
        let from = self.entries.partition_point(|(entry, _)| entry.as_str() < name);
        let same = self.entries[from..].iter().take_while(|(entry, _)| entry.starts_with(name));
        same.into_iter().any(|(entry, kind)| {
            *kind == Kind::File
                && entry[name.len()..].starts_with('.')
                && (entry.ends_with(".so") || entry.ends_with(".pyd"))
        })
    }

    /// Iterates over the files, sorted.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.of(Kind::File)
    }

    /// Iterates over what is neither file nor folder, sorted.
    pub(crate) fn others(&self) -> impl Iterator<Item = &str> {
        self.of(Kind::Other)
    }

    /// Iterates over the folders, sorted.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.of(Kind::Folder)
    }

    /// Iterates over all names, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(move |(_, own)| *own == kind).map(|(name, _)| name.as_str())
    }

    fn get(&self, name: &str) -> Option<Kind> {
        let found = self.entries.binary_search_by(|(entry, _)| entry.as_str().cmp(name));
        found.ok().map(|position| self.entries[position].1)
    }
}
