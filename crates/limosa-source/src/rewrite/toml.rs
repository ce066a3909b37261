//! Rewrites a migration in TOML.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Change, Part, Rewrite, next_line, replaced, with_comments};

pub(super) fn rewrite(text: &str, to: &Rewrite) -> Result<String, String> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        return Err(error.message().to_owned());
    }
    let table = document.get_ref();
    if table.contains_key("pending_operations") {
        return Err("it has pending operations".into());
    }
    let Some(DeValue::Array(items)) = table.get("operations").map(Spanned::get_ref) else {
        return Err("it has no operations".into());
    };
    let starts: Vec<usize> = items.iter().map(|item| with_comments(text, item.span().start, 0)).collect();
    if items.iter().any(|item| !text[item.span().start..].starts_with("[[")) {
        return Err("its operations are not written as `[[operations]]`".into());
    }
    let first = starts.first().copied().unwrap_or(text.len());
    let block = |index: usize| starts[index]..starts.get(index + 1).copied().unwrap_or(text.len());
    let mut blocks = Vec::new();
    for part in &to.operations {
        match part {
            Part::Kept(index, change) => {
                let item = items.get(*index).ok_or("the operations in the file are others")?;
                let block = block(*index);
                let piece = change.map(|change| changed(text, item.get_ref(), change)).transpose()?;
                let piece = piece.map(|(range, piece)| (range.start - block.start..range.end - block.start, piece));
                blocks.push(replaced(&text[block], piece.into_iter().collect()).trim_end().to_owned());
            }
            Part::Validate { model, name } => blocks
                .push(format!("[[operations]]\nop = \"ValidateConstraint\"\nmodel = \"{model}\"\nname = \"{name}\"")),
        }
    }
    let mut pieces = vec![(first..text.len(), blocks.join("\n\n") + "\n")];
    let top = |name: &str| table.get(name).map(|value: &Spanned<DeValue<'_>>| value.span());
    let at = top("dependencies").map_or(0, |span| next_line(text, span.end)).min(first);
    if let Some(atomic) = to.atomic {
        match top("atomic") {
            Some(span) => pieces.push((span, atomic.to_string())),
            None if atomic => {}
            None => pieces.push((at..at, "atomic = false\n".to_owned())),
        }
    }
    if let Some(dependencies) = &to.dependencies {
        let ids: Vec<String> = dependencies.iter().map(|id| format!("\"{id}\"")).collect();
        let list = format!("[{}]", ids.join(", "));
        match top("dependencies") {
            Some(span) => pieces.push((span, list)),
            None => pieces.push((0..0, format!("dependencies = {list}\n"))),
        }
    }
    Ok(replaced(text, pieces))
}

fn changed(text: &str, operation: &DeValue<'_>, change: Change) -> Result<(Range<usize>, String), String> {
    let table = operation.as_table().ok_or("an operation is no table")?;
    match change {
        Change::Class(name) => {
            let op = table.get("op").ok_or("an operation has no `op`")?;
            Ok((op.span(), format!("\"{name}\"")))
        }
        Change::DbDefault => {
            let field = table.get("field").ok_or("the operation has no field")?;
            let default = field.get_ref().as_table().and_then(|field| field.get("default"));
            let default = default.ok_or("the field has no default")?.span();
            let is_inline = text[field.span().start..].starts_with('{');
            let between = if is_inline { ", " } else { "\n" };
            Ok((default.end..default.end, format!("{between}db_default = {}", &text[default])))
        }
    }
}
