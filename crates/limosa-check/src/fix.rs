//! What can be written in the place of an operation, where that needs no judgement.

use limosa_model::django::DjangoVersion;
use limosa_model::field::FieldKind;
use limosa_model::graph::Direction;
use limosa_model::index::ConstraintKind;
use limosa_model::operations::{AddField, OperationKind as Kind};
use limosa_model::{Operation, Value};
use limosa_sql::dialect::Dialect;
use limosa_sql::effect::Effect;

use crate::subject::Subject;

/// What can be written in the place of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// The place of the operation in its migration.
    pub operation: usize,
    /// What becomes of it.
    pub kind: FixKind,
}

/// What becomes of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixKind {
    /// It lets writes go on, in a migration of its own without a transaction.
    Concurrently,
    /// It is in a migration of its own without a transaction.
    NotAtomic,
    /// The default of its field stands in the database, too.
    DbDefault,
    /// Its constraint holds for new rows, and another migration validates it for the others.
    NotValid,
    /// It is in another migration than those before it.
    Apart,
}

impl FixKind {
    /// Says what is done.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Concurrently => "it runs `CONCURRENTLY`, in a migration of its own without a transaction",
            Self::NotAtomic => "it is in a migration of its own without a transaction",
            Self::DbDefault => "its default stands in the database, too (`db_default`)",
            Self::NotValid => "it is added as `NOT VALID`, and another migration validates it",
            Self::Apart => "it is in another migration than those before it",
        }
    }
}

/// Returns how an index is built or dropped while writes go on.
pub(crate) fn concurrently(subject: &Subject<'_>) -> Vec<Fix> {
    let is_index = |operation: &Operation| match &operation.kind {
        Kind::AddIndex(op) => !op.concurrently,
        Kind::RemoveIndex(op) => !op.concurrently,
        _ => false,
    };
    of(subject, FixKind::Concurrently, is_index)
}

/// Returns how a statement that the database refuses inside a transaction is taken out of it.
pub(crate) fn not_atomic(subject: &Subject<'_>) -> Vec<Fix> {
    // A transaction that the SQL begins itself stays.
    of(subject, FixKind::NotAtomic, |_| subject.migration.transaction)
}

/// Returns how a check is added while others work.
pub(crate) fn not_valid(subject: &Subject<'_>) -> Vec<Fix> {
    let is_check = |operation: &Operation| match &operation.kind {
        Kind::AddConstraint(op) => !op.not_valid && matches!(op.constraint.kind, ConstraintKind::Check(_)),
        _ => false,
    };
    if subject.is_postgres() { of(subject, FixKind::NotValid, is_check) } else { Vec::new() }
}

/// Returns how a new column gets its value from the database: where Django can write that (from 5.0 on), and the default is a literal.
pub(crate) fn db_default(subject: &Subject<'_>) -> Vec<Fix> {
    let can = |op: &AddField| {
        let field = &op.field;
        let literal = matches!(&field.default, Some(Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_)));
        // MySQL has no literal defaults for them.
        let is_large = subject.dialect() == Dialect::MySql
            && matches!(field.kind, FieldKind::Text | FieldKind::Json | FieldKind::Binary);
        let is_plain = field.related_model().is_none() && field.custom.is_none();
        literal
            && field.db_default.is_none()
            && is_plain
            && !is_large
            && !matches!(field.kind, FieldKind::Generated { .. })
    };
    if subject.context().django < DjangoVersion::V52 {
        return Vec::new();
    }
    of(subject, FixKind::DbDefault, |operation| matches!(&operation.kind, Kind::AddField(op) if can(op)))
}

/// Returns where a migration is divided, so that rows and schema change in transactions of their own.
pub(crate) fn rows_apart(subject: &Subject<'_>) -> Vec<Fix> {
    let migration = subject.migration;
    if migration.direction != Direction::Forwards {
        return Vec::new();
    }
    let mut apart = Vec::new();
    let mut last: Option<bool> = None;
    for own in migration.operations.chunk_by(|one, other| one.path.first() == other.path.first()) {
        let Some(&operation) = own.first().and_then(|planned| planned.path.first()) else { continue };
        let (mut rows, mut schema) = (false, false);
        for planned in own {
            rows |= planned.code && planned.operation.is_none_or(Operation::may_change_rows);
            rows |= planned.meant().any(|effect| matches!(effect, Effect::Rows { .. }));
            schema |= planned.meant().any(|effect| !matches!(effect, Effect::Rows { .. }));
        }
        // An operation that does both cannot be divided.
        if rows == schema {
            continue;
        }
        if last.is_some_and(|last| last != rows) {
            apart.push(Fix { operation, kind: FixKind::Apart });
        }
        last = Some(rows);
    }
    apart
}

/// Returns a fix of the operation that is looked at, when it stands in the migration's own list.
fn of(subject: &Subject<'_>, kind: FixKind, can: impl Fn(&Operation) -> bool) -> Vec<Fix> {
    let Some(planned) = subject.operation else { return Vec::new() };
    match (planned.path.as_slice(), planned.operation) {
        ([operation], Some(it)) if subject.migration.direction == Direction::Forwards && can(it) => {
            vec![Fix { operation: *operation, kind }]
        }
        _ => Vec::new(),
    }
}
