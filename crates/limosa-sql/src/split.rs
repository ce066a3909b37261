//! Splitting of SQL text into statements.
