//! The comments in the files of migrations that allow findings.

use std::collections::BTreeMap;
use std::ops::Range;

use limosa_check::suppress::{File, Sifted, Suppressed, sift as sift_file};
use limosa_check::{Finding, Rules};
use limosa_model::operations::OperationKind;
use limosa_model::{Migration, MigrationId, Operation};
use limosa_source::sources::Source;
use limosa_sql::dialect::Dialect;
use limosa_sql::split::split;

use crate::workspace::Workspace;

/// The operation of `django-migration-linter` by which a migration is left alone.
const IGNORE: &str = "IgnoreMigration";

/// Takes out what comments allow; the migrations are those that were looked at.
pub(super) fn sift(
    workspace: &Workspace,
    dialect: Dialect,
    migrations: &[&Migration],
    findings: Vec<Finding>,
    rules: &Rules<'_>,
) -> Sifted {
    let today = jiff::Zoned::now().date().to_string();
    let mut by_migration: BTreeMap<MigrationId, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_migration.entry(finding.migration.clone()).or_default().push(finding);
    }
    let mut all = Sifted::default();
    for migration in migrations {
        let findings = by_migration.remove(&migration.id).unwrap_or_default();
        if ignores_all(migration) {
            let reason = Some(format!("{IGNORE}()"));
            let allowed = |finding| Suppressed { finding, reason: reason.clone(), in_source: true };
            all.suppressed.extend(findings.into_iter().map(allowed));
            continue;
        }
        let Some(source) = migration.source.and_then(|id| workspace.sources().get(id)) else {
            all.findings.extend(findings);
            continue;
        };
        let file = file(migration, &source, dialect);
        let located = |finding: Finding| {
            let place = finding.span.zip(finding.sql.as_deref().filter(|_| finding.own_sql));
            let place = place.and_then(|(span, sql)| workspace.statement_span(span, sql));
            Finding { span: place.or(finding.span), ..finding }
        };
        let sifted = sift_file(&file, findings.into_iter().map(located).collect(), rules, &today);
        all.findings.extend(sifted.findings);
        all.suppressed.extend(sifted.suppressed);
    }
    all
}

fn file<'a>(migration: &'a Migration, source: &'a Source, dialect: Dialect) -> File<'a> {
    let mut operations = Vec::new();
    if source.path.extension().is_some_and(|extension| extension == "sql") {
        operations.extend(split(&source.text, dialect).into_iter().map(|statement| statement.range));
    } else {
        add(&migration.operations, &mut operations);
    }
    File { migration: &migration.id, source: source.id, text: &source.text, operations }
}

fn add(operations: &[Operation], ranges: &mut Vec<Range<usize>>) {
    for operation in operations {
        ranges.extend(operation.span.0.map(|span| span.start as usize..span.end as usize));
        if let OperationKind::SeparateDatabaseAndState(both) = &operation.kind {
            add(&both.database_operations, ranges);
        }
    }
}

fn ignores_all(migration: &Migration) -> bool {
    let is_mark = |operation: &Operation| match &operation.kind {
        OperationKind::Custom(custom) => {
            custom.class.starts_with("django_migration_linter") && custom.class.ends_with(IGNORE)
        }
        _ => false,
    };
    migration.operations.iter().any(is_mark)
}
