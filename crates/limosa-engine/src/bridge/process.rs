//! The process and its pipes.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::message::{Incoming, Output, OutputStream};
use super::{BridgeError, BridgeOptions, OutputHandler, script};

/// How many lines of stderr are kept to explain a death.
const TAIL: usize = 40;

type Stdin = Arc<tokio::sync::Mutex<Option<ChildStdin>>>;
type Tail = Arc<Mutex<VecDeque<String>>>;

/// The interpreter's process.
pub(super) struct Process {
    child: Child,
    stdin: Stdin,
    lines: Lines<BufReader<ChildStdout>>,
    tail: Tail,
    stderr: Option<JoinHandle<()>>,
    output: Option<OutputHandler>,
}

/// Interrupts what the bridge is doing.
#[derive(Clone)]
pub struct Interrupter {
    stdin: Stdin,
}

impl Interrupter {
    /// Cancels the statement or the Python function that is running; does nothing when nothing is.
    ///
    /// # Errors
    /// When the process is gone.
    pub async fn interrupt(&self) -> Result<(), BridgeError> {
        write(&self.stdin, &json!({ "command": "interrupt" })).await
    }
}

impl Process {
    pub(super) async fn start(options: &BridgeOptions) -> Result<Self, BridgeError> {
        if !options.project_dir.is_dir() {
            return Err(BridgeError::NoProject(options.project_dir.clone()));
        }
        let mut command = Command::new(&options.python);
        command.arg("-c").arg(script::BOOTSTRAP).current_dir(&options.project_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // A terminal's Ctrl-C is for this program, which then decides what happens to the process.
        #[cfg(unix)]
        command.process_group(0);
        if let Some(settings) = &options.settings {
            command.env("DJANGO_SETTINGS_MODULE", settings);
        }
        command.envs(options.env.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => BridgeError::PythonNotFound(options.python.clone()),
            _ => BridgeError::Start { python: options.python.clone(), source },
        })?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(BridgeError::Protocol("no pipes to the process".into()));
        };
        let tail = Tail::default();
        let process = Self {
            child,
            stdin: Arc::new(tokio::sync::Mutex::new(Some(stdin))),
            lines: BufReader::new(stdout).lines(),
            stderr: Some(tokio::spawn(read_stderr(stderr, Arc::clone(&tail), options.output.clone()))),
            tail,
            output: options.output.clone(),
        };
        let project_dir = std::path::absolute(&options.project_dir)?;
        // A process that ends at once is told of when its greeting is awaited.
        let _ = process.send(&script::hello(&project_dir, options)).await;
        Ok(process)
    }

    pub(super) fn interrupter(&self) -> Interrupter {
        Interrupter { stdin: Arc::clone(&self.stdin) }
    }

    pub(super) async fn send(&self, message: &impl Serialize) -> Result<(), BridgeError> {
        match write(&self.stdin, message).await {
            // The reason is found when the answer is awaited.
            Err(BridgeError::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Waits for the next message; what the project prints is handed on.
    pub(super) async fn receive(&mut self) -> Result<Incoming, BridgeError> {
        let Some(line) = self.lines.next_line().await? else { return Err(self.died().await) };
        let message = Incoming::parse(&line).ok_or_else(|| BridgeError::Protocol(shorten(&line)))?;
        if let (Incoming::Output(output), Some(handler)) = (&message, &self.output) {
            handler(output.clone());
        }
        Ok(message)
    }

    pub(super) async fn close(mut self) -> Result<(), BridgeError> {
        self.stdin.lock().await.take();
        self.child.wait().await?;
        Ok(())
    }

    async fn died(&mut self) -> BridgeError {
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        if let Some(stderr) = self.stderr.take() {
            // All of it is read when the process is gone; a child of it may still hold the pipe.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(500), stderr).await;
        }
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        BridgeError::Died { status, stderr: Vec::from(tail.clone()).join("\n") }
    }
}

async fn write(stdin: &Stdin, message: &impl Serialize) -> Result<(), BridgeError> {
    let mut line = serde_json::to_vec(message).map_err(|error| BridgeError::Protocol(error.to_string()))?;
    line.push(b'\n');
    if let Some(stdin) = stdin.lock().await.as_mut() {
        stdin.write_all(&line).await?;
        stdin.flush().await?;
    }
    Ok(())
}

/// Reads what was written past Python's own streams: by C code, by child processes, by a crash.
async fn read_stderr(stderr: ChildStderr, tail: Tail, output: Option<OutputHandler>) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line).await, Ok(read) if read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        line.clear();
        {
            let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(text.clone());
        }
        if let Some(handler) = &output {
            handler(Output { stream: OutputStream::Stderr, text });
        }
    }
}

fn shorten(line: &str) -> String {
    line.chars().take(200).collect()
}
