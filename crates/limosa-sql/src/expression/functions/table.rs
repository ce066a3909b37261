//! The functions that are no more than a name with arguments.

use crate::dialect::Dialect;
use crate::literal::Literal;

/// A function.
pub(super) struct Entry {
    /// The name of its class.
    pub(super) class: &'static str,
    /// Its name in SQL.
    pub(super) function: &'static str,
    /// The name on PostgreSQL, where it differs.
    pub(super) postgres: Option<&'static str>,
    /// The name on SQLite, where it differs.
    pub(super) sqlite: Option<&'static str>,
    /// The name on MySQL, where it differs.
    pub(super) mysql: Option<&'static str>,
    /// Whether the variant for SQLite is cast as the function itself is.
    pub(super) cast_variant: bool,
    /// Its type.
    pub(super) output: Output,
    /// The name behind a field that applies it.
    pub(super) transform: Option<&'static str>,
    /// Its arguments, when they have names.
    pub(super) parameters: &'static [Parameter],
    /// Whether floats are cast to decimals on PostgreSQL.
    pub(super) decimal: bool,
}

/// The type of a function.
#[derive(Clone, Copy)]
pub(super) enum Output {
    /// That of its arguments.
    Common,
    /// That of its first argument.
    First,
    /// A float, or a decimal when an argument is one.
    Number,
    /// Always the same.
    Class(&'static str),
}

/// An argument of a function.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) default: Option<Default>,
    pub(super) optional: bool,
}

/// What an argument is when it is left out.
#[derive(Clone, Copy)]
pub(super) enum Default {
    Text(&'static str),
    Zero,
}

impl Default {
    pub(super) fn literal(self) -> Literal {
        match self {
            Self::Text(text) => Literal::Text(text.into()),
            Self::Zero => Literal::Int(0),
        }
    }
}

impl Entry {
    /// Returns the template, where it is not a name with arguments in parentheses.
    pub(super) fn template_for(&self, dialect: Dialect) -> Option<&'static str> {
        match self.class {
            "SHA1" | "SHA224" | "SHA256" | "SHA384" | "SHA512" if dialect == Dialect::Postgres => {
                Some("ENCODE(DIGEST(%(expressions)s, '%(function)s'), 'hex')")
            }
            "SHA224" if dialect == Dialect::MySql => Some("SHA2(%(expressions)s, 224)"),
            "SHA256" if dialect == Dialect::MySql => Some("SHA2(%(expressions)s, 256)"),
            "SHA384" if dialect == Dialect::MySql => Some("SHA2(%(expressions)s, 384)"),
            "SHA512" if dialect == Dialect::MySql => Some("SHA2(%(expressions)s, 512)"),
            "Chr" if dialect == Dialect::MySql => Some("%(function)s(%(expressions)s USING utf16)"),
            "RandomUUID" => Some("GEN_RANDOM_UUID()"),
            "TransactionNow" => Some("CURRENT_TIMESTAMP"),
            _ => None,
        }
    }
}

/// Returns the function of a class.
pub(super) fn entry(class: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.class == class)
}

const fn entry_of(class: &'static str, function: &'static str, output: Output) -> Entry {
    Entry {
        class,
        function,
        postgres: None,
        sqlite: None,
        mysql: None,
        cast_variant: false,
        output,
        transform: None,
        parameters: &[],
        decimal: false,
    }
}

const fn transform(class: &'static str, function: &'static str, output: Output, name: &'static str) -> Entry {
    Entry { transform: Some(name), ..entry_of(class, function, output) }
}

const fn required(name: &'static str) -> Parameter {
    Parameter { name, default: None, optional: false }
}

const fn optional(name: &'static str, default: Option<Default>) -> Parameter {
    Parameter { name, default, optional: true }
}

const CHAR: Output = Output::Class("CharField");
const INTEGER: Output = Output::Class("IntegerField");
const UUID: Output = Output::Class("UUIDField");
const EXPRESSION: &[Parameter] = &[required("expression")];

pub(super) static ENTRIES: &[Entry] = &[
    transform("Abs", "ABS", Output::Common, "abs"),
    transform("ACos", "ACOS", Output::Number, "acos"),
    transform("ASin", "ASIN", Output::Number, "asin"),
    transform("ATan", "ATAN", Output::Number, "atan"),
    Entry { sqlite: Some("ATAN2"), ..entry_of("ATan2", "ATAN2", Output::Number) },
    transform("Ceil", "CEILING", Output::Common, "ceil"),
    Entry { sqlite: Some("CHAR"), mysql: Some("CHAR"), ..transform("Chr", "CHR", CHAR, "chr") },
    entry_of("Coalesce", "COALESCE", Output::Common),
    transform("Cos", "COS", Output::Number, "cos"),
    transform("Cot", "COT", Output::Number, "cot"),
    transform("Degrees", "DEGREES", Output::Number, "degrees"),
    transform("Exp", "EXP", Output::Number, "exp"),
    transform("Floor", "FLOOR", Output::Common, "floor"),
    Entry { sqlite: Some("MAX"), cast_variant: true, ..entry_of("Greatest", "GREATEST", Output::Common) },
    Entry { sqlite: Some("MIN"), cast_variant: true, ..entry_of("Least", "LEAST", Output::Common) },
    Entry { mysql: Some("CHAR_LENGTH"), ..transform("Length", "LENGTH", INTEGER, "length") },
    transform("Ln", "LN", Output::Number, "ln"),
    Entry { decimal: true, sqlite: Some("LOG"), ..entry_of("Log", "LOG", Output::Number) },
    transform("Lower", "LOWER", Output::Common, "lower"),
    Entry {
        parameters: &[required("expression"), required("length"), optional("fill_text", Some(Default::Text(" ")))],
        ..entry_of("LPad", "LPAD", CHAR)
    },
    transform("LTrim", "LTRIM", Output::Common, "ltrim"),
    transform("MD5", "MD5", Output::Common, "md5"),
    Entry { decimal: true, ..entry_of("Mod", "MOD", Output::Number) },
    entry_of("NullIf", "NULLIF", Output::Common),
    Entry { sqlite: Some("UNICODE"), mysql: Some("ORD"), ..transform("Ord", "ASCII", INTEGER, "ord") },
    entry_of("Pi", "PI", Output::Number),
    entry_of("Power", "POWER", Output::Number),
    transform("Radians", "RADIANS", Output::Number, "radians"),
    Entry { sqlite: Some("RAND"), mysql: Some("RAND"), ..entry_of("Random", "RANDOM", Output::Number) },
    Entry { parameters: &[required("expression"), required("number")], ..entry_of("Repeat", "REPEAT", CHAR) },
    Entry {
        parameters: &[required("expression"), required("text"), optional("replacement", Some(Default::Text("")))],
        ..entry_of("Replace", "REPLACE", Output::Common)
    },
    transform("Reverse", "REVERSE", Output::Common, "reverse"),
    Entry {
        decimal: true,
        parameters: &[required("expression"), optional("precision", Some(Default::Zero))],
        ..transform("Round", "ROUND", Output::First, "round")
    },
    Entry {
        parameters: &[required("expression"), required("length"), optional("fill_text", Some(Default::Text(" ")))],
        ..entry_of("RPad", "RPAD", CHAR)
    },
    transform("RTrim", "RTRIM", Output::Common, "rtrim"),
    Entry { postgres: Some("sha1"), cast_variant: true, ..transform("SHA1", "SHA1", Output::Common, "sha1") },
    Entry { postgres: Some("sha224"), cast_variant: true, ..transform("SHA224", "SHA224", Output::Common, "sha224") },
    Entry { postgres: Some("sha256"), cast_variant: true, ..transform("SHA256", "SHA256", Output::Common, "sha256") },
    Entry { postgres: Some("sha384"), cast_variant: true, ..transform("SHA384", "SHA384", Output::Common, "sha384") },
    Entry { postgres: Some("sha512"), cast_variant: true, ..transform("SHA512", "SHA512", Output::Common, "sha512") },
    transform("Sign", "SIGN", Output::Common, "sign"),
    transform("Sin", "SIN", Output::Number, "sin"),
    transform("Sqrt", "SQRT", Output::Number, "sqrt"),
    Entry { postgres: Some("STRPOS"), ..entry_of("StrIndex", "INSTR", INTEGER) },
    Entry {
        sqlite: Some("SUBSTR"),
        parameters: &[required("expression"), required("pos"), optional("length", None)],
        ..entry_of("Substr", "SUBSTRING", CHAR)
    },
    transform("Tan", "TAN", Output::Number, "tan"),
    transform("Trim", "TRIM", Output::Common, "trim"),
    transform("Upper", "UPPER", Output::Common, "upper"),
    entry_of("RandomUUID", "", UUID),
    entry_of("TransactionNow", "", Output::Class("DateTimeField")),
    Entry { parameters: EXPRESSION, ..transform("Unaccent", "UNACCENT", Output::Common, "unaccent") },
    entry_of("RangeLower", "lower", Output::Common),
    entry_of("RangeUpper", "upper", Output::Common),
    entry_of("RangeIsEmpty", "isempty", Output::Common),
    entry_of("RangeLowerInc", "LOWER_INC", Output::Common),
    entry_of("RangeLowerInf", "LOWER_INF", Output::Common),
    entry_of("RangeUpperInc", "UPPER_INC", Output::Common),
    entry_of("RangeUpperInf", "UPPER_INF", Output::Common),
    entry_of("HStoreKeys", "akeys", Output::Common),
    entry_of("HStoreValues", "avals", Output::Common),
];
