//! A project's own rules: expressions of CEL over what checks see.
//!
//! An expression is held against [`schema`] when it is read: a name that there is not, a text that something never is and a comparison
//! of a text with a number are errors then. What is not there when it is evaluated is a finding: a policy never passes in silence.

mod expression;
mod functions;
pub mod schema;
mod values;
mod variables;
mod walk;
mod why;
mod words;

use smol_str::SmolStr;

pub use self::expression::Problem;
use self::expression::{Expression, context};
use self::schema::Type;
use self::values::Sight;
use self::variables::Variables;
pub use self::why::{Term, Why};
use self::words::Words;
use crate::check::Group;
use crate::finding::{Finding, Level};
use crate::subject::Subject;

/// A rule of the project.
#[derive(Debug)]
pub struct Policy {
    /// The code: three letters or more, and digits.
    pub code: SmolStr,
    /// The name in words; the code where it has none.
    pub name: SmolStr,
    /// How bad a finding is.
    pub level: Level,
    /// What it looks at.
    pub on: On,
    /// The expression, as it is written.
    pub when: String,
    /// The message, as it is written.
    pub message: String,
    /// What to do instead, as it is written.
    pub help: Option<String>,
    /// Whether it runs.
    pub runs: bool,
    condition: Expression,
    said: Words,
    advice: Option<Words>,
}

/// What a policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Each operation that does something to the database, nested ones included.
    Operation,
    /// Each SQL statement.
    Statement,
    /// Each migration.
    Migration,
}

/// What the configuration says of a policy.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The code.
    pub code: SmolStr,
    /// The name in words.
    pub name: Option<SmolStr>,
    /// How bad a finding is.
    pub level: Level,
    /// What it looks at.
    pub on: On,
    /// The expression.
    pub when: String,
    /// The message, expressions in braces.
    pub message: String,
    /// What to do instead, expressions in braces.
    pub help: Option<String>,
}

/// Where in the definition of a policy something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In its code.
    Code,
    /// In its expression.
    When,
    /// In its message.
    Message,
    /// In what to do instead.
    Help,
}

impl On {
    /// The words for it.
    pub const NAMES: [&'static str; 3] = ["operation", "statement", "migration"];

    /// Returns what a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Operation, Self::Statement, Self::Migration].into_iter().find(|on| on.as_str() == word)
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// When its code is one of another kind, or one of its expressions is not understood or names what there is not; all is listed.
    pub fn read(definition: Definition) -> Result<Self, Vec<(Part, Problem)>> {
        let Definition { code, name, level, on, when, message, help } = definition;
        let variables = schema::variables(on);
        let mut problems: Vec<(Part, Problem)> =
            wrong_code(&code).map(|problem| (Part::Code, problem)).into_iter().collect();
        let mut note =
            |part: Part, found: Vec<Problem>| problems.extend(found.into_iter().map(|problem| (part, problem)));
        let condition = Expression::read(&when, variables).map_err(|found| note(Part::When, found)).ok();
        let said = Words::read(&message, variables).map_err(|found| note(Part::Message, found)).ok();
        let advice = match help.as_deref().map(|help| Words::read(help, variables)).transpose() {
            Ok(advice) => advice,
            Err(found) => {
                note(Part::Help, found);
                None
            }
        };
        if let Some(of) =
            condition.as_ref().map(|condition| condition.of).filter(|of| !matches!(of, Type::Bool | Type::Any))
        {
            let message = format!("this is {}, where true or false is needed", of.describe());
            note(Part::When, vec![Problem { message, part: None, help: None }]);
        }
        match (condition, said) {
            (Some(condition), Some(said)) if problems.is_empty() => {
                let name = name.unwrap_or_else(|| code.clone());
                Ok(Self { code, name, level, on, when, message, help, runs: true, condition, said, advice })
            }
            _ => Err(problems),
        }
    }

    /// Returns whether variables, as an example gives them, are found; the reason when that cannot be told.
    ///
    /// # Errors
    /// When the variables hold what there is not, or the expression cannot be evaluated over them.
    pub fn judges(&self, variables: &[(SmolStr, limosa_model::Value)]) -> Result<bool, Vec<String>> {
        let known = schema::variables(self.on);
        let mut given = Vec::new();
        let mut wrong = Vec::new();
        for (name, value) in variables {
            let value = values::written(value);
            match known.iter().find(|known| known.name == name) {
                Some(variable) => {
                    wrong.extend(schema::misfits(&value, variable.of, name));
                    given.push((variable.name, value.into()));
                }
                None => wrong.push(format!("there is no `{name}`")),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let given: Variables = given.into_iter().collect();
        self.condition.holds(&context(&given)).map_err(|reason| vec![reason])
    }

    fn finding(&self, subject: &Subject<'_>, context: &cel::Context<'_, '_>) -> Option<Finding> {
        let finding = |level, message| Finding::new(subject, &self.code, &self.name, level, message);
        let mut finding = match self.condition.holds(context) {
            Ok(false) => return None,
            Ok(true) => {
                let finding = finding(self.level, self.said.with(context));
                Finding { help: self.advice.as_ref().map(|advice| advice.with(context)), ..finding }
            }
            Err(reason) => {
                let help =
                    "let the expression ask first, as in `has(table.rows) && …` or `op.kind == \"AddField\" && …`";
                let message = format!("the policy cannot be evaluated: {reason}");
                Finding { help: Some(help.into()), ..finding(Level::Error, message) }
            }
        };
        finding.table = subject.operation.and_then(|operation| values::table_of(subject, operation)).map(Into::into);
        Some(finding)
    }
}

/// The policies that run, while they look at a plan.
pub(crate) struct Looking<'a> {
    policies: Vec<&'a Policy>,
    sight: Sight,
}

impl<'a> Looking<'a> {
    pub(crate) fn new(policies: &'a [Policy]) -> Self {
        Self { policies: policies.iter().filter(|policy| policy.runs).collect(), sight: Sight::default() }
    }

    /// Lets them look at a subject.
    pub(crate) fn look(&mut self, subject: &Subject<'_>) -> Vec<Finding> {
        let on = looked_at(subject);
        if self.policies.iter().all(|policy| policy.on != on) {
            return Vec::new();
        }
        let variables = self.sight.variables(subject);
        let context = context(&variables);
        let looking = self.policies.iter().filter(|policy| policy.on == on);
        looking.filter_map(|policy| policy.finding(subject, &context)).collect()
    }
}

/// Returns what a subject is.
fn looked_at(subject: &Subject<'_>) -> On {
    match (subject.operation, subject.statement) {
        (None, _) => On::Migration,
        (Some(_), None) => On::Operation,
        (Some(_), Some(_)) => On::Statement,
    }
}

/// Returns what is wrong with a code.
fn wrong_code(code: &str) -> Option<Problem> {
    let letters = code.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let is_code =
        letters.len() >= 3 && letters.len() < code.len() && letters.chars().all(|letter| letter.is_ascii_uppercase());
    let own: Vec<&str> = Group::ALL.iter().map(|group| group.prefix()).collect();
    let message = match is_code {
        true => return None,
        false if own.contains(&letters) => format!("`{code}` is a code of Limosa's own checks"),
        false => format!("`{code}` is no code of a policy"),
    };
    let help = "write three capital letters or more, and digits, such as \"SHOP001\"";
    Some(Problem { message, part: None, help: Some(help.into()) })
}

#[cfg(test)]
mod tests;
