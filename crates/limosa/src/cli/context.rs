//! What every command needs: the printer, the project, the database.

use limosa_db::DatabaseUrl;
use limosa_source::config::{Options, Secret};

use super::args::{FormatName, GlobalArgs};
use super::command_line;
use super::printer::Printer;
use super::render;
use crate::connected::Connected;
use crate::error::Error;
use crate::workspace::Workspace;

/// What every command needs.
#[derive(Debug)]
pub struct CommandContext {
    /// Both output streams.
    pub printer: Printer,
    /// How much to say.
    pub verbosity: u8,
    /// The database's alias.
    pub alias: String,
    /// Whether a page for a browser is asked for.
    pub html: bool,
    /// What was asked for, as the record of runs says it.
    pub command: String,
    options: Options,
}

impl CommandContext {
    /// Returns the context that the options ask for.
    pub fn new(args: &GlobalArgs) -> Self {
        let printer = Printer::new(args);
        let options = Options {
            project: args.project.clone(),
            python: args.python.clone(),
            settings: args.settings.clone(),
            database_url: args.database_url.clone().map(Secret::new),
            ..Options::default()
        };
        Self {
            verbosity: printer.verbosity,
            printer,
            alias: args.database.clone(),
            html: args.format == FormatName::Html,
            command: command_line::of_process(),
            options,
        }
    }

    /// Returns the options by which the project is found.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Opens the project and shows what is doubtful about it.
    ///
    /// # Errors
    /// When something about it is wrong.
    pub async fn workspace(&mut self) -> Result<Workspace, Error> {
        let workspace = Workspace::open(&self.options).await?;
        let color = self.printer.colors_stderr();
        for warning in workspace.warnings() {
            let text = render::diagnostic(warning, workspace.sources(), color);
            self.printer.note(&text);
        }
        Ok(workspace)
    }

    /// Connects to the database.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn connect(&self, workspace: &Workspace) -> Result<Connected, Error> {
        Connected::open(workspace, &self.alias).await
    }

    /// Connects to the database, unless it is a SQLite file that is not there: reading does not create it.
    ///
    /// # Errors
    /// When it is there and cannot be reached.
    pub async fn connect_if_present(&self, workspace: &Workspace) -> Result<Option<Connected>, Error> {
        if self.database_is_missing(workspace)? { Ok(None) } else { self.connect(workspace).await.map(Some) }
    }

    /// Returns whether the database is a SQLite file that is not there yet.
    ///
    /// # Errors
    /// When there is no database of that alias, or it is not understood.
    pub fn database_is_missing(&self, workspace: &Workspace) -> Result<bool, Error> {
        let url: DatabaseUrl = workspace.database_url(&self.alias)?;
        Ok(url.sqlite_path().is_some_and(|path| !path.exists()))
    }
}
