//! Squawk's own examples: the statements of the tests of its rules, read from its crate, of which nothing is kept here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use serde_json::Value;

use super::case::{Body, Case};
use super::rules::Tool;
use crate::servers::succeed;

/// The calls by which a test says that a rule finds something, and that it finds nothing.
const BAD: [&str; 6] = ["lint_errors", "lint_errors_with", "lint", "fix", "fix_sql", "fix_sql_with"];
const GOOD: [&str; 2] = ["lint_ok", "lint_ok_with"];

/// Reads the examples of a version, and the names of the tests from which none could be read.
pub(super) fn read(squawk: &Tool, cache: &Path) -> Result<(Vec<Case>, Vec<String>)> {
    let mut files = Vec::new();
    find_files(&fetch(&squawk.version, cache)?.join("src/rules"), &mut files)?;
    files.sort();
    let (mut cases, mut left) = (Vec::new(), Vec::new());
    for file in &files {
        let text = fs_err::read_to_string(file)?;
        let tokens: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
        let mut tests = Vec::new();
        find_tests(tokens, &mut tests);
        let common = Common::of(text.split_once("mod test").map_or("", |(_, tests)| tests));
        for (name, body) in tests {
            let read = examples(&body, &common);
            if read.is_empty() {
                left.push(format!("{}::{name}", file.file_stem().unwrap_or_default().to_string_lossy()));
            }
            let several = read.len() > 1;
            for (index, example) in read.into_iter().enumerate() {
                let rule = squawk.rule(&example.rule).with_context(|| {
                    format!("{name} of squawk is about {}, which xtask/checks/rules.toml does not know", example.rule)
                })?;
                let number = if several { format!(" {}", index + 1) } else { String::new() };
                cases.push(example.case(&rule.name, &format!("{name}{number}")));
            }
        }
    }
    ensure!(!cases.is_empty(), "the crate of squawk {} has no examples", squawk.version);
    Ok((cases, left))
}

/// Finds the files of Rust in a folder and in those inside of it.
fn find_files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Has cargo bring the crate, and returns its folder.
fn fetch(version: &str, cache: &Path) -> Result<PathBuf> {
    let project = cache.join(format!("squawk-{version}"));
    fs_err::create_dir_all(&project)?;
    fs_err::write(project.join("lib.rs"), "")?;
    let manifest = format!(
        "[workspace]\n[package]\nname = \"examples\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
         [dependencies]\nsquawk-linter = \"={version}\"\n"
    );
    fs_err::write(project.join("Cargo.toml"), manifest)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let text =
        succeed(Command::new(cargo).args(["metadata", "--format-version", "1", "--quiet"]).current_dir(&project))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let package = packages.iter().find(|package| package["name"] == "squawk-linter").context("no squawk-linter")?;
    let path = package["manifest_path"].as_str().context("squawk-linter is nowhere")?;
    Ok(Path::new(path).parent().context("squawk-linter is nowhere")?.to_owned())
}

/// A statement with what a rule makes of it.
struct Example {
    rule: String,
    sql: String,
    dangerous: bool,
    transaction: bool,
    version: Option<u32>,
}

impl Example {
    fn case(self, rule: &str, name: &str) -> Case {
        Case {
            name: format!("{rule}/{name}"),
            rule: Some(rule.to_owned()),
            dangerous: self.dangerous,
            transaction: self.transaction && !self.sql.contains("squawk-disable-assume-in-transaction"),
            version: self.version,
            ..Case::new(Body::Sql(self.sql))
        }
    }
}

/// What the helpers of a file's tests add to each call.
struct Common {
    rule: Option<String>,
    /// The version of PostgreSQL that `fix` stands for.
    fix: Option<u32>,
}

impl Common {
    fn of(tests: &str) -> Self {
        let fix = tests.split_once("fn fix(").and_then(|(_, rest)| rest.split_once('}'));
        Self { rule: rule_in(tests), fix: fix.filter(|(body, _)| body.contains("pg19")).map(|_| 19) }
    }
}

/// Finds the functions with `#[test]`, in modules as well.
fn find_tests(tokens: TokenStream, found: &mut Vec<(String, Vec<TokenTree>)>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Bracket && group.stream().to_string() == "test" =>
            {
                let rest = &tokens[index + 1..];
                let is_function = matches!(rest.first(), Some(TokenTree::Ident(word)) if word == "fn");
                let name = rest.get(1).map(ToString::to_string).filter(|_| is_function);
                let body = rest.iter().find_map(|token| match token {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
                    _ => None,
                });
                if let (Some(name), Some(body)) = (name, body) {
                    let mut flat = Vec::new();
                    flatten(body, &mut flat);
                    found.push((name, flat));
                }
            }
            TokenTree::Group(group) if index > 1 && is_module(&tokens[index - 2..index]) => {
                find_tests(group.stream(), found)
            }
            _ => {}
        }
    }
}

fn is_module(before: &[TokenTree]) -> bool {
    matches!(before, [TokenTree::Ident(word), TokenTree::Ident(_)] if word == "mod")
}

/// Writes all tokens in one row; a group is followed by what is in it.
fn flatten(tokens: TokenStream, flat: &mut Vec<TokenTree>) {
    for token in tokens {
        let inner = match &token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        };
        flat.push(token);
        if let Some(inner) = inner {
            flatten(inner, flat);
        }
    }
}

/// Reads the calls of a test, each with the text that it is given or that was bound before.
fn examples(body: &[TokenTree], common: &Common) -> Vec<Example> {
    let text: String =
        body.iter().filter(|token| !matches!(token, TokenTree::Group(_))).map(|token| format!("{token} ")).collect();
    let transaction = text.contains("assume_in_transaction : true");
    let version = text.split_once("pg_version : \"").and_then(|(_, rest)| rest.split(['"', '.']).next()?.parse().ok());
    let version = version.or(text.contains("pg19").then_some(19));
    let mut bound: Option<String> = None;
    let mut found = Vec::new();
    for (index, token) in body.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            found.extend(row(group));
        }
        let TokenTree::Ident(word) = token else { continue };
        let word = word.to_string();
        if word == "sql" && matches!(body.get(index + 1), Some(TokenTree::Punct(mark)) if mark.as_char() == '=') {
            bound = body.get(index + 2).and_then(string);
        }
        let dangerous = BAD.contains(&&*word);
        let Some(TokenTree::Group(arguments)) = body.get(index + 1).filter(|_| dangerous || GOOD.contains(&&*word))
        else {
            continue;
        };
        let own = arguments.stream().into_iter().next().and_then(|first| string(&first));
        let rule = rule_in(&arguments.stream().to_string()).or_else(|| common.rule.clone());
        let version = version.or(common.fix.filter(|_| word == "fix"));
        if let (Some(sql), Some(rule)) = (own.or_else(|| bound.clone()), rule) {
            found.push(Example { rule, sql, dangerous, transaction, version });
        }
    }
    found
}

/// Reads a row of a table of examples, `(Rule::BanDropColumn, "what is found", "what is not")`, of which the last may be missing.
fn row(group: &Group) -> Vec<Example> {
    let is_row = matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "Rule");
    let Some(rule) = rule_in(&group.stream().to_string()).filter(|_| is_row) else { return Vec::new() };
    let texts = group.stream().into_iter().filter_map(|token| string(&token)).zip([true, false]);
    texts
        .map(|(sql, dangerous)| Example { rule: rule.clone(), sql, dangerous, transaction: false, version: None })
        .collect()
}

/// Returns the name of the first rule that a text mentions: `Rule::BanDropColumn` is `ban-drop-column`.
fn rule_in(text: &str) -> Option<String> {
    let plain: String = text.split_whitespace().collect();
    let (_, rest) = plain.split_once("Rule::")?;
    let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    let mut name = String::new();
    for letter in word.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    Some(name)
}

/// Returns the text of a literal.
fn string(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}
