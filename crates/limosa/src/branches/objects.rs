//! What an operation changes of the schema, named, so that two operations can be held against each other.

use limosa_model::field::Field;
use limosa_model::operations::{Collation, OldIndex, OperationKind, PostgresOperation, StateEffect};
use limosa_model::{ModelId, Operation, SmolStr};

/// A part of the schema that an operation changes or relies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// The model; none for what has a name of its own in the database.
    model: Option<ModelId>,
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The model itself: it comes, goes, or gets another name or table.
    Whole,
    /// A field that is added, and was not there.
    NewField(SmolStr),
    /// A field that is there.
    Field(SmolStr),
    /// All fields, of which some are relied on.
    Fields,
    /// That the model is there and keeps its name.
    Presence,
    /// An option of the model.
    Option(&'static str),
    /// An index, a constraint, a collation, an extension.
    Name(SmolStr),
}

impl Object {
    /// Returns the model, when it is changed and not only relied on.
    pub(super) fn changed_model(&self) -> Option<&ModelId> {
        self.model.as_ref().filter(|_| self.part != Part::Presence)
    }

    /// Returns whether the order of what changes them may matter.
    pub(super) fn disturbs(&self, other: &Self) -> bool {
        use Part::{Field, Fields, NewField, Presence, Whole};
        if self.model != other.model {
            return false;
        }
        match (&self.part, &other.part) {
            (Presence, Presence) => false,
            (Whole, _) | (_, Whole) => true,
            (Fields, Field(_)) | (Field(_), Fields) => true,
            (Field(one) | NewField(one), Field(other) | NewField(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => one == other && *one != Fields,
        }
    }
}

/// Returns what an operation of an app changes and relies on; nothing when that is not known.
pub(super) fn objects(app: &str, operation: &Operation) -> Option<Vec<Object>> {
    let mut found = Collector { app, objects: Vec::new() };
    found.add(operation)?;
    Some(found.objects)
}

struct Collector<'a> {
    app: &'a str,
    objects: Vec<Object>,
}

impl Collector<'_> {
    fn add(&mut self, operation: &Operation) -> Option<()> {
        use OperationKind as Kind;
        match &operation.kind {
            Kind::CreateModel(op) => {
                self.model(&op.model.name, Part::Whole);
                for (_, field) in &op.model.fields {
                    self.relations(&op.model.name, field);
                }
                for base in op.model.parents() {
                    self.objects.push(Object { model: Some(base), part: Part::Presence });
                }
                let indexes = op.model.options.indexes.iter().map(|index| index.name.clone());
                let constraints = op.model.options.constraints.iter().map(|constraint| constraint.name.clone());
                indexes.chain(constraints).for_each(|name| self.name(&name));
            }
            Kind::DeleteModel(op) => self.model(&op.name, Part::Whole),
            Kind::RenameModel(op) => {
                [&op.old_name, &op.new_name].into_iter().for_each(|name| self.model(name, Part::Whole))
            }
            Kind::AlterModelTable(op) => self.model(&op.name, Part::Whole),
            Kind::AlterOrderWithRespectTo(op) => self.model(&op.name, Part::Whole),
            Kind::AlterModelTableComment(op) => self.model(&op.name, Part::Option("comment")),
            Kind::AlterUniqueTogether(op) => self.option(&op.name, "unique_together"),
            Kind::AlterIndexTogether(op) => self.option(&op.name, "index_together"),
            Kind::AlterModelOptions(op) => self.model(&op.name, Part::Option("options")),
            Kind::AlterModelManagers(op) => self.model(&op.name, Part::Option("managers")),
            Kind::AddField(op) => {
                self.model(&op.model, Part::NewField(op.name.clone()));
                self.relations(&op.model, &op.field);
            }
            // Other tables refer to the key.
            Kind::AlterField(op) if op.field.primary_key => self.model(&op.model, Part::Whole),
            Kind::AlterField(op) => {
                self.model(&op.model, Part::Field(op.name.clone()));
                self.relations(&op.model, &op.field);
            }
            Kind::RemoveField(op) => self.model(&op.model, Part::Field(op.name.clone())),
            Kind::RenameField(op) => {
                self.model(&op.model, Part::Field(op.old_name.clone()));
                self.model(&op.model, Part::NewField(op.new_name.clone()));
            }
            Kind::AddIndex(op) => self.named(&op.model, &op.index.name),
            Kind::RemoveIndex(op) => self.named(&op.model, &op.name),
            Kind::RenameIndex(op) => {
                self.named(&op.model, &op.new_name);
                match &op.old {
                    OldIndex::Name(name) => self.name(name),
                    OldIndex::Fields(_) => self.model(&op.model, Part::Option("index_together")),
                }
            }
            Kind::AddConstraint(op) => self.named(&op.model, &op.constraint.name),
            Kind::RemoveConstraint(op) => self.named(&op.model, &op.name),
            Kind::AlterConstraint(op) => self.named(&op.model, &op.name),
            Kind::SeparateDatabaseAndState(op) => {
                op.state_operations
                    .iter()
                    .chain(&op.database_operations)
                    .try_for_each(|operation| self.add(operation))?;
            }
            Kind::RunSql(op) => op.state_operations.iter().try_for_each(|operation| self.add(operation))?,
            Kind::RunPython(_) | Kind::RunRust(_) => {}
            Kind::Postgres(PostgresOperation::ValidateConstraint { model, name }) => self.named(model, name),
            Kind::Postgres(
                PostgresOperation::CreateCollation(Collation { name, .. })
                | PostgresOperation::RemoveCollation(Collation { name, .. })
                | PostgresOperation::CreateExtension { name, .. },
            ) => self.name(name),
            Kind::Custom(custom) => match &custom.effect {
                StateEffect::None => {}
                StateEffect::Base(base) => self.add(base)?,
                StateEffect::Delta { .. } | StateEffect::Unknown => return None,
            },
        }
        Some(())
    }

    fn model(&mut self, name: &str, part: Part) {
        self.objects.push(Object { model: Some(ModelId::new(self.app, name)), part });
    }

    /// Sets of fields that are an option.
    fn option(&mut self, model: &str, name: &'static str) {
        self.model(model, Part::Option(name));
        self.model(model, Part::Fields);
    }

    /// An index or a constraint of a model, which relies on its fields.
    fn named(&mut self, model: &str, name: &SmolStr) {
        self.model(model, Part::Fields);
        self.name(name);
    }

    fn name(&mut self, name: &SmolStr) {
        self.objects.push(Object { model: None, part: Part::Name(name.clone()) });
    }

    fn relations(&mut self, model: &str, field: &Field) {
        let key = field.foreign_key().map(|relation| relation.target(self.app, model));
        let many = field.many_to_many();
        let through = many.and_then(|relation| relation.through(self.app, model));
        let target = many.map(|relation| relation.target(self.app, model));
        let models = [key, target, through].into_iter().flatten();
        self.objects.extend(models.map(|model| Object { model: Some(model), part: Part::Presence }));
    }
}
