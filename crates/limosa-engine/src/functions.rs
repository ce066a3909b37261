//! Functions of the embedding program that migrations run (`RunRust`).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use limosa_db::{Connection, DbError, Param, Row};

/// The transaction of the migration that a function runs in.
#[derive(Debug)]
pub struct Transaction<'a> {
    connection: &'a Connection,
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    /// Runs one statement and returns how many rows it changed.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn execute(&self, sql: &str) -> Result<u64, DbError> {
        self.connection.execute(sql).await
    }

    /// Runs one statement with parameters (`$1`; on SQLite `?1`) and returns its rows.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn query(&self, sql: &str, params: &[Param]) -> Result<Vec<Row>, DbError> {
        self.connection.query(sql, params).await
    }
}

/// An error of a registered function.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A future that a registered function returns.
pub type BoxFuture<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

type Function = Arc<dyn for<'t> Fn(Transaction<'t>) -> BoxFuture<'t, Result<(), BoxError>> + Send + Sync>;

/// The registered functions by name.
#[derive(Clone, Default)]
pub struct Functions(BTreeMap<String, Function>);

impl Functions {
    /// Registers a function under a name; a later one takes the place of an earlier one.
    ///
    /// What the function returns is dropped; an error rolls the migration back.
    pub fn register<T: 'static, E: Into<BoxError> + 'static>(
        &mut self,
        name: impl Into<String>,
        function: impl for<'t> Fn(Transaction<'t>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    ) {
        let function = Arc::new(function);
        let erased: Function = Arc::new(move |transaction| {
            let function = function.clone();
            Box::pin(async move { function(transaction).await.map(drop).map_err(Into::into) })
        });
        self.0.insert(name.into(), erased);
    }

    /// Returns whether a function of that name is registered.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Function> {
        self.0.get(name)
    }
}

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
