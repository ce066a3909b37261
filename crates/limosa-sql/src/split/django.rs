//! TODO
pub fn django_statements(sql: &str) -> Vec<String> { vec![sql.to_owned()] }
