//! Takes out of a Python file what nothing in it needs any more: imports, functions and constants that left with an operation.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Alias, Expr, Stmt};
use ruff_text_size::Ranged;

use super::python::range;
use super::{line_start, next_line, replaced, with_comments};
use crate::python::parse::ModuleFile;
use crate::sources::{Source, Sources};

/// Returns a text without what the file before needed and the text does not.
///
/// # Errors
/// When the text is not Python.
pub(super) fn without(before: &Arc<Source>, text: &str) -> Result<String, String> {
    let sources = Sources::default();
    let after = sources.add(&before.path, text.as_bytes().to_vec()).map_err(|diagnostic| diagnostic.message)?;
    let parse = |source: &Arc<Source>| ModuleFile::parse(Arc::clone(source)).map_err(|diagnostic| diagnostic.message);
    let (old, new) = (parse(before)?, parse(&after)?);
    let (needed, still) = (needed(&old), needed(&new));
    let left = |name: &str| needed.contains(name) && !still.contains(name);
    let mut pieces = Vec::new();
    for statement in new.body() {
        let names = bound(statement);
        if names.is_empty() {
            continue;
        }
        if names.iter().all(|name| left(name)) {
            pieces.extend(whole(text, range(statement.range())).map(|range| (range, String::new())));
        } else if let Some(aliases) = aliases(statement) {
            pieces.extend(unneeded(aliases, &left).into_iter().map(|range| (range, String::new())));
        }
    }
    Ok(replaced(text, pieces))
}

/// Returns the names that the classes of the file and what they use need.
fn needed(file: &ModuleFile) -> BTreeSet<String> {
    let mut definitions: BTreeMap<String, Vec<&Stmt>> = BTreeMap::new();
    let mut next: Vec<&Stmt> = Vec::new();
    for statement in file.body() {
        let names = bound(statement);
        if names.is_empty() {
            next.push(statement);
        }
        names.into_iter().for_each(|name| definitions.entry(name).or_default().push(statement));
    }
    let mut needed = BTreeSet::new();
    while let Some(statement) = next.pop() {
        let mut names = Names::default();
        names.visit_stmt(statement);
        for name in names.0 {
            next.extend(definitions.remove(&name).into_iter().flatten());
            needed.insert(name);
        }
    }
    needed
}

/// Returns the names that a statement of a module defines, when all that it does is to define them: none of a class.
fn bound(statement: &Stmt) -> Vec<String> {
    match statement {
        Stmt::FunctionDef(node) => vec![node.name.to_string()],
        Stmt::Import(node) => node.names.iter().map(imported_as).collect(),
        Stmt::ImportFrom(node) if node.module.as_ref().is_none_or(|module| module.as_str() != "__future__") => {
            node.names.iter().map(imported_as).collect()
        }
        Stmt::Assign(node) => match node.targets.as_slice() {
            [Expr::Name(name)] => vec![name.id.to_string()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn aliases(statement: &Stmt) -> Option<&[Alias]> {
    match statement {
        Stmt::Import(node) => Some(&node.names),
        Stmt::ImportFrom(node) => Some(&node.names),
        _ => None,
    }
}

fn imported_as(alias: &Alias) -> String {
    match &alias.asname {
        Some(name) => name.to_string(),
        None => alias.name.split('.').next().unwrap_or_default().to_owned(),
    }
}

/// Returns the pieces of an import that name what is not needed, each with a comma.
fn unneeded(aliases: &[Alias], left: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut kept_before: Option<usize> = None;
    for (index, alias) in aliases.iter().enumerate() {
        let place = range(alias.range());
        if !left(&imported_as(alias)) {
            kept_before = Some(place.end);
            continue;
        }
        let next_kept = aliases[index + 1..].iter().any(|alias| !left(&imported_as(alias)));
        match (next_kept, aliases.get(index + 1), kept_before) {
            (true, Some(next), _) => pieces.push(place.start..range(next.range()).start),
            (_, _, Some(end)) => {
                pieces.push(end..place.end);
                kept_before = Some(place.end);
            }
            _ => {}
        }
    }
    pieces
}

/// Returns a statement with the comments directly above it, and the blank lines below; nothing where its lines hold something else, too. The
/// file's first line is about the file.
fn whole(text: &str, statement: Range<usize>) -> Option<Range<usize>> {
    let (before, behind) = (
        &text[line_start(text, statement.start)..statement.start],
        &text[statement.end..next_line(text, statement.end)],
    );
    if !before.trim().is_empty() || !(behind.trim().is_empty() || behind.trim_start().starts_with('#')) {
        return None;
    }
    let start = with_comments(text, statement.start, next_line(text, 0));
    let mut end = next_line(text, statement.end);
    let is_apart = start == 0 || text[..start].ends_with("\n\n");
    while is_apart && text[end..].starts_with('\n') {
        end += 1;
    }
    Some(start..end)
}

/// The names that are read.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.0.insert(name.id.to_string());
        }
        walk_expr(self, expression);
    }
}
