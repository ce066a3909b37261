//! One node of the graph with its edges, as numbers.

use std::ops::Range;

use super::{Direction, Loader};

/// A node; absent when the migration is not on disk and nothing asks for it, or when it was replaced.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) presence: Presence,
    parents: Vec<Edge>,
    children: Vec<Edge>,
}

/// Whether a node is in the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    #[default]
    Absent,
    /// Named by a dependency, but not on disk.
    Dummy,
    Real,
}

/// One end of a dependency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The node at the other end.
    pub(super) to: usize,
    /// The migration that states the dependency.
    pub(super) origin: usize,
}

impl Node {
    pub(super) fn is_present(&self) -> bool {
        self.presence != Presence::Absent
    }

    /// Returns the edges to follow in the given direction: to parents forwards, to children backwards.
    pub(super) fn edges(&self, direction: Direction) -> &[Edge] {
        match direction {
            Direction::Forwards => &self.parents,
            Direction::Backwards => &self.children,
        }
    }

    fn edges_mut(&mut self, direction: Direction) -> &mut Vec<Edge> {
        match direction {
            Direction::Forwards => &mut self.parents,
            Direction::Backwards => &mut self.children,
        }
    }

    fn add(&mut self, direction: Direction, edge: Edge) {
        let edges = self.edges_mut(direction);
        if let Err(place) = edges.binary_search_by_key(&edge.to, |edge| edge.to) {
            edges.insert(place, edge);
        }
    }

    fn remove(&mut self, direction: Direction, to: usize) {
        let edges = self.edges_mut(direction);
        if let Ok(place) = edges.binary_search_by_key(&to, |edge| edge.to) {
            edges.remove(place);
        }
    }
}

/// Makes `child` depend on `parent`; the first migration that states it is kept as its origin.
pub(super) fn connect(nodes: &mut [Node], child: usize, parent: usize, origin: usize) {
    nodes[child].add(Direction::Forwards, Edge { to: parent, origin });
    nodes[parent].add(Direction::Backwards, Edge { to: child, origin });
}

/// Takes a node out of the graph and returns the edges that it had.
pub(super) fn detach(nodes: &mut [Node], key: usize) -> Node {
    let node = std::mem::take(&mut nodes[key]);
    for child in &node.children {
        nodes[child.to].remove(Direction::Forwards, key);
    }
    for parent in &node.parents {
        nodes[parent.to].remove(Direction::Backwards, key);
    }
    node
}

/// Returns the nodes among `range` that have no edge in the given direction to a node of their own app.
pub(super) fn ends(
    loader: &Loader,
    nodes: &[Node],
    range: Range<usize>,
    direction: Direction,
) -> impl Iterator<Item = usize> {
    range.filter(move |&key| {
        let outside = |edge: &Edge| loader.id(edge.to).app != loader.id(key).app;
        nodes[key].is_present() && nodes[key].edges(direction).iter().all(outside)
    })
}
