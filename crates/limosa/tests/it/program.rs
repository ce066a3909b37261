//! Running the program, to its end or step by step.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a program may take before the test gives it up.
const LIMIT: Duration = Duration::from_secs(120);

/// What a program that has ended said.
#[derive(Debug)]
pub(crate) struct Said {
    /// What it was called with.
    arguments: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// Checks that stdout holds these parts, in this order.
    #[track_caller]
    pub(crate) fn prints(self, parts: &[&str]) -> Self {
        self.has(&self.stdout, parts);
        self
    }

    /// Checks that stderr holds these parts, in this order.
    #[track_caller]
    pub(crate) fn tells(self, parts: &[&str]) -> Self {
        self.has(&self.stderr, parts);
        self
    }

    /// Checks that each of these parts is on stdout or on stderr.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stdout.contains(part) || self.stderr.contains(part), "{part:?} is not there:\n{self}");
        }
        self
    }

    /// Checks that a text occurs nowhere.
    #[track_caller]
    pub(crate) fn hides(self, secret: &str) -> Self {
        assert!(!self.stdout.contains(secret) && !self.stderr.contains(secret), "{secret:?} is shown:\n{self}");
        self
    }

    /// Checks that nothing went to stdout.
    #[track_caller]
    pub(crate) fn prints_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Returns the JSON values on stdout, one a line.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<Value> {
        let value =
            |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}:\n{self}"));
        self.stdout.lines().map(value).collect()
    }

    #[track_caller]
    fn has(&self, text: &str, parts: &[&str]) {
        let mut from = 0;
        for part in parts {
            let found = text[from..].find(part);
            assert!(found.is_some(), "{part:?} is not there, or not in its place:\n{self}");
            from += found.unwrap_or_default() + part.len();
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "--- {}: {}\n--- stdout\n{}\n--- stderr\n{}", self.arguments, self.status, self.stdout, self.stderr)
    }
}

/// A program that is running.
pub(crate) struct Running {
    arguments: String,
    child: Child,
    lines: Receiver<String>,
    stdout: String,
    stderr: JoinHandle<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        let arguments = arguments.join(" ");
        let mut child = command.spawn().expect("start the program");
        let stdout = child.stdout.take().expect("piped");
        let mut stderr = child.stderr.take().expect("piped");
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            // Who listened may have gone.
            BufReader::new(stdout).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).expect("read stderr");
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Self { arguments, child, lines, stdout: String::new(), stderr }
    }

    /// Returns the id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line on stdout that holds a text.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, part: &str) {
        loop {
            let line = self.lines.recv_timeout(LIMIT);
            let line = line.unwrap_or_else(|error| panic!("no {part:?} on stdout ({error}):\n{}", self.stdout));
            self.stdout += &line;
            self.stdout.push('\n');
            if line.contains(part) {
                return;
            }
        }
    }

    /// Sends the signal that Ctrl-C sends.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().expect("run kill");
        assert!(status.success(), "kill: {status}");
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Said {
        let Some(status) = until(|| self.child.try_wait().expect("wait")) else {
            self.child.kill().expect("kill");
            panic!("the program did not end:\n{}", self.stdout);
        };
        self.stdout.extend(self.lines.iter().map(|line| line + "\n"));
        let stderr = self.stderr.join().expect("read stderr");
        Said { arguments: self.arguments, status, stdout: self.stdout, stderr }
    }
}

/// Asks again and again until there is an answer; nothing when there is none in time.
pub(crate) fn until<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    while started.elapsed() < LIMIT {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}
