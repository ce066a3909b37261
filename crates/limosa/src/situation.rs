//! Where a database stands: its history, and the graph as this history resolves it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use limosa_db::{AppliedMigration, Connection, DbErrorKind, History, PutOff, PutOffMigration};
use limosa_model::graph::{Applied, GraphOptions, Inconsistency, Loader, MigrationGraph};
use limosa_model::{Diagnostic, MigrationId};

use crate::connected::Connected;
use crate::error::Error;
use crate::migrate::{Parts, read_part};
use crate::workspace::Workspace;

/// Where a database stands.
#[derive(Debug)]
pub struct Situation {
    /// The graph, with squashes resolved by what is applied.
    pub graph: Arc<MigrationGraph>,
    /// The rows of the history in the order in which they were recorded; none when there is no table.
    pub rows: Vec<AppliedMigration>,
    /// Whether the history table is there.
    pub has_table: bool,
    /// What was put off until after a deploy and is not applied, and how long ago.
    pub put_off: BTreeMap<MigrationId, Duration>,
    /// What ran of migrations that are not applied.
    pub parts: Parts,
}

impl Situation {
    /// Reads the history of a database and builds the graph.
    ///
    /// `lenient` accepts dependencies on apps without migrations, as `showmigrations` does.
    ///
    /// # Errors
    /// When the database refuses, or the graph cannot be built.
    pub async fn read(
        workspace: &Workspace,
        connection: &Connection,
        history: &History,
        lenient: bool,
    ) -> Result<Self, Error> {
        let rows = history.read(connection).await?;
        let has_table = rows.is_some();
        let rows = rows.unwrap_or_default();
        let loader = workspace.loader()?;
        let graph = build(workspace, &loader, &rows, lenient)?;
        let mut situation =
            Self { graph: Arc::new(graph), rows, has_table, put_off: BTreeMap::new(), parts: Parts::default() };
        // Where all is applied, it does not matter what was put off.
        let may_wait = |id: &&MigrationId| {
            situation.graph.applied(id).is_none()
                || workspace.migration(id).is_ok_and(|migration| !migration.pending().is_empty())
        };
        if has_table && situation.graph.full_plan().iter().any(may_wait) {
            let rows = match PutOff::of(connection, history.table()).await?.read(connection).await {
                // Who only looks may see the history alone.
                Err(error) if lenient && error.kind == DbErrorKind::Permission => Vec::new(),
                rows => rows?,
            };
            situation.take(workspace, &rows)?;
        }
        Ok(situation)
    }

    /// Reads the history of a database that is connected; where none is, it is that of an empty one.
    ///
    /// # Errors
    /// As [`Situation::read`].
    pub async fn of(workspace: &Workspace, connected: Option<&Connected>, lenient: bool) -> Result<Self, Error> {
        match connected {
            Some(connected) => Self::read(workspace, &connected.connection, &connected.history, lenient).await,
            None => Self::empty(workspace),
        }
    }

    /// Takes note of what was put off and is not applied.
    fn take(&mut self, workspace: &Workspace, rows: &[PutOffMigration]) -> Result<(), Error> {
        let mut edited = Vec::new();
        self.take_late(workspace, rows, &mut edited);
        for row in rows {
            let id = MigrationId::new(row.app.as_str(), row.name.as_str());
            if !self.graph.contains(&id) || self.graph.applied(&id).is_some() {
                continue;
            }
            if let Some(part) = &row.part {
                match read_part(workspace, &id, &part.operations, part.is_done) {
                    Ok(operations) if part.is_done => _ = self.parts.done.insert(id.clone(), operations),
                    Ok(operations) => _ = self.parts.begun.insert(id.clone(), operations),
                    Err(diagnostic) => edited.push(*diagnostic),
                }
            }
            self.put_off.insert(id, Duration::from_secs(u64::try_from(row.age).unwrap_or_default()));
        }
        if edited.is_empty() { Ok(()) } else { Err(workspace.diagnostics(edited)) }
    }

    /// Takes note of pending operations that came to migrations when these were applied.
    fn take_late(&mut self, workspace: &Workspace, rows: &[PutOffMigration], edited: &mut Vec<Diagnostic>) {
        for id in self.graph.full_plan() {
            let Ok(migration) = workspace.migration(id) else { continue };
            if self.graph.applied(id) != Some(Applied::Recorded) || migration.pending().is_empty() {
                continue;
            }
            let row = rows.iter().find(|row| row.app == id.app.as_str() && row.name == id.name.as_str());
            let ran = match row.and_then(|row| row.part.as_ref()).filter(|part| part.is_done) {
                Some(part) => read_part(workspace, id, &part.operations, true),
                None => Ok(BTreeSet::new()),
            };
            match ran {
                Ok(ran) => {
                    let late: BTreeSet<usize> = migration.pending().filter(|place| !ran.contains(place)).collect();
                    if !late.is_empty() {
                        self.parts.late.insert(id.clone(), late);
                    }
                }
                Err(diagnostic) => edited.push(*diagnostic),
            }
        }
    }

    /// Returns the situation of an empty database.
    ///
    /// # Errors
    /// When the graph cannot be built.
    pub fn empty(workspace: &Workspace) -> Result<Self, Error> {
        let graph = build(workspace, &workspace.loader()?, &[], false)?;
        Ok(Self {
            graph: Arc::new(graph),
            rows: Vec::new(),
            has_table: false,
            put_off: BTreeMap::new(),
            parts: Parts::default(),
        })
    }

    /// Returns the graph with squashes and what they replace side by side, as `sqlmigrate` sees it.
    ///
    /// # Errors
    /// When the graph cannot be built.
    pub fn unreplaced(workspace: &Workspace, loader: &Loader) -> Result<MigrationGraph, Error> {
        let options = GraphOptions { replace_migrations: false, ..GraphOptions::default() };
        loader.graph([], options).map_err(|errors| workspace.graph_errors(&errors))
    }

    /// Refuses a history that contradicts itself or the graph, and a graph with conflicts.
    ///
    /// # Errors
    /// With a diagnostic for each of them.
    pub fn check(&self, workspace: &Workspace) -> Result<(), Error> {
        let mut diagnostics = Vec::new();
        let is_put_off = |gap: &Inconsistency| self.put_off.contains_key(&gap.dependency);
        for inconsistency in self.graph.inconsistencies().into_iter().filter(|gap| !is_put_off(gap)) {
            let message =
                format!("{} is applied before its dependency {}", inconsistency.applied, inconsistency.dependency);
            diagnostics.push(
                Diagnostic::error("inconsistent-history", message)
                    .at(workspace.dependencies_span(&inconsistency.applied), "depends on it")
                    .help(format!(
                        "if its changes are in the database, record it with `limosa migrate --fake {} {}`; else unapply {} first",
                        inconsistency.dependency.app, inconsistency.dependency.name, inconsistency.applied
                    )),
            );
        }
        for half in self.graph.half_replaced() {
            let (applied, missing) = (join(&half.applied), join(&half.missing));
            diagnostics.push(
                Diagnostic::error("half-replaced", format!("{} replaces what is applied in part", half.squash))
                    .at(workspace.dependencies_span(&half.squash), format!("applied: {applied}; not applied: {missing}"))
                    .help(format!(
                        "put the file of {missing} beside the others, and apply it (or record it with `limosa migrate --fake`, if its \
                         changes are in the database); then {} counts as applied, and the file can go",
                        half.squash
                    )),
            );
        }
        for (app, leaves) in self.graph.conflicts() {
            let mut diagnostic = Diagnostic::error(
                "conflicting-migrations",
                format!("app `{app}` has more than one leaf: {}", leaves.join(", ")),
            );
            for leaf in &leaves {
                let id = MigrationId::new(app.clone(), leaf.clone());
                diagnostic = diagnostic.at(workspace.dependencies_span(&id), "nothing depends on this migration");
            }
            diagnostics.push(diagnostic.help(format!(
                "let one follow the other: `limosa rebase {app}`; or join them, if their order does not matter: `limosa rebase {app} --merge`"
            )));
        }
        if diagnostics.is_empty() { Ok(()) } else { Err(workspace.diagnostics(diagnostics)) }
    }

    /// Returns what is doubtful about the history table, in one line; `limosa doctor` tells more.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn doubt(&self, connection: &Connection, history: &History) -> Result<Option<String>, Error> {
        if !self.has_table {
            return Ok(None);
        }
        let mut seen = BTreeSet::new();
        let again = self.rows.iter().filter(|row| !seen.insert((&row.app, &row.name))).count();
        let mut doubts = Vec::new();
        if !history.has_unique_key(connection).await? {
            doubts.push("has no unique key".to_owned());
        }
        if again > 0 {
            doubts.push(format!("holds {again} {} more than once", if again == 1 { "row" } else { "rows" }));
        }
        let table = history.table();
        Ok((!doubts.is_empty()).then(|| format!("`{table}` {}: see `limosa doctor`", doubts.join(" and "))))
    }
}

fn join(ids: &[MigrationId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn build(
    workspace: &Workspace,
    loader: &Loader,
    rows: &[AppliedMigration],
    lenient: bool,
) -> Result<MigrationGraph, Error> {
    let recorded = rows.iter().map(|row| MigrationId::new(row.app.as_str(), row.name.as_str()));
    let options = GraphOptions { ignore_no_migrations: lenient, follow_branches: true, ..GraphOptions::default() };
    loader.graph(recorded, options).map_err(|errors| workspace.graph_errors(&errors))
}
