//! `[fields]`: how field classes store that are not Django's.

use limosa_model::{Diagnostic, SmolStr, Span};

use super::table::Table;

/// How a field class stores that is not Django's own.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FieldClass {
    /// The class of Django's that it stores as.
    pub base: Option<SmolStr>,
    /// The type of its column by vendor (`postgresql`, `sqlite`, `mysql`), where it is not the base's; `None` for no column.
    pub types: Vec<(SmolStr, Option<SmolStr>)>,
    /// Where it was written.
    pub span: Option<Span>,
}

const VENDORS: [&str; 3] = ["postgresql", "sqlite", "mysql"];
const KEYS: [&str; 4] = ["base", "postgresql", "sqlite", "mysql"];

impl FieldClass {
    /// Reads one entry: the base as a text, or a table of `base` and types by vendor (`false` for no column).
    pub(super) fn read(section: &mut Table<'_, '_>, class: &str) -> Option<Self> {
        let span = section.span_of(class);
        if section.is_text(class) {
            let base = section.text(class)?;
            return Some(Self { base: Some(expand(&base.value)), types: Vec::new(), span });
        }
        let mut table = section.table(class, &KEYS)?;
        let base = table.text("base").map(|base| expand(&base.value));
        let mut types = Vec::new();
        for vendor in VENDORS {
            let ty = if table.is_bool(vendor) {
                match table.bool(vendor)?.value {
                    false => None,
                    true => continue,
                }
            } else {
                let Some(text) = table.text(vendor) else { continue };
                Some(text.value)
            };
            types.push((vendor.into(), ty));
        }
        if base.is_none() && types.is_empty() {
            let diagnostic = Diagnostic::error("invalid-configuration", format!("`fields.{class}` says nothing"));
            let help = "write `base = \"django.db.models.CharField\"`, or the column's type by vendor: `postgresql = \"citext\"`";
            table.report(diagnostic.at(span, "here").help(help));
            return None;
        }
        Some(Self { base, types, span })
    }
}

/// Allows Django's own classes to be named without their module.
fn expand(class: &str) -> SmolStr {
    if class.contains('.') { class.into() } else { format!("django.db.models.{class}").into() }
}
