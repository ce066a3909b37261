//! Migrations in SQL: a header of comments, the SQL forwards and the SQL back.
//!
//! ```sql
//! -- limosa: dependencies blog.0001_initial
//! -- limosa: atomic false
//! -- limosa: forwards
//! CREATE INDEX CONCURRENTLY post_slug_idx ON blog_post (slug);
//! -- limosa: backwards
//! DROP INDEX CONCURRENTLY post_slug_idx;
//! ```

use limosa_model::stage::delay;
use limosa_model::value::Kwargs;
use limosa_model::{Diagnostic, MigrationId, SmolStr, Span, Stage, Value, suggest};

use super::{MigrationFile, dependency};
use crate::sources::Source;

const KEYS: [&str; 9] =
    ["dependencies", "replaces", "run_before", "initial", "stage", "delay", "atomic", "forwards", "backwards"];
/// How a line of the header begins, after `--` and blanks.
const MARK: &str = "limosa:";

/// Returns whether the text begins with a header, be it after other comments.
pub(crate) fn has_header(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with("--"));
    lines.any(|line| mark(line).is_some())
}

/// Reads a migration from SQL; what is wrong with it is reported with its place.
///
/// Without a `forwards` line the whole file is the SQL forwards.
pub fn read(source: &Source, id: MigrationId) -> (Option<MigrationFile>, Vec<Diagnostic>) {
    let mut reader =
        Reader { source, file: MigrationFile::new(id, source.id), diagnostics: Vec::new(), seen: Vec::new() };
    let (forwards, backwards) = reader.read();
    if reader.diagnostics.is_empty() {
        let mut kwargs = Kwargs::default();
        let span = Some(source.span(0..source.text.len()));
        kwargs.set("sql", Value::from(forwards.trim()));
        if let Some(backwards) = backwards {
            kwargs.set("reverse_sql", Value::from(backwards.trim()));
        }
        reader.file.operations.push(Value::call("django.db.migrations.RunSQL", Vec::new(), kwargs, span));
        return (Some(reader.file), Vec::new());
    }
    (None, reader.diagnostics)
}

struct Reader<'a> {
    source: &'a Source,
    file: MigrationFile,
    diagnostics: Vec<Diagnostic>,
    seen: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    /// Returns the SQL forwards and the SQL back, and fills in the rest.
    fn read(&mut self) -> (String, Option<String>) {
        let text = &self.source.text;
        let mut before = String::new();
        let mut forwards: Option<String> = None;
        let mut backwards: Option<String> = None;
        let mut at = 0;
        let mut in_backwards = false;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            if let Some(rest) = mark(line) {
                let (key, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                let offset = start + line.find(MARK).unwrap_or(0) + MARK.len();
                let span = self.source.span(start..at - (line.len() - line.trim_end().len()));
                let key_at = text[offset..].find(key).map_or(offset, |found| offset + found);
                let key_span = self.source.span(key_at..key_at + key.len());
                if self.seen.contains(&key) {
                    self.error("duplicate-key", key_span, format!("`{key}` stands there twice"), "remove one of them");
                    continue;
                }
                self.seen.push(key);
                match key {
                    "forwards" => {
                        forwards = Some(String::new());
                        in_backwards = false;
                    }
                    "backwards" => {
                        backwards = Some(String::new());
                        in_backwards = true;
                    }
                    _ if forwards.is_some() || backwards.is_some() => {
                        self.error(
                            "misplaced-key",
                            span,
                            format!("`{key}` stands below the SQL"),
                            "write the header above `-- limosa: forwards`",
                        );
                    }
                    _ => self.header(key, value.trim(), key_span, span),
                }
                continue;
            }
            match (in_backwards, &mut forwards, &mut backwards) {
                (true, _, Some(text)) | (false, Some(text), _) => text.push_str(line),
                _ => before.push_str(line),
            }
        }
        let has_statement = before.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with("--"));
        match forwards {
            Some(_) if has_statement => {
                let span = self.source.span(0..before.len());
                self.error(
                    "misplaced-sql",
                    span,
                    "SQL stands above `-- limosa: forwards`".into(),
                    "move it below that line",
                );
                (String::new(), backwards)
            }
            Some(forwards) => (forwards, backwards),
            None => (before, backwards),
        }
    }

    fn header(&mut self, key: &str, value: &str, key_span: Span, span: Span) {
        match key {
            "dependencies" => self.file.dependencies = self.dependencies(value, span),
            "replaces" => self.file.replaces = self.dependencies(value, span),
            "run_before" => self.file.run_before = self.dependencies(value, span),
            "initial" => self.file.initial = self.bool(value, span),
            "atomic" => self.file.atomic = self.bool(value, span).unwrap_or(true),
            "stage" if Stage::parse(value).is_some() => {
                self.file.attributes.push((SmolStr::new_static("stage"), Value::from(value)));
            }
            "delay" if delay(value).is_some() => {
                self.file.attributes.push((SmolStr::new_static("delay"), Value::from(value)));
            }
            "delay" => {
                let message = format!("`{value}` is no delay");
                self.error("wrong-type", span, message, "write a number with s, m, h or d, such as 2h");
            }
            "stage" => {
                let help = suggest::help(value, Stage::NAMES);
                self.error("unknown-value", span, format!("unknown stage `{value}`"), &help);
            }
            _ => {
                let help = suggest::help(key, KEYS);
                self.error("unknown-key", key_span, format!("unknown key `{key}` in a migration"), &help);
            }
        }
    }

    fn dependencies(&mut self, value: &str, span: Span) -> Vec<MigrationId> {
        let mut ids = Vec::new();
        for text in value.split([',', ' ', '\t']).filter(|text| !text.is_empty()) {
            match dependency(text) {
                Some(id) => ids.push(id),
                None => {
                    let help = "write the app and the migration: blog.0001_initial";
                    self.error("invalid-dependency", span, format!("`{text}` names no migration"), help);
                }
            }
        }
        ids
    }

    fn bool(&mut self, value: &str, span: Span) -> Option<bool> {
        match value {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.error("wrong-type", span, format!("`{value}` is neither true nor false"), "write true or false");
                None
            }
        }
    }

    fn error(&mut self, code: &'static str, span: Span, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::error(code, message).at(span, "here").help(help));
    }
}

/// Returns what follows `-- limosa:` on a line, or nothing; `ignore` is a comment for the checks.
pub(crate) fn mark(line: &str) -> Option<&str> {
    let mark = line.trim().strip_prefix("--")?.trim_start().strip_prefix(MARK)?.trim();
    let is_comment = matches!(mark.split_whitespace().next(), Some("ignore" | "ignore-file"));
    (!is_comment).then_some(mark)
}
