//! Expressions, resolved against a model.

use limosa_model::SmolStr;

use crate::literal::Literal;
use crate::model::FieldView;

/// A resolved expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A column.
    Column {
        /// The field.
        target: FieldView,
        /// The field that decides about its type: for a foreign key in an expression, what it points to.
        output: FieldView,
    },
    /// A Python value.
    Value {
        /// The value.
        value: Literal,
        /// The field that decides about its type.
        output: Option<FieldView>,
    },
    /// A value as the driver takes it.
    Param(Literal),
    /// JSON's `null`.
    JsonNull,
    /// A function.
    Func(Box<Func>),
    /// Two expressions with an operator between them.
    Combined(Box<Combined>),
    /// An expression with another type.
    Wrapper(Box<Node>, FieldView),
    /// The opposite of a condition.
    Negated(Box<Node>),
    /// The first result whose condition holds.
    Case(Box<Case>),
    /// A condition made of conditions.
    Where(Where),
    /// A comparison.
    Lookup(Box<Lookup>),
    /// SQL as it was written.
    Raw {
        /// The text.
        sql: String,
        /// Its parameters.
        params: Vec<Literal>,
        /// The field that decides about its type.
        output: Option<FieldView>,
    },
    /// A direction of an index.
    OrderBy(Box<OrderBy>),
    /// A key of a JSON document.
    Key(Box<Key>),
    /// `text::regconfig`.
    SearchConfig(Box<Node>),
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Func {
    /// The name of the class, such as `Lower`.
    pub class: SmolStr,
    /// The arguments.
    pub args: Vec<Node>,
    /// The field that decides about its type, when it is given.
    pub output: Option<FieldView>,
    /// Further arguments that are texts: `function`, `template`, `arg_joiner`, `collation`, `kind`, ….
    pub extra: Vec<(SmolStr, SmolStr)>,
}

/// Two expressions with an operator between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Combined {
    /// The left side.
    pub lhs: Node,
    /// The operator.
    pub connector: SmolStr,
    /// The right side.
    pub rhs: Node,
    /// The field that decides about its type, when it is given.
    pub output: Option<FieldView>,
    /// How it is computed.
    pub flavour: Flavour,
}

/// How two expressions are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// As the database does.
    Plain,
    /// A duration with something else.
    Duration,
    /// The difference of two moments.
    Temporal,
}

/// The first result whose condition holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    /// Conditions with their results.
    pub cases: Vec<(Node, Node)>,
    /// The result when none holds.
    pub default: Node,
    /// The field that decides about its type, when it is given.
    pub output: Option<FieldView>,
}

/// A condition made of conditions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Where {
    /// How they are connected.
    pub connector: Connector,
    /// Whether it is the opposite.
    pub negated: bool,
    /// The conditions.
    pub children: Vec<Node>,
    /// Whether Django resolves it once more before it compiles it, which puts it in parentheses.
    pub resolved: bool,
}

/// How conditions are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connector {
    /// All of them.
    And,
    /// At least one of them.
    Or,
    /// An odd number of them.
    Xor,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lookup {
    /// The name, such as `exact`.
    pub name: SmolStr,
    /// What is compared.
    pub lhs: Node,
    /// With what.
    pub rhs: Rhs,
}

/// What something is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rhs {
    /// A value.
    Value(Literal),
    /// Several values.
    Values(Vec<Literal>),
    /// An expression.
    Node(Node),
    /// Several expressions.
    Nodes(Vec<Node>),
}

/// A direction of an index.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OrderBy {
    /// What is ordered.
    pub node: Node,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Where NULLs stand.
    pub nulls: Option<Nulls>,
}

/// Where NULLs stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    /// Before everything else.
    First,
    /// Behind everything else.
    Last,
}

/// A key of a JSON document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    /// The key, or the position in an array.
    pub name: SmolStr,
    /// The document.
    pub lhs: Node,
    /// Whether the value is taken as a text.
    pub text: bool,
}

impl Where {
    /// Adds a condition, squashed into this one where that does not change the meaning.
    ///
    /// Source: Django `utils/tree.py`, `Node.add`.
    pub(super) fn add(&mut self, child: Where, connector: Connector) {
        if self.connector != connector {
            let old = Where {
                connector: self.connector,
                negated: self.negated,
                children: std::mem::take(&mut self.children),
                resolved: false,
            };
            self.connector = connector;
            self.children = vec![Node::Where(old), Node::Where(child)];
        } else if !child.negated && (child.connector == connector || child.children.len() == 1) {
            self.children.extend(child.children);
        } else {
            self.children.push(Node::Where(child));
        }
    }

    /// Adds a comparison.
    pub(super) fn add_lookup(&mut self, lookup: Node, connector: Connector) {
        if self.connector == connector {
            self.children.push(lookup);
        } else {
            let old = Where {
                connector: self.connector,
                negated: self.negated,
                children: std::mem::take(&mut self.children),
                resolved: false,
            };
            self.connector = connector;
            self.children = vec![Node::Where(old), lookup];
        }
    }
}

impl Func {
    /// Returns a function of some arguments.
    pub(super) fn new(class: &'static str, args: Vec<Node>) -> Self {
        Self { class: SmolStr::new_static(class), args, output: None, extra: Vec::new() }
    }

    /// Returns a further argument.
    pub(super) fn extra(&self, name: &str) -> Option<&str> {
        self.extra.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Calls a function with every part of an expression that is an expression itself.
pub(super) fn for_each_part(node: &mut Node, see: &mut dyn FnMut(&mut Node)) {
    match node {
        Node::Column { .. } | Node::Value { .. } | Node::Param(_) | Node::JsonNull | Node::Raw { .. } => {}
        Node::Func(func) => func.args.iter_mut().for_each(see),
        Node::Combined(combined) => {
            see(&mut combined.lhs);
            see(&mut combined.rhs);
        }
        Node::Wrapper(inner, _) | Node::Negated(inner) | Node::SearchConfig(inner) => see(inner),
        Node::Case(case) => {
            for (condition, result) in &mut case.cases {
                see(condition);
                see(result);
            }
            see(&mut case.default);
        }
        Node::Where(tree) => tree.children.iter_mut().for_each(see),
        Node::Lookup(lookup) => {
            see(&mut lookup.lhs);
            match &mut lookup.rhs {
                Rhs::Node(node) => see(node),
                Rhs::Nodes(nodes) => nodes.iter_mut().for_each(see),
                Rhs::Value(_) | Rhs::Values(_) => {}
            }
        }
        Node::OrderBy(order) => see(&mut order.node),
        Node::Key(key) => see(&mut key.lhs),
    }
}
