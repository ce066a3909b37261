//! `[checks]`: which safety checks run, and what they pass over.

use indexmap::IndexMap;
use limosa_model::SmolStr;

use super::table::Table;
use super::{PolicySection, Sourced, keys};

/// Which safety checks run, and what they pass over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckSection {
    /// The checks that run besides those that always do.
    pub extend: Vec<Sourced<SmolStr>>,
    /// The checks that do not run.
    pub ignore: Vec<Sourced<SmolStr>>,
    /// The levels of checks, in the place of their own.
    pub levels: IndexMap<SmolStr, Sourced<SmolStr>>,
    /// The checks that do not count for apps and migrations: a label or `app.migration`, and codes.
    pub ignores: IndexMap<SmolStr, Vec<Sourced<SmolStr>>>,
    /// The last migration of an app that is passed over, with all before it.
    pub start_after: IndexMap<SmolStr, Sourced<SmolStr>>,
    /// The level from which on a finding makes the exit code 1.
    pub fail_on: Option<Sourced<SmolStr>>,
    /// The file of the findings that are known.
    pub baseline: Option<Sourced<SmolStr>>,
    /// The file that says how much the tables hold.
    pub stats: Option<Sourced<SmolStr>>,
    /// The project's own rules.
    pub policies: Vec<PolicySection>,
}

impl CheckSection {
    /// Reads the table.
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let mut section = Self {
            extend: table.texts("extend").unwrap_or_default(),
            ignore: table.texts("ignore").unwrap_or_default(),
            levels: texts(table, "levels"),
            ignores: IndexMap::new(),
            start_after: texts(table, "start-after"),
            fail_on: table.text("fail-on"),
            baseline: table.text("baseline"),
            stats: table.text("stats"),
            policies: table.tables("policies", &keys::names("checks.policies"), PolicySection::read),
        };
        if let Some(mut ignores) = table.table("ignores", &[]) {
            for key in ignores.keys() {
                section.ignores.insert(key.clone(), ignores.texts(&key).unwrap_or_default());
            }
        }
        section
    }
}

fn texts(table: &mut Table<'_, '_>, name: &str) -> IndexMap<SmolStr, Sourced<SmolStr>> {
    let Some(mut table) = table.table(name, &[]) else { return IndexMap::new() };
    let keys = table.keys();
    keys.into_iter().filter_map(|key| table.text(&key).map(|text| (key, text))).collect()
}
