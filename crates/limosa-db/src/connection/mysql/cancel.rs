//! Stopping the statement that runs on another connection.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};

use crate::error::DbError;

/// Asks the server over a connection of its own to stop the running statement.
#[derive(Clone)]
pub struct Cancel {
    pub(super) opts: Opts,
    pub(super) session: u32,
}

impl Cancel {
    pub(crate) async fn cancel(&self) -> Result<(), DbError> {
        let mut conn = Conn::new(self.opts.clone()).await?;
        let killed = conn.query_drop(format!("KILL QUERY {}", self.session)).await;
        // The answer is what counts; the server ends the session all the same.
        _ = conn.disconnect().await;
        Ok(killed?)
    }
}
