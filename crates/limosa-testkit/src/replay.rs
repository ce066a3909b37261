//! Does what Django did, from an empty catalog, and says where it comes out differently.
//!
//! No database takes part: the catalog follows our own statements. What `RunSQL` and `RunPython` did to the schema is taken from
//! Django's answers.

mod collect;
mod compare;
mod execute;
mod snapshot;

use limosa_model::{MigrationId, ProjectState};
use limosa_sql::catalog::Catalog;

pub use compare::{Difference, Excuse, Outcome};

use crate::oracle::{Answers, SqlMigrate};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The statements that `migrate` executes.
    Executed,
    /// What `sqlmigrate` prints on the database just before a migration.
    Before,
    /// What `sqlmigrate` prints on the finished database.
    Finished,
    /// What `sqlmigrate --backwards` prints on the database just after a migration.
    Backwards,
}

/// Compares one subject for all migrations of a project.
pub fn compare(answers: &Answers, subject: Subject) -> Vec<Outcome> {
    let mut state = ProjectState::default();
    let mut catalog = Catalog::new(answers.context.dialect);
    let mut outcomes = Vec::new();
    for applied in &answers.applied {
        let before = catalog.clone();
        let executed = execute::migration(answers, applied, &mut state, &mut catalog);
        if answers.custom.contains(&applied.id) {
            continue;
        }
        match subject {
            Subject::Executed => outcomes.push(executed),
            Subject::Before => outcomes.push(collected(answers, &applied.id, &applied.sqlmigrate, &before, false)),
            Subject::Backwards => outcomes.push(collected(answers, &applied.id, &applied.backwards, &catalog, true)),
            Subject::Finished => {}
        }
    }
    if subject == Subject::Finished {
        for (id, expected) in answers.finished.iter().filter(|(id, _)| !answers.custom.contains(id)) {
            outcomes.push(collected(answers, id, expected, &catalog, false));
        }
    }
    if subject == Subject::Executed {
        outcomes.push(snapshot::compare(answers, &catalog));
    }
    outcomes
}

fn collected(
    answers: &Answers,
    id: &MigrationId,
    expected: &SqlMigrate,
    catalog: &Catalog,
    backwards: bool,
) -> Outcome {
    let mut catalog = catalog.clone();
    collect::migration(answers, id, expected, &mut catalog, backwards)
}
