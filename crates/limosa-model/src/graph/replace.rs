//! Squashes: which of them take the place of what they replace, and what becomes of the dependencies.

use std::collections::BTreeSet;

use super::{
    Direction, GraphError, GraphOptions, Loader,
    loader::DiskMigration,
    node::{self, Node},
};
use crate::django::DjangoVersion;

/// Lets each squash either take the place of what it replaces or leave the graph.
///
/// Follows `MigrationLoader.replace_migration` of Django's `db/migrations/loader.py`; up to 5.2 a squash of squashes
/// is not looked through.
pub(super) fn replace_migrations(
    loader: &Loader,
    options: GraphOptions,
    nodes: &mut [Node],
    applied: &mut [bool],
) -> Result<(), GraphError> {
    let recorded = applied.to_vec();
    for place in order(loader)? {
        let squash = &loader.disk()[place];
        let has_row = options.follow_branches && recorded[squash.key];
        let (mut any, mut all) = (false, true);
        for key in status_keys(loader, &squash.replaces) {
            any |= applied[key];
            all &= applied[key] || has_row && was_never_unapplied(loader, squash, key, &recorded);
        }
        applied[squash.key] = all;
        if !nodes[squash.key].is_present() {
            return Err(GraphError::SquashReplaced(loader.id(squash.key).clone()));
        }
        let replaced: BTreeSet<usize> = squash.replaces.iter().copied().collect();
        match all || !any {
            true => remove_replaced(nodes, squash.key, &replaced),
            false => remove_replacement(nodes, squash.key, &replaced),
        }
    }
    Ok(())
}

/// Returns the places of the squashes in the order in which they are decided: a replaced squash before its replacement.
fn order(loader: &Loader) -> Result<Vec<usize>, GraphError> {
    let squashes: Vec<usize> =
        (0..loader.disk().len()).filter(|&place| !loader.disk()[place].replaces.is_empty()).collect();
    if loader.version() < DjangoVersion::V60 {
        let itself = |&&place: &&usize| {
            let squash = &loader.disk()[place];
            squash.replaces.contains(&squash.key)
        };
        return match squashes.iter().find(itself) {
            Some(&place) => Err(circle(loader, place)),
            None => Ok(squashes),
        };
    }
    let mut order = Vec::with_capacity(squashes.len());
    let mut finished = vec![None; loader.disk().len()];
    for start in squashes {
        let mut stack = vec![(start, 0)];
        while let Some((place, next)) = stack.pop() {
            if next == 0 {
                match finished[place] {
                    Some(true) => continue,
                    Some(false) => return Err(circle(loader, place)),
                    None => finished[place] = Some(false),
                }
            }
            let replaces = &loader.disk()[place].replaces[next..];
            let nested =
                replaces.iter().enumerate().find_map(|(skipped, &key)| Some((skipped, loader.squash_place(key)?)));
            match nested {
                Some((skipped, nested)) => {
                    stack.push((place, next + skipped + 1));
                    stack.push((nested, 0));
                }
                None => {
                    finished[place] = Some(true);
                    order.push(place);
                }
            }
        }
    }
    Ok(order)
}

/// Returns the migrations that decide about a squash: from 6.0 on, a replaced squash counts as what it replaces itself.
pub(super) fn status_keys(loader: &Loader, replaces: &[usize]) -> BTreeSet<usize> {
    if loader.version() < DjangoVersion::V60 {
        return replaces.iter().copied().collect();
    }
    let mut keys = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = replaces.to_vec();
    while let Some(key) = open.pop() {
        match loader.squash_place(key) {
            Some(place) if seen.insert(key) => open.extend(&loader.disk()[place].replaces),
            Some(_) => {}
            None => {
                keys.insert(key);
            }
        }
    }
    keys
}

/// Puts a squash in the place of what it replaces (Django's `MigrationGraph.remove_replaced_nodes`).
fn remove_replaced(nodes: &mut [Node], squash: usize, replaced: &BTreeSet<usize>) {
    for &key in replaced {
        let node = node::detach(nodes, key);
        for child in node.edges(Direction::Backwards) {
            if !replaced.contains(&child.to) {
                node::connect(nodes, child.to, squash, child.origin);
            }
        }
        for parent in node.edges(Direction::Forwards) {
            if !replaced.contains(&parent.to) {
                node::connect(nodes, squash, parent.to, parent.origin);
            }
        }
    }
}

/// Takes out a squash that is applied in part (Django's `MigrationGraph.remove_replacement_node`).
///
/// What depends on it then depends on the last of what it replaces.
fn remove_replacement(nodes: &mut [Node], squash: usize, replaced: &BTreeSet<usize>) {
    let node = node::detach(nodes, squash);
    let mut last: BTreeSet<usize> = replaced.iter().copied().filter(|&key| nodes[key].is_present()).collect();
    for key in replaced {
        for parent in nodes[*key].edges(Direction::Forwards) {
            last.remove(&parent.to);
        }
    }
    for child in node.edges(Direction::Backwards) {
        for &key in &last {
            if child.to != squash {
                node::connect(nodes, child.to, key, child.origin);
            }
        }
    }
}

/// Returns whether a migration that a recorded squash replaces has no row for another reason than that it was unapplied.
///
/// Only one on disk can be unapplied by itself; and one that several squashes replace is recorded with the last of them.
fn was_never_unapplied(loader: &Loader, squash: &DiskMigration, replaced: usize, recorded: &[bool]) -> bool {
    let waits_for = |other: &DiskMigration| {
        let is_another = other.key != squash.key && other.replaces.contains(&replaced) && !recorded[other.key];
        is_another && !squash.replaces.contains(&other.key) && !other.replaces.contains(&squash.key)
    };
    !loader.is_on_disk(replaced) || loader.disk().iter().any(waits_for)
}

fn circle(loader: &Loader, place: usize) -> GraphError {
    GraphError::CyclicalSquash(loader.id(loader.disk()[place].key).clone())
}
