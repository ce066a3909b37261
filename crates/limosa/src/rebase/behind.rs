//! Puts a branch behind another one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use limosa_db::History;
use limosa_model::graph::{GraphNode, GraphOptions, MigrationGraph};
use limosa_model::{Diagnostic, Migration, MigrationId};
use limosa_source::mentions::{Mention, mentions};
use limosa_source::sources::Source;

use super::choose::{Choice, usage};
use super::files::FileChange;
use super::{Rebase, max_migration};
use crate::error::Error;
use crate::situation::Situation;
use crate::workspace::Workspace;

/// Returns what puts a branch behind another one: new numbers, dependencies, other files that name the renamed migrations,
/// `max_migration.txt`, and the rows of the history.
///
/// # Errors
/// When that is not possible, with the reason.
pub fn behind(
    workspace: &Workspace,
    situation: &Situation,
    history: &History,
    choice: &Choice,
) -> Result<Rebase, Error> {
    let graph = &situation.graph;
    let branch = branch(graph, choice);
    check_applied(situation, choice, &branch)?;
    let renamed = new_names(&branch, &choice.onto);
    let names: BTreeMap<MigrationId, MigrationId> = renamed.iter().cloned().collect();
    let before: Vec<&MigrationId> = graph.forwards_plan(&choice.onto).unwrap_or_default();
    let mut roots = BTreeMap::new();
    for root in branch.iter().filter(|id| graph.parents(id).all(|parent| !branch.contains(&parent))) {
        roots.insert((*root).clone(), base(workspace, root, &before)?);
    }
    check_graph(workspace, situation, choice, &names, &roots)?;
    let mut files = Vec::new();
    for migration in workspace.migrations() {
        files.extend(change(workspace, migration, &names, roots.get(&migration.id), choice)?);
    }
    let last = names.get(&choice.moved).unwrap_or(&choice.moved);
    files.extend(max_migration::change(workspace, last)?);
    // The last first, so that no two rows have the same name in between.
    let rows = |(from, to): &(MigrationId, MigrationId)| {
        let rows = situation.rows.iter().filter(|row| row.app == from.app && row.name == from.name);
        rows.map(|row| history.rename_row_statement(row.id, &to.name)).collect::<Vec<_>>()
    };
    let statements = renamed.iter().rev().flat_map(rows).collect();
    Ok(Rebase { renamed, files, history: statements })
}

/// Returns the migrations of the branch, in the order in which they are applied.
fn branch<'g>(graph: &'g MigrationGraph, choice: &Choice) -> Vec<&'g MigrationId> {
    let others: BTreeSet<&MigrationId> = graph.forwards_plan(&choice.onto).unwrap_or_default().into_iter().collect();
    let own = graph.forwards_plan(&choice.moved).unwrap_or_default().into_iter();
    own.filter(|id| id.app == choice.moved.app && !others.contains(id)).collect()
}

/// Refuses where the branch is applied and what it would depend on is not.
fn check_applied(situation: &Situation, choice: &Choice, branch: &[&MigrationId]) -> Result<(), Error> {
    let graph = &situation.graph;
    let Some(applied) = branch.iter().find(|id| graph.applied(id).is_some()) else { return Ok(()) };
    let others = graph.forwards_plan(&choice.onto).unwrap_or_default();
    let Some(missing) = others.into_iter().find(|id| graph.applied(id).is_none()) else { return Ok(()) };
    let (app, onto) = (&choice.onto.app, &choice.onto.name);
    Err(usage(
        format!("{applied} is applied on this database, and {missing}, which would come before it, is not"),
        &format!(
            "put the other branch behind: `limosa rebase {app} {onto}`; or unapply this branch first, with the code that does not have the \
             other one yet; `--files-only` looks at no database"
        ),
    ))
}

/// Returns the new names: numbers go on after the leaf that the branch is put behind; a number that comes after it anyway stays.
fn new_names(branch: &[&MigrationId], onto: &MigrationId) -> Vec<(MigrationId, MigrationId)> {
    let mut last = number(&onto.name).map_or(0, |(number, _)| number);
    let mut renamed = Vec::new();
    for id in branch {
        let Some((number, digits)) = number(&id.name) else { continue };
        last = if number > last { number } else { last + 1 };
        let name = format!("{last:0digits$}{}", &id.name[digits..]);
        if name != id.name {
            renamed.push(((*id).clone(), MigrationId::new(id.app.clone(), name)));
        }
    }
    renamed
}

/// Returns the number with which a name begins, and how many digits it has.
pub(crate) fn number(name: &str) -> Option<(u64, usize)> {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    name[..digits].parse().ok().map(|number| (number, digits))
}

/// Returns the dependency of a branch's first migration that is to name the other leaf: the last of those in its own app.
fn base(workspace: &Workspace, root: &MigrationId, before: &[&MigrationId]) -> Result<MigrationId, Error> {
    let migration = workspace.migration(root)?;
    let own = migration.dependencies.iter().filter(|id| id.app == root.app);
    own.max_by_key(|id| before.iter().position(|before| before == id)).cloned().ok_or_else(|| {
        let message = format!("{root} depends on no migration of its own app");
        usage(message, "write the dependency on the other leaf yourself: it would be the first one")
    })
}

/// Makes sure that the graph is whole afterwards.
fn check_graph(
    workspace: &Workspace,
    situation: &Situation,
    choice: &Choice,
    names: &BTreeMap<MigrationId, MigrationId>,
    roots: &BTreeMap<MigrationId, MigrationId>,
) -> Result<(), Error> {
    let renamed = |id: &MigrationId| names.get(id).unwrap_or(id).clone();
    let node = |migration: &Arc<Migration>| {
        let mut node = GraphNode::from(migration.as_ref());
        if let Some(base) = roots.get(&node.id) {
            node.dependencies.retain(|id| id != base);
            node.dependencies.push(choice.onto.clone());
        }
        node.id = renamed(&node.id);
        for list in [&mut node.dependencies, &mut node.run_before, &mut node.replaces] {
            list.iter_mut().for_each(|id| *id = renamed(id));
        }
        node
    };
    let loader = workspace.loader_of(workspace.migrations().into_iter().map(node).collect())?;
    let recorded = situation.graph.recorded().iter().map(renamed);
    let options = GraphOptions { ignore_no_migrations: true, ..situation.graph.options() };
    match loader.graph(recorded, options) {
        Ok(_) => Ok(()),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            let message = format!("{} cannot be put behind {}: {}", choice.moved, choice.onto, errors.join("; "));
            Err(usage(message, "put the other branch behind instead, or merge both: `limosa rebase --merge`"))
        }
    }
}

/// Returns what becomes of the file of a migration; nothing when it stays as it is.
fn change(
    workspace: &Workspace,
    migration: &Migration,
    names: &BTreeMap<MigrationId, MigrationId>,
    base: Option<&MigrationId>,
    choice: &Choice,
) -> Result<Option<FileChange>, Error> {
    let lists = [&migration.dependencies, &migration.run_before, &migration.replaces];
    let mentioned: BTreeSet<&MigrationId> = lists.into_iter().flatten().filter(|id| names.contains_key(id)).collect();
    let new_name = names.get(&migration.id);
    if mentioned.is_empty() && new_name.is_none() && base.is_none() {
        return Ok(None);
    }
    let source = migration.source.and_then(|source| workspace.sources().get(source));
    let Some(source) = source else {
        return Err(usage(format!("the file of {} is not there as source", migration.id), "change it by hand"));
    };
    let found = mentions(&source);
    let mut pieces: Vec<(Range<usize>, String)> = Vec::new();
    for id in mentioned {
        let new = names[id].name.to_string();
        let places: Vec<&Mention> = found.iter().filter(|mention| mention.id == *id).collect();
        if places.is_empty() {
            return Err(not_literal(workspace, migration, id));
        }
        pieces.extend(places.into_iter().map(|mention| (mention.name.clone(), new.clone())));
    }
    if let Some(base) = base {
        let place = found.iter().find(|mention| mention.is_dependency && mention.id == *base);
        let Some(place) = place else { return Err(not_literal(workspace, migration, base)) };
        pieces.push((place.name.clone(), choice.onto.name.to_string()));
    }
    let new_path = new_name.map(|new| renamed_path(&source, &migration.id, new));
    FileChange::edited(workspace, &source, pieces, new_path).map(Some)
}

fn renamed_path(source: &Source, id: &MigrationId, new: &MigrationId) -> std::path::PathBuf {
    let file = source.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let end = file.strip_prefix(id.name.as_str()).unwrap_or_default();
    source.path.with_file_name(format!("{}{end}", new.name))
}

fn not_literal(workspace: &Workspace, migration: &Migration, id: &MigrationId) -> Error {
    let diagnostic =
        Diagnostic::error("not-literal", format!("{} names {id} in a way that cannot be rewritten", migration.id));
    let diagnostic = diagnostic.at(workspace.dependencies_span(&migration.id), "computed here");
    let help = format!("write it as it is: (\"{}\", \"{}\"), and run the command again", id.app, id.name);
    workspace.diagnostics(vec![diagnostic.help(help)])
}
