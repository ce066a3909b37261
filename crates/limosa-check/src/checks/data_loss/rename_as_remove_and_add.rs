//! DL007.

use limosa_model::field::Field;
use limosa_model::operations::OperationKind;
use limosa_model::{ModelId, Operation};

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A field or a model is removed and one just like it added: a rename that loses the data.
    ///
    /// `makemigrations` asks whether a field was renamed; who answers no, or runs it where nobody can answer, gets a removal and an
    /// addition. The new column is empty.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.RemoveField("order", "paid_at"),
    ///     migrations.AddField("order", "settled_at", models.DateTimeField(null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// operations = [
    ///     migrations.RenameField("order", "paid_at", "settled_at"),
    /// ]
    /// ```
    "DL007" "rename-as-remove-and-add",
    group: DataLoss,
    level: Warning,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(removal) = subject.operation else { return };
    // The rows may be copied from one to the other in between.
    let copies = subject
        .migration
        .operations
        .iter()
        .any(|operation| operation.code || operation.statements.iter().any(|statement| statement.own));
    if copies || removal.meaning.is_empty() {
        return;
    }
    let app = subject.migration.id().app.as_str();
    let others = || {
        let real = subject.migration.operations.iter().filter(|other| !other.meaning.is_empty());
        real.filter_map(|other| other.operation)
    };
    match removal.operation.map(|operation| &operation.kind) {
        Some(OperationKind::RemoveField(op)) => {
            let id = ModelId::new(app, &op.model);
            let Some(field) = removal.before.get(&id).and_then(|model| model.field(&op.name).ok()) else { return };
            let added = others().find_map(|other| match &other.kind {
                OperationKind::AddField(add) if add.model.eq_ignore_ascii_case(&op.model) => {
                    (add.name != op.name && is_like(field, &add.field)).then_some(&add.name)
                }
                _ => None,
            });
            if let Some(added) = added {
                findings
                    .report(format!("`{}` is removed and `{added}`, which is just like it, starts empty", op.name))
                    .help(format!(
                        "if it is the same field: `migrations.RenameField(\"{}\", \"{}\", \"{added}\")`",
                        op.model, op.name
                    ));
            }
        }
        Some(OperationKind::DeleteModel(op)) => {
            let id = ModelId::new(app, &op.name);
            let Some(model) = removal.before.get(&id) else { return };
            let is_twin = |other: &Operation| match &other.kind {
                OperationKind::CreateModel(create) if !create.model.name.eq_ignore_ascii_case(&op.name) => {
                    let fields = &create.model.fields;
                    let alike = model
                        .fields
                        .iter()
                        .zip(fields)
                        .all(|((name, field), (other, added))| name == other && is_like(field, added));
                    (alike && fields.len() == model.fields.len() && fields.len() > 1).then(|| create.model.name.clone())
                }
                _ => None,
            };
            if let Some(added) = others().find_map(is_twin) {
                findings
                    .report(format!("`{}` is deleted and `{added}`, which is just like it, starts empty", op.name))
                    .help(format!("if it is the same model: `migrations.RenameModel(\"{}\", \"{added}\")`", op.name));
            }
        }
        _ => {}
    }
}

/// Returns whether one field could be the other under a new name.
fn is_like(one: &Field, other: &Field) -> bool {
    one.kind == other.kind
        && one.max_length == other.max_length
        && one.null == other.null
        && one.primary_key == other.primary_key
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::expect_everywhere;

    #[test]
    fn renames() {
        let remove = "migrations.RemoveField('order', 'paid_at')";
        let like = "migrations.AddField('order', 'settled_at', models.DateTimeField(null=True))";
        let other = "migrations.AddField('order', 'settled_at', models.DateField(null=True))";
        let elsewhere = "migrations.AddField('customer', 'settled_at', models.DateTimeField(null=True))";
        let copy = "migrations.RunSQL('UPDATE shop_order SET settled_at = paid_at', '')";
        let state = |operation: &str| format!("migrations.SeparateDatabaseAndState(state_operations=[{operation}])");
        let twin = "migrations.DeleteModel('Customer'), migrations.CreateModel('Client', [('id', models.BigAutoField(primary_key=True)), \
                    ('name', models.CharField(max_length=100)), ('email', models.EmailField(max_length=254)), \
                    ('city', models.CharField(max_length=50, null=True))])";
        for (operations, expected) in [
            (format!("{remove}, {like}"), 1),
            (format!("{like}, {remove}"), 1),
            (format!("{like}, {copy}, {remove}"), 0),
            (format!("{remove}, {other}"), 0),
            (format!("{remove}, {elsewhere}"), 0),
            (format!("{}, {like}", state(remove)), 0),
            (format!("{remove}, {}", state(like)), 0),
            (remove.to_owned(), 0),
            (format!("migrations.RemoveField('order', 'customer'), {twin}"), 1),
        ] {
            expect_everywhere(&CHECK, &[(&operations, expected)]);
        }
    }
}
