//! Comprehensions and generators, evaluated at once.

use indexmap::IndexMap;
use ruff_python_ast::{Comprehension, Expr, ExprDictComp, ExprSetComp};
use ruff_text_size::{Ranged, TextRange};

use super::environment::{Frame, FrameKind};
use super::object::{Key, Object};
use super::{Evaluator, MAX_ITEMS, Result, Stop};

impl Evaluator<'_> {
    pub(super) fn list_comprehension(
        &mut self,
        element: &Expr,
        generators: &[Comprehension],
        range: TextRange,
    ) -> Result {
        let items = self.comprehended(element, generators)?;
        Ok(items.map(Object::list).unwrap_or_else(|| self.unknown_comprehension(range)))
    }

    pub(super) fn generator(&mut self, element: &Expr, generators: &[Comprehension], range: TextRange) -> Result {
        let items = self.comprehended(element, generators)?;
        Ok(items.map(Object::iterator).unwrap_or_else(|| self.unknown_comprehension(range)))
    }

    pub(super) fn set_comprehension(&mut self, node: &ExprSetComp) -> Result {
        match self.comprehended(&node.elt, &node.generators)? {
            Some(items) => Ok(self.unique(items, node.range())),
            None => Ok(self.unknown_comprehension(node.range())),
        }
    }

    fn comprehended(&mut self, element: &Expr, generators: &[Comprehension]) -> Result<Option<Vec<Object>>> {
        let mut items = Vec::new();
        let known = self.comprehend(generators, &mut |evaluator| {
            let item = evaluator.expression(element)?;
            items.push(item);
            if items.len() > MAX_ITEMS { Err(Stop::Limit) } else { Ok(()) }
        })?;
        Ok(known.then_some(items))
    }

    pub(super) fn dict_comprehension(&mut self, node: &ExprDictComp) -> Result {
        let mut items = IndexMap::new();
        let mut keys_known = true;
        let known = self.comprehend(&node.generators, &mut |evaluator| {
            let Some(key) = &node.key else {
                keys_known = false;
                return Ok(());
            };
            let key = evaluator.expression(key)?;
            let key = evaluator.force(key);
            let value = evaluator.expression(&node.value)?;
            match Key::new(&key) {
                Some(key) => _ = items.insert(key, value),
                None => keys_known = false,
            }
            Ok(())
        })?;
        Ok(if known && keys_known { Object::dict(items) } else { self.unknown_comprehension(node.range()) })
    }

    /// Runs `each` for every combination of a comprehension's loops; says whether all of them were known.
    fn comprehend(
        &mut self,
        generators: &[Comprehension],
        each: &mut dyn FnMut(&mut Self) -> Result<()>,
    ) -> Result<bool> {
        // The first loop belongs to what is around.
        let first = match generators.first() {
            Some(first) => Some(self.expression(&first.iter)?),
            None => None,
        };
        let Some(frame) = self.frames.last() else { return Err(Stop::Limit) };
        let frame = Frame::new(FrameKind::Comprehension, frame.environment.clone(), frame.path.clone());
        self.frames.push(frame);
        let result = self.comprehend_nested(generators, first, each);
        self.frames.pop();
        result
    }

    fn comprehend_nested(
        &mut self,
        generators: &[Comprehension],
        iterable: Option<Object>,
        each: &mut dyn FnMut(&mut Self) -> Result<()>,
    ) -> Result<bool> {
        let Some((first, rest)) = generators.split_first() else {
            each(self)?;
            return Ok(true);
        };
        let iterable = match iterable {
            Some(iterable) => iterable,
            None => self.expression(&first.iter)?,
        };
        let Some(items) = self.iterate(&iterable).filter(|_| !first.is_async) else { return Ok(false) };
        'items: for item in items {
            self.step()?;
            self.assign(&first.target, item)?;
            for condition in &first.ifs {
                let value = self.expression(condition)?;
                match self.truth(&value) {
                    Some(true) => {}
                    Some(false) => continue 'items,
                    None => return Ok(false),
                }
            }
            if !self.nested(|evaluator| evaluator.comprehend_nested(rest, None, each))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn unknown_comprehension(&mut self, range: TextRange) -> Object {
        self.opaque("loops over something that is not known", range)
    }
}
