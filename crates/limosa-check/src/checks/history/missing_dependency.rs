//! HI007.

use std::collections::BTreeSet;

use limosa_model::code::CodeFact;
use limosa_model::operations::OperationKind;
use limosa_model::{Field, ModelId, SmolStr};
use limosa_sql::model::Models;

use crate::check::declare;
use crate::finding::Findings;
use crate::subject::Subject;

declare! {
    /// A migration uses a model of another app that it does not depend on.
    ///
    /// It works where the other app happens to be migrated first, and fails on the next new database, where the order is another one: the table
    /// that it refers to is not there yet, or `get_model` does not know the model.
    ///
    /// # Example
    ///
    /// ```text
    /// dependencies = [("shop", "0001_initial")]
    /// operations = [
    ///     migrations.AddField("order", "author", models.ForeignKey("library.Author", models.CASCADE, null=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// Name the migration of the other app that makes the model:
    ///
    /// ```text
    /// dependencies = [("shop", "0001_initial"), ("library", "0001_initial")]
    /// ```
    "HI007" "missing-dependency",
    group: History,
    level: Error,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let id = subject.migration.id();
    let missing = |app: &str| app != id.app && subject.plan.history.comes_after(id, app) == Some(false);
    let mut told = BTreeSet::new();
    for model in named(subject).into_iter().filter(|model| missing(&model.app)) {
        if told.insert(model.app.clone()) {
            findings
                .report(format!("it refers to `{model}`, but does not depend on a migration of `{}`", model.app))
                .help(format!("add the migration of `{}` that makes the model to `dependencies`", model.app));
        }
    }
    for function in subject.functions() {
        for (fact, span) in &function.facts {
            if let CodeFact::Asks { model, name, .. } = fact
                && missing(&model.app)
                && told.insert(model.app.clone())
            {
                findings
                    .report(format!(
                        "`{}` asks for `{}.{name}`, but the migration does not depend on one of `{}`",
                        function.name, model.app, model.app
                    ))
                    .help(format!("add the migration of `{}` that makes the model to `dependencies`", model.app))
                    .at(*span);
            }
        }
    }
}

/// Returns the models that the operation's fields and bases refer to; none where another model takes the place of its own, which has no table.
fn named(subject: &Subject<'_>) -> Vec<ModelId> {
    let app: &str = &subject.migration.id().app;
    let Some(operation) = subject.operation else { return Vec::new() };
    let models = Models::new(&operation.after, subject.context());
    let is_swapped = |model: &SmolStr| models.model(&ModelId::new(app, model)).is_ok_and(|view| view.swapped.is_some());
    match operation.operation.map(|operation| &operation.kind) {
        Some(OperationKind::AddField(op)) if !is_swapped(&op.model) => relations(app, &op.model, &op.field),
        Some(OperationKind::AlterField(op)) if !is_swapped(&op.model) => relations(app, &op.model, &op.field),
        Some(OperationKind::CreateModel(op)) if !is_swapped(&op.model.name) => {
            let fields = op.model.fields.values().flat_map(|field| relations(app, &op.model.name, field));
            fields.chain(op.model.parents()).collect()
        }
        _ => Vec::new(),
    }
}

fn relations(app: &str, model: &SmolStr, field: &Field) -> Vec<ModelId> {
    let key = field.foreign_key().map(|relation| relation.target(app, model));
    let many = field.many_to_many();
    let target = many.map(|relation| relation.target(app, model));
    let through = many.and_then(|relation| relation.through(app, model));
    [key, target, through].into_iter().flatten().collect()
}
