//! What the schema editors write, compared with what Django executes and prints.

mod statements;
