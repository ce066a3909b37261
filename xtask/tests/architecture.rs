//! The arrows between crates: what ARCHITECTURE.md allows, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// For each crate, those of the workspace that it may depend on, and outside crates that belong to it alone.
const ALLOWED: &[(&str, &[&str])] = &[
    ("limosa-model", &[]),
    ("limosa-sql", &["limosa-model"]),
    ("limosa-plan", &["limosa-model", "limosa-sql"]),
    ("limosa-check", &["limosa-model", "limosa-plan", "limosa-sql"]),
    ("limosa-source", &["limosa-model"]),
    ("limosa-db", &["limosa-sql"]),
    ("limosa-engine", &["limosa-db", "limosa-model", "limosa-plan", "limosa-sql"]),
    (
        "limosa",
        &["limosa-check", "limosa-db", "limosa-engine", "limosa-model", "limosa-plan", "limosa-source", "limosa-sql"],
    ),
];

/// Dependencies that must stay behind one crate's border.
const FENCED: &[(&str, &[&str])] = &[
    ("ruff_python_parser", &["limosa-source"]),
    ("ruff_python_ast", &["limosa-source"]),
    ("tokio-postgres", &["limosa-db"]),
    ("rusqlite", &["limosa-db"]),
    ("cel", &["limosa-check"]),
    ("clap", &["limosa", "xtask"]),
    ("tokio", &["limosa-db", "limosa-engine", "limosa", "limosa-example-embedded", "xtask"]),
];

#[test]
fn dependency_arrows() {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata");
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, arrows)| (*name, arrows.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        for dependency in normal {
            let (from, to) = (package.name.as_str(), dependency.name.as_str());
            if let Some(arrows) = allowed.get(from)
                && (to == "limosa" || to.starts_with("limosa-"))
                && !arrows.contains(to)
            {
                wrong.push(format!("{from} -> {to}"));
            }
            if let Some((_, owners)) = FENCED.iter().find(|(name, _)| *name == to)
                && from != "limosa-testkit"
                && !owners.contains(&from)
            {
                wrong.push(format!("{from} -> {to} (belongs to {})", owners.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that ARCHITECTURE.md does not allow: {wrong:#?}");
    let known = metadata.packages.iter().filter(|package| allowed.contains_key(package.name.as_str())).count();
    assert_eq!(known, ALLOWED.len(), "a crate of the table is gone: update the table and ARCHITECTURE.md");
}
