//! The migrations that take the place of one: which operations are in which, and in what form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use limosa_check::FixKind;
use limosa_model::operations::OperationKind;
use limosa_model::{Migration, MigrationId, SmolStr};
use limosa_source::rewrite::{Change, Part, Rewrite, rewrite};

use super::overlay::Overlay;
use crate::workspace::Workspace;

/// The migrations that take the place of one.
pub(super) struct Chain<'a> {
    migration: &'a Migration,
    links: Vec<Link>,
}

/// One of them.
#[derive(Default)]
struct Link {
    parts: Vec<Part>,
    atomic: Option<bool>,
    /// Whether it validates constraints, and does nothing else.
    validates: bool,
}

impl<'a> Chain<'a> {
    /// Divides a migration, so that each operation is where its fixes want it.
    ///
    /// # Errors
    /// When it cannot be divided, with the reason.
    pub(super) fn of(migration: &'a Migration, fixes: &BTreeMap<usize, BTreeSet<FixKind>>) -> Result<Self, String> {
        let mut links: Vec<Link> = Vec::new();
        let mut validates = Vec::new();
        let mut after_alone = true;
        for (index, operation) in migration.operations.iter().enumerate() {
            let kinds = fixes.get(&index).cloned().unwrap_or_default();
            let is_alone =
                migration.atomic && kinds.iter().any(|kind| matches!(kind, FixKind::Concurrently | FixKind::NotAtomic));
            if links.is_empty() || is_alone || after_alone || kinds.contains(&FixKind::Apart) {
                links.push(Link { atomic: is_alone.then_some(false), ..Link::default() });
            }
            after_alone = is_alone;
            let change = match &operation.kind {
                OperationKind::AddIndex(_) if kinds.contains(&FixKind::Concurrently) => {
                    Some(Change::Class("AddIndexConcurrently"))
                }
                OperationKind::RemoveIndex(_) if kinds.contains(&FixKind::Concurrently) => {
                    Some(Change::Class("RemoveIndexConcurrently"))
                }
                OperationKind::AddConstraint(op) if kinds.contains(&FixKind::NotValid) => {
                    validates.push(Part::Validate { model: op.model.clone(), name: op.constraint.name.clone() });
                    Some(Change::Class("AddConstraintNotValid"))
                }
                _ => kinds.contains(&FixKind::DbDefault).then_some(Change::DbDefault),
            };
            if let Some(link) = links.last_mut() {
                link.parts.push(Part::Kept(index, change));
            }
        }
        if !validates.is_empty() {
            let atomic = (!migration.atomic).then_some(true);
            links.push(Link { parts: validates, atomic, validates: true });
        }
        let stands_for = !migration.replaces.is_empty() || !migration.run_before.is_empty();
        if links.len() > 1 && (stands_for || migration.initial == Some(true)) {
            return Err(format!(
                "{} is an initial migration, a squash, or says what runs after it: divide it by hand",
                migration.id
            ));
        }
        Ok(Self { migration, links })
    }

    /// Writes the files, and returns the migrations that they hold.
    ///
    /// # Errors
    /// When a file cannot be changed safely, with the reason.
    pub(super) fn write(self, workspace: &Workspace, overlay: &mut Overlay) -> Result<Vec<Arc<Migration>>, String> {
        let source = overlay.source(workspace, self.migration)?;
        let mut written: Vec<Arc<Migration>> = Vec::new();
        let mut next = Names::new(workspace, overlay, &self.migration.id);
        let extension = source.path.extension().unwrap_or_default().to_owned();
        for link in self.links {
            let before = written.last().map(|migration| migration.id.clone());
            let (id, path): (MigrationId, PathBuf) = match &before {
                None => (self.migration.id.clone(), source.path.clone()),
                Some(_) => {
                    let is_free =
                        |name: &str| !overlay.has(&source.path.with_file_name(name).with_extension(&extension));
                    let name = next.name(if link.validates { Some("validate") } else { None }, is_free);
                    let path = source.path.with_file_name(name.as_str()).with_extension(&extension);
                    (MigrationId::new(self.migration.id.app.clone(), name), path)
                }
            };
            let to = Rewrite { operations: link.parts, atomic: link.atomic, dependencies: before.map(|id| vec![id]) };
            let text = rewrite(&source, &to)?;
            written.push(Arc::new(overlay.write(workspace, id, &path, text)?));
        }
        Ok(written)
    }
}

/// The names of new migrations.
struct Names {
    number: Option<(u64, usize)>,
    rest: String,
    is_last: bool,
    made: u64,
}

impl Names {
    fn new(workspace: &Workspace, overlay: &Overlay, id: &MigrationId) -> Self {
        let own = workspace.migrations().into_iter().filter(|other| other.id.app == id.app);
        let number = crate::rebase::number(&id.name);
        let later = |other: &MigrationId| crate::rebase::number(&other.name) > number;
        let is_last = !own.clone().any(|other| {
            let chain = overlay.chain(workspace, &other.id).unwrap_or_default();
            later(&other.id) || chain.iter().any(|link| later(&link.id))
        });
        let digits = number.map_or(0, |(_, digits)| digits);
        Self { number, rest: id.name[digits..].trim_start_matches('_').to_owned(), is_last, made: 0 }
    }

    /// Returns the next name; the number goes on where no other migration has it.
    fn name(&mut self, what: Option<&str>, is_free: impl Fn(&str) -> bool) -> SmolStr {
        loop {
            self.made += 1;
            let step = if self.is_last { self.made } else { 0 };
            let number = self
                .number
                .map(|(number, digits)| format!("{:0digits$}", number.saturating_add(step)))
                .unwrap_or_default();
            let rest = match what {
                Some(what) if self.made < 10 => format!("{}_{what}", self.rest),
                _ => format!("{}_{}", self.rest, self.made + 1),
            };
            let name = [number, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
            let free = [".py", ".toml", ".sql"].iter().all(|end| is_free(&format!("{name}{end}")));
            if free {
                return name.into();
            }
        }
    }
}
