//! The little that must be known of a statement to run it: does it control a transaction, may it run inside one.

use super::scan::{Scanner, TokenKind};
use crate::dialect::Dialect;

/// What is known of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classification {
    /// What it does to the transaction.
    pub control: Control,
    /// Whether it may run inside a transaction.
    pub transaction: TransactionUse,
}

/// What a statement does to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Nothing.
    None,
    /// Begins one.
    Begin,
    /// Commits it, or prepares it for a two-phase commit.
    Commit,
    /// Rolls it back.
    Rollback,
    /// Sets or releases a savepoint.
    Savepoint,
    /// Rolls back to a savepoint.
    RollbackToSavepoint,
}

/// Whether a statement may run inside a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionUse {
    /// It may.
    Allowed,
    /// The database refuses it inside a transaction.
    Forbidden,
    /// The database refuses it inside a transaction before this version (as `server_version_num` has it).
    ForbiddenBefore(u32),
    /// Inside a transaction it does nothing, silently.
    Ignored,
}

/// How many words are looked at.
const WORDS: usize = 64;

/// Classifies one statement by its words.
pub fn classify(sql: &str, dialect: Dialect) -> Classification {
    let words = words(sql, dialect);
    let words = words.iter().map(String::as_str).collect::<Vec<_>>();
    let transaction = match dialect {
        Dialect::Postgres => postgres(&words),
        Dialect::Sqlite => sqlite(&words),
        Dialect::MySql => TransactionUse::Allowed,
    };
    Classification { control: control(&words), transaction }
}

fn control(words: &[&str]) -> Control {
    match words {
        ["BEGIN" | "START", ..] => Control::Begin,
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => Control::None,
        ["COMMIT" | "END", ..] | ["PREPARE", "TRANSACTION", ..] => Control::Commit,
        ["ROLLBACK", "TO", ..] | ["ROLLBACK", "TRANSACTION" | "WORK", "TO", ..] => Control::RollbackToSavepoint,
        ["ROLLBACK" | "ABORT", ..] => Control::Rollback,
        ["SAVEPOINT" | "RELEASE", ..] => Control::Savepoint,
        _ => Control::None,
    }
}

fn postgres(words: &[&str]) -> TransactionUse {
    let concurrently = || words.iter().take(8).any(|word| *word == "CONCURRENTLY");
    let forbidden = match words {
        ["CREATE", "INDEX", ..] | ["CREATE", "UNIQUE", "INDEX", ..] | ["DROP", "INDEX", ..] => concurrently(),
        ["REINDEX", rest @ ..] => {
            concurrently() || rest.iter().take(4).any(|word| matches!(*word, "DATABASE" | "SYSTEM" | "SCHEMA"))
        }
        ["ALTER", "TABLE", ..] => {
            words.contains(&"DETACH") && words.iter().any(|word| matches!(*word, "CONCURRENTLY" | "FINALIZE"))
        }
        ["CREATE" | "DROP", "DATABASE" | "TABLESPACE", ..]
        | ["CREATE" | "DROP", "SUBSCRIPTION", ..]
        | ["ALTER", "SYSTEM", ..]
        | ["VACUUM", ..]
        | ["CLUSTER"]
        | ["COMMIT" | "ROLLBACK", "PREPARED", ..]
        | ["DISCARD", "ALL"] => true,
        ["ALTER", "DATABASE", .., "TABLESPACE", _] => true,
        ["ALTER", "TYPE", ..] if words.windows(2).any(|pair| pair == ["ADD", "VALUE"]) => {
            return TransactionUse::ForbiddenBefore(120_000);
        }
        _ => false,
    };
    if forbidden { TransactionUse::Forbidden } else { TransactionUse::Allowed }
}

fn sqlite(words: &[&str]) -> TransactionUse {
    match words {
        ["VACUUM" | "DETACH", ..] | ["PRAGMA", "JOURNAL_MODE", _, ..] => TransactionUse::Forbidden,
        ["PRAGMA", "FOREIGN_KEYS", _, ..] => TransactionUse::Ignored,
        _ => TransactionUse::Allowed,
    }
}

/// Returns the first words in upper case; quoted names stand as an empty word.
pub(super) fn words(sql: &str, dialect: Dialect) -> Vec<String> {
    let mut scanner = Scanner::new(sql, dialect);
    let mut words = Vec::new();
    while let Some(token) = scanner.next_token() {
        match token.kind {
            TokenKind::Word => words.push(token.text.to_ascii_uppercase()),
            TokenKind::Name => words.push(String::new()),
            // What follows is data, not the kind of the statement.
            TokenKind::Semicolon => break,
            _ => {}
        }
        if words.len() == WORDS {
            break;
        }
    }
    words
}
