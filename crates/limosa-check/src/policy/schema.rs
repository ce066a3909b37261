//! What the expressions of policies may name: the variables with their members, their types and what they mean.
//!
//! Expressions are checked against it when they are read, the values that they see are held against it in a test, and the documentation is written from it.

use cel::Value;
use cel::objects::Key;

use super::On;

/// What kind of value something is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Double,
    /// A text.
    Text,
    /// One of these texts; beside them a text with a dot, which is the path of a class.
    Word(&'static [&'static str]),
    /// A list.
    List(&'static Type),
    /// A map with these members.
    Map(&'static [Member]),
    /// A map with any members.
    Open,
    /// Anything.
    Any,
}

/// A member of a map, or a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub of: Type,
    /// When it is there, if it is not there always.
    pub only: Option<&'static str>,
    /// What it means.
    pub doc: &'static str,
}

const fn always(name: &'static str, of: Type, doc: &'static str) -> Member {
    Member { name, of, only: None, doc }
}

const fn only(name: &'static str, of: Type, when: &'static str, doc: &'static str) -> Member {
    Member { name, of, only: Some(when), doc }
}

/// What operations are called: as their classes, without a package for those of Django.
pub const KINDS: &[&str] = &[
    "CreateModel",
    "DeleteModel",
    "RenameModel",
    "AlterModelTable",
    "AlterModelTableComment",
    "AlterUniqueTogether",
    "AlterIndexTogether",
    "AlterOrderWithRespectTo",
    "AlterModelOptions",
    "AlterModelManagers",
    "AddField",
    "RemoveField",
    "AlterField",
    "RenameField",
    "AddIndex",
    "AddIndexConcurrently",
    "RemoveIndex",
    "RemoveIndexConcurrently",
    "RenameIndex",
    "AddConstraint",
    "AddConstraintNotValid",
    "ValidateConstraint",
    "RemoveConstraint",
    "AlterConstraint",
    "RunSQL",
    "RunPython",
    "RunRust",
    "SeparateDatabaseAndState",
    "CreateExtension",
    "CreateCollation",
    "RemoveCollation",
    "OwnCode",
];

/// What statements do, in the words of [`super::values`].
pub const EFFECTS: &[&str] = &[
    "create table",
    "drop table",
    "rename table",
    "alter table",
    "add column",
    "drop column",
    "rename column",
    "alter type",
    "modify column",
    "set not null",
    "drop not null",
    "set default",
    "drop default",
    "add constraint",
    "validate constraint",
    "drop constraint",
    "create index",
    "drop index",
    "rename index",
    "reindex",
    "rebuild",
    "truncate",
    "insert",
    "update",
    "delete",
    "merge",
    "lock table",
    "refresh view",
    "alter enum",
    "domain",
    "rename schema",
    "rename object",
    "drop object",
    "set",
    "transaction",
    "other",
    "unknown",
];

const BLOCKS: &[&str] = &["nothing", "writes", "everything"];
const WORK: &[&str] = &["catalog", "scan", "index", "rewrite", "rows"];
const WORDS: Type = Type::List(&Type::Text);

/// A field.
pub const FIELD: &[Member] = &[
    always("name", Type::Text, "Its name."),
    always("type", Type::Text, "Its class without the package, such as `CharField`."),
    always("class", Type::Text, "The path of its class, such as `django.db.models.CharField`."),
    always("null", Type::Bool, "Whether NULL is allowed."),
    always("blank", Type::Bool, "Whether forms may leave it empty."),
    always("primary_key", Type::Bool, "Whether it is the primary key."),
    always("unique", Type::Bool, "Whether its values must differ."),
    always("db_index", Type::Bool, "Whether it has an index of its own."),
    only("max_length", Type::Int, "where the field has one", "The length limit."),
    only(
        "default",
        Type::Any,
        "where the field has one",
        "The default that Python fills in; a function is a text, its path.",
    ),
    only(
        "db_default",
        Type::Any,
        "where the field has one",
        "The default that the database fills in; an expression is a text, its class.",
    ),
    only("to", Type::Text, "of relations", "The model that it refers to, such as `shop.Customer`."),
    only(
        "on_delete",
        Type::Text,
        "of foreign keys",
        "What becomes of it with the row that it refers to, such as `CASCADE`.",
    ),
    only("db_constraint", Type::Bool, "of relations", "Whether the database guards it."),
    only("column", Type::Text, "where the field has one", "Its column."),
    only("db_type", Type::Text, "where the field has a column", "The type of its column on this database."),
    always("arguments", Type::Open, "Its arguments as they are written, without those that equal their defaults."),
];

/// An index.
pub const INDEX: &[Member] = &[
    always("name", Type::Text, "Its name."),
    always("type", Type::Text, "Its class without the package, such as `Index` or `GinIndex`."),
    always(
        "fields",
        WORDS,
        "The fields that it is over, `-` before those in descending order; none when it is over expressions.",
    ),
    always("include", WORDS, "The fields that it carries along."),
    always("partial", Type::Bool, "Whether it has a condition."),
];

/// A constraint.
pub const CONSTRAINT: &[Member] = &[
    always("name", Type::Text, "Its name."),
    always("type", Type::Word(&["check", "unique", "exclusion", "other"]), "What it demands."),
    always("fields", WORDS, "The fields that must differ; none of other constraints."),
    always("partial", Type::Bool, "Whether it has a condition that says for which rows it counts."),
    always("deferrable", Type::Bool, "Whether it can be checked at the end of the transaction."),
];

/// An operation.
pub const OPERATION: &[Member] = &[
    always(
        "kind",
        Type::Word(KINDS),
        "What it is called: the name of its class, of a class of the project its path; `OwnCode` is what the class of a migration does itself.",
    ),
    always("description", Type::Text, "What it does in Django's words, such as `Add field text to Post`."),
    always("nested", Type::Bool, "Whether it stands inside of a `SeparateDatabaseAndState`."),
    always("reversible", Type::Bool, "Whether there is a way back."),
    only("model", Type::Text, "of operations on one model", "The model's name; after a `RenameModel` the new one."),
    only(
        "name",
        Type::Text,
        "of operations that name a field, an index, a constraint, an extension or a collation, and of those on a model",
        "What the operation names.",
    ),
    only("old_name", Type::Text, "of `RenameModel`, `RenameField` and `RenameIndex`", "What it was called before."),
    only("field", Type::Map(FIELD), "of `AddField`, `AlterField` and `RenameField`", "The field afterwards."),
    only("old_field", Type::Map(FIELD), "of `AlterField`, `RenameField` and `RemoveField`", "The field before."),
    only(
        "preserve_default",
        Type::Bool,
        "of `AddField` and `AlterField`",
        "Whether the default stays after the rows are filled.",
    ),
    only("fields", Type::List(&Type::Map(FIELD)), "of `CreateModel`", "The fields of the new model."),
    only("indexes", Type::List(&Type::Map(INDEX)), "of `CreateModel`", "The indexes of the new model."),
    only("constraints", Type::List(&Type::Map(CONSTRAINT)), "of `CreateModel`", "The constraints of the new model."),
    only("options", Type::Open, "of `CreateModel` and `AlterModelOptions`", "The options of the model's `Meta`."),
    only("index", Type::Map(INDEX), "of `AddIndex` and `AddIndexConcurrently`", "The index."),
    only("constraint", Type::Map(CONSTRAINT), "of `AddConstraint` and `AddConstraintNotValid`", "The constraint."),
    only(
        "table",
        Type::Text,
        "of operations on one model that has a table",
        "The model's table; of `AlterModelTable` the new one.",
    ),
    only("sql", Type::Text, "of `RunSQL`", "The SQL."),
    only("reverse_sql", Type::Text, "of `RunSQL` with a way back", "The SQL that takes it back."),
    only("code", Type::Text, "of `RunPython` and `RunRust`", "The path of the function."),
    only(
        "reverse_code",
        Type::Text,
        "of `RunPython` and `RunRust` with a way back",
        "The path of the function that takes it back.",
    ),
    only("elidable", Type::Bool, "of `RunSQL` and `RunPython`", "Whether a squash may leave it out."),
    always("statements", Type::List(&Type::Text), "The SQL that it sends."),
];

const EFFECT: &[Member] = &[
    always("kind", Type::Word(EFFECTS), "What it does."),
    only("table", Type::Text, "of what is done to a table", "The table."),
    only("column", Type::Text, "of what is done to a column", "The column."),
    only("concurrently", Type::Bool, "of what is done to indexes", "Whether writes go on meanwhile."),
];

const LOCK: &[Member] = &[
    always("table", Type::Text, "The table."),
    always("mode", Type::Text, "The database's name for the lock, such as `ACCESS EXCLUSIVE`."),
    always("blocks", Type::Word(BLOCKS), "What it keeps others from."),
];

/// A statement.
pub const STATEMENT: &[Member] = &[
    always("sql", Type::Text, "Its text."),
    always("own", Type::Bool, "Whether the project wrote it, and not the schema editor."),
    always("effects", Type::List(&Type::Map(EFFECT)), "What it does, one thing after the other."),
    always("tables", WORDS, "The tables that it is about."),
    always("locks", Type::List(&Type::Map(LOCK)), "The locks that it takes."),
    always("blocks", Type::Word(BLOCKS), "What the strongest of its locks keeps others from."),
    always(
        "work",
        Type::Word(WORK),
        "How much is done: `catalog` takes milliseconds, `scan` reads all rows, `index` builds one, `rewrite` writes all rows anew, `rows` changes rows.",
    ),
];

const SIZES: &str = "where a database or a file of sizes (`--stats`) knows the table, or the deploy makes it";

/// A table.
pub const TABLE: &[Member] = &[
    only("name", Type::Text, "where the operation or statement is about a table", "Its name."),
    always("new", Type::Bool, "Whether the same deploy makes it: nobody uses it yet."),
    only("rows", Type::Int, SIZES, "About how many rows it holds."),
    only("bytes", Type::Int, SIZES, "How large it is without its indexes."),
    only("index_bytes", Type::Int, SIZES, "How large its indexes are."),
    only("writes_per_second", Type::Double, "where the database counts them", "How many rows are written a second."),
];

const MIGRATION: &[Member] = &[
    always("app", Type::Text, "The label of its app."),
    always("name", Type::Text, "Its name."),
    only("file", Type::Text, "where it stands in a file", "Its file, from the folder of the project."),
    always("atomic", Type::Bool, "Whether it says that it is to run in one transaction."),
    always("initial", Type::Bool, "Whether it says that it makes an app's first tables."),
    only(
        "stage",
        Type::Word(&["pre-deploy", "post-deploy", "either", "mixed", "unclear"]),
        "where the project divides its deploys",
        "The half of the deploy in which it runs.",
    ),
    always("dependencies", WORDS, "What it depends on, such as `shop.0001_initial`."),
    always("replaces", WORDS, "What it stands for, if it is a squash."),
    always("kinds", Type::List(&Type::Word(KINDS)), "What its operations are called, in order, nested ones included."),
];

const WHOLE_MIGRATION: &[Member] = &[
    MIGRATION[0],
    MIGRATION[1],
    MIGRATION[2],
    MIGRATION[3],
    MIGRATION[4],
    MIGRATION[5],
    MIGRATION[6],
    MIGRATION[7],
    MIGRATION[8],
    always("operations", Type::List(&Type::Map(OPERATION)), "Its operations in order, nested ones included."),
];

const DATABASE: &[Member] = &[
    always("vendor", Type::Word(&["postgresql", "mysql", "mariadb", "sqlite"]), "What it is."),
    always("version", Type::Text, "Its version, such as `15.4.0`; an ordinary one where no database is at hand."),
    always("major", Type::Int, "The first number of its version."),
    always("minor", Type::Int, "The second number of its version."),
    always("django", Type::Text, "The line of Django, such as `5.2`."),
];

const OP: Member = always("op", Type::Map(OPERATION), "The operation.");
const TABLE_OF_IT: Member =
    always("table", Type::Map(TABLE), "The table that it is about, as it is before the deploy.");
const MIGRATION_OF_IT: Member = always("migration", Type::Map(MIGRATION), "The migration.");
const DATABASE_OF_IT: Member = always("database", Type::Map(DATABASE), "The database.");

/// Returns the variables of the expressions of a policy.
pub fn variables(on: On) -> &'static [Member] {
    match on {
        On::Operation => const { &[OP, TABLE_OF_IT, MIGRATION_OF_IT, DATABASE_OF_IT] },
        On::Statement => {
            const STATEMENT_OF_IT: Member = always("statement", Type::Map(STATEMENT), "The statement.");
            const { &[STATEMENT_OF_IT, OP, TABLE_OF_IT, MIGRATION_OF_IT, DATABASE_OF_IT] }
        }
        On::Migration => {
            const WHOLE: Member = always("migration", Type::Map(WHOLE_MIGRATION), "The migration.");
            const { &[WHOLE, DATABASE_OF_IT] }
        }
    }
}

impl Type {
    /// Returns what it is called.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Double => "a number",
            Self::Text | Self::Word(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Open => "a map",
            Self::Any => "anything",
        }
    }
}

/// Returns what does not fit a type in a value: names that there are not, and values of other types; `path` is what the value is called.
pub fn misfits(value: &Value, of: Type, path: &str) -> Vec<String> {
    let wrong = || vec![format!("`{path}` is not {}", of.describe())];
    match (value, of) {
        (_, Type::Any)
        | (Value::Bool(_), Type::Bool)
        | (Value::Int(_), Type::Int | Type::Double)
        | (Value::Float(_), Type::Double)
        | (Value::String(_), Type::Text)
        | (Value::Map(_), Type::Open) => Vec::new(),
        (Value::String(text), Type::Word(words)) if words.contains(&text.as_str()) || text.contains('.') => Vec::new(),
        (Value::String(text), Type::Word(words)) => {
            vec![format!("`{path}` is never `{text}`: it is one of {}", words.join(", "))]
        }
        (Value::List(items), Type::List(of)) => {
            items.iter().enumerate().flat_map(|(at, item)| misfits(item, *of, &format!("{path}[{at}]"))).collect()
        }
        (Value::Map(map), Type::Map(members)) => {
            let mut keys: Vec<(&Key, &Value)> = map.map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let misfit = |(key, value): (&Key, &Value)| {
                let name = key.to_string();
                match members.iter().find(|member| member.name == name) {
                    Some(member) => misfits(value, member.of, &format!("{path}.{name}")),
                    None => vec![format!("there is no `{path}.{name}`")],
                }
            };
            keys.into_iter().flat_map(misfit).collect()
        }
        _ => wrong(),
    }
}
