//! Rewrites a migration in Python.

use std::ops::Range;
use std::sync::Arc;

use limosa_model::MigrationId;
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use super::{Change, POSTGRES, Part, Rewrite, line_start, replaced, unused};
use crate::python::parse::ModuleFile;
use crate::sources::Source;

pub(super) fn rewrite(source: &Arc<Source>, to: &Rewrite) -> Result<String, String> {
    let file = ModuleFile::parse(Arc::clone(source)).map_err(|diagnostic| diagnostic.message)?;
    let class = class(&file).ok_or("the class `Migration` is not written out")?;
    let text = &source.text;
    if assigned(class, "pending_operations").is_some() {
        return Err("it has pending operations".into());
    }
    let list = List::read(text, class)?;
    let mut pieces = vec![(list.inner.clone(), list.rewritten(text, &to.operations)?)];
    if let Some(atomic) = to.atomic {
        pieces.push(attribute(text, class, "atomic", if atomic { "True" } else { "False" }, !atomic));
    }
    if let Some(dependencies) = &to.dependencies {
        pieces.push(attribute(text, class, "dependencies", &ids(text, dependencies), true));
    }
    let names: Vec<&str> = to.operations.iter().filter_map(imported).collect();
    pieces.extend(imports(&file, &names)?);
    let pieces = pieces.into_iter().filter(|(range, piece)| text.get(range.clone()) != Some(piece.as_str())).collect();
    unused::without(source, &replaced(text, pieces))
}

/// Returns the class that the migration is.
fn class(file: &ModuleFile) -> Option<&StmtClassDef> {
    let mut classes = file.body().iter().filter_map(Stmt::as_class_def_stmt);
    classes.rfind(|class| class.name.as_str() == "Migration")
}

/// Returns what an attribute of the class is assigned, and nothing else with it.
fn assigned<'a>(class: &'a StmtClassDef, name: &str) -> Option<&'a Expr> {
    let is_it = |target: &Expr| matches!(target, Expr::Name(target) if target.id.as_str() == name);
    class.body.iter().find_map(|statement| match statement {
        Stmt::Assign(node) => matches!(node.targets.as_slice(), [target] if is_it(target)).then_some(&*node.value),
        Stmt::AnnAssign(node) if is_it(&node.target) => node.value.as_deref(),
        _ => None,
    })
}

/// The list of operations.
struct List<'a> {
    /// What stands between the brackets.
    inner: Range<usize>,
    /// The operations.
    calls: Vec<&'a ExprCall>,
    /// For each operation the text that belongs to it: comments above, itself, the comma, a comment behind.
    blocks: Vec<Range<usize>>,
    /// Where the text of the first operation begins.
    start: usize,
}

impl<'a> List<'a> {
    fn read(text: &str, class: &'a StmtClassDef) -> Result<Self, String> {
        let Some(Expr::List(list)) = assigned(class, "operations") else {
            return Err("the list of operations is not written out".into());
        };
        let more = |statement: &Stmt| match statement {
            Stmt::AugAssign(node) => matches!(&*node.target, Expr::Name(name) if name.id.as_str() == "operations"),
            _ => false,
        };
        if class.body.iter().any(more) {
            return Err("the list of operations is added to".into());
        }
        let calls = list.elts.iter().map(|item| item.as_call_expr().ok_or("an operation is not written out"));
        let calls: Vec<&ExprCall> = calls.collect::<Result<_, _>>()?;
        let whole = range(list.range());
        let inner = whole.start + 1..whole.end - 1;
        let start = rest_of_line(text, inner.start).min(inner.end);
        let (mut blocks, mut from) = (Vec::new(), start);
        for (index, call) in calls.iter().enumerate() {
            let end = range(call.range()).end;
            let limit = calls.get(index + 1).map_or(inner.end, |next| range(next.range()).start);
            let end = end_of_block(text, end, limit).ok_or("the list of operations is written in an unusual way")?;
            blocks.push(from..end);
            from = end;
        }
        Ok(Self { inner, calls, blocks, start })
    }

    fn rewritten(&self, text: &str, parts: &[Part]) -> Result<String, String> {
        let is_one_line = !text[self.inner.clone()].contains('\n');
        let indent = self.calls.first().map_or("        ", |call| indentation(text, range(call.range()).start));
        let mut blocks = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let block = match part {
                Part::Kept(index, change) => self.block(text, *index, *change, place + 1 < parts.len())?,
                Part::Validate { model, name } => {
                    let quote = quote(text);
                    let (model, name) = (format!("{quote}{model}{quote}"), format!("{quote}{name}{quote}"));
                    match is_one_line {
                        true => format!(" ValidateConstraint(model_name={model}, name={name}),"),
                        false => format!(
                            "{indent}ValidateConstraint(\n{indent}    model_name={model},\n{indent}    name={name},\n{indent}),\n"
                        ),
                    }
                }
            };
            blocks.push(block);
        }
        let tail = self.blocks.last().map_or(self.start, |block| block.end);
        let mut inner = text[self.inner.start..self.start].to_owned() + &blocks.concat();
        if is_one_line {
            inner = inner.trim().trim_end_matches(',').to_owned();
        }
        Ok(inner + &text[tail..self.inner.end])
    }

    /// Returns the text of an operation, with a comma at its end when another one follows.
    fn block(&self, text: &str, index: usize, change: Option<Change>, is_followed: bool) -> Result<String, String> {
        let (Some(block), Some(call)) = (self.blocks.get(index), self.calls.get(index)) else {
            return Err("the operations in the file are others".into());
        };
        let mut pieces = Vec::new();
        let end = range(call.range()).end;
        if is_followed && !text[end..block.end].trim_start().starts_with(',') {
            pieces.push((end..end, ",".to_owned()));
        }
        match change {
            None => {}
            Some(Change::Class(name)) => pieces.push((range(call.func.range()), name.to_owned())),
            Some(Change::DbDefault) => pieces.push(db_default(text, call)?),
        }
        let pieces =
            pieces.into_iter().map(|(range, piece)| (range.start - block.start..range.end - block.start, piece));
        Ok(replaced(&text[block.clone()], pieces.collect()))
    }
}

/// Returns what gives the field of an operation its default in the database.
fn db_default(text: &str, operation: &ExprCall) -> Result<(Range<usize>, String), String> {
    let named = operation.arguments.find_keyword("field").map(|keyword| &keyword.value);
    let field = named.or_else(|| operation.arguments.args.get(2)).and_then(|field| field.as_call_expr());
    let default = field.and_then(|field| field.arguments.find_keyword("default"));
    let default = default.ok_or("the default of the field is not written out")?;
    let place = range(default.range());
    let value = &text[range(default.value.range())];
    let line = line_start(text, place.start);
    let before = &text[line..place.start];
    let between = if before.trim().is_empty() { format!(",\n{before}") } else { ", ".to_owned() };
    Ok((place.end..place.end, format!("{between}db_default={value}")))
}

/// Returns what sets an attribute of the class; one that is not there is put first, when it is to be made.
fn attribute(text: &str, class: &StmtClassDef, name: &str, value: &str, make: bool) -> (Range<usize>, String) {
    if let Some(before) = assigned(class, name) {
        return (range(before.range()), value.to_owned());
    }
    let is_documentation =
        |statement: &&Stmt| matches!(statement, Stmt::Expr(node) if node.value.is_string_literal_expr());
    let first = class.body.iter().find(|statement| !is_documentation(statement));
    let at = first.map_or(range(class.range()).end, |first| range(first.range()).start);
    if !make {
        return (at..at, String::new());
    }
    let line = line_start(text, at);
    let spaced = if text[at..range(class.range()).end].contains("\n\n") { "\n\n" } else { "\n" };
    (at..at, format!("{name} = {value}{spaced}{}", &text[line..at]))
}

fn ids(text: &str, ids: &[MigrationId]) -> String {
    let quote = quote(text);
    let line = |id: &MigrationId| format!("        ({quote}{}{quote}, {quote}{}{quote}),\n", id.app, id.name);
    format!("[\n{}    ]", ids.iter().map(line).collect::<String>())
}

/// Returns the name that an operation needs.
fn imported(part: &Part) -> Option<&'static str> {
    match part {
        Part::Kept(_, Some(Change::Class(name))) => Some(name),
        Part::Kept(..) => None,
        Part::Validate { .. } => Some("ValidateConstraint"),
    }
}

/// Returns what imports names that are not imported yet.
fn imports(file: &ModuleFile, names: &[&str]) -> Result<Option<(Range<usize>, String)>, String> {
    let own = file.body().iter().filter_map(Stmt::as_import_from_stmt);
    let own = own.filter(|node| node.module.as_ref().is_some_and(|module| module.as_str() == POSTGRES));
    let aliases: Vec<_> = own.flat_map(|node| &node.names).collect();
    let is_there = |name: &&str| aliases.iter().any(|alias| alias.name.as_str() == *name && alias.asname.is_none());
    let mut missing: Vec<&str> = names.iter().copied().filter(|name| !is_there(name)).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(None);
    }
    if let Some(last) = aliases.last() {
        let end = range(last.range()).end;
        return Ok(Some((end..end, format!(", {}", missing.join(", ")))));
    }
    let line = format!("from {POSTGRES} import {}\n", missing.join(", "));
    let module = |statement: &Stmt| match statement {
        Stmt::ImportFrom(node) => node.module.as_ref().map(|module| module.to_string()),
        _ => None,
    };
    let later = |statement: &&Stmt| {
        module(statement).is_some_and(|module| module.starts_with("django.") && module.as_str() > POSTGRES)
    };
    let is_import = |statement: &&Stmt| matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_));
    if let Some(before) = file.body().iter().find(later) {
        let at = range(before.range()).start;
        return Ok(Some((at..at, line)));
    }
    let Some(last) = file.body().iter().rfind(is_import) else { return Err("the file imports nothing".into()) };
    let end = range(last.range()).end;
    let at = rest_of_line(&file.source.text, end);
    if at == end && at < file.source.text.len() {
        return Err("the imports are written in an unusual way".into());
    }
    Ok(Some((at..at, line)))
}

/// Returns where the text of an item ends: behind its comma, and behind a comment on the same line.
fn end_of_block(text: &str, end: usize, limit: usize) -> Option<usize> {
    let rest = &text[end..limit];
    let blanks = rest.len() - rest.trim_start().len();
    if rest[blanks..].starts_with(',') {
        return Some(rest_of_line(text, end + blanks + 1).min(limit));
    }
    // Only the last one may have none.
    let is_last = text[limit..].starts_with(']') && (rest.trim().is_empty() || rest.trim_start().starts_with('#'));
    is_last.then(|| rest_of_line(text, end).min(limit))
}

/// Returns where the next line begins, when nothing but a comment follows on this one; else the place itself.
fn rest_of_line(text: &str, at: usize) -> usize {
    let Some(newline) = text[at..].find('\n') else { return at };
    let rest = text[at..at + newline].trim();
    if rest.is_empty() || rest.starts_with('#') { at + newline + 1 } else { at }
}

/// Returns what stands before a place on its line, when that is blank.
fn indentation(text: &str, at: usize) -> &str {
    let line = line_start(text, at);
    let before = &text[line..at];
    if before.trim().is_empty() { before } else { "        " }
}

/// Returns the quotes that the file prefers.
fn quote(text: &str) -> char {
    if text.matches('"').count() > text.matches('\'').count() { '"' } else { '\'' }
}

pub(super) fn range(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}
