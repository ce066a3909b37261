//! Passwords are never shown: not in errors of the connection, nor in lines of files that are quoted.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::project::Project;

const SECRET: &str = "hunter2-s3cr3t";

/// Runs the commands in all ways of printing.
#[track_caller]
fn check(project: &Project, code: i32, expected: &[&str]) {
    for command in [
        "migrate",
        "migrate -v 3",
        "migrate --format json",
        "showmigrations --format json",
        "plan",
        "sqlmigrate blog 0001",
    ] {
        project.run_unchanged(command).ends(code).tells(expected).hides(SECRET).hides("hunter2");
    }
}

#[test]
fn wrong_password() {
    let server = Server::start();
    let project =
        Project::blog().with("DATABASE_URL", format!("postgres://me:{SECRET}@127.0.0.1:{}/shop", server.port));
    check(
        &project,
        3,
        &["password authentication failed", "28P01", "user \"me\"", "help: check the user and the password"],
    );
    let project = Project::blog();
    let arguments = format!("migrate --database-url postgres://me:{SECRET}@127.0.0.1:{}/shop", server.port);
    project.run_unchanged(&arguments).ends(3).tells(&["password authentication failed"]).hides(SECRET);
    let project = project
        .with("LIMOSA_DATABASE_URL", format!("postgres://127.0.0.1:{}/shop?user=me&password={SECRET}", server.port));
    project.run_unchanged("migrate").ends(3).tells(&["password authentication failed"]).hides(SECRET);
    let project = Project::blog().with("PGPASSWORD", SECRET);
    project
        .run_unchanged(&format!("migrate --database-url postgres://me@127.0.0.1:{}/shop", server.port))
        .ends(3)
        .hides(SECRET);
    let passwords = server.passwords();
    assert!(passwords.len() >= 9 && passwords.iter().all(|password| password == SECRET), "{passwords:?}");
}

#[test]
fn unreachable_server() {
    let project = Project::blog().with("DATABASE_URL", format!("postgres://me:{SECRET}@127.0.0.1:1/shop"));
    check(&project, 3, &["error", "127.0.0.1:1"]);
}

#[test]
fn urls_that_are_not_understood() {
    for (url, expected) in [
        (format!("oracle://me:{SECRET}@host/shop"), "unknown scheme \"oracle\""),
        (format!("postgres://me:{SECRET}@host:port/shop"), "bad port"),
        (format!("postgres://me:{SECRET}@host/shop?sslmode=never"), "sslmode"),
        (format!("postgres://me:{SECRET}@host/shop?colour=red"), "unknown parameter"),
        (format!("postgres://me:{SECRET}%zz@host/shop"), "percent"),
        // A password that should have been encoded.
        (format!("postgres://me:{SECRET}/x@host/shop"), "database URL"),
        (format!("postgres://me:{SECRET}?x@host/shop"), "database URL"),
        (format!("me:{SECRET}@host/shop"), "database URL"),
    ] {
        check(&Project::blog().with("DATABASE_URL", &url), 2, &[expected]);
        let project = Project::blog();
        project.write("limosa.toml", format!("database-url = \"{url}\"\n"));
        check(&project, 2, &[expected]);
    }
}

#[test]
fn lines_of_the_configuration() {
    for (text, expected) in [
        (format!("database-url = \"postgres://me:{SECRET}@host/shop\n"), "syntax error"),
        (format!("database_url = \"postgres://me:{SECRET}@host/shop\"\n"), "unknown key `database_url`"),
        (format!("database-url = [\"postgres://me:{SECRET}@host/shop\"]\n"), "`database-url` is not a text"),
        (format!("[django.settings]\nPASSWORD = '{SECRET}' oops\n"), "syntax error"),
    ] {
        let project = Project::blog();
        project.write("limosa.toml", text);
        check(&project, 2, &[expected, "limosa.toml:"]);
    }
}

#[test]
fn settings_of_a_django_project() {
    let server = Server::start();
    let Some(project) = Project::django(&[]) else { return };
    let project = project
        .with("TEST_ENGINE", "django.db.backends.postgresql")
        .with("TEST_HOST", "127.0.0.1")
        .with("TEST_PORT", server.port.to_string())
        .with("TEST_USER", "me")
        .with("TEST_NAME", "shop")
        .with("TEST_PASSWORD", SECRET);
    project.run_unchanged("migrate").ends(3).tells(&["password authentication failed"]).hides(SECRET);
    assert!(!server.passwords().is_empty());
    let settings = std::fs::read_to_string(project.path("settings.py")).expect("settings");
    let literal = settings.replace("os.environ.get(\"TEST_PASSWORD\", \"\")", &format!("\"{SECRET}\""));
    for broken in [
        literal.replace("\"NAME\":", "\"NAME\""),
        literal.replace("\"PASSWORD\":", "\"PASSWORD\": *"),
        literal.clone() + "\ndef check(databases):\n    raise RuntimeError(databases)\nDATABASES = check(DATABASES)\n",
    ] {
        project.write("settings.py", broken);
        project.run_unchanged("migrate").ends(2).hides(SECRET);
    }
}

/// A server that asks for the password as it is and then refuses it, as PostgreSQL does.
struct Server {
    port: u16,
    received: std::sync::mpsc::Receiver<String>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, received) = std::sync::mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up has seen enough.
                if let Ok(password) = refuse(stream) {
                    _ = sender.send(password);
                }
            }
        });
        Self { port, received }
    }

    /// Returns the passwords that were sent so far.
    fn passwords(&self) -> Vec<String> {
        self.received.try_iter().collect()
    }
}

/// Speaks the start of PostgreSQL's protocol and returns the password.
fn refuse(mut stream: TcpStream) -> std::io::Result<String> {
    const SSL_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();
    let mut start = read_message(&mut stream)?;
    if start == SSL_REQUEST {
        stream.write_all(b"N")?;
        start = read_message(&mut stream)?;
    }
    assert!(start.starts_with(&[0, 3, 0, 0]), "protocol 3.0: {start:?}");
    stream.write_all(b"R\0\0\0\x08\0\0\0\x03")?;
    stream.read_exact(&mut [0])?;
    let password = read_message(&mut stream)?;
    let fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"me\"\0\0";
    stream.write_all(b"E")?;
    stream.write_all(&u32::try_from(fields.len() + 4).unwrap_or_default().to_be_bytes())?;
    stream.write_all(fields)?;
    Ok(String::from_utf8_lossy(&password).trim_end_matches('\0').to_owned())
}

/// Reads a length and as many bytes.
fn read_message(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut message)?;
    Ok(message)
}
