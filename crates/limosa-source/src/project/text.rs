//! Reads a text as a migration of the project: an example, or a file as it would be after a change.

use std::path::Path;

use limosa_model::{Diagnostic, Migration, MigrationId};

use super::read::{File, context, read_file};
use super::{Migrations, Project};
use crate::python::Modules;

impl Project {
    /// Understands a text as a migration; what it is in follows from the end of its path.
    ///
    /// # Errors
    /// When it is not understood; what only Python could tell is not.
    pub fn understand(&self, id: MigrationId, path: &Path, text: &str) -> Result<Migration, Vec<Diagnostic>> {
        let source = self.sources.add(path, text.as_bytes().to_vec()).map_err(|diagnostic| vec![diagnostic])?;
        let is_python = path.extension().is_some_and(|extension| extension == "py");
        let package = match self.app(&id.app).map(|app| &app.migrations) {
            Some(Migrations::In { module, .. }) => module.as_str(),
            _ => "migrations",
        };
        let module = if is_python { format!("{package}.{}", id.name) } else { String::new() };
        let evaluated = Modules::default();
        let env = self.evaluation_env.as_ref();
        let context = context(&self.sources, &evaluated, &self.modules, &self.settings, env, &self.config);
        let read = read_file(&context, &File { id, path: path.to_owned(), module }, &source, &self.config.fields);
        let doubt = read.doubt.map(|doubt| {
            let message = format!("only Python can tell what this is: {}", doubt.reason);
            Diagnostic::error("not-understood", message).at(doubt.span, "here")
        });
        let mut wrong = read.diagnostics;
        wrong.extend(doubt);
        match read.migration {
            Some(migration) => Ok(migration),
            None => Err(wrong),
        }
    }
}
