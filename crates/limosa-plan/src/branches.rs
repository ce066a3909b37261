//! Data migrations of different branches whose order may matter.

use std::collections::{BTreeSet, HashMap, HashSet};

use limosa_model::{
    MigrationId, SmolStr,
    graph::{Direction, MigrationGraph},
};

use crate::planner::PlannedMigration;

/// Tables of Django's own that code asks for to look something up; two apps that do so do not disturb each other.
const LOOKED_UP: [&str; 3] = ["auth_permission", "django_content_type", "django_site"];

/// Whose rows a migration may change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// The tables, in lower case.
    pub tables: BTreeSet<SmolStr>,
    /// Whether there may be others: what it runs does not say.
    pub unknown: bool,
}

/// Two migrations that may change the same rows, of which none needs the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unordered {
    /// The one that comes first on this database.
    pub first: MigrationId,
    /// The one that comes after it.
    pub second: MigrationId,
    /// The tables that both may change; none when one does not say what it changes.
    pub tables: Vec<SmolStr>,
    /// Whether an empty database gets them the other way round.
    pub is_reversed: bool,
}

/// Returns the pairs of data migrations, at least one of them to be applied, whose order nothing settles though it may matter.
///
/// Two that are both to be applied are told when they are of one app, which then has branches; two of which one is applied when an empty
/// database gets them the other way round. A migration that does not say what it changes is held against those of its own app only. `touched` is asked about the migrations that `changes_rows`, once for each.
pub fn unordered(
    graph: &MigrationGraph,
    plan: &[PlannedMigration],
    changes_rows: impl Fn(&MigrationId) -> bool,
    touched: impl Fn(&MigrationId) -> Touched,
) -> Vec<Unordered> {
    let pending: HashSet<&MigrationId> =
        plan.iter().filter(|planned| planned.direction == Direction::Forwards).map(|planned| &planned.id).collect();
    if !pending.iter().any(|id| changes_rows(id)) {
        return Vec::new();
    }
    let is_there = |id: &&MigrationId| pending.contains(*id) || graph.applied(id).is_some();
    let order: Vec<&MigrationId> =
        graph.full_plan().into_iter().filter(is_there).filter(|id| changes_rows(id)).collect();
    let mut ancestors: HashMap<&MigrationId, HashSet<&MigrationId>> = HashMap::new();
    let mut touches: HashMap<&MigrationId, Touched> = HashMap::new();
    let mut found = Vec::new();
    let is_pending: Vec<bool> = order.iter().map(|id| pending.contains(id)).collect();
    let to_apply: Vec<usize> = (0..order.len()).filter(|&place| is_pending[place]).collect();
    for (place, &later) in order.iter().enumerate() {
        let is_reversed = !is_pending[place];
        // What is applied already and comes first anyway has the order of an empty database.
        for earlier in to_apply.iter().take_while(|&&earlier| earlier < place).map(|&earlier| order[earlier]) {
            // Different apps are no branches: only when this database is about to get another order than an empty one, they are told.
            if !is_reversed && earlier.app != later.app {
                continue;
            }
            let needed = ancestors
                .entry(later)
                .or_insert_with(|| graph.forwards_plan(later).unwrap_or_default().into_iter().collect());
            if needed.contains(earlier) {
                continue;
            }
            for id in [earlier, later] {
                touches.entry(id).or_insert_with(|| touched(id));
            }
            let Some(tables) = common(earlier, &touches[earlier], later, &touches[later]) else { continue };
            let (first, second) = if is_reversed { (later, earlier) } else { (earlier, later) };
            found.push(Unordered { first: first.clone(), second: second.clone(), tables, is_reversed });
        }
    }
    found
}

/// Returns the tables that two migrations may both change, none of them when that cannot be told; nothing when they have none in common.
fn common(one: &MigrationId, touched: &Touched, other: &MigrationId, others: &Touched) -> Option<Vec<SmolStr>> {
    let is_one_app = one.app == other.app;
    let both = touched.tables.intersection(&others.tables);
    let tables: Vec<SmolStr> =
        both.filter(|table| is_one_app || !LOOKED_UP.contains(&table.as_str())).cloned().collect();
    let may_be = (touched.unknown || others.unknown) && is_one_app;
    (!tables.is_empty() || may_be).then_some(tables)
}
