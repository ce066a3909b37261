//! Reads the migrations of one package and sorts the files by what came of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;
use limosa_model::operations::{OperationKind, StateEffect};
use limosa_model::{MigrationId, Operation, Severity, Span};
use limosa_source::config::{Env, Options};
use limosa_source::project::{InspectedFile, Inspection, Inspector, Need, Project};
use serde::Serialize;

use super::list::Package;
use super::site::{App, Site};

/// What came of a package.
#[derive(Debug, Serialize)]
pub(super) struct PackageReading {
    pub(super) name: String,
    pub(super) version: String,
    /// The operations of all files, those inside others not counted.
    pub(super) operations: usize,
    pub(super) files: Vec<FileReading>,
    /// How many apps have migrations.
    pub(super) apps: usize,
    /// The apps whose configuration, the label and the name, only Python can tell.
    pub(super) open_apps: Vec<String>,
    /// Why.
    pub(super) doubts: Vec<String>,
}

/// What came of a file.
#[derive(Debug, Serialize)]
pub(super) struct FileReading {
    /// The path within the package.
    pub(super) file: String,
    pub(super) operations: usize,
    /// Why it is not static, and where.
    pub(super) reasons: Vec<Reason>,
    pub(super) outcome: Outcome,
}

/// Why something is not known.
#[derive(Debug, Serialize)]
pub(super) struct Reason {
    /// Which operation or attribute.
    pub(super) place: String,
    pub(super) line: usize,
    pub(super) reason: String,
}

/// How much of a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// Everything that decides about the schema and the order.
    Static,
    /// The project's Python must be asked.
    Bridged,
    /// It is no migration that could be loaded.
    Reported,
    /// The reader panicked.
    Panicked,
}

impl PackageReading {
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.files.iter().filter(|file| file.outcome == outcome).count()
    }

    pub(super) fn panicked(&self) -> usize {
        self.count(Outcome::Panicked)
    }

    /// Counts the operations in files that are static, and those of other files that are understood by themselves.
    pub(super) fn known_operations(&self) -> usize {
        let unknown = self.files.iter().filter(|file| file.outcome != Outcome::Static);
        let unknown: usize = unknown.map(FileReading::unknown_operations).sum();
        self.operations - unknown
    }
}

impl FileReading {
    fn unknown_operations(&self) -> usize {
        let mut places: Vec<&str> = self.reasons.iter().filter_map(|reason| reason.place.split('.').next()).collect();
        places.sort_unstable();
        places.dedup();
        let whole = places.iter().any(|place| place.parse::<usize>().is_err());
        if whole { self.operations } else { places.len().min(self.operations) }
    }
}

/// Reads the migrations of a package.
pub(super) fn read(package: &Package, site: &Site) -> Result<PackageReading> {
    let project = open(site)?;
    let inspector = Inspector::new(&project);
    let all = inspector.files();
    let mut files = Vec::new();
    let mut open_apps = Vec::new();
    for app in &site.apps {
        let mut own: Vec<InspectedFile> =
            all.iter().filter(|file| file.path.starts_with(&app.migrations)).cloned().collect();
        if own.is_empty() {
            // What the migrations say does not depend on the app's configuration.
            own = files_of(app)?;
            if !own.is_empty() {
                open_apps.push(app.name.clone());
            }
        }
        files.extend(own.iter().map(|file| read_file(&project, &inspector, file, app)));
    }
    let mut doubts = Vec::new();
    for need in &project.needs {
        if let Need::Describe { doubts: more } = need {
            doubts.extend(more.iter().map(|doubt| doubt.reason.clone()));
        }
    }
    Ok(PackageReading {
        name: package.name.clone(),
        version: package.version.clone(),
        operations: files.iter().map(|file| file.operations).sum(),
        files,
        apps: site.apps.len(),
        open_apps,
        doubts,
    })
}

/// Counts the files with migrations of a package.
pub(super) fn count(site: &Site) -> Result<usize> {
    site.apps.iter().map(|app| Ok(files_of(app)?.len())).sum()
}

/// Lists the files of an app whose configuration is not known; its label does not matter here.
fn files_of(app: &App) -> Result<Vec<InspectedFile>> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(&app.migrations)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".py"));
        let Some(name) = name.filter(|name| !name.starts_with(['_', '~']) && !name.contains('.')) else { continue };
        let label = app.name.rsplit('.').next().unwrap_or(&app.name);
        let module = format!("{}.migrations.{name}", app.name).into();
        files.push(InspectedFile { id: MigrationId::new(label, name), module, path });
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Opens the project that installs a package.
pub(super) fn open(site: &Site) -> Result<Project> {
    let options = Options {
        project: Some(site.project.clone()),
        python: Some(site.python.clone()),
        settings: Some("corpus_settings".into()),
        ..Options::default()
    };
    Ok(Project::open(&options, &Env::empty())?)
}

fn read_file(project: &Project, inspector: &Inspector<'_>, file: &InspectedFile, app: &App) -> FileReading {
    let folder = app.name.replace('.', "/");
    let within = file.path.strip_prefix(&app.migrations).unwrap_or(&file.path);
    let name = format!("{folder}/migrations/{}", within.display());
    let Ok(inspection) = catch_unwind(AssertUnwindSafe(|| inspector.read(file))) else {
        let reasons = vec![Reason { place: "file".into(), line: 1, reason: "the reader panicked".into() }];
        return FileReading { file: name, operations: 0, reasons, outcome: Outcome::Panicked };
    };
    let line =
        |span: Option<Span>| span.and_then(|span| project.sources.location(span)).map_or(1, |location| location.line);
    let raw = inspection.raw.as_ref();
    let operations = raw.and_then(|raw| raw.operations.items()).map_or(0, <[_]>::len);
    let (outcome, mut reasons) = judge(&inspection, &line);
    for reason in &mut reasons {
        reason.reason = reason.reason.replace(&format!("{}/", app.migrations.display()), "");
    }
    FileReading { file: name, operations, reasons, outcome }
}

fn judge(inspection: &Inspection, line: &dyn Fn(Option<Span>) -> usize) -> (Outcome, Vec<Reason>) {
    let wrong = inspection.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let wrong: Vec<Reason> = wrong
        .map(|diagnostic| Reason {
            place: "file".into(),
            line: line(diagnostic.labels.first().map(|(span, _)| *span)),
            reason: diagnostic.message.clone(),
        })
        .collect();
    if !wrong.is_empty() {
        return (Outcome::Reported, wrong);
    }
    let mut reasons: Vec<Reason> = inspection
        .problems
        .iter()
        .map(|problem| Reason {
            place: problem.place.clone(),
            line: line(problem.span),
            reason: problem.reason.clone(),
        })
        .collect();
    for (position, operation) in
        inspection.migration.iter().flat_map(|migration| migration.operations.iter().enumerate())
    {
        unknown_effects(operation, &position.to_string(), line, &mut reasons);
    }
    if reasons.is_empty() && inspection.migration.is_none() {
        reasons.push(Reason { place: "file".into(), line: 1, reason: "there is no migration".into() });
        return (Outcome::Reported, reasons);
    }
    (if reasons.is_empty() { Outcome::Static } else { Outcome::Bridged }, reasons)
}

/// Collects operations whose effect on the state only running them tells.
fn unknown_effects(
    operation: &Operation,
    place: &str,
    line: &dyn Fn(Option<Span>) -> usize,
    reasons: &mut Vec<Reason>,
) {
    let inner: Vec<&Operation> = match &operation.kind {
        OperationKind::Custom(custom) => match &custom.effect {
            StateEffect::Unknown => {
                let reason = format!("what `{}` does to the state is not known", custom.class);
                reasons.push(Reason { place: place.into(), line: line(operation.span.0), reason });
                return;
            }
            StateEffect::Base(base) => vec![base],
            _ => return,
        },
        OperationKind::SeparateDatabaseAndState(both) => {
            both.database_operations.iter().chain(&both.state_operations).collect()
        }
        OperationKind::RunSql(run) => run.state_operations.iter().collect(),
        _ => return,
    };
    for operation in inner {
        unknown_effects(operation, place, line, reasons);
    }
}
