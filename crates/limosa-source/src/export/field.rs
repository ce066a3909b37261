//! What the bridge knows about fields whose classes are not Django's own.

use std::collections::BTreeMap;

use limosa_model::field::{CustomColumn, FieldError, Ignored};
use limosa_model::value::Call;
use limosa_model::{Field, SmolStr, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use super::ExportError;
use super::decode::{Decoder, read};

/// What the class of a field says about itself and its column.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFacts {
    /// The class and the field classes that it is built on, nearest first.
    pub mro: Vec<SmolStr>,
    /// The nearest class that is Django's own.
    pub base: SmolStr,
    /// The field as that class deconstructs it: a call with the arguments that Django's class would have been given.
    pub base_view: Option<Value>,
    /// The methods deciding about the column that are not that class's own.
    pub overrides: Vec<SmolStr>,
    /// `get_internal_type()`.
    pub internal_type: Option<SmolStr>,
    /// The options that decide about a column.
    pub attributes: FieldAttributes,
    /// The column with `{}` for the field's name; `None` when there is no column.
    pub column: Option<SmolStr>,
    /// Whether it is a relation to many.
    pub many_to_many: bool,
    /// Whether it is a relation to one.
    pub to_one: bool,
    /// What its methods say about the column, by vendor.
    pub columns: BTreeMap<SmolStr, FieldColumns>,
}

/// The options of a field that decide about its column.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the options of Django's fields, by their names")]
pub struct FieldAttributes {
    pub null: bool,
    pub blank: bool,
    pub primary_key: bool,
    pub unique: bool,
    pub db_index: bool,
    pub max_length: Option<u32>,
    pub db_column: Option<SmolStr>,
    pub db_comment: Option<SmolStr>,
    pub db_collation: Option<SmolStr>,
    pub db_tablespace: Option<SmolStr>,
    pub empty_strings_allowed: bool,
}

/// What a field's methods say about its column in one kind of database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldColumns {
    /// `db_type()`; outer `None` when it cannot be said, inner `None` when there is no column.
    pub db_type: Option<Option<SmolStr>>,
    /// `rel_db_type()`.
    pub rel_db_type: Option<SmolStr>,
    /// `cast_db_type()`.
    pub cast_db_type: Option<SmolStr>,
    /// `db_check()`.
    pub db_check: Option<SmolStr>,
    /// `db_type_suffix()`.
    pub db_type_suffix: Option<SmolStr>,
    /// The collation.
    pub collation: Option<SmolStr>,
    /// The default as it is handed to the database, when the field has one that is not a function.
    pub default: Option<Value>,
    /// Whether the class hands NULL to the database as it is.
    pub null_stays: bool,
}

#[derive(Deserialize)]
struct Raw {
    mro: Vec<SmolStr>,
    base: SmolStr,
    base_view: Option<Json>,
    overrides: Vec<SmolStr>,
    internal_type: Option<SmolStr>,
    attributes: FieldAttributes,
    column: Option<SmolStr>,
    many_to_many: bool,
    one_to_one: bool,
    many_to_one: bool,
    columns: BTreeMap<SmolStr, BTreeMap<String, Json>>,
}

impl FieldFacts {
    /// Builds the field that `call` makes: as the built-in kind that its class stores as, else as a column of some type.
    ///
    /// `inner` builds the fields inside it.
    ///
    /// # Errors
    /// When an argument that decides about the column is missing, wrong or opaque.
    pub fn build(&self, call: &Call, inner: &dyn Fn(&Call) -> Result<Field, FieldError>) -> Result<Field, FieldError> {
        let mut seen = call.clone();
        if let Some(view) = self.base_view.as_ref().and_then(Value::as_call) {
            // What the class was given may go under other names than what it gave to Django's class.
            seen.args = view.args.clone();
            for (name, value) in view.kwargs.iter() {
                seen.kwargs.set(name.clone(), value.clone());
            }
        }
        let internal = self.internal_type.as_ref().map(|name| SmolStr::from(format!("django.db.models.{name}")));
        let kind = internal.into_iter().chain([self.base.clone()]).find(|path| Field::is_known_class(path));
        let mut field = match kind {
            Some(kind) => Field::from_call_around(&seen, &kind, self.custom_column(), inner)?,
            None => Field::from_custom_call(&seen, self.column_types())?,
        };
        let known = |name: &SmolStr| Field::is_known_class(&format!("django.db.models.{name}"));
        if field.foreign_key().is_some() || !self.internal_type.as_ref().is_some_and(known) {
            field.internal_type = self.internal_type.clone();
        }
        let own = &self.attributes;
        field.null = own.null;
        field.blank = own.blank;
        field.primary_key = own.primary_key;
        field.declared_unique = own.unique;
        field.db_index = own.db_index;
        field.max_length = own.max_length;
        field.db_column = own.db_column.clone();
        field.db_comment = own.db_comment.clone().filter(|text| !text.is_empty());
        field.db_collation = own.db_collation.clone().filter(|text| !text.is_empty());
        field.db_tablespace = own.db_tablespace.clone().filter(|text| !text.is_empty());
        field.prepares_default = Ignored(self.prepares_default(&field));
        // Fields are compared by what their own class deconstructs them to.
        field.kwargs = call.kwargs.clone();
        for (position, value) in call.args.iter().enumerate() {
            field.kwargs.set(position.to_string(), value.clone());
        }
        Ok(field)
    }

    /// Returns whether the class's own code decides what becomes of the default, other than by leaving NULL alone.
    fn prepares_default(&self, field: &Field) -> bool {
        const METHODS: [&str; 5] =
            ["get_prep_value", "get_db_prep_value", "get_db_prep_save", "get_default", "_get_default"];
        self.overrides.iter().any(|method| METHODS.contains(&method.as_str()))
            && !(field.null && field.default.is_none() && self.columns.values().all(|said| said.null_stays))
    }

    /// Returns what the class itself says about its column, when that is not what Django's class would say.
    fn custom_column(&self) -> Option<CustomColumn> {
        const TYPE_METHODS: [&str; 6] =
            ["db_type", "rel_db_type", "db_parameters", "db_check", "db_type_parameters", "db_type_suffix"];
        let says = self.overrides.iter().any(|method| TYPE_METHODS.contains(&method.as_str()));
        (says && !self.many_to_many).then(|| self.column_types())
    }

    fn column_types(&self) -> CustomColumn {
        let columns = self.columns.iter();
        CustomColumn {
            types: columns.clone().filter_map(|(vendor, said)| Some((vendor.clone(), said.db_type.clone()?))).collect(),
            relation_types: columns
                .clone()
                .filter(|(_, said)| said.db_type.as_ref().is_some_and(|own| *own != said.rel_db_type))
                .filter_map(|(vendor, said)| Some((vendor.clone(), said.rel_db_type.clone()?)))
                .collect(),
            checks: columns
                .clone()
                .filter_map(|(vendor, said)| Some((vendor.clone(), said.db_check.clone()?)))
                .collect(),
            collations: columns
                .filter(|_| self.overrides.iter().any(|method| method == "db_parameters"))
                .map(|(vendor, said)| (vendor.clone(), said.collation.clone()))
                .collect(),
        }
    }

    pub(super) fn decode(json: &Json, decoder: &mut Decoder) -> Result<Self, ExportError> {
        let raw: Raw = read(json, "field")?;
        let mut columns = BTreeMap::new();
        for (vendor, said) in raw.columns {
            let text = |name: &str| said.get(name).and_then(Json::as_str).map(SmolStr::from);
            let default = said.get("default").map(|value| decoder.value(value)).transpose()?;
            let column = FieldColumns {
                db_type: said.get("db_type").map(|value| value.as_str().map(SmolStr::from)),
                rel_db_type: text("rel_db_type"),
                cast_db_type: text("cast_db_type"),
                db_check: text("db_check"),
                db_type_suffix: text("db_type_suffix"),
                collation: text("collation"),
                default,
                null_stays: said.get("null").is_some_and(Json::is_null),
            };
            columns.insert(vendor, column);
        }
        Ok(Self {
            mro: raw.mro,
            base: raw.base,
            base_view: raw.base_view.map(|view| decoder.value(&view)).transpose()?,
            overrides: raw.overrides,
            internal_type: raw.internal_type,
            attributes: raw.attributes,
            column: raw.column,
            many_to_many: raw.many_to_many,
            to_one: raw.one_to_one || raw.many_to_one,
            columns,
        })
    }
}
