//! Diagnostics as rustc shows them: the place, the line, what to do.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use limosa_model::{Diagnostic, Severity, Span};
use limosa_source::sources::{Source, Sources};

use super::redact::redact;

/// Writes a diagnostic with the lines that it is about.
pub fn diagnostic(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let files: Vec<(Span, std::sync::Arc<Source>, &str)> = diagnostic
        .labels
        .iter()
        .filter_map(|(span, label)| Some((*span, sources.get(span.source)?, label.as_str())))
        .collect();
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str()));
    let mut shown = Vec::new();
    for (span, source, _) in &files {
        if shown.contains(&span.source) {
            continue;
        }
        shown.push(span.source);
        // Only the lines around the labels: a file may have megabytes.
        let same = || files.iter().filter(|(other, ..)| other.source == span.source);
        let window = window(&source.text, same().map(|(span, ..)| range(*span)));
        let path = source.path.display().to_string();
        let mut snippet = Snippet::source(redact(&source.text[window.clone()]).into_owned())
            .line_start(source.line_column(window.start).0)
            .path(path);
        for (index, (span, _, label)) in same().enumerate() {
            let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let range = range(*span);
            // A span need not fit the text: one that is not UTF-8 is shown with other characters in their place.
            let start = source.text.floor_char_boundary(range.start.clamp(window.start, window.end));
            let end = source.text.ceil_char_boundary(range.end.clamp(window.start, window.end));
            let range = start - window.start..end.max(start) - window.start;
            snippet = snippet.annotation(kind.span(range).label(*label));
        }
        group = group.element(snippet);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group]) + "\n"
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Returns the part of the text from the line before the first range to the line after the last, cut in very long lines.
fn window(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> Range<usize> {
    const LONGEST: usize = 2000;
    let (start, end) = ranges.fold((usize::MAX, 0), |(start, end), range| (start.min(range.start), end.max(range.end)));
    let (start, end) =
        (start.min(text.len()), end.clamp(start.min(text.len()), text.len()).min(start.saturating_add(4 * LONGEST)));
    let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| end + newline);
    let first = first.max(start.saturating_sub(LONGEST));
    let last = last.min(end.saturating_add(LONGEST)).min(text.len());
    text.floor_char_boundary(first)..text.floor_char_boundary(last)
}
