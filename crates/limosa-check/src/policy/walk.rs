//! Goes through an expression: whether all that it names is there, and what comes out of it.

use std::collections::BTreeSet;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators as op};
use limosa_model::suggest;

use super::expression::Problem;
use super::functions;
use super::schema::{Member, Type, is_word};

/// Goes through an expression.
pub(super) struct Walk {
    variables: &'static [Member],
    /// The names that macros such as `exists` give, the last one first to be found.
    given: Vec<(String, Type)>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// What is read that is not always there, with when it is.
    pub(super) conditional: BTreeSet<(String, &'static str)>,
}

impl Walk {
    pub(super) fn new(variables: &'static [Member]) -> Self {
        Self { variables, given: Vec::new(), problems: Vec::new(), conditional: BTreeSet::new() }
    }

    /// Returns what comes out of an expression.
    pub(super) fn type_of(&mut self, expression: &IdedExpr) -> Type {
        match &expression.expr {
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let of = self.type_of(&select.operand);
                let found = self.member(of, &path(&select.operand), &select.field, select.test);
                if select.test { Type::Bool } else { found }
            }
            Expr::Literal(literal) => match literal {
                LiteralValue::Boolean(_) => Type::Bool,
                LiteralValue::Int(_) => Type::Int,
                LiteralValue::Double(_) | LiteralValue::UInt(_) => Type::Double,
                LiteralValue::String(_) => Type::Text,
                LiteralValue::Bytes(_) | LiteralValue::Null => Type::Any,
            },
            Expr::List(list) => {
                list.elements.iter().for_each(|element| _ = self.type_of(element));
                Type::List(&Type::Any)
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Map(_) => Type::Open,
            Expr::Struct(_) | Expr::Unspecified => Type::Any,
        }
    }

    fn variable(&mut self, name: &str) -> Type {
        if let Some((_, of)) = self.given.iter().rev().find(|(given, _)| given == name) {
            return *of;
        }
        if let Some(variable) = self.variables.iter().find(|variable| variable.name == name) {
            return variable.of;
        }
        if functions::TYPES.contains(&name) {
            return Type::Any;
        }
        let names: Vec<&str> = self.variables.iter().map(|variable| variable.name).collect();
        self.problem(format!("there is no `{name}`"), name, Some(format!("there are {}", names.join(", "))));
        Type::Any
    }

    fn member(&mut self, of: Type, operand: &str, name: &str, is_tested: bool) -> Type {
        match of {
            Type::Map(members) => match members.iter().find(|member| member.name == name) {
                Some(member) => {
                    if let Some(when) = member.only.filter(|_| !is_tested) {
                        self.conditional.insert((joined(operand, name), when));
                    }
                    member.of
                }
                None => {
                    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                    let help = match suggest::nearest(name, names.iter().copied()) {
                        Some(close) => format!("did you mean `{}`?", joined(operand, close)),
                        None => format!("`{operand}` has {}", names.join(", ")),
                    };
                    self.problem(format!("there is no `{}`", joined(operand, name)), name, Some(help));
                    Type::Any
                }
            },
            Type::Open | Type::Any => Type::Any,
            other => {
                let message = format!("`{operand}` is {}: it has no `{name}`", other.describe());
                self.problem(message, name, None);
                Type::Any
            }
        }
    }

    fn call(&mut self, call: &CallExpr) -> Type {
        call.target.iter().for_each(|target| _ = self.type_of(target));
        let types: Vec<Type> = call.args.iter().map(|argument| self.type_of(argument)).collect();
        let bool_needed = |walk: &mut Self| {
            for (argument, of) in call.args.iter().zip(&types).filter(|(_, of)| !matches!(of, Type::Bool | Type::Any)) {
                let shown = path(argument);
                walk.problem(format!("`{shown}` is {}, where true or false is needed", of.describe()), &shown, None);
            }
            Type::Bool
        };
        match (call.func_name.as_str(), types.as_slice()) {
            (op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT, _) => bool_needed(self),
            (op::CONDITIONAL, [_, one, other]) => {
                if one == other {
                    *one
                } else {
                    Type::Any
                }
            }
            (op::EQUALS | op::NOT_EQUALS, [one, other]) => {
                self.compared(call, *one, *other);
                Type::Bool
            }
            (op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS, [one, other]) => {
                self.compared(call, *one, *other);
                Type::Bool
            }
            (op::IN, [item, list]) => {
                self.contained(call, *item, *list);
                Type::Bool
            }
            (op::INDEX | op::OPT_INDEX | op::OPT_SELECT, [of, _]) => self.indexed(call, *of),
            (op::ADD, [one, other]) if one == other => *one,
            (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO | op::NEGATE, _) => Type::Any,
            (op::NOT_STRICTLY_FALSE, _) => Type::Bool,
            (name, _) => functions::result(name).unwrap_or_else(|help| {
                self.problem(format!("there is no function `{name}`"), name, Some(help));
                Type::Any
            }),
        }
    }

    /// Looks at `a[b]` and `a.?b`.
    fn indexed(&mut self, call: &CallExpr, of: Type) -> Type {
        let name = match call.args.get(1).map(|index| &index.expr) {
            Some(Expr::Literal(LiteralValue::String(name))) => Some(name.inner().to_owned()),
            _ => None,
        };
        let is_optional = call.func_name != op::INDEX;
        let found = match (of, name) {
            (Type::List(of), None) => *of,
            (Type::Map(_), Some(name)) => self.member(of, &path(&call.args[0]), &name, is_optional),
            _ => Type::Any,
        };
        if is_optional { Type::Any } else { found }
    }

    /// Looks at what is compared: texts with texts, and with those that there are.
    fn compared(&mut self, call: &CallExpr, one: Type, other: Type) {
        let [left, right] = call.args.as_slice() else { return };
        let kind = |of: Type| match of {
            Type::Bool => Some(0),
            Type::Int | Type::Double => Some(1),
            Type::Text | Type::Word(_) => Some(2),
            Type::List(_) => Some(3),
            Type::Map(_) | Type::Open => Some(4),
            Type::Any => None,
        };
        if let (Some(first), Some(second)) = (kind(one), kind(other))
            && first != second
        {
            let (shown, of, than) = match left.expr {
                Expr::Literal(_) => (path(right), other, one),
                _ => (path(left), one, other),
            };
            let message = format!("`{shown}` is {}, and is compared with {}", of.describe(), than.describe());
            self.problem(message, &shown, None);
        }
        match (one, other) {
            (Type::Word(words), _) => self.word(words, &path(left), right),
            (_, Type::Word(words)) => self.word(words, &path(right), left),
            _ => {}
        }
    }

    /// Looks at `a in b`: texts that something never is are in no list of it, and it is in no list of them.
    fn contained(&mut self, call: &CallExpr, item: Type, list: Type) {
        let [left, right] = call.args.as_slice() else { return };
        match (item, list, &right.expr) {
            (Type::Word(words), _, Expr::List(literals)) => {
                literals.elements.iter().for_each(|literal| self.word(words, &path(left), literal));
            }
            (_, Type::List(Type::Word(words)), _) => self.word(words, &path(right), left),
            _ => {}
        }
    }

    /// Looks at a text that is compared with what is always one of some words.
    fn word(&mut self, words: &[&str], shown: &str, compared: &IdedExpr) {
        let Expr::Literal(LiteralValue::String(text)) = &compared.expr else { return };
        let text = text.inner();
        if is_word(words, text) {
            return;
        }
        let help = match suggest::nearest(text, words.iter().copied()) {
            Some(close) => format!("did you mean \"{close}\"?"),
            None => format!("it is one of {}", words.join(", ")),
        };
        self.problem(format!("`{shown}` is never \"{text}\""), text, Some(help));
    }

    fn comprehension(&mut self, it: &ComprehensionExpr) -> Type {
        let range = self.type_of(&it.iter_range);
        let item = match range {
            Type::List(of) => *of,
            Type::Map(_) | Type::Open => Type::Text,
            Type::Any => Type::Any,
            other => {
                let shown = path(&it.iter_range);
                self.problem(format!("`{shown}` is {}, and no list", other.describe()), &shown, None);
                Type::Any
            }
        };
        let start = self.type_of(&it.accu_init);
        let before = self.given.len();
        self.given.push((it.iter_var.clone(), item));
        self.given.extend(it.iter_var2.clone().map(|name| (name, Type::Any)));
        self.given.push((it.accu_var.clone(), Type::Any));
        self.type_of(&it.loop_cond);
        self.type_of(&it.loop_step);
        self.type_of(&it.result);
        self.given.truncate(before);
        match start {
            Type::Int => Type::Bool,
            other => other,
        }
    }

    fn problem(&mut self, message: String, part: &str, help: Option<String>) {
        let problem = Problem { message, part: Some(part.to_owned()), help };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

/// Returns how an expression is called in messages.
fn path(expression: &IdedExpr) -> String {
    match &expression.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) if select.test => format!("has({})", joined(&path(&select.operand), &select.field)),
        Expr::Select(select) => joined(&path(&select.operand), &select.field),
        Expr::Call(call) if call.func_name == op::INDEX => {
            call.args.first().map_or_else(String::new, |list| format!("{}[…]", path(list)))
        }
        Expr::Literal(LiteralValue::String(text)) => format!("\"{}\"", text.inner()),
        Expr::Literal(LiteralValue::Int(number)) => number.inner().to_string(),
        Expr::Literal(LiteralValue::Boolean(value)) => value.inner().to_string(),
        _ => "this".to_owned(),
    }
}

fn joined(operand: &str, name: &str) -> String {
    format!("{operand}.{name}")
}
