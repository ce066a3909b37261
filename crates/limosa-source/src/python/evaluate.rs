//! A small, safe evaluator: runs what is constant in a module's top level, and says what is not.
//!
//! It never guesses: what it does not understand becomes opaque, and so does everything that might depend on it.
//! It always ends: every step costs fuel, and depth and sizes are limited.

pub(crate) mod environment;
pub(crate) mod object;

mod arguments;
mod assign;
mod attributes;
mod builtins;
mod calls;
mod classes;
mod comprehensions;
mod conditions;
mod container_methods;
mod containers;
mod enums;
mod expressions;
mod format;
mod freeze;
mod functions;
mod imports;
mod known;
mod lookup;
pub(crate) mod methods;
mod operators;
mod paths;
mod statements;
mod strings;
mod taint;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use limosa_model::{Diagnostic, SmolStr, Span};
use ruff_text_size::TextRange;

use self::environment::{Environment, Frame, FrameKind};
use self::object::{Class, Function, Object};
use super::context::Context;
use super::module::Module;
use super::parse::ModuleFile;
use crate::sources::Source;

/// The steps that a module may take besides one for each of its bytes.
const FUEL: u64 = 1_000_000;

/// How deeply expressions, blocks and calls may be nested in each other.
const MAX_NESTING: u16 = 150;

/// The largest list, and the longest text, that may come out of an operation.
const MAX_ITEMS: usize = 200_000;
const MAX_TEXT: usize = 16 << 20;

/// Evaluates one module, and what it needs of others.
pub(crate) struct Evaluator<'c> {
    pub(crate) context: Context<'c>,
    frames: Vec<Frame>,
    fuel: u64,
    nesting: u16,
    /// How many `try` blocks are around.
    attempts: u32,
    /// How often something came up that might have raised an exception.
    doubts: u64,
    /// Values that were changed after they were made; taken apart at the end so that no chain of them is dropped at once.
    changed: Vec<Object>,
    /// Values of other modules, by path, so that one value stays one.
    thawed: HashMap<SmolStr, Object>,
    /// The environments of other modules whose functions were called.
    environments: HashMap<SmolStr, Rc<Environment>>,
    /// The classes and functions of this module, by their paths within it.
    classes: IndexMap<SmolStr, Rc<Class>>,
    functions: IndexMap<SmolStr, Rc<Function>>,
    /// The modules that are being evaluated, this one last.
    chain: Vec<SmolStr>,
    /// Whether nothing was missing because a module was still being evaluated.
    complete: bool,
    diagnostics: Vec<Diagnostic>,
    unread_stars: Vec<SmolStr>,
    /// Whether environment variables may have other values than they had at first.
    environment_changed: bool,
    /// Whether methods are run on their own (see `methods`).
    methods: bool,
    /// The arguments with which a constructor called the inherited one.
    handed_on: Vec<arguments::Arguments>,
    /// Whether the constructor that is run calls that of one of Django's fields.
    pub(crate) inherits_from_django: bool,
    /// The attributes that the inherited constructor set.
    given: Vec<(SmolStr, Object)>,
    scratch: String,
}

/// Why evaluation of a block stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// An exception of this class.
    Raise(SmolStr, SmolStr),
    /// Something that decides about the way is not known.
    Unknown(SmolStr),
    /// A limit was reached.
    Limit,
}

pub(crate) type Result<T = Object> = std::result::Result<T, Stop>;

impl<'c> Evaluator<'c> {
    /// Evaluates a module, and says whether the result is complete.
    pub(crate) fn module(
        context: Context<'c>,
        source: Arc<Source>,
        name: &str,
        chain: &[SmolStr],
        needed: bool,
    ) -> std::result::Result<(Module, bool), Diagnostic> {
        let mut evaluator = Self::run(context, source, name, chain)?;
        if !needed {
            evaluator.lose_what_functions_change();
        }
        match evaluator.freeze_module(needed) {
            Some(module) => Ok((module, evaluator.complete)),
            None => Err(Diagnostic::error("not-evaluated", format!("{name} could not be evaluated"))),
        }
    }

    /// Evaluates a module's top level and returns the evaluator as it is then.
    pub(crate) fn run(
        context: Context<'c>,
        source: Arc<Source>,
        name: &str,
        chain: &[SmolStr],
    ) -> std::result::Result<Self, Diagnostic> {
        let package = source.path.file_name().is_some_and(|file| file == "__init__.py");
        let fuel = FUEL + source.text.len() as u64;
        let file = Arc::new(ModuleFile::parse(source)?);
        let environment = Rc::new(Environment {
            module: name.into(),
            package,
            file: Arc::clone(&file),
            names: RefCell::default(),
            evaluated: None,
        });
        let mut evaluator = Self {
            context,
            frames: vec![Frame::new(FrameKind::Module, environment, name.into())],
            fuel,
            nesting: context.nesting,
            attempts: 0,
            doubts: 0,
            changed: Vec::new(),
            thawed: HashMap::new(),
            environments: HashMap::new(),
            classes: IndexMap::new(),
            functions: IndexMap::new(),
            chain: chain.iter().cloned().chain([name.into()]).collect(),
            complete: true,
            diagnostics: Vec::new(),
            unread_stars: Vec::new(),
            environment_changed: false,
            methods: false,
            handed_on: Vec::new(),
            inherits_from_django: false,
            given: Vec::new(),
            scratch: String::new(),
        };
        evaluator.run_module(file.body());
        Ok(evaluator)
    }

    /// Returns the environment of the module itself.
    pub(crate) fn environment(&self) -> Option<&Rc<Environment>> {
        self.frames.first().map(|frame| &frame.environment)
    }

    /// Returns what is wrong with the module.
    pub(crate) fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    /// Returns an object that was not understood, with its text.
    fn opaque(&mut self, reason: impl Into<SmolStr>, range: TextRange) -> Object {
        self.doubts += 1;
        let Some(frame) = self.frames.last() else { return Object::opaque(reason, "", None) };
        let file = &frame.environment.file;
        Object::opaque(reason, file.text(range), Some(file.span(range)))
    }

    fn span(&self, range: TextRange) -> Option<Span> {
        self.frames.last().map(|frame| frame.environment.file.span(range))
    }

    /// Takes one step.
    fn step(&mut self) -> Result<()> {
        match self.fuel.checked_sub(1) {
            Some(fuel) => {
                self.fuel = fuel;
                Ok(())
            }
            None => Err(Stop::Limit),
        }
    }

    /// Goes one level deeper for the time of `work`.
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.nesting >= MAX_NESTING {
            return Err(Stop::Limit);
        }
        self.nesting += 1;
        let result = work(self);
        self.nesting -= 1;
        result
    }

    /// Notes an exception: inside a `try` it is raised, elsewhere the value is opaque.
    fn raise(&mut self, class: &str, reason: impl Into<SmolStr>, range: TextRange) -> Result {
        if self.attempts > 0 { Err(Stop::Raise(class.into(), reason.into())) } else { Ok(self.opaque(reason, range)) }
    }
}

impl Drop for Evaluator<'_> {
    fn drop(&mut self) {
        let mut parts = Vec::new();
        // A module's functions know its names, and its names know the functions: the circle is opened here.
        for environment in self.frames.iter().map(|frame| &frame.environment).chain(self.environments.values()) {
            parts.extend(environment.names.take().into_values());
        }
        // One level at a time: see `changed`.
        for object in self.changed.drain(..) {
            match &object {
                Object::List(list) | Object::Set(list) => parts.append(&mut list.items.borrow_mut()),
                Object::Dict(dict) => parts.extend(dict.items.borrow_mut().drain(..).map(|(_, value)| value)),
                _ => {}
            }
            parts.push(object);
        }
    }
}
