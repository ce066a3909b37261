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
    /// Names with whether they are folders, sorted.
    entries: Vec<(String, bool)>,
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
        let mut entries: Vec<(String, bool)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().into_string().ok()?;
                let kind = entry.file_type().ok()?;
                let folder = if kind.is_symlink() { entry.path().is_dir() } else { kind.is_dir() };
                Some((name, folder))
            })
            .collect();
        entries.sort_unstable();
        Self { entries }
    }

    pub(crate) fn has_file(&self, name: &str) -> bool {
        self.get(name) == Some(false)
    }

    pub(crate) fn has_folder(&self, name: &str) -> bool {
        self.get(name) == Some(true)
    }

    /// Returns whether a compiled module of this name is there.
    pub(crate) fn has_extension(&self, name: &str) -> bool {
        let from = self.entries.partition_point(|(entry, _)| entry.as_str() < name);
        let same = self.entries[from..].iter().take_while(|(entry, _)| entry.starts_with(name));
        same.into_iter().any(|(entry, folder)| {
            !folder && entry[name.len()..].starts_with('.') && (entry.ends_with(".so") || entry.ends_with(".pyd"))
        })
    }

    /// Iterates over the files, sorted.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, folder)| !folder).map(|(name, _)| name.as_str())
    }

    /// Iterates over the folders, sorted.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, folder)| *folder).map(|(name, _)| name.as_str())
    }

    fn get(&self, name: &str) -> Option<bool> {
        let found = self.entries.binary_search_by(|(entry, _)| entry.as_str().cmp(name));
        found.ok().map(|position| self.entries[position].1)
    }
}
