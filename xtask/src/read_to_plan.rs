//! From files to the plan of an empty database, inside one process: what `bench` cannot see from outside.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use limosa::situation::Situation;
use limosa::workspace::Workspace;
use limosa::{connected, migrate};
use limosa_engine::runner::Fake;
use limosa_plan::planner::Target;
use limosa_source::config::{Env, Options};
use limosa_source::project::Project;
use serde_json::json;

use crate::bench::process;

/// Reads a project up to its plan and prints how long that took, as JSON.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The project's folder.
    project: PathBuf,
    /// The project's interpreter; it is not started.
    #[arg(long)]
    python: Option<PathBuf>,
}

/// Reads the project and prints what that needed.
pub(crate) fn run(args: &Args) -> Result<()> {
    let options = Options { project: Some(args.project.clone()), python: args.python.clone(), ..Options::default() };
    let mut watch = Watch::start();
    let project = Project::open(&options, &Env::process())?;
    if !project.needs.is_empty() {
        bail!("the project needs Python: {:?}", project.needs);
    }
    let workspace = at_once(Workspace::of(project))??;
    let read = watch.lap();
    let situation = Situation::empty(&workspace)?;
    let graph = watch.lap();
    let plan = migrate::plan(&workspace, &situation, &Target::All)?;
    let plan_took = watch.lap();
    // The state before each migration, and the one after all.
    let context = connected::context(&workspace, "default", workspace.database_url("default")?.dialect());
    let (jobs, end) = migrate::jobs(&workspace, &plan, Fake::No, &context)?;
    let states = watch.lap();
    let answer = json!({
        "seconds": (read + graph + plan_took + states).as_secs_f64(),
        "cpu_seconds": process::own_cpu_seconds(),
        "peak_kb": process::high_water(Path::new("/proc/self/status")),
        "phases": {
            "read": read.as_secs_f64(),
            "graph": graph.as_secs_f64(),
            "plan": plan_took.as_secs_f64(),
            "states": states.as_secs_f64(),
        },
        "migrations": jobs.len(),
        "models": end.models().count(),
    });
    println!("{answer}");
    Ok(())
}

/// Measures one phase after another.
struct Watch(Instant);

impl Watch {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.0, now))
    }
}

/// Runs a future that has nothing to wait for.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T> {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => bail!("reading the project waits for something"),
    }
}
