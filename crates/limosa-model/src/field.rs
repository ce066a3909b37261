//! A model's field: what it was written as, and what that means for a database.

mod arguments;
mod build;
mod class;
mod kind;
mod normalize;
mod relation;

use std::sync::Arc;

use smol_str::SmolStr;

pub use build::FieldError;
pub use kind::{FieldKind, Spatial};
pub use relation::{ManyToMany, OnDelete, Relation};

use crate::value::Kwargs;
use crate::{Span, Value};

/// A field, unbound: it knows neither its name nor its model.
///
/// Two views of one thing: the arguments as Django's `deconstruct()` would give them, by which
/// `_field_should_be_altered` compares fields, and the options that decide about columns, typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The path of the class, as `deconstruct()` gives it.
    pub class: SmolStr,
    /// What it behaves as.
    pub kind: FieldKind,
    /// Arguments without those that equal their defaults; positional ones under their names.
    pub kwargs: Kwargs,
    /// Whether NULL is allowed.
    pub null: bool,
    /// Whether the empty value is allowed in forms; decides about the implicit default of texts.
    pub blank: bool,
    /// Whether it is the primary key.
    pub primary_key: bool,
    /// Whether it was declared unique (a primary key is unique without it).
    pub declared_unique: bool,
    /// Whether it has an index of its own.
    pub db_index: bool,
    /// The length limit, where the class has one.
    pub max_length: Option<u32>,
    /// The column, when it is not the one that follows from the field's name.
    pub db_column: Option<SmolStr>,
    /// The default that Python fills in.
    pub default: Option<Value>,
    /// The default that the database fills in, an expression or a literal.
    pub db_default: Option<Value>,
    /// The comment on the column.
    pub db_comment: Option<SmolStr>,
    /// The collation of the column.
    pub db_collation: Option<SmolStr>,
    /// The tablespace of the column's index.
    pub db_tablespace: Option<SmolStr>,
    /// Whether code of a class that is not Django's decides what a default becomes in the database; not part of comparisons.
    pub prepares_default: Ignored<bool>,
    /// What the class calls its internal type (`get_internal_type()`), when that is not its own name; of relations, and where it is
    /// none of Django's.
    pub internal_type: Option<SmolStr>,
    /// What a class that is not Django's says about its column, when it differs from `kind`.
    pub custom: Option<Arc<CustomColumn>>,
    /// Where it was written; not part of comparisons.
    pub span: Ignored<Option<Span>>,
}

/// The column of a field class whose own code decides about it, as the bridge or the reader found it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CustomColumn {
    /// The type by vendor (`postgresql`, `sqlite`, `mysql`); `None` says that there is no column.
    pub types: Vec<(SmolStr, Option<SmolStr>)>,
    /// The type of columns that refer to it, by vendor, where it differs.
    pub relation_types: Vec<(SmolStr, SmolStr)>,
    /// The check by vendor, with `%(column)s` for the quoted column.
    pub checks: Vec<(SmolStr, SmolStr)>,
    /// The collation by vendor, where it is not the field's `db_collation`; `None` says that there is none.
    pub collations: Vec<(SmolStr, Option<SmolStr>)>,
}

/// A value that takes no part in comparisons.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignored<T>(pub T);

impl<T> PartialEq for Ignored<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Field {
    /// Returns whether values must differ: declared so, a one-to-one relation, or the primary key.
    pub fn unique(&self) -> bool {
        self.declared_unique || self.primary_key || matches!(self.kind, FieldKind::OneToOne(_))
    }

    /// Returns the relation of a foreign key or a one-to-one field.
    pub fn foreign_key(&self) -> Option<&Relation> {
        match &self.kind {
            FieldKind::ForeignKey(relation) | FieldKind::OneToOne(relation) => Some(relation),
            _ => None,
        }
    }

    /// Returns the relation of a many-to-many field.
    pub fn many_to_many(&self) -> Option<&ManyToMany> {
        match &self.kind {
            FieldKind::ManyToMany(relation) => Some(relation),
            _ => None,
        }
    }

    /// Returns the reference to another model, of whatever kind of relation, as it was written.
    pub fn related_model(&self) -> Option<&str> {
        match &self.kind {
            FieldKind::ForeignKey(relation) | FieldKind::OneToOne(relation) => Some(&relation.to),
            FieldKind::ManyToMany(relation) => Some(&relation.to),
            _ => None,
        }
    }

    /// Returns the name of the attribute that holds the column's value (`author_id` for a foreign key `author`).
    pub fn attname(&self, name: &str) -> SmolStr {
        if self.foreign_key().is_some() { format!("{name}_id").into() } else { name.into() }
    }

    /// Returns the column, or nothing for fields without one.
    pub fn column(&self, name: &str) -> Option<SmolStr> {
        match self.kind {
            FieldKind::ManyToMany(_) | FieldKind::NoColumn | FieldKind::CompositePrimaryKey(_) => None,
            _ => Some(self.db_column.clone().unwrap_or_else(|| self.attname(name))),
        }
    }

    /// Returns the field without its Python default, as the state keeps it after `preserve_default=False`.
    #[must_use]
    pub fn without_default(&self) -> Self {
        let mut field = self.clone();
        field.default = None;
        field.kwargs.remove("default");
        field
    }
}
