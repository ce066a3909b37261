//! Finds a circle of dependencies.

use super::{CycleLink, Direction, GraphError, Loader, node::Node};

/// Returns an error that lists the first circle found, beginning at its smallest id.
///
/// Stands for `MigrationGraph.ensure_not_cyclic` of Django's `db/migrations/graph.py`, which reports any circle.
pub(super) fn ensure_not_cyclic(loader: &Loader, nodes: &[Node]) -> Result<(), GraphError> {
    let mut states = vec![State::New; nodes.len()];
    for start in 0..nodes.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        // Each entry is a node and the number of its parents already followed.
        let mut path = vec![(start, 0)];
        while let Some((key, followed)) = path.last_mut() {
            let Some(parent) = nodes[*key].edges(Direction::Forwards).get(*followed) else {
                states[*key] = State::Done;
                path.pop();
                continue;
            };
            *followed += 1;
            match states[parent.to] {
                State::New => {
                    states[parent.to] = State::Open;
                    path.push((parent.to, 0));
                }
                State::Open => return Err(describe(loader, nodes, &path, parent.to)),
                State::Done => {}
            }
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

fn describe(loader: &Loader, nodes: &[Node], path: &[(usize, usize)], start: usize) -> GraphError {
    let mut circle: Vec<(usize, usize)> = path.iter().copied().skip_while(|&(key, _)| key != start).collect();
    let smallest = circle.iter().enumerate().min_by_key(|(_, (key, _))| *key);
    if let Some((place, _)) = smallest {
        circle.rotate_left(place);
    }
    let links = circle.iter().map(|&(key, followed)| {
        let edge = nodes[key].edges(Direction::Forwards)[followed - 1];
        CycleLink {
            migration: loader.id(key).clone(),
            depends_on: loader.id(edge.to).clone(),
            stated_by: loader.id(edge.origin).clone(),
        }
    });
    GraphError::Cycle(links.collect())
}
