//! A database that is connected, with what the schema editor goes by.

use limosa_db::{ConnectOptions, Connection, History, LibpqEnvironment, LockScope, LockWait, SessionLock};
use limosa_engine::events::Events;
use limosa_sql::dialect::{Context, Dialect};

use crate::error::Error;
use crate::workspace::Workspace;

/// A database that is connected.
#[derive(Debug)]
pub struct Connected {
    /// The connection.
    pub connection: Connection,
    /// The database, the version of Django and the settings that decide about SQL.
    pub context: Context,
    /// The history table.
    pub history: History,
    /// The alias in the settings.
    pub alias: String,
}

impl Connected {
    /// Connects to the database of an alias.
    ///
    /// # Errors
    /// When there is none, it is not understood, or it cannot be reached.
    pub async fn open(workspace: &Workspace, alias: &str) -> Result<Self, Error> {
        let url = workspace.database_url(alias)?;
        let options = ConnectOptions {
            run_id: Some(std::process::id().to_string()),
            environment: LibpqEnvironment::from_variables(std::env::vars()),
            ..ConnectOptions::default()
        };
        let connection = Connection::open(&url, &options).await?;
        let context = context_of(workspace, alias, &connection);
        let history = History::named(workspace.history_table().clone(), connection.dialect());
        Ok(Self { connection, context, history, alias: alias.to_owned() })
    }

    /// Makes the database ready for spatial fields, when the settings name a spatial backend.
    ///
    /// Source: Django `contrib/gis/db/backends/postgis/base.py`, `DatabaseWrapper.prepare_database`.
    ///
    /// # Errors
    /// When PostGIS is not there and cannot be made.
    pub async fn prepare(&self, workspace: &Workspace) -> Result<(), Error> {
        if self.context.dialect != Dialect::Postgres || workspace.is_spatial(&self.alias) != Some(true) {
            return Ok(());
        }
        let found = self.connection.query("SELECT 1 FROM pg_extension WHERE extname = 'postgis'", &[]).await?;
        if found.is_empty() {
            self.connection.execute("CREATE EXTENSION IF NOT EXISTS postgis").await?;
        }
        Ok(())
    }

    /// Takes the lock that keeps other runners out, and waits for it as long as told.
    ///
    /// # Errors
    /// When another runner still holds it then.
    pub async fn lock(&self, wait: LockWait, events: &Events) -> Result<SessionLock, Error> {
        let scope =
            LockScope { history_table: self.history.table().to_owned(), run_id: Some(std::process::id().to_string()) };
        let waiting = |holder: &limosa_db::LockHolder| events.waiting(holder.to_string());
        Ok(SessionLock::acquire(&self.connection, &scope, wait, waiting).await?)
    }
}

/// Returns what the schema editor goes by on a database that is connected.
fn context_of(workspace: &Workspace, alias: &str, connection: &Connection) -> Context {
    let (dialect, version) = (connection.dialect(), connection.server_version());
    let mut context = context(workspace, alias, dialect);
    context.flavour = connection.flavour();
    context.server_version = match dialect {
        Dialect::Postgres => (version / 10000, version % 10000, 0),
        Dialect::Sqlite | Dialect::MySql => (version / 1_000_000, version / 1000 % 1000, version % 1000),
    };
    if let Some(settings) = connection.mysql_settings() {
        context.mysql = settings.clone();
    }
    context
}

/// Returns what the schema editor goes by where no server is asked: an ordinary version of the database.
pub fn context(workspace: &Workspace, alias: &str, dialect: Dialect) -> Context {
    let settings = &workspace.project().settings;
    let mut context = Context::new(dialect, settings.django);
    context.default_auto_field = settings.default_auto_field.clone();
    context.default_tablespace = settings.default_tablespace.clone().unwrap_or_default();
    context.default_index_tablespace = settings.default_index_tablespace.clone().unwrap_or_default();
    // A native project names no backend.
    context.spatial = workspace.is_spatial(alias).unwrap_or(dialect != Dialect::Sqlite);
    context.use_tz = settings.use_tz;
    context.time_zone = settings.time_zone.clone();
    context.swapped = settings.swappable.clone();
    context.swapped.insert("AUTH_USER_MODEL".into(), settings.auth_user_model.clone());
    context
}
