//! Operations in TOML: `op = "AddField"` with Django's arguments.

use limosa_model::value::Kwargs;
use limosa_model::{Stage, Value, suggest};

use super::options;
use super::reader::{Node, Reader};

/// The path of Limosa's own operation, which has no counterpart in Django.
pub(crate) const RUN_RUST: &str = "limosa.migrations.RunRust";

/// How an argument is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Argument {
    Text,
    /// A text, or `false` for none.
    MaybeText,
    Bool,
    Texts,
    Field,
    Fields,
    Index,
    Constraint,
    Options,
    /// Lists of names of fields.
    Together,
    Sql,
    Operations,
    Plain,
}

use Argument as A;

/// Class, module, and arguments: name, how it is read, whether it must be there.
struct Spec {
    name: &'static str,
    module: &'static str,
    arguments: &'static [(&'static str, Argument, bool)],
}

const MIGRATIONS: &str = "django.db.migrations";
const POSTGRES: &str = "django.contrib.postgres.operations";

const fn spec(name: &'static str, arguments: &'static [(&'static str, Argument, bool)]) -> Spec {
    Spec { name, module: MIGRATIONS, arguments }
}

const fn postgres(name: &'static str, arguments: &'static [(&'static str, Argument, bool)]) -> Spec {
    Spec { name, module: POSTGRES, arguments }
}

const SPECS: [Spec; 28] = [
    spec(
        "CreateModel",
        &[
            ("name", A::Text, true),
            ("fields", A::Fields, true),
            ("options", A::Options, false),
            ("bases", A::Texts, false),
        ],
    ),
    spec("DeleteModel", &[("name", A::Text, true)]),
    spec("RenameModel", &[("old_name", A::Text, true), ("new_name", A::Text, true)]),
    spec("AlterModelTable", &[("name", A::Text, true), ("table", A::MaybeText, true)]),
    spec("AlterModelTableComment", &[("name", A::Text, true), ("table_comment", A::MaybeText, true)]),
    spec("AlterUniqueTogether", &[("name", A::Text, true), ("unique_together", A::Together, true)]),
    spec("AlterIndexTogether", &[("name", A::Text, true), ("index_together", A::Together, true)]),
    spec("AlterOrderWithRespectTo", &[("name", A::Text, true), ("order_with_respect_to", A::MaybeText, true)]),
    spec("AlterModelOptions", &[("name", A::Text, true), ("options", A::Options, true)]),
    spec("AddField", ADD_FIELD),
    spec("RemoveField", NAMED),
    spec("AlterField", ADD_FIELD),
    spec("RenameField", &[("model_name", A::Text, true), ("old_name", A::Text, true), ("new_name", A::Text, true)]),
    spec("AddIndex", ADD_INDEX),
    spec("RemoveIndex", NAMED),
    spec(
        "RenameIndex",
        &[
            ("model_name", A::Text, true),
            ("new_name", A::Text, true),
            ("old_name", A::Text, false),
            ("old_fields", A::Texts, false),
        ],
    ),
    spec("AddConstraint", ADD_CONSTRAINT),
    spec("RemoveConstraint", NAMED),
    spec(
        "AlterConstraint",
        &[("model_name", A::Text, true), ("name", A::Text, true), ("constraint", A::Constraint, true)],
    ),
    spec(
        "RunSQL",
        &[
            ("sql", A::Sql, true),
            ("reverse_sql", A::Sql, false),
            ("state_operations", A::Operations, false),
            ("hints", A::Plain, false),
            ("elidable", A::Bool, false),
        ],
    ),
    spec(
        "SeparateDatabaseAndState",
        &[("database_operations", A::Operations, false), ("state_operations", A::Operations, false)],
    ),
    Spec {
        name: "RunRust",
        module: "limosa.migrations",
        arguments: &[("function", A::Text, true), ("reverse_function", A::Text, false)],
    },
    postgres("AddIndexConcurrently", ADD_INDEX),
    postgres("RemoveIndexConcurrently", NAMED),
    postgres("AddConstraintNotValid", ADD_CONSTRAINT),
    postgres("ValidateConstraint", NAMED),
    postgres("CreateExtension", &[("name", A::Text, true)]),
    postgres(
        "CreateCollation",
        &[
            ("name", A::Text, true),
            ("locale", A::Text, true),
            ("provider", A::Text, false),
            ("deterministic", A::Bool, false),
        ],
    ),
];

const NAMED: &[(&str, Argument, bool)] = &[("model_name", A::Text, true), ("name", A::Text, true)];
const ADD_FIELD: &[(&str, Argument, bool)] = &[
    ("model_name", A::Text, true),
    ("name", A::Text, true),
    ("field", A::Field, true),
    ("preserve_default", A::Bool, false),
];
const ADD_INDEX: &[(&str, Argument, bool)] = &[("model_name", A::Text, true), ("index", A::Index, true)];
const ADD_CONSTRAINT: &[(&str, Argument, bool)] = &[("model_name", A::Text, true), ("constraint", A::Constraint, true)];

impl Spec {
    /// Returns the argument that a key stands for; `model` names the model in every operation on one.
    fn argument(&self, key: &str) -> Option<(&'static str, Argument)> {
        let find = |key: &str| {
            self.arguments.iter().find(|(name, ..)| *name == key).map(|(name, argument, _)| (*name, *argument))
        };
        find(key).or_else(|| match key {
            "model" => find("model_name").or_else(|| find("name").filter(|_| self.has_options())),
            "comment" => find("table_comment"),
            _ => None,
        })
    }

    /// Returns whether `name` is the model's.
    fn has_options(&self) -> bool {
        self.name.starts_with("Alter") && self.argument("model_name").is_none()
    }

    /// Returns the keys as they are proposed.
    fn keys(&self) -> impl Iterator<Item = &'static str> + Clone {
        std::iter::once("op")
            .chain(self.arguments.iter().map(|(name, ..)| if *name == "model_name" { "model" } else { name }))
            .chain(std::iter::once("stage"))
    }
}

impl Reader<'_> {
    /// Reads a list of operations; those that are wrong are left out, and reported.
    pub(super) fn operations(&mut self, node: &Node<'_>) -> Option<Vec<Value>> {
        let items = self.items(node)?;
        let operations: Vec<Option<Value>> = items.iter().map(|item| self.operation(item)).collect();
        operations.into_iter().collect()
    }

    fn operation(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let names = || SPECS.iter().map(|spec| spec.name);
        let Some(op) = table.get("op") else {
            let span = self.span(node);
            self.error_with_help(
                "missing-key",
                span,
                "the operation has no `op`".into(),
                "name it as Django does: op = \"AddField\"".into(),
            );
            return None;
        };
        let name = self.text(op)?;
        let Some(spec) = SPECS.iter().find(|spec| spec.name == name) else {
            let span = self.span(op);
            let help = match name.as_str() {
                "RunPython" => "a native migration runs SQL (`RunSQL`) or a registered function (`RunRust`)".to_owned(),
                _ => suggest::help(&name, names().collect::<Vec<_>>().iter().copied()),
            };
            self.error_with_help("unknown-operation", span, format!("unknown operation `{name}`"), help);
            return None;
        };
        let mut kwargs = Kwargs::default();
        let mut complete = true;
        for (key, value) in table.iter().filter(|(key, _)| key.get_ref() != "op") {
            if key.get_ref() == "stage" {
                match self.one_of(value, &Stage::NAMES) {
                    Some(stage) => kwargs.set("stage", Value::Str(stage)),
                    None => complete = false,
                }
                continue;
            }
            let Some((argument, kind)) = spec.argument(key.get_ref()) else {
                let span = self.source.span(key.span());
                let message = format!("unknown key `{}` in {name}", key.get_ref());
                self.error_with_help("unknown-key", span, message, suggest::help(key.get_ref(), spec.keys()));
                complete = false;
                continue;
            };
            match self.argument(kind, value) {
                Some(value) => kwargs.set(argument, value),
                None => complete = false,
            }
        }
        for (argument, _, needed) in spec.arguments {
            let given = table.keys().any(|key| spec.argument(key.get_ref()).is_some_and(|(name, _)| name == *argument));
            if *needed && !given {
                let span = self.span(op);
                let key = if *argument == "model_name" { "model" } else { argument };
                self.error("missing-key", span, format!("{name} has no `{key}`"), format!("`{key}` is needed"));
                complete = false;
            }
        }
        complete.then(|| Value::call(format!("{}.{name}", spec.module), Vec::new(), kwargs, Some(self.span(node))))
    }

    fn argument(&mut self, kind: Argument, node: &Node<'_>) -> Option<Value> {
        match kind {
            A::Text => self.text(node).map(Value::Str),
            A::MaybeText if node.get_ref().as_bool() == Some(false) => Some(Value::None),
            A::MaybeText => self.text(node).map(Value::Str),
            A::Bool => self.bool(node).map(Value::Bool),
            A::Texts => self.texts(node),
            A::Field => self.field(node),
            A::Fields => self.fields(node),
            A::Index => self.index(node),
            A::Constraint => self.constraint(node),
            A::Options => options::read(self, node),
            A::Together => self.together(node),
            A::Sql => self.sql(node),
            A::Operations => self.operations(node).map(Value::List),
            A::Plain => self.plain(node),
        }
    }

    /// Reads `[operations.fields]`: the fields of a model, in order.
    fn fields(&mut self, node: &Node<'_>) -> Option<Value> {
        let table = self.table(node)?;
        let mut fields = Vec::with_capacity(table.len());
        let mut complete = true;
        for (name, field) in table {
            match self.field(field) {
                Some(field) => fields.push(Value::Tuple(vec![Value::from(name.get_ref().as_ref()), field])),
                None => complete = false,
            }
        }
        complete.then_some(Value::List(fields))
    }

    /// Reads sets of fields: `[["a", "b"]]`, or one of them as `["a", "b"]`.
    pub(super) fn together(&mut self, node: &Node<'_>) -> Option<Value> {
        let items = self.items(node)?;
        if items.iter().any(|item| item.get_ref().is_str()) {
            return self.texts(node).map(|texts| Value::List(vec![texts]));
        }
        items.iter().map(|item| self.texts(item)).collect::<Option<_>>().map(Value::List)
    }

    /// Reads SQL: a script, or a list of statements, each alone or with its parameters.
    fn sql(&mut self, node: &Node<'_>) -> Option<Value> {
        if let Some(text) = node.get_ref().as_str() {
            return Some(Value::from(text));
        }
        let mut statements = Vec::new();
        for item in self.items(node)? {
            if let Some(text) = item.get_ref().as_str() {
                statements.push(Value::from(text));
                continue;
            }
            let [text, parameters] = self.items(item)? else {
                return self.wrong(item, "a statement, or a pair of a statement and its parameters");
            };
            statements.push(Value::Tuple(vec![Value::Str(self.text(text)?), self.plain(parameters)?]));
        }
        Some(Value::List(statements))
    }
}
