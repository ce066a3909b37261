//! Expressions.

use indexmap::IndexMap;
use limosa_model::SmolStr;
use ruff_python_ast::{
    BoolOp, Expr, ExprAttribute, ExprBinOp, ExprBoolOp, ExprCompare, ExprDict, ExprIf, ExprSubscript, ExprUnaryOp,
    Number, Operator, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};

use super::object::{Function, Key, MAX_DEPTH, Object};
use super::{Evaluator, MAX_ITEMS, Result, Stop};

impl Evaluator<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Result {
        self.step()?;
        match expression {
            Expr::StringLiteral(node) => Ok(Object::str(node.value.to_str())),
            Expr::Name(node) => self.name(node.id.as_str(), node.range()),
            Expr::NumberLiteral(node) => Ok(self.number(&node.value, node.range())),
            Expr::BooleanLiteral(node) => Ok(Object::Bool(node.value)),
            Expr::NoneLiteral(_) => Ok(Object::None),
            Expr::EllipsisLiteral(_) => Ok(Object::Path("builtins.Ellipsis".into())),
            Expr::BytesLiteral(node) => {
                let bytes: Vec<u8> = node.value.iter().flat_map(|part| part.value.iter().copied()).collect();
                Ok(Object::Bytes(bytes.into()))
            }
            _ => {
                let object = self.nested(|evaluator| evaluator.compound(expression))?;
                if object.depth() > MAX_DEPTH { Err(Stop::Limit) } else { Ok(object) }
            }
        }
    }

    fn compound(&mut self, expression: &Expr) -> Result {
        // One call for each kind, so that this frame, of which there are as many as expressions are nested, stays small.
        match expression {
            Expr::Call(node) => self.call_expression(node),
            Expr::Attribute(node) => self.attribute_expression(node),
            Expr::List(_) | Expr::Tuple(_) | Expr::Set(_) => self.display(expression),
            Expr::Dict(node) => self.dict_display(node),
            Expr::BinOp(node) => self.binary_chain(node),
            Expr::BoolOp(node) => self.bool_op(node),
            Expr::UnaryOp(node) => self.unary_expression(node),
            Expr::Compare(node) => self.comparison(node),
            Expr::If(node) => self.conditional_expression(node),
            Expr::Subscript(node) => self.subscript_expression(node),
            Expr::FString(node) => self.f_string(node),
            Expr::ListComp(node) => self.list_comprehension(&node.elt, &node.generators, node.range()),
            Expr::Generator(node) => self.generator(&node.elt, &node.generators, node.range()),
            Expr::SetComp(node) => self.set_comprehension(node),
            Expr::DictComp(node) => self.dict_comprehension(node),
            Expr::Starred(node) => self.expression(&node.value),
            _ => self.rare(expression),
        }
    }

    fn rare(&mut self, expression: &Expr) -> Result {
        match expression {
            Expr::Lambda(_) => {
                let Some(frame) = self.frames.last() else { return Err(Stop::Limit) };
                let path = format!("{}.<lambda>", frame.path).into();
                let environment = frame.environment.clone();
                Ok(Object::Function(std::rc::Rc::new(Function {
                    path,
                    environment,
                    offset: None,
                    plain: false,
                    defaults: Vec::new(),
                })))
            }
            Expr::Named(node) => {
                let value = self.expression(&node.value)?;
                self.assign_outside(&node.target, value.clone());
                Ok(value)
            }
            Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) if self.in_function() => {
                Err(Stop::Unknown("is a generator or a coroutine".into()))
            }
            _ => Ok(self.opaque("is an expression that is not evaluated", expression.range())),
        }
    }

    fn attribute_expression(&mut self, node: &ExprAttribute) -> Result {
        let object = self.expression(&node.value)?;
        self.attribute(&object, node.attr.as_str(), node.range())
    }

    fn subscript_expression(&mut self, node: &ExprSubscript) -> Result {
        let object = self.expression(&node.value)?;
        let object = self.force(object);
        self.subscript(&object, &node.slice, node.range())
    }

    fn display(&mut self, expression: &Expr) -> Result {
        let elements: &[Expr] = match expression {
            Expr::List(node) => &node.elts,
            Expr::Tuple(node) => &node.elts,
            Expr::Set(node) => &node.elts,
            _ => &[],
        };
        Ok(match self.elements(elements, expression.range())? {
            Ok(items) if expression.is_tuple_expr() => Object::tuple(items),
            Ok(items) if expression.is_set_expr() => super::containers::distinct(items),
            Ok(items) => Object::list(items),
            Err(opaque) => opaque,
        })
    }

    fn unary_expression(&mut self, node: &ExprUnaryOp) -> Result {
        let operand = self.expression(&node.operand)?;
        let operand = self.force(operand);
        match node.op {
            UnaryOp::Not => match self.truth(&operand) {
                Some(truth) => Ok(Object::Bool(!truth)),
                None => Ok(self.opaque("depends on something that is not known", node.range())),
            },
            op => Ok(self.unary(op, &operand, node.range())),
        }
    }

    fn comparison(&mut self, node: &ExprCompare) -> Result {
        let mut left = self.expression(&node.left)?;
        for (op, right) in node.ops.iter().zip(&node.comparators) {
            let right = self.expression(right)?;
            match self.compare(&left, *op, &right) {
                Some(true) => left = right,
                Some(false) => return Ok(Object::Bool(false)),
                None => return Ok(self.opaque("compares something that is not known", node.range())),
            }
        }
        Ok(Object::Bool(true))
    }

    fn name(&mut self, name: &str, range: TextRange) -> Result {
        if let Some(object) = self.lookup_bound(name) {
            return Ok(object);
        }
        let Some(frame) = self.frames.last() else { return Err(Stop::Limit) };
        match name {
            "__name__" => Ok(Object::Str(frame.environment.module.clone())),
            "__file__" => Ok(Object::str(frame.environment.file.source.path.to_string_lossy())),
            "__package__" => Ok(Object::Str(frame.environment.resolve_import(1, "").unwrap_or_default())),
            "__doc__" => Ok(Object::None),
            _ if super::builtins::is_builtin(name) => Ok(Object::Path(super::builtins::path(name))),
            // Names of Python 2, by which code tells the versions apart.
            "basestring" | "long" | "raw_input" | "unichr" | "unicode" | "xrange" => {
                self.raise("NameError", format!("uses the name `{name}`, which is not known"), range)
            }
            _ => Ok(self.opaque(format!("uses the name `{name}`, which is not known"), range)),
        }
    }

    fn number(&mut self, number: &Number, range: TextRange) -> Object {
        match number {
            Number::Int(int) => match int.as_u64().map(i128::from).or_else(|| int.to_string().parse().ok()) {
                Some(value) => Object::Int(value),
                None => self.opaque("is a number that does not fit", range),
            },
            Number::Float(value) => Object::Float(*value),
            Number::Complex { .. } => self.opaque("is a complex number", range),
        }
    }

    /// Evaluates the elements of a display; what a star unpacks must be known.
    pub(super) fn elements(
        &mut self,
        elements: &[Expr],
        range: TextRange,
    ) -> Result<std::result::Result<Vec<Object>, Object>> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            let Expr::Starred(starred) = element else {
                items.push(self.expression(element)?);
                continue;
            };
            let object = self.expression(&starred.value)?;
            match self.iterate(&object) {
                Some(more) => items.extend(more),
                None => return Ok(Err(self.opaque("unpacks something that is not known", range))),
            }
            if items.len() > MAX_ITEMS.max(elements.len()) {
                return Err(Stop::Limit);
            }
        }
        Ok(Ok(items))
    }

    fn dict_display(&mut self, node: &ExprDict) -> Result {
        let mut items = IndexMap::with_capacity(node.items.len());
        let mut problem = None;
        for item in &node.items {
            let value = self.expression(&item.value)?;
            match &item.key {
                Some(key) => {
                    let key = self.expression(key)?;
                    let key = self.force(key);
                    match Key::new(&key) {
                        Some(key) => _ = items.insert(key, value),
                        None => problem = Some("has a key that is not known"),
                    }
                }
                None => match self.force(value) {
                    Object::Dict(dict) if dict.state.lost.get().is_none() => {
                        items.extend(dict.items.borrow().iter().map(|(key, value)| (key.clone(), value.clone())));
                    }
                    _ => problem = Some("unpacks something that is not known"),
                },
            }
        }
        Ok(match problem {
            Some(problem) => self.opaque(problem, node.range()),
            None => Object::dict(items),
        })
    }

    /// Evaluates `a + b + c ...` without going deeper for each operator.
    fn binary_chain(&mut self, node: &ExprBinOp) -> Result {
        let mut links = vec![node];
        while let Some(link) = links.last()
            && let Expr::BinOp(left) = &*link.left
        {
            links.push(left);
        }
        let mut value = match links.last() {
            Some(link) => self.expression(&link.left)?,
            None => Object::None,
        };
        for link in links.into_iter().rev() {
            self.step()?;
            let right = self.expression(&link.right)?;
            let left = self.force(value);
            if link.op == Operator::Mod && matches!(left, Object::Str(_)) && self.hides_its_value(&right, false) {
                value = self.opaque("formats something that is not known", link.range());
                continue;
            }
            let right = self.force(right);
            value = self.binary(&left, link.op, &right, link.range())?;
        }
        Ok(value)
    }

    fn bool_op(&mut self, node: &ExprBoolOp) -> Result {
        let mut last = Object::None;
        for (position, value) in node.values.iter().enumerate() {
            last = self.expression(value)?;
            if position + 1 == node.values.len() {
                break;
            }
            match (self.truth(&last), node.op) {
                (Some(true), BoolOp::Or) | (Some(false), BoolOp::And) => return Ok(last),
                (Some(_), _) => {}
                (None, _) => return Ok(self.opaque("depends on something that is not known", node.range())),
            }
        }
        Ok(last)
    }

    fn conditional_expression(&mut self, node: &ExprIf) -> Result {
        let test = self.expression(&node.test)?;
        match self.truth(&test) {
            Some(true) => self.expression(&node.body),
            Some(false) => self.expression(&node.orelse),
            None => {
                let reason =
                    format!("depends on the condition `{}`, which is not known", self.snippet(node.test.range()));
                Ok(self.opaque(reason, node.range()))
            }
        }
    }

    /// Returns the text of a part of the file, on one line and not too long.
    pub(super) fn snippet(&self, range: TextRange) -> SmolStr {
        let Some(frame) = self.frames.last() else { return SmolStr::default() };
        let text = frame.environment.file.text(range);
        let line: Vec<&str> = text.split_whitespace().collect();
        let line = line.join(" ");
        match line.char_indices().nth(60) {
            Some((end, _)) => format!("{}…", &line[..end]).into(),
            None => line.into(),
        }
    }
}
