//! The arguments of a call.

use limosa_model::SmolStr;
use ruff_python_ast::Arguments as Nodes;
use ruff_text_size::Ranged;

use super::object::{Key, Object};
use super::{Evaluator, Result};

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    pub(super) args: Vec<Object>,
    pub(super) kwargs: Vec<(SmolStr, Object)>,
    /// Something was unpacked that is not known: there may be more arguments.
    pub(super) open: bool,
}

impl Arguments {
    /// Returns the argument `name`, which may also stand at `position`.
    pub(super) fn get(&self, position: usize, name: &str) -> Option<&Object> {
        self.args.get(position).or_else(|| self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value))
    }

    /// Returns the arguments when there are only positional ones, as many as asked for.
    pub(super) fn positional<const N: usize>(&self) -> Option<&[Object; N]> {
        if self.kwargs.is_empty() { self.args.as_slice().try_into().ok() } else { None }
    }

    /// Returns all values.
    pub(super) fn values(&self) -> impl Iterator<Item = &Object> {
        self.args.iter().chain(self.kwargs.iter().map(|(_, value)| value))
    }
}

impl Evaluator<'_> {
    pub(super) fn arguments(&mut self, nodes: &Nodes) -> Result<Arguments> {
        let mut arguments = Arguments::default();
        match self.elements(&nodes.args, nodes.range())? {
            Ok(args) => arguments.args = args,
            Err(_) => arguments.open = true,
        }
        arguments.kwargs.reserve(nodes.keywords.len());
        for keyword in &nodes.keywords {
            let value = self.expression(&keyword.value)?;
            let Some(name) = &keyword.arg else {
                match self.force(value) {
                    Object::Dict(dict) if dict.state.lost.get().is_none() => {
                        for (key, value) in dict.items.borrow().iter() {
                            if let Key::Str(name) = key {
                                arguments.kwargs.push((name.clone(), value.clone()));
                            }
                        }
                    }
                    _ => arguments.open = true,
                }
                continue;
            };
            arguments.kwargs.push((super::known::keyword(name.as_str()), value));
        }
        Ok(arguments)
    }
}
