//! The journal: the steps of migrations that are not one transaction, from the first step to the history row.
//!
//! All rows of a migration go in the transaction that writes its history rows: the table holds half-applied migrations and nothing else.

mod table;

pub use self::table::Journal;

/// A migration in one direction, as the journal names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JournalKey {
    /// The label of the app.
    pub app: String,
    /// The name of the migration.
    pub name: String,
    /// Whether it is unapplied.
    pub backwards: bool,
}

/// A step as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalStep {
    /// Its place among the migration's steps, from 0.
    pub position: i64,
    /// The place of its operation in the migration.
    pub operation: String,
    /// What its operation does.
    pub description: String,
    /// What tells whether the operation is still the one that ran.
    pub fingerprint: String,
    /// The statement; nothing for code.
    pub statement: Option<String>,
    /// How far it came.
    pub state: StepState,
    /// How what it changes was defined before it began.
    pub before: Option<String>,
    /// The statements that wait for the end of the migration once its operation is done.
    pub waiting: Option<String>,
    /// The run that touched it last.
    pub run_id: String,
    /// When it began, in UTC.
    pub started_at: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It did not begin, or all of it was rolled back.
    Pending,
    /// It began; what it changes tells whether it happened.
    Started,
    /// It began, and nothing tells whether it happened.
    Entered,
    /// It is done.
    Finished,
}

/// Returns how many of a migration's steps are known to be done, from the first on: that a later one began says it of those before it.
pub fn known_done(steps: &[JournalStep]) -> usize {
    let begun = steps.iter().rposition(|step| step.state != StepState::Pending).unwrap_or(0);
    begun + steps[begun..].iter().take_while(|step| step.state == StepState::Finished).count()
}

impl StepState {
    /// Returns how the table spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Started => "started",
            Self::Entered => "entered",
            Self::Finished => "finished",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "pending" => Self::Pending,
            "started" => Self::Started,
            "finished" => Self::Finished,
            // What a newer version wrote is not known to be over.
            _ => Self::Entered,
        }
    }
}
