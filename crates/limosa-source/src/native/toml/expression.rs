//! Expressions and conditions in TOML: `F`, `Q`, functions and what combines them.
//!
//! In an expression a text is a field and a number is itself; `{ value = ... }` is a literal of any kind,
//! `{ Lower = "title" }` and `{ function = "Concat", args = [...] }` are functions, `{ "+" = ["a", 1] }` computes,
//! `{ desc = "title" }` orders, `{ case = [{ when = {...}, then = ... }], default = ... }` decides.
//! A condition is a table of lookups (`{ price__gte = 0 }`), with `and`, `or` and `not` for other conditions.

use limosa_model::value::Kwargs;
use limosa_model::{SmolStr, Value};
use toml::de::{DeTable, DeValue};

use super::reader::{Node, Reader};

const OPERATORS: [(&str, &str); 6] = [("+", "+"), ("-", "-"), ("*", "*"), ("/", "/"), ("%", "%%"), ("^", "^")];

impl Reader<'_> {
    /// Reads an expression in a place where a text is a field.
    pub(super) fn expression(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::String(name) => Some(self.call("django.db.models.F", vec![Value::from(name.as_ref())], node)),
            DeValue::Table(table) => self.expression_table(table, node),
            DeValue::Array(_) => self.wrong(node, "an expression"),
            _ => {
                let literal = self.plain(node)?;
                Some(self.call("django.db.models.Value", vec![literal], node))
            }
        }
    }

    /// Reads an expression in a place where a text is itself, as `db_default` is.
    pub(super) fn literal_or_expression(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::Table(table) => self.expression_table(table, node),
            _ => self.plain(node),
        }
    }

    /// Reads a condition.
    pub(super) fn condition(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let mut lookups: Vec<(SmolStr, Value)> = Vec::new();
        let mut others = Vec::new();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "and" => others.push(self.conditions(value, "AND")?),
                "or" => others.push(self.conditions(value, "OR")?),
                "xor" => others.push(self.conditions(value, "XOR")?),
                "not" => others.push(negated(&self.condition(value)?)),
                lookup => {
                    let operand = self.operand(value)?;
                    lookups.push((lookup.into(), operand));
                }
            }
        }
        // As `Q` orders its keyword arguments.
        lookups.sort_by(|(left, _), (right, _)| left.cmp(right));
        let lookups = lookups.into_iter().map(|(lookup, value)| Value::Tuple(vec![Value::Str(lookup), value]));
        let own: Vec<Value> = lookups.collect();
        if own.is_empty() && others.len() == 1 {
            return others.pop();
        }
        if own.is_empty() && others.is_empty() {
            return self.wrong(node, "a condition with at least one lookup");
        }
        let children = own.into_iter().chain(others.into_iter().flat_map(|other| spread(other, "AND")));
        Some(q(children.collect(), "AND", self.span(node)))
    }

    fn conditions(&mut self, node: &Node<'_>, connector: &str) -> Option<Value> {
        let mut children = Vec::new();
        for item in self.items(node)? {
            let condition = self.condition(item)?;
            children.extend(spread(condition, connector));
        }
        if children.is_empty() {
            self.wrong(node, "a list of conditions")
        } else {
            Some(q(children, connector, self.span(node)))
        }
    }

    /// Reads what a lookup compares with: a literal, or a table that is an expression.
    fn operand(&mut self, node: &Node<'_>) -> Option<Value> {
        match node.get_ref() {
            DeValue::Table(table) => self.expression_table(table, node),
            _ => self.plain(node),
        }
    }

    fn expression_table(&mut self, table: &DeTable<'_>, node: &Node<'_>) -> Option<Value> {
        let Some((key, value)) = table.iter().next() else { return self.wrong(node, "an expression") };
        let name = key.get_ref().as_ref();
        if let Some(function) = table.get("function") {
            return self.function(function, table, node);
        }
        if table.contains_key("case") {
            return self.case(table, node);
        }
        if matches!(name, "asc" | "desc") || table.contains_key("asc") || table.contains_key("desc") {
            return self.order_by(table, node);
        }
        if table.len() > 1 {
            self.check_keys(table, [name], "an expression");
            return None;
        }
        if let Some((_, connector)) = OPERATORS.iter().find(|(operator, _)| *operator == name) {
            return self.computed(value, connector, node);
        }
        match name {
            "value" => {
                let literal = self.plain(value)?;
                Some(self.call("django.db.models.Value", vec![literal], node))
            }
            "f" | "field" => {
                let field = self.text(value)?;
                Some(self.call("django.db.models.F", vec![Value::Str(field)], node))
            }
            "condition" => self.condition(value),
            _ if name.starts_with(|c: char| c.is_ascii_uppercase()) || name.contains('.') => {
                let args = match value.get_ref() {
                    DeValue::Array(items) => items.iter().map(|item| self.expression(item)).collect::<Option<_>>()?,
                    _ => vec![self.expression(value)?],
                };
                Some(self.call(function_path(name), args, node))
            }
            _ => {
                let span = self.source.span(key.span());
                let help = "write { value = ... }, { f = \"field\" }, { Lower = \"field\" } or { function = \"Lower\", args = [\"field\"] }";
                self.error_with_help("unknown-expression", span, format!("`{name}` is no expression"), help.into());
                None
            }
        }
    }

    fn function(&mut self, function: &Node<'_>, table: &DeTable<'_>, node: &Node<'_>) -> Option<Value> {
        let name = self.text(function)?;
        let mut args = Vec::new();
        let mut kwargs = Kwargs::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "function" => {}
                "args" => {
                    for item in self.items(value)? {
                        args.push(self.expression(item)?);
                    }
                }
                "output_field" => kwargs.set("output_field", self.field(value)?),
                "condition" | "filter" => kwargs.set(key.get_ref().as_ref(), self.condition(value)?),
                other => kwargs.set(other, self.literal_or_expression(value)?),
            }
        }
        Some(Value::call(function_path(&name), args, kwargs, Some(self.span(node))))
    }

    fn case(&mut self, table: &DeTable<'_>, node: &Node<'_>) -> Option<Value> {
        self.check_keys(table, ["case", "default", "output_field"], "a case");
        let mut args = Vec::new();
        let mut kwargs = Kwargs::default();
        for item in self.items(table.get("case")?)? {
            let branch = self.table(item)?;
            self.check_keys(branch, ["when", "then"], "a branch of a case");
            let (Some(when), Some(then)) = (branch.get("when"), branch.get("then")) else {
                return self.wrong(item, "a table of `when` and `then`");
            };
            let when = self.condition(when)?;
            let then = self.expression(then)?;
            let kwargs = [(SmolStr::new_static("then"), then)].into_iter().collect();
            args.push(Value::call("django.db.models.When", vec![when], kwargs, Some(self.span(item))));
        }
        if let Some(default) = table.get("default") {
            kwargs.set("default", self.expression(default)?);
        }
        if let Some(output_field) = table.get("output_field") {
            kwargs.set("output_field", self.field(output_field)?);
        }
        Some(Value::call("django.db.models.Case", args, kwargs, Some(self.span(node))))
    }

    fn order_by(&mut self, table: &DeTable<'_>, node: &Node<'_>) -> Option<Value> {
        self.check_keys(table, ["asc", "desc", "nulls_first", "nulls_last"], "an ordering");
        let mut kwargs = Kwargs::default();
        let (inner, descending) = match (table.get("asc"), table.get("desc")) {
            (Some(inner), None) => (inner, false),
            (None, Some(inner)) => (inner, true),
            _ => return self.wrong(node, "either `asc` or `desc`"),
        };
        if descending {
            kwargs.set("descending", Value::Bool(true));
        }
        for name in ["nulls_first", "nulls_last"] {
            if let Some(value) = table.get(name)
                && self.bool(value)?
            {
                kwargs.set(name, Value::Bool(true));
            }
        }
        let inner = self.expression(inner)?;
        Some(Value::call("django.db.models.OrderBy", vec![inner], kwargs, Some(self.span(node))))
    }

    /// Computes from left to right, as Python does.
    fn computed(&mut self, operands: &Node<'_>, connector: &str, node: &Node<'_>) -> Option<Value> {
        let items = self.items(operands)?;
        let [first, rest @ ..] = items else { return self.wrong(operands, "a list of two or more expressions") };
        if rest.is_empty() {
            return self.wrong(operands, "a list of two or more expressions");
        }
        let mut left = self.expression(first)?;
        for item in rest {
            let right = self.expression(item)?;
            let args = vec![left, Value::from(connector), right];
            left = self.call("django.db.models.expressions.CombinedExpression", args, node);
        }
        Some(left)
    }

    pub(super) fn call(&self, callee: impl Into<SmolStr>, args: Vec<Value>, node: &Node<'_>) -> Value {
        Value::call(callee, args, Kwargs::default(), Some(self.span(node)))
    }
}

/// Returns the path of a function: Django's own may be named without their module.
fn function_path(name: &str) -> SmolStr {
    const CORE: [&str; 8] = ["F", "Value", "Func", "Case", "When", "ExpressionWrapper", "Exists", "Q"];
    if name.contains('.') {
        return crate::python::canonical(name);
    }
    match name {
        "RandomUUID" | "TransactionNow" => format!("django.contrib.postgres.functions.{name}").into(),
        "OpClass" => "django.contrib.postgres.indexes.OpClass".into(),
        _ if CORE.contains(&name) => format!("django.db.models.{name}").into(),
        _ => format!("django.db.models.functions.{name}").into(),
    }
}

fn q(children: Vec<Value>, connector: &str, span: limosa_model::Span) -> Value {
    let mut kwargs = Kwargs::default();
    if connector != "AND" {
        kwargs.set("_connector", Value::from(connector));
    }
    Value::call("django.db.models.Q", children, kwargs, Some(span))
}

/// Negates a condition (Django: `Q.__invert__`).
fn negated(condition: &Value) -> Value {
    let Some(call) = condition.as_call() else { return condition.clone() };
    let mut kwargs = call.kwargs.clone();
    if kwargs.remove("_negated").is_none() {
        kwargs.set("_negated", Value::Bool(true));
    }
    Value::call(call.callee.clone(), call.args.clone(), kwargs, call.span)
}

/// Returns the children that a condition brings into another one with this connector (Django: `Node.add`).
fn spread(condition: Value, connector: &str) -> Vec<Value> {
    let Some(call) = condition.as_call() else { return vec![condition] };
    let negated = call.kwargs.get("_negated").is_some();
    let own = call.kwargs.get("_connector").and_then(Value::as_str).unwrap_or("AND");
    if !negated && (own == connector || call.args.len() == 1) { call.args.clone() } else { vec![condition] }
}
