//! The project's own rules, from the configuration.

use limosa_check::policy::{Definition, On, Part};
use limosa_check::{Level, Policy};
use limosa_model::{Diagnostic, SmolStr, Span};
use limosa_source::config::{PolicySection, Sourced};
use limosa_source::project::Project;

/// Reads the policies of a project; what is wrong with one does not hide the others.
///
/// # Errors
/// When an expression names what there is not, or something else about a policy is wrong.
pub(crate) fn read(project: &Project) -> Result<Vec<Policy>, Vec<Diagnostic>> {
    let (mut policies, mut wrong) = (Vec::<Policy>::new(), Vec::new());
    for section in &project.config.checks.policies {
        match policy(section, project) {
            Ok(policy) if policies.iter().any(|other| other.code == policy.code) => {
                let span = section.code.as_ref().and_then(Sourced::span);
                let message = format!("two policies have the code `{}`", policy.code);
                wrong.push(error(message, span).help("give one of them another code"));
            }
            Ok(policy) => policies.push(policy),
            Err(more) => wrong.extend(more),
        }
    }
    if wrong.is_empty() { Ok(policies) } else { Err(wrong) }
}

fn policy(section: &PolicySection, project: &Project) -> Result<Policy, Vec<Diagnostic>> {
    let text = |key: &Option<Sourced<SmolStr>>| key.as_ref().map(|key| key.value.to_string());
    let mut wrong = Vec::new();
    let level =
        chosen(section.level.as_ref(), Level::Error, Level::parse, "level", &["note", "warning", "error"], &mut wrong);
    let on = chosen(section.on.as_ref(), On::Operation, On::parse, "kind of thing to look at", &On::NAMES, &mut wrong);
    let read = Policy::read(Definition {
        code: section.code.as_ref().map(|code| code.value.clone()).unwrap_or_default(),
        name: section.name.as_ref().map(|name| name.value.clone()),
        level,
        on,
        when: text(&section.when).unwrap_or_default(),
        message: text(&section.message).unwrap_or_default(),
        help: text(&section.help),
    });
    let problems = match read {
        Ok(policy) if wrong.is_empty() => return Ok(policy),
        Ok(_) => return Err(wrong),
        Err(problems) => problems,
    };
    for (part, problem) in problems {
        let key = match part {
            Part::Code => &section.code,
            Part::When => &section.when,
            Part::Message => &section.message,
            Part::Help => &section.help,
        };
        let span = key.as_ref().and_then(Sourced::span);
        let inside = span.zip(problem.part.as_deref()).and_then(|(span, part)| narrowed(project, span, part));
        let diagnostic = error(problem.message, inside.or(span));
        wrong.push(match problem.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }
    Err(wrong)
}

/// Returns what a word names; one that names nothing is an error.
fn chosen<T>(
    word: Option<&Sourced<SmolStr>>,
    usual: T,
    parse: impl Fn(&str) -> Option<T>,
    what: &str,
    names: &[&str],
    wrong: &mut Vec<Diagnostic>,
) -> T {
    let Some(word) = word else { return usual };
    parse(&word.value).unwrap_or_else(|| {
        let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
        let diagnostic = error(format!("unknown {what} `{}`", word.value), word.span());
        wrong.push(diagnostic.help(format!("write {}", names.join(" or "))));
        usual
    })
}

/// Returns the place of a part of what stands at a place, when it stands there as it is.
fn narrowed(project: &Project, span: Span, part: &str) -> Option<Span> {
    let source = project.sources.get(span.source)?;
    let text = source.text.get(span.start as usize..span.end as usize)?;
    let is_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    let stands_alone = |at: &usize| {
        !is_name(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_name(bytes.get(at + part.len()))
    };
    let at = text.match_indices(part).map(|(at, _)| at).find(stands_alone)?;
    let start = span.start as usize + at;
    Some(source.span(start..start + part.len()))
}

fn error(message: String, span: Option<Span>) -> Diagnostic {
    Diagnostic::error("invalid-policy", message).at(span, "here")
}
