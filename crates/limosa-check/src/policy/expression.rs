//! An expression of a policy: read, held against what there is to name, evaluated.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, IdedExpr, Value, extensions};

use super::schema::{Member, Type};
use super::variables::Variables;
use super::walk::Walk;
use super::words::show;

/// The functions and operators that expressions may use.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    // It is refused only where its functions are declared already, and then they are there.
    _ = environment.add_extension(extensions::strings);
    Arc::new(environment)
});

/// An expression that names only what there is.
#[derive(Debug)]
pub(super) struct Expression {
    tree: IdedExpr,
    /// What it is when it is evaluated.
    pub(super) of: Type,
    /// What it reads that is not always there, with when it is.
    conditional: BTreeSet<(String, &'static str)>,
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What, as a sentence without a full stop.
    pub message: String,
    /// The part of the expression that it is about.
    pub part: Option<String>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Expression {
    /// Reads an expression over these variables.
    ///
    /// # Errors
    /// When it is not understood, or names what there is not.
    pub(super) fn read(text: &str, variables: &'static [Member]) -> Result<Self, Vec<Problem>> {
        if let Some(message) = too_large(text) {
            let help = Some("make several policies of it".into());
            return Err(vec![Problem { message: message.to_owned(), part: None, help }]);
        }
        let tree = parsed(&escaped(text)).map_err(|message| {
            let help = Some("see https://cel.dev for the language".into());
            vec![Problem { message: format!("this is not an expression: {message}"), part: None, help }]
        })?;
        let mut walk = Walk::new(variables);
        let of = walk.type_of(&tree);
        let Walk { problems, conditional, .. } = walk;
        if problems.is_empty() { Ok(Self { tree, of, conditional }) } else { Err(problems) }
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// When something is not there that it reads, with the reason.
    pub(super) fn evaluate(&self, context: &Context<'_, '_>) -> Result<Value, String> {
        Value::resolve(&self.tree, context).map_err(|error| self.reason(&error))
    }

    /// Evaluates a condition.
    ///
    /// # Errors
    /// When something is not there that it reads, or it is neither true nor false.
    pub(super) fn holds(&self, context: &Context<'_, '_>) -> Result<bool, String> {
        match self.evaluate(context)? {
            Value::Bool(holds) => Ok(holds),
            other => Err(format!("it is `{}`, and neither true nor false", show(&other))),
        }
    }

    fn reason(&self, error: &ExecutionError) -> String {
        let ExecutionError::NoSuchKey(key) = error else { return plain(&error.to_string()) };
        // The error names the last part of the path alone, which several may have.
        let is_it = |(path, _): &&(String, &str)| path.rsplit('.').next() == Some(key.as_str());
        let paths: Vec<String> = self
            .conditional
            .iter()
            .filter(is_it)
            .map(|(path, when)| format!("there is no `{path}` here, only {when}"))
            .collect();
        if paths.is_empty() { format!("there is no `{key}` here") } else { paths.join("; or ") }
    }
}

/// Returns variables as an expression finds them.
pub(super) fn context(variables: &Variables) -> Context<'_, '_> {
    let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
    context.set_variable_resolver(variables);
    context
}

/// Parses an expression, on a stack of its own: the parser calls itself several times for each pair of parentheses.
fn parsed(text: &str) -> Result<IdedExpr, String> {
    const STACK: usize = 64 << 20;
    let parse = || {
        let parsed = ENVIRONMENT.parser().enable_ident_escape_syntax(true).parse(text);
        parsed.map_err(|errors| errors.errors.first().map_or_else(String::new, |error| plain(&error.msg)))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse);
        let parsed = thread.map_err(|error| error.to_string())?.join();
        parsed.unwrap_or_else(|_| Err("the parser gave up".to_owned()))
    })
}

/// Returns why an expression is not read: its parts are gone through by a function that calls itself.
fn too_large(text: &str) -> Option<&'static str> {
    const SIGNS: usize = 80;
    const DEPTH: usize = 30;
    let (mut depth, mut deepest, mut signs, mut most, mut quote) = (0_usize, 0, 0, 0, None);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', Some(_)) => _ = letters.next(),
            (letter, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(letter),
            // Parts between these are gone through one after the other.
            ('&' | '|' | ',', None) => signs = 0,
            ('.' | '!' | '?' | '-' | '+' | '*' | '/' | '%' | '<' | '>' | '=' | '(' | '[' | '{', None) => {
                signs += 1;
                depth += usize::from(matches!(letter, '(' | '[' | '{'));
                (most, deepest) = (most.max(signs), deepest.max(depth));
            }
            (')' | ']' | '}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    match (deepest > DEPTH, most > SIGNS) {
        (true, _) => Some("this is nested too deeply"),
        (_, true) => Some("this is too long"),
        _ => None,
    }
}

/// Returns an expression in which members may be called what the language keeps for itself, as in `op.field.null`: those stand in backticks.
fn escaped(text: &str) -> String {
    const WORDS: [&str; 4] = ["null", "true", "false", "in"];
    let mut escaped = String::with_capacity(text.len());
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        escaped.push(letter);
        match (letter, quote) {
            ('\\', Some(_)) => escaped.extend(letters.next().map(|(_, letter)| letter)),
            (letter, Some(open)) if letter == open => quote = None,
            ('"' | '\'' | '`', None) => quote = Some(letter),
            ('.', None) => {
                let rest = &text[at + 1..];
                let end =
                    rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
                if WORDS.contains(&&rest[..end]) {
                    escaped.push_str(&format!("`{}`", &rest[..end]));
                    letters.nth(end - 1);
                }
            }
            _ => {}
        }
    }
    escaped
}

/// Returns a message as one sentence without a full stop, its first letter small.
fn plain(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let mut letters = line.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
