//! What checks report.

use limosa_model::{MigrationId, Span};
use limosa_sql::effect::{Effect, Impact, Work};
use smol_str::SmolStr;

use crate::check::Check;
use crate::fix::Fix;
use crate::plan::PlannedOperation;
use crate::stats::Estimate;
use crate::subject::Subject;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// It may hurt.
    Warning,
    /// It hurts, unless somebody knows better.
    Error,
}

impl Level {
    /// Returns the level that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.as_str() == word)
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a check reports.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check's code.
    pub code: SmolStr,
    /// The check's name.
    pub name: SmolStr,
    /// How bad it is, by what is known.
    pub level: Level,
    /// The migration.
    pub migration: MigrationId,
    /// The operation in Django's words.
    pub operation: Option<String>,
    /// Where the operation (or the migration) was written.
    pub span: Option<Span>,
    /// The place inside of it that it is about, when that is known.
    pub inside: Option<Span>,
    /// The statement.
    pub sql: Option<String>,
    /// Whether the statement is the project's own, so that it stands in the file as it is.
    pub own_sql: bool,
    /// The table.
    pub table: Option<SmolStr>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do instead.
    pub help: Option<String>,
    /// How long it takes on the database at hand, where its size is known.
    pub estimate: Option<Estimate>,
    /// Whether one of its kind is enough in a migration: see [`crate::gather`].
    pub once: bool,
    /// What can be done about it without judgement.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Returns a finding about what is looked at.
    pub(crate) fn new(subject: &Subject<'_>, code: &str, name: &str, level: Level, message: String) -> Self {
        Self {
            operation: subject.operation.map(PlannedOperation::describe),
            span: subject.span(),
            sql: subject.statement.map(|statement| statement.sql.clone()),
            own_sql: subject.is_own_sql(),
            ..Self::about(subject.migration.id(), code, name, level, message)
        }
    }

    /// Returns a finding about a migration, without anything that only some have.
    pub(crate) fn about(migration: &MigrationId, code: &str, name: &str, level: Level, message: String) -> Self {
        Self {
            code: code.into(),
            name: name.into(),
            level,
            migration: migration.clone(),
            operation: None,
            span: None,
            inside: None,
            sql: None,
            own_sql: false,
            table: None,
            message,
            help: None,
            estimate: None,
            once: false,
            fixes: Vec::new(),
        }
    }

    /// Returns what tells it from others while lines move: the code, the migration, the operation and the table or the statement.
    pub fn identity(&self) -> [String; 4] {
        let what = if self.own_sql { self.sql.clone() } else { self.table.as_ref().map(ToString::to_string) };
        [
            self.code.to_string(),
            self.migration.to_string(),
            self.operation.clone().unwrap_or_default(),
            what.unwrap_or_default(),
        ]
    }

    /// Returns the place to show.
    pub fn place(&self) -> Option<Span> {
        self.inside.or(self.span)
    }
}

/// Where the checks report to.
#[derive(Debug)]
pub struct Findings<'a> {
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) check: &'static Check,
    pub(crate) found: Vec<Finding>,
}

impl Findings<'_> {
    /// Reports something about one thing that the operation means: about the statement that says so, where the project wrote it.
    pub fn about(&mut self, effect: &Effect, message: impl Into<String>) -> Reported<'_> {
        let statement = self.subject.operation.and_then(|operation| {
            let meant = operation.meaning.iter().find(|meant| std::ptr::eq(&meant.effect, effect))?;
            operation.statements.get(meant.statement?)
        });
        let reported = self.report(message);
        if let Some(statement) = statement {
            reported.finding.sql = Some(statement.sql.clone());
            reported.finding.own_sql = statement.own;
        }
        reported
    }

    /// Reports something about the subject.
    pub fn report(&mut self, message: impl Into<String>) -> Reported<'_> {
        let subject = self.subject;
        self.found.push(Finding::new(subject, self.check.code, self.check.name, self.check.level, message.into()));
        let last = self.found.len() - 1;
        Reported { subject, finding: &mut self.found[last] }
    }
}

/// A finding that was just reported, to say more about it.
#[derive(Debug)]
pub struct Reported<'a> {
    subject: &'a Subject<'a>,
    finding: &'a mut Finding,
}

impl Reported<'_> {
    /// Says what to do instead.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// Says how bad it is, other than the check's own level.
    pub fn level(self, level: Level) -> Self {
        self.finding.level = level;
        self
    }

    /// Says that one of its kind is enough in a migration.
    pub fn once(self) -> Self {
        self.finding.once = true;
        self
    }

    /// Names the table.
    pub fn table(self, table: &str) -> Self {
        self.finding.table = Some(table.into());
        self
    }

    /// Says which operation of the migration it is about, where that is known.
    pub(crate) fn in_operation(self, operation: Option<&PlannedOperation<'_>>) -> Self {
        if let Some(operation) = operation {
            self.finding.operation = Some(operation.describe());
            self.finding.span = operation.span().or(self.finding.span);
        }
        self
    }

    /// Says where inside of the operation, such as in the function that it runs.
    pub fn at(self, place: Span) -> Self {
        self.finding.inside = Some(place);
        self
    }

    /// Lets the level follow from how many rows there are: what is done to some hundred of them is soon over.
    pub fn rows(self, table: &str) -> Self {
        const FEW: u64 = 10_000;
        let reported = self.table(table);
        if let Some(estimate) = reported.subject.plan.stats.estimate(table, Work::Scan) {
            if estimate.rows < FEW {
                reported.finding.level = Level::Note;
            }
            reported.finding.estimate = Some(estimate);
        }
        reported
    }

    /// Lets the level follow from how long the statement takes on the table as it is, where that is known.
    pub fn cost(self, table: &str, impact: &Impact) -> Self {
        let reported = self.table(table);
        let Some(estimate) = reported.subject.plan.stats.estimate(table, impact.work) else { return reported };
        reported.finding.level = estimate.level(impact.blocks(), reported.finding.level);
        reported.finding.estimate = Some(estimate);
        reported
    }

    /// Lets the level follow from how much data there is: a table without rows loses none.
    pub fn size(self, table: &str) -> Self {
        let reported = self.table(table);
        if let Some(estimate) = reported.subject.plan.stats.estimate(table, Work::Scan) {
            if estimate.rows == 0 {
                reported.finding.level = Level::Note;
            }
            reported.finding.estimate = Some(estimate);
        }
        reported
    }
}
