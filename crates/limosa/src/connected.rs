//! A database that is connected, with what the schema editor goes by.

use std::time::Duration;

use limosa_db::{
    ConnectOptions, Connection, DatabaseUrl, DbError, DbErrorKind, Failpoint, History, Lease, LeaseScope,
    LibpqEnvironment, LockWait, Lost, failpoint,
};
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
    /// The run: no other one has the same.
    pub run_id: String,
    /// For how long a sign of life of the run is good.
    pub(crate) life: Duration,
    url: DatabaseUrl,
    options: ConnectOptions,
}

/// How long a transaction of ours may do nothing before the server ends it: what a runner leaves behind that is frozen or cut off, where
/// no other one comes to take over.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(15 * 60);

/// For how long the lease is good when it is not renewed, in milliseconds: for tests.
const LEASE_VARIABLE: &str = "LIMOSA_LEASE_MILLISECONDS";

impl Connected {
    /// Connects to the database of an alias.
    ///
    /// # Errors
    /// When there is none, it is not understood, or it cannot be reached.
    pub async fn open(workspace: &Workspace, alias: &str) -> Result<Self, Error> {
        let url = workspace.database_url(alias)?;
        let run_id = Lease::new_run_id();
        let options = ConnectOptions {
            run_id: Some(run_id.clone()),
            environment: LibpqEnvironment::from_variables(std::env::vars()),
            idle_in_transaction_timeout: Some(IDLE_IN_TRANSACTION),
            ..ConnectOptions::default()
        };
        let connection = Connection::open(&url, &options).await?;
        let context = context_of(workspace, alias, &connection);
        let history = History::named(workspace.history_table().clone(), connection.dialect());
        Ok(Self { connection, context, history, alias: alias.to_owned(), run_id, life: life(), url, options })
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

    /// Takes the lease that keeps other runners out, and waits for it as long as told.
    ///
    /// # Errors
    /// When another runner still holds it then.
    pub async fn lock(&self, wait: LockWait, events: &Events) -> Result<Lease, Error> {
        let scope = LeaseScope {
            history_table: self.history.table().to_owned(),
            run_id: self.run_id.clone(),
            life: self.life,
            url: self.url.clone(),
            options: self.options.clone(),
        };
        let waiting = |holder: &limosa_db::LockHolder, waited| events.waiting(holder, waited);
        Ok(Lease::acquire(&self.connection, &scope, wait, waiting).await?)
    }

    /// Runs statements that write to the history, in one transaction, as long as the lease is ours.
    ///
    /// # Errors
    /// When another runner has taken over or the database refuses; then nothing is written.
    pub async fn record(&self, lease: Option<&Lease>, statements: &[String]) -> Result<(), Error> {
        if statements.is_empty() {
            return Ok(());
        }
        self.connection.begin().await?;
        match self.write(lease, statements).await {
            Ok(true) => {
                failpoint(Failpoint::SquashesRecorded);
                Ok(self.connection.commit().await?)
            }
            Ok(false) => {
                self.connection.rollback().await?;
                Err(self.taken_over(lease).await?)
            }
            Err(error) => {
                _ = self.connection.rollback().await;
                Err(error.into())
            }
        }
    }

    /// Fails when another runner has taken over.
    ///
    /// # Errors
    /// Then, and when the database refuses.
    pub async fn check(&self, lease: &Lease) -> Result<(), Error> {
        if self.write(Some(lease), &[]).await? { Ok(()) } else { Err(self.taken_over(Some(lease)).await?) }
    }

    /// Returns the error that says who has taken over.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn taken_over(&self, lease: Option<&Lease>) -> Result<Error, Error> {
        let holder = match lease {
            Some(lease) => lease.taken_over(&self.connection).await?,
            None => None,
        };
        Ok(Error::TakenOver(Box::new(holder.unwrap_or_default())))
    }

    /// Returns why something failed outside of a migration: another runner has taken over, where that is so.
    ///
    /// Who takes over from a frozen runner ends its connections, so that it first finds them closed.
    pub async fn explain_loss(&self, lease: &Lease, error: Error) -> Error {
        let is_its_own = match &error {
            Error::Database(error) => error.kind == DbErrorKind::Cancelled,
            Error::Python(_) => false,
            _ => true,
        };
        if is_its_own {
            return error;
        }
        // Where nobody can be asked, the first error is the one to tell.
        match lease.taken_over(&self.connection).await {
            Ok(None) => error,
            Ok(Some(holder)) => Error::TakenOver(Box::new(holder)),
            Err(_) => match lease.reconnect(&self.connection).await {
                Ok(Some(Lost::TakenOver(holder))) => Error::TakenOver(Box::new(holder.unwrap_or_default())),
                Ok(Some(Lost::Ours(connection))) => {
                    connection.close().await;
                    error
                }
                Ok(None) | Err(_) => error,
            },
        }
    }

    /// Returns whether the lease is ours.
    async fn write(&self, lease: Option<&Lease>, statements: &[String]) -> Result<bool, DbError> {
        if let Some(fence) = lease.and_then(Lease::fence)
            && self.connection.execute(fence.statement()).await? != 1
        {
            return Ok(false);
        }
        match statements {
            [] => {}
            _ => self.connection.batch(statements).await.map_err(|failed| failed.error)?,
        }
        Ok(true)
    }
}

/// Returns for how long a sign of life is good.
fn life() -> Duration {
    let life = std::env::var(LEASE_VARIABLE).ok().and_then(|text| text.parse().ok()).filter(|life| *life >= 300);
    life.map_or(Lease::LIFE, Duration::from_millis)
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

/// Returns what the schema editor goes by on the database of an alias: as that is where it is connected, else an ordinary version of it.
///
/// # Errors
/// When there is no database of that alias, or it is not understood.
pub fn context_at(workspace: &Workspace, connected: Option<&Connected>, alias: &str) -> Result<Context, Error> {
    match connected {
        Some(connected) => Ok(connected.context.clone()),
        None => Ok(context(workspace, alias, workspace.database_url(alias)?.dialect())),
    }
}

/// Returns what the schema editor goes by where no server is asked: an ordinary version of the database.
pub fn context(workspace: &Workspace, alias: &str, dialect: Dialect) -> Context {
    let settings = &workspace.project().settings;
    let mut context = Context::new(dialect, settings.django);
    context.default_auto_field = settings.default_auto_field.clone();
    context.default_tablespace = settings.default_tablespace.clone().unwrap_or_default();
    context.default_index_tablespace = settings.default_index_tablespace.clone().unwrap_or_default();
    // A native project names no backend.
    context.own_editor = workspace.has_own_editor(alias);
    context.spatial = workspace.is_spatial(alias).unwrap_or(dialect != Dialect::Sqlite);
    context.use_tz = settings.use_tz;
    context.time_zone = settings.time_zone.clone();
    context.swapped = settings.swappable.clone();
    context.swapped.insert("AUTH_USER_MODEL".into(), settings.auth_user_model.clone());
    context
}
