//! A migration in Python: the class `Migration` and what its attributes are.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::migration::OVERRIDES;
use limosa_model::value::Opaque;
use limosa_model::{Diagnostic, MigrationId, SmolStr, SourceId, Span, Value};

use super::canonical::canonical;
use super::classes::{Chain, Link};
use super::context::Context;
use super::evaluate::Evaluator;
use super::evaluate::object::{Class as ClassObject, Object};
use super::module::{Class, Function};
use crate::pending;
use crate::sources::Source;

/// The attributes of a migration that have a meaning of their own.
const ATTRIBUTES: [&str; 7] = ["operations", PENDING, "dependencies", "run_before", "replaces", "initial", "atomic"];

/// The operations that wait for the end of a deploy; Django knows none.
const PENDING: &str = "pending_operations";

/// Methods of a migration that change what it says.
const OWN_METHODS: [&str; 5] = ["__getattribute__", "__init__", "__init_subclass__", "__new__", "mutate_state"];

/// Methods of a migration that make it run in a way of its own.
const OWN_RUNS: [&str; 2] = ["apply", "unapply"];

/// The class of all migrations.
const ROOT: &str = "django.db.migrations.Migration";

/// What the class `Migration` of a file says, not yet understood.
#[derive(Clone, Debug)]
pub struct RawMigration {
    /// The key.
    pub id: MigrationId,
    /// The dotted path of the module.
    pub module: SmolStr,
    /// The file.
    pub source: SourceId,
    /// The class that it inherits from, usually `django.db.migrations.Migration`.
    pub base: SmolStr,
    /// The methods that it defines, such as `__init__` or `apply`.
    pub methods: Vec<SmolStr>,
    /// `operations`.
    pub operations: Value,
    /// `pending_operations`.
    pub pending: Value,
    /// `dependencies`.
    pub dependencies: Value,
    /// `run_before`.
    pub run_before: Value,
    /// `replaces`.
    pub replaces: Value,
    /// `initial`.
    pub initial: Value,
    /// `atomic`.
    pub atomic: Value,
    /// The other attributes, those with a leading underscore left out.
    pub attributes: Vec<(SmolStr, Value)>,
    /// The classes of the file, by their paths within it.
    pub classes: IndexMap<SmolStr, Class>,
    /// The functions of the file, by their paths within it.
    pub functions: IndexMap<SmolStr, Function>,
    /// Where the class is.
    pub span: Span,
    /// What the class does of its own, besides its attributes, which only running it can tell.
    pub own: Vec<Arc<Opaque>>,
}

impl RawMigration {
    /// Returns what is not known of the class itself, of the list of operations and of the place in the graph: without
    /// these, nothing can be said about the migration. Opaque arguments of single operations are not among them.
    pub fn unknown(&self) -> Vec<Arc<Opaque>> {
        let graph =
            [&self.dependencies, &self.run_before, &self.replaces].into_iter().flat_map(|value| opaque_items(value, 2));
        let single = [&self.initial, &self.atomic].into_iter().flat_map(|value| opaque_items(value, 0));
        self.own
            .iter()
            .cloned()
            .chain(opaque_items(&self.operations, 1))
            .chain(opaque_items(&self.pending, 1))
            .chain(graph)
            .chain(single)
            .collect()
    }
}

fn opaque_items(value: &Value, depth: u8) -> Vec<Arc<Opaque>> {
    match value {
        Value::Opaque(opaque) => vec![Arc::clone(opaque)],
        value if depth > 0 => {
            value.items().unwrap_or_default().iter().flat_map(|item| opaque_items(item, depth - 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// Reads a migration: the file `source`, which is the module `module`, as migration `id`.
///
/// Nothing is returned when the file is not valid Python or holds no class `Migration`; the diagnostics say so.
pub fn read_migration(
    context: &Context<'_>,
    source: &Arc<Source>,
    id: MigrationId,
    module: &str,
) -> (Option<RawMigration>, Vec<Diagnostic>) {
    let mut evaluator = match Evaluator::run(*context, Arc::clone(source), module, &[]) {
        Ok(evaluator) => evaluator,
        Err(diagnostic) => return (None, vec![diagnostic]),
    };
    let mut diagnostics = evaluator.take_diagnostics();
    let found = evaluator.environment().and_then(|environment| environment.names.borrow().get("Migration").cloned());
    let class = match found {
        Some(Object::Class(class)) => class,
        Some(other) => {
            diagnostics.push(not_known(&other, source, evaluator.freeze(other.clone(), true)));
            return (None, diagnostics);
        }
        None => {
            let message = format!("{} holds no class `Migration`", source.path.display());
            let diagnostic = Diagnostic::error("no-migration", message).at(source.span(0..0), "in this file");
            diagnostics.push(diagnostic.help("name the class `Migration`, or move the file out of the migrations package (a leading `_` also hides it)"));
            return (None, diagnostics);
        }
    };
    let migration = raw(&mut evaluator, &class, source, id, module);
    let has_pending = migration.pending.items().is_some_and(|items| !items.is_empty());
    match pending::conflicts(&migration.attributes, Some(migration.span)).filter(|_| has_pending) {
        Some(conflict) => {
            diagnostics.push(conflict);
            (None, diagnostics)
        }
        None => (Some(migration), diagnostics),
    }
}

fn raw(
    evaluator: &mut Evaluator<'_>,
    class: &Rc<ClassObject>,
    source: &Arc<Source>,
    id: MigrationId,
    module: &str,
) -> RawMigration {
    let mut values: IndexMap<SmolStr, Value> = IndexMap::new();
    let mut methods = Vec::new();
    let mut bases = Vec::new();
    collect(evaluator, class, &mut values, &mut methods, &mut bases, 0);
    let mut take = |name: &str| values.shift_remove(name);
    let list = || Value::List(Vec::new());
    let Inherited { atomic: inherited_atomic, attributes: inherited, ways: own, runs } =
        inherited(evaluator, &bases, &methods, class.span);
    let runs: Vec<Value> = runs.into_iter().map(Value::from).collect();
    let overrides = (!runs.is_empty()).then(|| (SmolStr::new_static(OVERRIDES), Value::List(runs)));
    let [operations, pending, dependencies, run_before, replaces, initial, atomic] = ATTRIBUTES.map(&mut take);
    RawMigration {
        id,
        module: module.into(),
        source: source.id,
        base: bases.into_iter().next().unwrap_or_default(),
        methods,
        operations: operations.unwrap_or_else(list),
        pending: pending.filter(|pending| *pending != Value::None).unwrap_or_else(list),
        dependencies: dependencies.unwrap_or_else(list),
        run_before: run_before.unwrap_or_else(list),
        replaces: replaces.unwrap_or_else(list),
        initial: initial.unwrap_or(Value::None),
        atomic: atomic.or(inherited_atomic).unwrap_or(Value::Bool(true)),
        attributes: others(values, inherited).into_iter().chain(overrides).collect(),
        classes: evaluator.freeze_classes(false),
        functions: evaluator.freeze_functions(),
        span: class.span,
        own,
    }
}

/// Collects the attributes of a class and of those that it inherits from in this file; the nearest wins.
fn collect(
    evaluator: &mut Evaluator<'_>,
    class: &Rc<ClassObject>,
    values: &mut IndexMap<SmolStr, Value>,
    methods: &mut Vec<SmolStr>,
    bases: &mut Vec<SmolStr>,
    depth: u8,
) {
    let attributes: Vec<(SmolStr, Object)> = std::mem::take(&mut *class.attributes.borrow_mut()).into_iter().collect();
    for (name, value) in attributes {
        match value {
            Object::Function(_) => methods.push(name),
            _ if values.contains_key(&name) => {}
            value => {
                let needed = ATTRIBUTES.contains(&name.as_str());
                let value = evaluator.freeze(value, needed);
                values.insert(name, value);
            }
        }
    }
    for parent in &class.bases {
        match parent {
            Object::Class(parent) if depth < 16 => collect(evaluator, parent, values, methods, bases, depth + 1),
            Object::Path(path) => bases.push(path.clone()),
            other => match evaluator.freeze(other.clone(), false) {
                Value::Opaque(opaque) => bases.push(opaque.text.clone()),
                _ => bases.push(SmolStr::default()),
            },
        }
    }
}

/// What a migration has from a class outside its file.
#[derive(Default)]
struct Inherited {
    atomic: Option<Value>,
    /// Attributes without a meaning for Django, the nearest first.
    attributes: Vec<(SmolStr, Value)>,
    /// What it or its base does of its own.
    ways: Vec<Arc<Opaque>>,
    /// Which methods that run it are not Django's.
    runs: Vec<&'static str>,
}

/// Looks at what a migration defines itself and at what it inherits from `bases`.
fn inherited(evaluator: &Evaluator<'_>, bases: &[SmolStr], methods: &[SmolStr], span: Span) -> Inherited {
    let own = |reason: String| Arc::new(Opaque { reason: reason.into(), text: "Migration".into(), span: Some(span) });
    let mut ways: Vec<Arc<Opaque>> = methods
        .iter()
        .filter(|method| OWN_METHODS.contains(&method.as_str()) || ATTRIBUTES.contains(&method.as_str()))
        .map(|method| own(format!("the migration defines `{method}`")))
        .collect();
    let mut chain = Chain::default();
    for base in bases.iter().filter(|base| *base != "builtins.object" && canonical(base) != ROOT) {
        let followed = match Evaluator::for_classes(evaluator.context, base) {
            Some(mut evaluator) => Chain::follow(&mut evaluator, base, &|path| path == ROOT),
            None => Err("its source is not there".into()),
        };
        match followed {
            Ok(followed) => {
                chain.links.extend(followed.links);
                chain.shadowed.extend(followed.shadowed);
            }
            Err(reason) => {
                ways.push(own(format!("the migration inherits from `{base}`: {reason}")));
                return Inherited { ways, ..Inherited::default() };
            }
        }
    }
    for name in OWN_METHODS.iter().chain(&ATTRIBUTES[..6]) {
        if chain.defines(&[name]).is_some() {
            ways.push(own(format!("the migration inherits `{name}` from `{}`", bases.join("`, `"))));
        }
    }
    let runs = |method: &&str| methods.iter().any(|defined| defined == method) || chain.defines(&[method]).is_some();
    let attributes = chain.links.iter().chain(&chain.shadowed).filter_map(Link::class);
    let attributes = attributes.flat_map(|class| class.attributes.iter());
    let attributes = attributes.filter(|(name, _)| !ATTRIBUTES.contains(&name.as_str()));
    Inherited {
        atomic: chain.attribute("atomic").cloned(),
        attributes: attributes.map(|(name, value)| (name.clone(), value.clone())).collect(),
        ways,
        runs: OWN_RUNS.into_iter().filter(runs).collect(),
    }
}

/// Puts together the attributes without a meaning for Django: those of the class, then what it only inherits.
fn others(own: IndexMap<SmolStr, Value>, inherited: Vec<(SmolStr, Value)>) -> Vec<(SmolStr, Value)> {
    let mut all = own;
    for (name, value) in inherited {
        all.entry(name).or_insert(value);
    }
    all.into_iter().filter(|(name, _)| !name.starts_with('_')).collect()
}

/// The diagnostic for a name `Migration` that is no class of this file.
fn not_known(object: &Object, source: &Arc<Source>, value: Value) -> Diagnostic {
    let path = source.path.display();
    let (message, span) = match (&value, object) {
        (Value::Opaque(opaque), _) => (format!("the class `Migration` of {path} {}", opaque.reason), opaque.span),
        (Value::Reference(name), _) => (format!("`Migration` of {path} is imported from `{name}`"), None),
        _ => (format!("`Migration` of {path} is not a class"), None),
    };
    let diagnostic =
        Diagnostic::warning("migration-not-known", message).at(span.or_else(|| Some(source.span(0..0))), "here");
    diagnostic.help("the project's Python can tell what it is: name the interpreter with `--python`")
}
