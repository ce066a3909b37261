//! The members of what expressions may name.

use super::kinds::{BLOCKS, EFFECTS, KINDS, WORK};
use super::{Member, Type, always, only};

/// A list of texts.
const TEXTS: Type = Type::List(&Type::Text);

/// A field.
const FIELD: &[Member] = &[
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
const INDEX: &[Member] = &[
    always("name", Type::Text, "Its name."),
    always("type", Type::Text, "Its class without the package, such as `Index` or `GinIndex`."),
    always(
        "fields",
        TEXTS,
        "The fields that it is over, `-` before those in descending order; none when it is over expressions.",
    ),
    always("include", TEXTS, "The fields that it carries along."),
    always("partial", Type::Bool, "Whether it has a condition."),
];

/// A constraint.
const CONSTRAINT: &[Member] = &[
    always("name", Type::Text, "Its name."),
    always("type", Type::Word(&["check", "unique", "exclusion", "other"]), "What it demands."),
    always("fields", TEXTS, "The fields that must differ; none of other constraints."),
    always("partial", Type::Bool, "Whether it has a condition that says for which rows it counts."),
    always("deferrable", Type::Bool, "Whether it can be checked at the end of the transaction."),
];

/// An operation.
pub(super) const OPERATION: &[Member] = &[
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
    always("statements", TEXTS, "The SQL that it sends."),
];

/// One thing that a statement does.
const EFFECT: &[Member] = &[
    always("kind", Type::Word(EFFECTS), "What it does."),
    only("table", Type::Text, "of what is done to a table", "The table."),
    only("column", Type::Text, "of what is done to a column", "The column."),
    only("concurrently", Type::Bool, "of what is done to indexes", "Whether writes go on meanwhile."),
];

/// A lock.
const LOCK: &[Member] = &[
    always("table", Type::Text, "The table."),
    always("mode", Type::Text, "The database's name for the lock, such as `ACCESS EXCLUSIVE`."),
    always("blocks", Type::Word(BLOCKS), "What it keeps others from."),
];

/// A statement.
pub(super) const STATEMENT: &[Member] = &[
    always("sql", Type::Text, "Its text."),
    always("own", Type::Bool, "Whether the project wrote it, and not the schema editor."),
    always("effects", Type::List(&Type::Map(EFFECT)), "What it does, one thing after the other."),
    always("tables", TEXTS, "The tables that it is about."),
    always("locks", Type::List(&Type::Map(LOCK)), "The locks that it takes."),
    always("blocks", Type::Word(BLOCKS), "What the strongest of its locks keeps others from."),
    always(
        "work",
        Type::Word(WORK),
        "How much is done: `catalog` takes milliseconds, `scan` reads all rows, `index` builds one, `rewrite` writes all rows anew, `rows` changes rows.",
    ),
];

/// When the size of a table is known.
const SIZES: &str = "where a database or a file of sizes (`--stats`) knows the table, or the deploy makes it";

/// A table.
pub(super) const TABLE: &[Member] = &[
    only("name", Type::Text, "where the operation or statement is about a table", "Its name."),
    always("new", Type::Bool, "Whether the same deploy makes it: nobody uses it yet."),
    only("rows", Type::Int, SIZES, "About how many rows it holds."),
    only("bytes", Type::Int, SIZES, "How large it is without its indexes."),
    only("index_bytes", Type::Int, SIZES, "How large its indexes are."),
    only("writes_per_second", Type::Double, "where the database counts them", "How many rows are written a second."),
];

/// A migration.
pub(super) const MIGRATION: &[Member] = &[
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
    always("dependencies", TEXTS, "What it depends on, such as `shop.0001_initial`."),
    always("replaces", TEXTS, "What it stands for, if it is a squash."),
    always("kinds", Type::List(&Type::Word(KINDS)), "What its operations are called, in order, nested ones included."),
];

/// A migration with its operations.
pub(super) const WHOLE_MIGRATION: &[Member] = &{
    let mut members =
        [always("operations", Type::List(&Type::Map(OPERATION)), "Its operations in order, nested ones included.");
            MIGRATION.len() + 1];
    let mut place = 0;
    while place < MIGRATION.len() {
        members[place] = MIGRATION[place];
        place += 1;
    }
    members
};

/// The database.
pub(super) const DATABASE: &[Member] = &[
    always("vendor", Type::Word(&["postgresql", "mysql", "mariadb", "sqlite"]), "What it is."),
    always("version", Type::Text, "Its version, such as `15.4.0`; an ordinary one where no database is at hand."),
    always("major", Type::Int, "The first number of its version."),
    always("minor", Type::Int, "The second number of its version."),
    always("django", Type::Text, "The line of Django, such as `5.2`."),
];
