//! The tables that a deploy made.

use std::collections::BTreeSet;

use limosa_sql::effect::bare;
use smol_str::SmolStr;

/// The tables that a deploy made, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Their names as the statements write them, with or without a schema.
    written: BTreeSet<SmolStr>,
    /// Their names without schemas.
    bare: BTreeSet<SmolStr>,
    /// What the transaction at hand added to `written`.
    uncommitted: Vec<SmolStr>,
}

impl Tables {
    /// Returns whether it is one of them; a name without a schema may mean one in any schema, and the other way round.
    pub(super) fn contains(&self, table: &str) -> bool {
        let name = table.to_lowercase();
        match bare(&name) {
            bare if bare.len() == name.len() => self.bare.contains(bare),
            bare => self.written.contains(name.as_str()) || self.written.contains(bare),
        }
    }

    /// Adds one.
    pub(super) fn add(&mut self, table: &str) {
        let name = SmolStr::from(table.to_lowercase());
        self.bare.insert(bare(&name).into());
        if self.written.insert(name.clone()) {
            self.uncommitted.push(name);
        }
    }

    /// Keeps what was added so far, whatever becomes of the transaction that begins.
    pub(super) fn commit(&mut self) {
        self.uncommitted.clear();
    }

    /// Forgets what the transaction at hand added: it was never made.
    pub(super) fn roll_back(&mut self) {
        for name in self.uncommitted.drain(..) {
            self.written.remove(&name);
        }
        self.bare = self.written.iter().map(|name| bare(name).into()).collect();
    }
}
