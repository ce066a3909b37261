//! How two lists of statements compare.

use std::fmt;

/// How one migration compares.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The migration's key, or what else was compared.
    pub name: String,
    /// Where it differs; nothing when it does not.
    pub difference: Option<Difference>,
    /// Why it counts as equal although it is not.
    pub excuse: Option<Excuse>,
}

/// Why something counts as equal although it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// Django's order was chance, and only that differs.
    Reordered,
    /// The default that goes into the rows is known to Python only.
    NeedsPython,
}

/// Where two lists differ.
#[derive(Clone, Debug)]
pub enum Difference {
    /// Ours could not be written.
    Error(String),
    /// What Django says that we do not, and what we say that Django does not, in order.
    Lines(Vec<String>),
}

impl Outcome {
    /// Compares what Django says with what we say.
    pub(super) fn new(name: impl fmt::Display, django: &[String], ours: Result<Vec<String>, String>) -> Self {
        let name = name.to_string();
        let ours = match ours {
            Ok(ours) => ours,
            Err(error) if error.contains("only Python can tell") => {
                return Self { name, difference: None, excuse: Some(Excuse::NeedsPython) };
            }
            Err(error) => return Self { name, difference: Some(Difference::Error(error)), excuse: None },
        };
        if django.len() == ours.len() && django.iter().zip(&ours).all(|(a, b)| a == b || masked(a) == masked(b)) {
            return Self { name, difference: None, excuse: None };
        }
        let mask = |lines: &[String]| lines.iter().map(|line| masked(line)).collect::<Vec<_>>();
        let (mut a, mut b) = (mask(django), mask(&ours));
        a.sort();
        b.sort();
        // Tables that are remade, and relations of a renamed model, come in the order of Python sets.
        let chance =
            |line: &String| line.contains("new__") || line.contains(" RENAME ") || line.contains("DROP CONSTRAINT");
        if a == b && django.iter().any(chance) {
            return Self { name, difference: None, excuse: Some(Excuse::Reordered) };
        }
        Self { name, difference: Some(Difference::Lines(diff(django, &ours))), excuse: None }
    }
}

/// The line with every literal that holds a time of day or a UUID replaced: defaults such as `now` differ from run to run.
fn masked(line: &str) -> String {
    let chance = |part: &str| {
        let digits = part.chars().filter(char::is_ascii_hexdigit).count();
        let time = part.len() >= 19 && part.contains(':') && part.starts_with("20") && digits >= 14;
        let time_alone = part.len() >= 8
            && part.split(':').count() == 3
            && part.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '.');
        let today = part.len() == 10 && ["2025-", "2026-", "2027-"].iter().any(|year| part.starts_with(year));
        time || time_alone || today || digits == 32 && part.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
    };
    let parts: Vec<&str> = line.split('\'').map(|part| if chance(part) { "<chance>" } else { part }).collect();
    parts.join("'")
}

/// The lines by which two lists differ, those of Django with `-`, ours with `+`.
fn diff(django: &[String], ours: &[String]) -> Vec<String> {
    let width = ours.len() + 1;
    let mut longest = vec![0_usize; (django.len() + 1) * width];
    for i in (0..django.len()).rev() {
        for j in (0..ours.len()).rev() {
            longest[i * width + j] = if django[i] == ours[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < django.len() || j < ours.len() {
        if i < django.len() && j < ours.len() && django[i] == ours[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == ours.len() || i < django.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            lines.push(format!("- {}", django[i]));
            i += 1;
        } else {
            lines.push(format!("+ {}", ours[j]));
            j += 1;
        }
    }
    lines
}
