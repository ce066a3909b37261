//! What each file says before it counts as understood or not: for tools that judge the reading itself.

use std::path::PathBuf;

use limosa_model::{Diagnostic, Migration, MigrationId, SmolStr};

use super::read::{self, File};
use super::understand::Configured;
use super::{Doubt, Project};
use crate::convert::Problem;
use crate::python::{self, Modules, RawMigration, SourceKnowledge};

/// Reads single files of a project as opening it does.
#[derive(Debug)]
pub struct Inspector<'a> {
    project: &'a Project,
    evaluated: Modules,
}

/// What one file in Python says.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// What the class says; nothing when there is none, or none that can be followed.
    pub raw: Option<RawMigration>,
    /// The migration, when everything that decides about the schema and the order is known.
    pub migration: Option<Migration>,
    /// What is not known.
    pub problems: Vec<Problem>,
    /// What is wrong with the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that holds a migration in Python.
#[derive(Clone, Debug)]
pub struct InspectedFile {
    /// The migration.
    pub id: MigrationId,
    /// The file.
    pub path: PathBuf,
    /// The dotted name of the module.
    pub module: SmolStr,
}

impl<'a> Inspector<'a> {
    /// Returns an inspector of the project's files, which shares what it learns about modules between them.
    pub fn new(project: &'a Project) -> Self {
        Self { project, evaluated: Modules::default() }
    }

    /// Returns the files with migrations in Python: apps in order, the files of each sorted by name.
    pub fn files(&self) -> Vec<InspectedFile> {
        let files = self.project.migration_files(&mut Vec::new()).into_iter();
        let python = files.filter(|file| !file.module.is_empty());
        python.map(|File { id, path, module }| InspectedFile { id, path, module: module.into() }).collect()
    }

    /// Reads a file.
    pub fn read(&self, file: &InspectedFile) -> Inspection {
        let project = self.project;
        let source = match project.sources.read(&file.path) {
            Ok(source) => source,
            Err(diagnostic) => return Inspection { diagnostics: vec![diagnostic], ..Inspection::default() },
        };
        let env = project.evaluation_env.as_ref();
        let context =
            read::context(&project.sources, &self.evaluated, &project.modules, &project.settings, env, &project.config);
        let (raw, mut diagnostics) = python::read_migration(&context, &source, file.id.clone(), &file.module);
        let Some(raw) = raw else {
            let doubt = read::take_doubt(&mut diagnostics);
            let problems =
                doubt.into_iter().map(|Doubt { reason, span }| Problem { place: "class".into(), reason, span });
            return Inspection { problems: problems.collect(), diagnostics, ..Inspection::default() };
        };
        let others = SourceKnowledge::new(context, Some(&raw));
        let understood = raw.migration_with(&Configured { fields: &project.config.fields, others: &others });
        let (migration, problems) = match understood {
            Ok(migration) => (Some(migration), Vec::new()),
            Err(problems) => (None, problems),
        };
        Inspection { raw: Some(raw), migration, problems, diagnostics }
    }
}
