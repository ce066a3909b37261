//! Projects in temporary folders, and how what is found in them is shown.

use std::path::{Path, PathBuf};

use limosa_model::Diagnostic;
use limosa_source::config::{Env, Options};
use limosa_source::project::{Need, OpenError, Project};
use limosa_source::sources::Sources;

/// Paths and texts, or names and values.
pub(crate) type Files<'a> = &'a [(&'a str, &'a str)];

/// A folder that is gone after the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// Makes a folder with these files.
    pub(crate) fn new<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text.as_ref());
        }
        folder
    }

    /// Makes a folder with a virtual environment in `.venv`, in which a small Django is installed, and these files.
    pub(crate) fn django(files: &[(&str, &str)]) -> Self {
        let folder = Self::new(files);
        let site = ".venv/lib/python3.12/site-packages";
        folder.write(".venv/pyvenv.cfg", b"home = /nowhere/bin\nversion = 3.12.1\n");
        folder.write(".venv/bin/python", b"");
        folder.write(&format!("{site}/django/__init__.py"), b"VERSION = (5, 2, 19, \"final\", 0)\n");
        folder.write(&format!("{site}/django/conf/__init__.py"), b"");
        folder.write(
            &format!("{site}/django/conf/global_settings.py"),
            b"INSTALLED_APPS = []\nDATABASES = {}\nDATABASE_ROUTERS = []\nMIGRATION_MODULES = {}\nUSE_TZ = True\n\
              TIME_ZONE = 'America/Chicago'\nAUTH_USER_MODEL = 'auth.User'\nDEFAULT_TABLESPACE = ''\n\
              DEFAULT_INDEX_TABLESPACE = ''\nDEFAULT_AUTO_FIELD = 'django.db.models.AutoField'\n",
        );
        if !folder.path("manage.py").exists() {
            folder.write("manage.py", b"os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"settings\")\n");
        }
        folder
    }

    pub(crate) fn write(&self, path: &str, text: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn options(&self) -> Options {
        Options { project: Some(self.root().to_owned()), ..Options::default() }
    }

    /// Opens the project without any environment variable.
    pub(crate) fn open(&self) -> Project {
        self.try_open(&Env::empty()).unwrap()
    }

    pub(crate) fn try_open(&self, env: &Env) -> Result<Project, OpenError> {
        Project::open(&self.options(), env)
    }

    /// Shows diagnostics, one a line: place, code, message, help; without the folder's own path.
    pub(crate) fn show(&self, diagnostics: &[Diagnostic], sources: &Sources) -> String {
        let root = format!("{}/", self.root().display());
        let line = |diagnostic: &Diagnostic| {
            let place = diagnostic.labels.first().and_then(|(span, _)| sources.location(*span));
            let place = place.map(|place| format!("{place} ")).unwrap_or_default();
            let help = diagnostic.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{place}{}: {}{help}", diagnostic.code, diagnostic.message).replace(&root, "")
        };
        diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn errors(&self, project: &Project) -> String {
        self.show(&project.diagnostics, &project.sources)
    }
}

/// Shows what only Python can answer, one reason a line.
pub(crate) fn needs(project: &Project) -> String {
    let place = |span| project.sources.location(span).map(|place| format!(":{}:{}", place.line, place.column));
    let doubt = |doubt: &limosa_source::project::Doubt| {
        format!(
            "{}{}",
            doubt.reason,
            doubt.span.and_then(place).map(|place| format!(" at {place}")).unwrap_or_default()
        )
    };
    let lines = project.needs.iter().flat_map(|need| match need {
        Need::Describe { doubts } => {
            doubts.iter().map(|reason| format!("describe: {}", doubt(reason))).collect::<Vec<_>>()
        }
        Need::Models { doubts } => doubts.iter().map(|reason| format!("models: {}", doubt(reason))).collect(),
        Need::Export { migrations } => {
            migrations.iter().map(|(id, reason)| format!("export {id}: {}", doubt(reason))).collect()
        }
        Need::StateDelta { operations } => operations.iter().map(|(id, path)| format!("delta {id} {path}")).collect(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Shows the apps, one a line: label, name, where the migrations are.
pub(crate) fn apps(project: &Project) -> String {
    let line = |app: &limosa_source::project::App| {
        format!(
            "{} {} {}",
            app.label,
            app.name,
            match &app.migrations {
                limosa_source::project::Migrations::In { module, .. } => format!("in {module}"),
                limosa_source::project::Migrations::Absent => "absent".to_owned(),
                limosa_source::project::Migrations::Disabled => "disabled".to_owned(),
            }
        )
    };
    project.apps.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Shows the keys of the migrations.
pub(crate) fn migrations(project: &Project) -> String {
    project.migrations.iter().map(|migration| migration.id.to_string()).collect::<Vec<_>>().join(" ")
}
