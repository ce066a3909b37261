//! BC008.

use std::collections::BTreeSet;

use limosa_model::index::ConstraintKind as Declared;
use limosa_model::operations::OperationKind;
use limosa_model::{SmolStr, Value};
use limosa_sql::effect::{ConstraintKind, Effect, IdentityChange, TableChange};
use limosa_sql::model::FieldView;

use crate::check::declare;
use crate::finding::Findings;
use crate::known;
use crate::subject::Subject;

declare! {
    /// A constraint is added that the running code does not know and may violate.
    ///
    /// From then on, a row that is not unique, that does not meet the condition or that refers to nothing is refused, in the middle of a
    /// request of code that does not expect it. The rows that are there are checked by the database, those that the running code is
    /// about to write are not. It is the same with a foreign key that becomes `NOT DEFERRABLE`: Django writes rows in any order, as long as
    /// they fit at the end of the transaction. Deploy code that keeps to the rule first, and add the constraint after the deploy.
    ///
    /// # Example
    ///
    /// ```python
    /// operations = [
    ///     migrations.AlterField("customer", "email", models.EmailField(max_length=254, unique=True)),
    /// ]
    /// ```
    ///
    /// # Instead
    ///
    /// ```python
    /// stage = "post-deploy"
    /// operations = [
    ///     migrations.AlterField("customer", "email", models.EmailField(max_length=254, unique=True)),
    /// ]
    /// ```
    "BC008" "uniqueness-added",
    group: Compatibility,
    level: Warning,
    before_deploy: true,
    databases: [Postgres, Sqlite, MySql],
    Operation: check,
}

fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for (table, effect) in subject.meaning_for_old_tables() {
        let unique = |columns: &[Option<String>]| columns.iter().flatten().cloned().collect();
        let (columns, what): (Vec<String>, _) = match effect {
            Effect::AlterTable { change: TableChange::AddConstraint { using_index: Some(_), .. }, .. } => continue,
            Effect::AlterTable { change: TableChange::AddConstraint { kind, .. }, .. } => match kind {
                ConstraintKind::Unique(columns) if was_unique(subject, table, columns) => continue,
                ConstraintKind::Unique(columns) => (columns.clone(), "values that are there already"),
                ConstraintKind::PrimaryKey(columns) => (columns.clone(), "keys that are there already"),
                ConstraintKind::Check(_) if was_checked(subject) => continue,
                ConstraintKind::Check(text) => (checked(subject, table, text), "rows that do not meet the condition"),
                ConstraintKind::ForeignKey { columns, .. } => (columns.clone(), "keys of rows that are not there"),
                ConstraintKind::Exclusion => (Vec::new(), "rows that exclude each other"),
                // BC006 tells of it.
                ConstraintKind::NotNull(_) => continue,
            },
            Effect::AlterTable { change: TableChange::Identity { column, change: IdentityChange::Always }, .. } => {
                (vec![column.clone()], "values of its own")
            }
            Effect::AlterTable { change: TableChange::AlterConstraint { at_once: true, .. }, .. } => {
                (Vec::new(), "rows before those that they refer to")
            }
            Effect::AlterTable { change: TableChange::AddIndex { columns, unique: true, .. }, .. }
            | Effect::CreateIndex { columns, unique: true, .. } => (unique(columns), "values that are there already"),
            Effect::AlterTable { change: TableChange::AddColumn(column), .. }
                if column.unique && column.default.is_some() && !column.identity =>
            {
                findings
                    .about(
                        effect,
                        format!(
                            "the running code leaves `{table}.{}` out: all its rows get the same value",
                            column.name
                        ),
                    )
                    .help("allow NULL until the deploy is finished, or let the database make a value for each row")
                    .table(table);
                continue;
            }
            _ => continue,
        };
        if !is_about_new_columns(subject, table, &columns, effect) {
            findings
                .about(
                    effect,
                    format!("the running code may write {what} into `{table}`, which are refused from then on"),
                )
                .help("deploy code that keeps to it first, and add it after the deploy (`stage = \"post-deploy\"`)")
                .table(table);
        }
    }
}

/// Returns whether the running code leaves out a column that the rule is about, and thereby keeps to it: what fits the rows that are
/// there, which have the same value in it, fits new ones, and NULL equals nothing.
fn is_about_new_columns(subject: &Subject<'_>, table: &str, columns: &[String], effect: &Effect) -> bool {
    let added: Vec<_> = columns.iter().map(|column| subject.added_column(table, column, effect)).collect();
    let all = !added.is_empty() && added.iter().all(Option::is_some);
    all || added.into_iter().flatten().any(|column| !column.not_null && column.default.is_none())
}

/// Returns whether fewer or the same columns were unique before the deploy, under another name perhaps.
fn was_unique(subject: &Subject<'_>, table: &str, columns: &[String]) -> bool {
    let Some(view) = subject.deploy.first().and_then(|first| known::model(&first.before, subject.context(), table))
    else {
        return false;
    };
    let has = |field: &SmolStr| {
        let name = view.fields.iter().find(|view| view.name == *field).map_or(field.as_str(), FieldView::column_name);
        columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    };
    let among = |fields: &[SmolStr]| !fields.is_empty() && fields.iter().all(has);
    let options = &view.state.options;
    let constraints = options.constraints.iter().any(|constraint| match &constraint.kind {
        Declared::Unique(unique) => unique.condition.is_none() && among(&unique.fields),
        _ => false,
    });
    let mut fields = view.fields.iter().filter(|field| field.field.unique() || field.field.primary_key);
    constraints
        || options.unique_together.iter().any(|fields| among(fields))
        || fields.any(|field| columns.iter().any(|column| column.eq_ignore_ascii_case(field.column_name())))
}

/// Returns the condition of the constraint that the operation adds.
fn condition<'a>(subject: &Subject<'a>) -> Option<&'a Value> {
    match &subject.operation?.operation?.kind {
        OperationKind::AddConstraint(op) => match &op.constraint.kind {
            Declared::Check(condition) => Some(condition),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether the same condition held before the deploy, under another name.
fn was_checked(subject: &Subject<'_>) -> bool {
    let (Some(first), Some(condition)) = (subject.deploy.first(), condition(subject)) else { return false };
    let constraints = first.before.app_models(&first.migration.id.app).flat_map(|model| &model.options.constraints);
    constraints.into_iter().any(|constraint| matches!(&constraint.kind, Declared::Check(other) if other == condition))
}

/// Returns the columns that a condition is about: that of the operation's constraint, or of SQL.
fn checked(subject: &Subject<'_>, table: &str, text: &str) -> Vec<String> {
    let mut named = BTreeSet::new();
    match condition(subject) {
        Some(condition) => fields(condition, &mut named),
        None => return words(text),
    }
    let after = subject.operation.and_then(|operation| known::model(&operation.after, subject.context(), table));
    let column = |name: String| {
        let view = after.as_ref().and_then(|view| view.fields.iter().find(|field| field.name == name));
        view.map_or(name.clone(), |field| field.column_name().to_owned())
    };
    named.into_iter().map(column).collect()
}

/// Returns the words of a condition in SQL that may name columns.
fn words(text: &str) -> Vec<String> {
    let unquoted = text.split('\'').step_by(2);
    let words = unquoted.flat_map(|part| part.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')));
    let words = words.filter(|word| word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_'));
    let keywords = ["and", "or", "not", "is", "null", "in", "between", "like", "true", "false"];
    words.map(str::to_lowercase).filter(|word| !keywords.contains(&word.as_str())).collect()
}

/// Finds the fields that an expression names: keywords of `Q`, their pairs, and arguments of `F`.
fn fields(value: &Value, found: &mut BTreeSet<String>) {
    let field = |lookup: &str| lookup.split("__").next().unwrap_or(lookup).to_owned();
    match value {
        Value::Call(call) => {
            if call.callee.ends_with(".Q") {
                found
                    .extend(call.kwargs.iter().filter(|(name, _)| !name.starts_with('_')).map(|(name, _)| field(name)));
            }
            if let (true, Some(name)) = (call.callee.ends_with(".F"), call.args.first().and_then(Value::as_str)) {
                found.insert(field(name));
            }
            call.args.iter().chain(call.kwargs.iter().map(|(_, value)| value)).for_each(|value| fields(value, found));
        }
        Value::Tuple(items) => {
            if let [Value::Str(lookup), _] = items.as_slice() {
                found.insert(field(lookup));
            }
            items.iter().for_each(|value| fields(value, found));
        }
        Value::List(items) => items.iter().for_each(|value| fields(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::testing::{expect, expect_everywhere};
    use limosa_sql::dialect::Dialect;

    #[test]
    fn constraints() {
        let cases = [
            ("migrations.AlterField('customer', 'email', models.EmailField(max_length=254, unique=True))", 1),
            ("migrations.AlterUniqueTogether('order', {('customer', 'number')})", 1),
            ("migrations.AddConstraint('order', models.UniqueConstraint(fields=['customer', 'number'], name='u'))", 1),
            ("migrations.AddConstraint('order', models.UniqueConstraint(fields=['id', 'number'], name='u'))", 0),
            ("migrations.AddConstraint('order', models.CheckConstraint(check=models.Q(number__gte=0), name='c'))", 1),
            ("migrations.AlterField('order', 'number', models.PositiveIntegerField())", 1),
            ("migrations.AddField('order', 'x', models.PositiveIntegerField(null=True))", 0),
            ("migrations.AddField('order', 'x', models.IntegerField(null=True, unique=True))", 0),
            ("migrations.AddField('order', 'x', models.IntegerField(db_default=1, unique=True))", 1),
            ("migrations.AddField('order', 'x', models.ForeignKey('shop.Customer', models.CASCADE, null=True))", 0),
            ("migrations.AddIndex('order', models.Index(fields=['status'], name='i'))", 0),
            (
                "operations = [\n    migrations.AddField('order', 'x', models.IntegerField(null=True)),\n\
                     migrations.AddConstraint('order', models.CheckConstraint(check=models.Q(x__gte=0), name='c')),\n\
                     migrations.AddConstraint('order', models.UniqueConstraint(fields=['x', 'number'], name='u')),\n]",
                0,
            ),
            (
                "operations = [\n    migrations.AddField('order', 'x', models.IntegerField(db_default=1)),\n\
                     migrations.AddConstraint('order', models.UniqueConstraint(fields=['x', 'number'], name='u')),\n]",
                1,
            ),
            ("CREATE UNIQUE INDEX u ON shop_order (number)", 1),
            ("CREATE INDEX u ON shop_order (number)", 0),
            ("CREATE TABLE t (a int); CREATE UNIQUE INDEX u ON t (a)", 0),
        ];
        expect_everywhere(&CHECK, &cases);
        let cases = [
            ("ALTER TABLE shop_order ADD CONSTRAINT c CHECK (number > 0) NOT VALID", 1),
            ("ALTER TABLE shop_order ADD CONSTRAINT u UNIQUE USING INDEX i", 0),
            ("ALTER TABLE shop_order VALIDATE CONSTRAINT c", 0),
            ("ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order ADD CONSTRAINT c CHECK (x > 0 AND x < 9)", 0),
            (
                "ALTER TABLE shop_order ADD x int; ALTER TABLE shop_order ADD CONSTRAINT c CHECK (x > 0 OR number > 0)",
                0,
            ),
            ("ALTER TABLE shop_order ALTER id SET GENERATED ALWAYS", 1),
            ("ALTER TABLE shop_order ALTER CONSTRAINT f NOT DEFERRABLE", 1),
            ("ALTER TABLE shop_order ALTER CONSTRAINT f DEFERRABLE INITIALLY DEFERRED", 0),
            ("ALTER TABLE shop_order ADD FOREIGN KEY (number) REFERENCES shop_customer", 1),
        ];
        expect(&CHECK, Dialect::Postgres, &cases);
    }
}
