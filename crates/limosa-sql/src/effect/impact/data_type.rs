//! Types as statements and databases write them, in one way of writing.

use crate::dialect::Dialect;

/// A type: its name as the database's own catalog has it, in small letters, and what stands in parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DataType {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) array: bool,
}

impl DataType {
    /// Reads a type.
    pub(super) fn of(text: &str, dialect: Dialect) -> Self {
        let text = text.trim();
        let (name, arguments) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (format!("{} {}", &text[..open], &text[close + 1..]), arguments(&text[open + 1..close]))
            }
            _ => (text.to_owned(), Vec::new()),
        };
        let array = name.contains('[') || name.to_ascii_lowercase().ends_with(" array");
        let name = name.split('[').next().unwrap_or_default().replace(['"', '`'], "").to_ascii_lowercase();
        let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = words.strip_prefix("pg_catalog.").unwrap_or(&words);
        let mut data_type = Self { name: plain.to_owned(), arguments, array };
        match dialect {
            Dialect::Postgres => data_type.as_postgres(),
            Dialect::MySql => data_type.as_mysql(),
            Dialect::Sqlite => {}
        }
        data_type
    }

    /// Returns a number between its parentheses.
    pub(super) fn number(&self, at: usize) -> Option<u32> {
        self.arguments.get(at)?.parse().ok()
    }

    fn as_postgres(&mut self) {
        let name = match self.name.as_str() {
            "varchar" | "char varying" | "national character varying" | "nvarchar" => "character varying",
            "char" | "national character" | "nchar" => "character",
            "int" | "int4" | "serial" | "serial4" => "integer",
            "int8" | "bigserial" | "serial8" => "bigint",
            "int2" | "smallserial" | "serial2" => "smallint",
            "bool" => "boolean",
            "float8" | "float" => "double precision",
            "float4" => "real",
            "decimal" | "dec" => "numeric",
            "timestamptz" | "timestamp with time zone" => "timestamp with time zone",
            "timestamp" | "timestamp without time zone" => "timestamp without time zone",
            "timetz" => "time with time zone",
            "time" => "time without time zone",
            "varbit" => "bit varying",
            other => other,
        };
        if name == "character" && self.arguments.is_empty() {
            self.arguments.push("1".into());
        }
        if name == "numeric" && self.arguments.len() == 1 {
            self.arguments.push("0".into());
        }
        self.name = name.to_owned();
    }

    fn as_mysql(&mut self) {
        let unsigned = self.name.contains(" unsigned") || self.name.contains(" zerofill");
        let name = self.name.replace(" unsigned", "").replace(" zerofill", "").replace(" signed", "");
        let name = match name.trim() {
            "integer" | "int4" | "int" => "int",
            "int8" => "bigint",
            "int2" => "smallint",
            "int1" => "tinyint",
            "bool" | "boolean" => "tinyint",
            "dec" | "numeric" | "fixed" | "decimal" => "decimal",
            "double precision" | "real" | "float8" => "double",
            "character varying" | "char varying" => "varchar",
            "character" => "char",
            "long varchar" | "long" => "mediumtext",
            "json" => "json",
            other => other,
        };
        if matches!(name, "int" | "bigint" | "smallint" | "tinyint" | "mediumint") {
            self.arguments.clear(); // how wide it is shown
        }
        if name == "decimal" {
            let precision = self.arguments.first().cloned().unwrap_or_else(|| "10".into());
            let scale = self.arguments.get(1).cloned().unwrap_or_else(|| "0".into());
            self.arguments = vec![precision, scale];
        }
        if name == "char" && self.arguments.is_empty() {
            self.arguments.push("1".into());
        }
        if matches!(name, "datetime" | "timestamp" | "time") && self.arguments == ["0"] {
            self.arguments.clear();
        }
        self.name = if unsigned { format!("{name} unsigned") } else { name.to_owned() };
    }
}

/// Returns what stands between commas; a comma in a string is none.
fn arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '\'';
        match arguments.last_mut() {
            Some(last) if quoted || character != ',' => last.push(character),
            _ => arguments.push(String::new()),
        }
    }
    arguments.iter().map(|argument| argument.trim().to_owned()).collect()
}
