//! Runs code: functions in Python, and those of the embedding program.

use limosa_plan::steps::{Compiler, Step};

use super::work::Work;
use super::{RunErrorKind, Runner};
use crate::bridge::{Marks, OperationPath};
use crate::functions::Transaction;
use crate::session::Session;

impl Runner<'_> {
    /// Runs code; the statements that wait go to Django's schema editor and come back.
    ///
    /// The marks share the code's own transaction, where it has one.
    pub(super) async fn code(
        &self,
        work: &mut Work<'_>,
        step: Step,
        compiler: Option<&mut Compiler<'_>>,
        marks: Option<&Marks>,
    ) -> Result<(), RunErrorKind> {
        let job = work.job;
        match (step, &mut work.session) {
            (Step::Python { path, .. }, Session::Bridge(bridge, _)) if path.is_empty() => {
                if let Some(marks) = marks {
                    bridge.execute(&marks.before, None).await?;
                }
                bridge.run_migration(&job.migration.id, job.direction.into()).await?;
                if let Some(marks) = marks {
                    bridge.execute(&marks.after, None).await?;
                }
                Ok(())
            }
            (Step::Python { path, .. }, Session::Bridge(bridge, _)) => {
                let operation = OperationPath::of_database(job.migration.id.clone(), &path);
                let waiting = compiler.as_ref().map_or_else(Vec::new, |compiler| compiler.waiting());
                let (direction, dialect) = (job.direction.into(), self.context.dialect);
                let waiting = bridge.run_operation(&operation, direction, &waiting, dialect, marks).await?;
                if let Some(compiler) = compiler {
                    compiler.set_waiting(waiting);
                }
                Ok(())
            }
            (Step::Rust { function }, Session::Direct(connection)) => {
                let Some(code) = self.functions.get(&function) else {
                    return Err(RunErrorKind::UnknownFunction(function.to_string()));
                };
                let connection = *connection;
                // A transaction of its own, where the migration has none although it wants one.
                let own = job.migration.atomic && !self.is_transaction(job);
                if own {
                    connection.begin().await?;
                }
                let result = async {
                    if let Some(marks) = marks {
                        connection.execute(&marks.before).await?;
                    }
                    let ran = code(Transaction::new(connection)).await;
                    ran.map_err(|source| RunErrorKind::Rust { function: function.to_string(), source })?;
                    if let Some(marks) = marks {
                        connection.execute(&marks.after).await?;
                        self.check_lease(&mut Session::Direct(connection)).await?;
                    }
                    Ok(())
                };
                let result = result.await;
                match &result {
                    Ok(()) if own => connection.commit().await?,
                    Err(_) if own => connection.rollback().await?,
                    _ => {}
                }
                result
            }
            (Step::Rust { function }, Session::Bridge(..)) => Err(RunErrorKind::Mixed(function.to_string())),
            (Step::Python { .. }, Session::Direct(_)) => Err(RunErrorKind::NoPython),
            (Step::Sql(_), _) => Ok(()),
        }
    }
}
