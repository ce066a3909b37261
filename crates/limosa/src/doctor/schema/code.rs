//! SQL that code of the project may have sent, as far as it stands in its files.

use limosa_source::python::COMPUTED;
use limosa_sql::catalog::{Aspect, Constraint, Difference, DifferenceKind};
use limosa_sql::dialect::Dialect;
use limosa_sql::split::{Alteration, TableAction, alterations, split};

/// Returns whether a difference is what one of these texts does, on a table that it names or that is computed.
pub(super) fn explains(texts: &[String], dialect: Dialect, difference: &Difference) -> bool {
    let statements = texts.iter().flat_map(|text| split(text, dialect));
    statements.flat_map(|statement| alterations(statement.text, dialect)).any(|alteration| {
        let Alteration { table, action } = &alteration;
        let is_about = table.as_ref().is_none_or(|table| *table == difference.table || table.contains(COMPUTED));
        is_about && makes(action, &difference.kind)
    })
}

fn makes(action: &TableAction, difference: &DifferenceKind) -> bool {
    use TableAction as Action;
    match (difference, action) {
        (DifferenceKind::NoTable, Action::Drop | Action::Rename(_)) => true,
        (DifferenceKind::NoColumn(name), Action::DropColumn(gone) | Action::RenameColumn(gone, _)) => name == gone,
        (
            DifferenceKind::OtherColumn(name) | DifferenceKind::Column { name, .. },
            Action::PutColumn { name: put, .. } | Action::RenameColumn(_, put),
        ) => name == put,
        (DifferenceKind::Column { name, aspect: Aspect::Null, .. }, Action::SetNull { name: set, .. }) => name == set,
        (
            DifferenceKind::NoConstraint(constraint),
            Action::DropConstraint(gone) | Action::RenameConstraint(gone, _),
        ) => constraint.name == *gone,
        (DifferenceKind::NoConstraint(constraint), Action::DropPrimaryKey) => constraint.primary_key,
        (DifferenceKind::OtherConstraint(constraint), Action::RenameConstraint(_, new)) => constraint.name == *new,
        (DifferenceKind::OtherConstraint(constraint), Action::PutConstraint { name, columns, .. }) => {
            is_named(constraint, name.as_deref()) || columns.as_ref().is_some_and(|columns| constraint.is_over(columns))
        }
        _ => false,
    }
}

fn is_named(constraint: &Constraint, name: Option<&str>) -> bool {
    name.is_some_and(|name| constraint.name == name)
}
