//! A history that is looked at as a whole: what contradicts the files or itself, what it may mean, and what mends it.

mod duplicates;
mod ghosts;
mod half_applied;
mod numbering;
mod order;
mod replaced;
mod schema;
mod unique_key;

use limosa_db::{AppliedMigration, Lease};
use limosa_model::MigrationId;
use limosa_model::graph::Loader;

pub use self::schema::compare;
use crate::connected::Connected;
use crate::error::Error;
use crate::run_record::RunRecord;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Something about a history that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind it is, such as `duplicate-rows`.
    pub kind: &'static str,
    /// What was found, in a sentence.
    pub message: String,
    /// More about it: the rows with their times, what it may mean.
    pub details: Vec<String>,
    /// What to do, where it is not mended by the steps.
    pub help: Option<String>,
    /// What mends it, when that is safe.
    pub mend: Vec<Mend>,
}

/// A statement that mends something, and one that undoes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The statement.
    pub sql: String,
    /// What brings back what was before.
    pub undo: String,
}

/// What a finding is judged by.
struct History<'a> {
    workspace: &'a Workspace,
    situation: &'a Situation,
    connected: &'a Connected,
}

/// Looks at the history of a database.
///
/// The steps of all findings, in their order, may be taken one after the other.
///
/// # Errors
/// When the database cannot be asked, or the files make no graph.
pub async fn examine(workspace: &Workspace, connected: &Connected) -> Result<Vec<Finding>, Error> {
    let situation = Situation::read(workspace, &connected.connection, &connected.history, true).await?;
    if !situation.has_table {
        return Ok(Vec::new());
    }
    let history = History { workspace, situation: &situation, connected };
    let mut findings = half_applied::find(&history).await?;
    findings.extend(duplicates::find(&history));
    findings.extend(ghosts::find(&history));
    findings.extend(replaced::find(&history));
    findings.extend(order::find(&history).await?);
    findings.extend(numbering::find(&history).await?);
    findings.extend(unique_key::find(&history).await?);
    Ok(findings)
}

/// Takes the steps of findings, all in one transaction where the database can do that, as long as the lease is ours.
///
/// # Errors
/// When another runner has taken over, or the database refuses; on MySQL and MariaDB the steps before a refused change of the table stay.
pub async fn mend(
    workspace: &Workspace,
    connected: &Connected,
    lease: &Lease,
    findings: &[Finding],
    command: Option<&str>,
) -> Result<(), Error> {
    let mut statements: Vec<String> =
        findings.iter().flat_map(|finding| &finding.mend).map(|mend| mend.sql.clone()).collect();
    let mut record = RunRecord::new(workspace, connected, lease, command, None);
    record.begin().await?;
    // Before them: MySQL commits when a key is added.
    if let Some(note) = record.note_statements("", "", "mended", false, &statements) {
        statements.insert(0, note);
    }
    let result = connected.record(Some(lease), &statements).await;
    record.end(&result).await;
    result
}

impl Finding {
    fn new(kind: &'static str, message: String) -> Self {
        Self { kind, message, details: Vec::new(), help: None, mend: Vec::new() }
    }
}

impl<'a> History<'a> {
    fn rows(&self) -> &'a [AppliedMigration] {
        &self.situation.rows
    }

    fn loader(&self) -> &'a Loader {
        self.situation.graph.loader()
    }

    /// Returns the step that removes a row.
    fn removal(&self, row: &AppliedMigration) -> Mend {
        let history = &self.connected.history;
        Mend { sql: history.delete_row_statement(row.id), undo: history.insert_row_statement(row) }
    }
}

fn id(row: &AppliedMigration) -> MigrationId {
    MigrationId::new(row.app.as_str(), row.name.as_str())
}

/// Writes a row for people.
fn shown(row: &AppliedMigration) -> String {
    format!("row {}, applied {}", row.id, row.applied)
}
