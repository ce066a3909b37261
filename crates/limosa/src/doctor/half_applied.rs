//! Migrations that an earlier run left half-applied.

use limosa_db::{Journal, JournalKey, JournalStep, known_done};
use limosa_model::MigrationId;

use super::{Finding, History, Mend};
use crate::error::Error;

pub(super) async fn find(history: &History<'_>) -> Result<Vec<Finding>, Error> {
    let connected = history.connected;
    let journal = Journal::of(&connected.connection, connected.history.table()).await?;
    let mut findings = Vec::new();
    for (key, _) in journal.half_applied(&connected.connection).await? {
        let steps = journal.read(&connected.connection, &key).await?;
        findings.push(finding(history, &journal, &key, &steps));
    }
    Ok(findings)
}

fn finding(history: &History<'_>, journal: &Journal, key: &JournalKey, steps: &[JournalStep]) -> Finding {
    let id = MigrationId::new(key.app.as_str(), key.name.as_str());
    let half = if key.backwards { "half-unapplied" } else { "half-applied" };
    let (done, left) = steps.split_at(known_done(steps));
    let done = done.iter().filter(|step| step.statement.is_some()).count();
    let steps_done = if done == 1 { "1 statement is".to_owned() } else { format!("{done} statements are") };
    let mut finding = Finding::new("half-applied", format!("{id} is {half}: {steps_done} known to be done"));
    if let Some(next) = left.first() {
        finding.details.push(format!("next is: {}", next.statement.as_ref().unwrap_or(&next.description)));
        finding
            .details
            .extend(next.started_at.as_ref().map(|time| format!("it began at {time}, in run {}", next.run_id)));
        finding.details.extend(next.error.as_ref().map(|error| format!("it failed: {error}")));
    }
    if history.loader().contains(&id) {
        let before = || history.situation.graph.parents(&id).find(|parent| parent.app == id.app);
        let target = match key.backwards {
            true => before().map_or_else(|| "zero".to_owned(), |before| before.name.to_string()),
            false => id.name.to_string(),
        };
        finding.help = Some(format!("finish it with `limosa migrate {} {target}`", id.app));
    } else {
        finding.details.push("no such migration is there any more: nothing can finish it".to_owned());
        finding.mend.push(Mend { sql: journal.forget(key, 0), undo: journal.insert(key, steps, None) });
    }
    finding
}
