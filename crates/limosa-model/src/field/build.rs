//! From a class and its arguments to a field.

use std::sync::Arc;

use smol_str::SmolStr;

use super::arguments::Arguments;
use super::class::{Class, class, named_arguments};
use super::normalize::normalize;
use super::{CustomColumn, Field, FieldKind, Ignored, ManyToMany, Spatial};
use crate::value::{Call, Opaque};
use crate::{Span, Value};

/// Why a field could not be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FieldError {
    /// The class is not one that is known.
    #[error("unknown field class `{0}`")]
    UnknownClass(SmolStr),
    /// An argument that decides about the column was not understood.
    #[error("argument `{name}` is not known statically: {}", opaque.reason)]
    Opaque {
        /// The argument.
        name: SmolStr,
        /// What was not understood.
        opaque: Arc<Opaque>,
    },
    /// An argument has a value that makes no sense.
    #[error("argument `{name}` of `{class}` is not {expected}")]
    Invalid {
        /// The class.
        class: SmolStr,
        /// The argument.
        name: SmolStr,
        /// What it should be.
        expected: &'static str,
    },
    /// An argument is missing.
    #[error("`{class}` needs the argument `{name}`")]
    Missing {
        /// The class.
        class: SmolStr,
        /// The argument.
        name: &'static str,
    },
}

impl Field {
    /// Returns whether `path` (canonical, as `deconstruct()` gives it) is a class that is known.
    pub fn is_known_class(path: &str) -> bool {
        class(path).is_some()
    }

    /// Builds the field that a call of one of Django's own classes stands for.
    ///
    /// # Errors
    /// When the class is unknown, or an argument that decides about the column is missing, wrong or opaque.
    pub fn from_call(call: &Call) -> Result<Self, FieldError> {
        Self::from_call_as(call, &call.callee, None)
    }

    /// Builds the field of a class that is not Django's own but stores as `base` does, except for what `custom` says.
    ///
    /// # Errors
    /// As [`Field::from_call`].
    pub fn from_call_as(call: &Call, base: &str, custom: Option<CustomColumn>) -> Result<Self, FieldError> {
        Self::from_call_around(call, base, custom, &Self::from_call)
    }

    /// Builds the same; `inner` builds the fields inside it, those of an array or of a generated column.
    ///
    /// # Errors
    /// As [`Field::from_call`].
    pub fn from_call_around(
        call: &Call,
        base: &str,
        custom: Option<CustomColumn>,
        inner: &dyn Fn(&Call) -> Result<Self, FieldError>,
    ) -> Result<Self, FieldError> {
        let class = class(base).ok_or_else(|| FieldError::UnknownClass(call.callee.clone()))?;
        let arguments = Arguments { class: &call.callee, kwargs: named_arguments(&class, call), inner };
        Self::build(class, base, &arguments, custom, call.span)
    }

    /// Builds the field of a class whose column only its own code knows.
    ///
    /// # Errors
    /// As [`Field::from_call`].
    pub fn from_custom_call(call: &Call, custom: CustomColumn) -> Result<Self, FieldError> {
        let class = Class::Plain(FieldKind::NoColumn);
        let arguments =
            Arguments { class: &call.callee, kwargs: named_arguments(&class, call), inner: &Self::from_call };
        let mut field = Self::build(class, "django.db.models.Field", &arguments, Some(custom), call.span)?;
        field.kind = FieldKind::Custom;
        Ok(field)
    }

    fn build(
        class: Class,
        base: &str,
        arguments: &Arguments<'_>,
        custom: Option<CustomColumn>,
        span: Option<Span>,
    ) -> Result<Self, FieldError> {
        let kind = kind(&class, arguments)?;
        let relational = matches!(class, Class::ForeignKey | Class::OneToOne);
        let null = arguments.bool("null")?.unwrap_or(base == "django.db.models.NullBooleanField");
        let primary_key =
            arguments.bool("primary_key")?.unwrap_or(false) || matches!(class, Class::CompositePrimaryKey);
        let db_index = arguments.bool("db_index")?.unwrap_or(relational || matches!(kind, FieldKind::Slug));
        let max_length = arguments.number("max_length")?.or(match base {
            "django.db.models.EmailField" => Some(254),
            "django.db.models.URLField" => Some(200),
            "django.db.models.SlugField" => Some(50),
            "django.db.models.FileField" | "django.db.models.ImageField" | "django.db.models.FilePathField" => {
                Some(100)
            }
            "django.db.models.UUIDField" => Some(32),
            "django.db.models.GenericIPAddressField" => Some(39),
            "django.db.models.IPAddressField" => Some(15),
            _ => None,
        });
        Ok(Self {
            null,
            blank: arguments.bool("blank")?.unwrap_or(false),
            primary_key,
            declared_unique: arguments.bool("unique")?.unwrap_or(false),
            db_index,
            max_length,
            db_column: arguments.text("db_column")?,
            default: arguments.kwargs.get("default").filter(|value| !is_not_provided(value)).cloned(),
            db_default: arguments.known("db_default")?.filter(|value| !is_not_provided(value)).cloned(),
            db_comment: arguments.text("db_comment")?.filter(|text| !text.is_empty()),
            db_collation: arguments.text("db_collation")?.filter(|text| !text.is_empty()),
            db_tablespace: arguments.text("db_tablespace")?.filter(|text| !text.is_empty()),
            prepares_default: Ignored::default(),
            custom: custom.map(Arc::new),
            kwargs: normalize(base, &kind, arguments.kwargs.clone()),
            class: arguments.class.clone(),
            kind,
            internal_type: None,
            span: Ignored(span),
        })
    }
}

fn kind(class: &Class, arguments: &Arguments<'_>) -> Result<FieldKind, FieldError> {
    Ok(match class {
        Class::Plain(kind) => kind.clone(),
        Class::Decimal => FieldKind::Decimal {
            max_digits: arguments.number("max_digits")?,
            decimal_places: arguments.number("decimal_places")?,
        },
        Class::ForeignKey => FieldKind::ForeignKey(arguments.relation()?),
        Class::OneToOne => FieldKind::OneToOne(arguments.relation()?),
        Class::ManyToMany => FieldKind::ManyToMany(ManyToMany {
            to: arguments.model("to")?.ok_or_else(|| arguments.missing("to"))?,
            through: arguments.model("through")?,
            db_table: arguments.text("db_table")?,
            db_constraint: arguments.bool("db_constraint")?.unwrap_or(true),
            related_name: arguments.text("related_name").unwrap_or_default(),
            swappable: None,
        }),
        Class::Generated => {
            let output = arguments.known("output_field")?.and_then(Value::as_call);
            FieldKind::Generated {
                expression: arguments.known("expression")?.ok_or_else(|| arguments.missing("expression"))?.clone(),
                output_field: Arc::new((arguments.inner)(output.ok_or_else(|| arguments.missing("output_field"))?)?),
                persist: arguments.bool("db_persist")?.ok_or_else(|| arguments.missing("db_persist"))?,
            }
        }
        Class::CompositePrimaryKey => FieldKind::CompositePrimaryKey(
            arguments.known("field_names")?.and_then(Value::strings).ok_or_else(|| arguments.missing("field_names"))?,
        ),
        Class::Array => {
            let base = arguments.known("base_field")?.and_then(Value::as_call);
            FieldKind::Array {
                base: Arc::new((arguments.inner)(base.ok_or_else(|| arguments.missing("base_field"))?)?),
                size: arguments.number("size")?,
            }
        }
        Class::Spatial(geom_type) => {
            let srid = arguments
                .known("srid")?
                .map(|value| value.as_int().ok_or_else(|| arguments.invalid("srid", "a whole number")));
            FieldKind::Spatial(Spatial {
                geom_type,
                srid: srid.transpose()?.unwrap_or(4326),
                dim: arguments.number("dim")?.unwrap_or(2),
                geography: arguments.bool("geography")?.unwrap_or(false),
                spatial_index: arguments.bool("spatial_index")?.unwrap_or(true),
            })
        }
    })
}

fn is_not_provided(value: &Value) -> bool {
    matches!(value, Value::Reference(path) if path == "django.db.models.fields.NOT_PROVIDED" || path == "django.db.models.NOT_PROVIDED")
}
