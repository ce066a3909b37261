//! From a class and its arguments to a field.

use std::sync::Arc;

use smol_str::SmolStr;

use super::normalize::normalize;
use super::{CustomColumn, Field, FieldKind, Ignored, ManyToMany, OnDelete, Relation, Spatial};
use crate::value::{Call, Kwargs, Opaque};
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

/// What a class is known to be, before its arguments are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Simple(Simple),
    Decimal,
    ForeignKey,
    OneToOne,
    ManyToMany,
    Generated,
    CompositePrimaryKey,
    Array,
    Spatial(&'static str),
}

macro_rules! simple {
    ($($name:ident),*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Simple { $($name),* }
        impl From<Simple> for FieldKind {
            fn from(simple: Simple) -> Self {
                match simple { $(Simple::$name => Self::$name),* }
            }
        }
    };
}

simple!(
    Auto,
    BigAuto,
    SmallAuto,
    BigInteger,
    Binary,
    Boolean,
    Char,
    Date,
    DateTime,
    Duration,
    File,
    FilePath,
    Float,
    GenericIpAddress,
    Integer,
    IpAddress,
    Json,
    PositiveBigInteger,
    PositiveInteger,
    PositiveSmallInteger,
    Slug,
    SmallInteger,
    Text,
    Time,
    Uuid,
    OrderWrt,
    HStore,
    IntegerRange,
    BigIntegerRange,
    DecimalRange,
    DateTimeRange,
    DateRange,
    SearchVector,
    CiChar,
    CiText,
    CiEmail,
    NoColumn
);

fn class(path: &str) -> Option<Class> {
    use Simple as S;
    let simple = match path {
        "django.db.models.AutoField" => S::Auto,
        "django.db.models.BigAutoField" => S::BigAuto,
        "django.db.models.SmallAutoField" => S::SmallAuto,
        "django.db.models.BigIntegerField" => S::BigInteger,
        "django.db.models.BinaryField" => S::Binary,
        "django.db.models.BooleanField" | "django.db.models.NullBooleanField" => S::Boolean,
        "django.db.models.CharField"
        | "django.db.models.EmailField"
        | "django.db.models.URLField"
        | "django.db.models.CommaSeparatedIntegerField" => S::Char,
        "django.db.models.DateField" => S::Date,
        "django.db.models.DateTimeField" => S::DateTime,
        "django.db.models.DurationField" => S::Duration,
        "django.db.models.FileField" | "django.db.models.ImageField" => S::File,
        "django.db.models.FilePathField" => S::FilePath,
        "django.db.models.FloatField" => S::Float,
        "django.db.models.GenericIPAddressField" => S::GenericIpAddress,
        "django.db.models.IntegerField" => S::Integer,
        "django.db.models.IPAddressField" => S::IpAddress,
        "django.db.models.JSONField" | "django.contrib.postgres.fields.JSONField" => S::Json,
        "django.db.models.PositiveBigIntegerField" => S::PositiveBigInteger,
        "django.db.models.PositiveIntegerField" => S::PositiveInteger,
        "django.db.models.PositiveSmallIntegerField" => S::PositiveSmallInteger,
        "django.db.models.SlugField" => S::Slug,
        "django.db.models.SmallIntegerField" => S::SmallInteger,
        "django.db.models.TextField" => S::Text,
        "django.db.models.TimeField" => S::Time,
        "django.db.models.UUIDField" => S::Uuid,
        "django.db.models.OrderWrt" => S::OrderWrt,
        "django.contrib.postgres.fields.HStoreField" => S::HStore,
        "django.contrib.postgres.fields.IntegerRangeField" => S::IntegerRange,
        "django.contrib.postgres.fields.BigIntegerRangeField" => S::BigIntegerRange,
        "django.contrib.postgres.fields.DecimalRangeField" => S::DecimalRange,
        "django.contrib.postgres.fields.DateTimeRangeField" => S::DateTimeRange,
        "django.contrib.postgres.fields.DateRangeField" => S::DateRange,
        "django.contrib.postgres.search.SearchVectorField" => S::SearchVector,
        "django.contrib.postgres.fields.CICharField" => S::CiChar,
        "django.contrib.postgres.fields.CITextField" => S::CiText,
        "django.contrib.postgres.fields.CIEmailField" => S::CiEmail,
        "django.db.models.ForeignObject"
        | "django.contrib.contenttypes.fields.GenericForeignKey"
        | "django.contrib.contenttypes.fields.GenericRelation" => S::NoColumn,
        "django.contrib.gis.db.models.GeometryField" => return Some(Class::Spatial("GEOMETRY")),
        "django.contrib.gis.db.models.PointField" => return Some(Class::Spatial("POINT")),
        "django.contrib.gis.db.models.LineStringField" => return Some(Class::Spatial("LINESTRING")),
        "django.contrib.gis.db.models.PolygonField" => return Some(Class::Spatial("POLYGON")),
        "django.contrib.gis.db.models.MultiPointField" => return Some(Class::Spatial("MULTIPOINT")),
        "django.contrib.gis.db.models.MultiLineStringField" => return Some(Class::Spatial("MULTILINESTRING")),
        "django.contrib.gis.db.models.MultiPolygonField" => return Some(Class::Spatial("MULTIPOLYGON")),
        "django.contrib.gis.db.models.GeometryCollectionField" => return Some(Class::Spatial("GEOMETRYCOLLECTION")),
        "django.contrib.gis.db.models.RasterField" => return Some(Class::Spatial("RASTER")),
        "django.db.models.DecimalField" => return Some(Class::Decimal),
        "django.db.models.ForeignKey" => return Some(Class::ForeignKey),
        "django.db.models.OneToOneField" => return Some(Class::OneToOne),
        "django.db.models.ManyToManyField" => return Some(Class::ManyToMany),
        "django.db.models.GeneratedField" => return Some(Class::Generated),
        "django.db.models.CompositePrimaryKey" => return Some(Class::CompositePrimaryKey),
        "django.contrib.postgres.fields.ArrayField" => return Some(Class::Array),
        _ => return None,
    };
    Some(Class::Simple(simple))
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
        let arguments = Arguments { class: &call.callee, kwargs: named_arguments(class, call), inner };
        Self::build(class, base, &arguments, custom, call.span)
    }

    /// Builds the field of a class whose column only its own code knows.
    ///
    /// # Errors
    /// As [`Field::from_call`].
    pub fn from_custom_call(call: &Call, custom: CustomColumn) -> Result<Self, FieldError> {
        let class = Class::Simple(Simple::NoColumn);
        let arguments =
            Arguments { class: &call.callee, kwargs: named_arguments(class, call), inner: &Self::from_call };
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
        let kind = kind(class, arguments)?;
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

fn kind(class: Class, arguments: &Arguments<'_>) -> Result<FieldKind, FieldError> {
    Ok(match class {
        Class::Simple(simple) => simple.into(),
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

/// Gives positional arguments their names (Django: the signatures of the classes' `__init__`).
fn named_arguments(class: Class, call: &Call) -> Kwargs {
    let names: &[&str] = match class {
        _ if call.callee == "django.db.models.ForeignObject" => &["to", "on_delete", "from_fields", "to_fields"],
        Class::ForeignKey | Class::OneToOne => &["to", "on_delete", "related_name", "related_query_name"],
        Class::ManyToMany => &["to", "related_name", "related_query_name"],
        Class::Array => &["base_field", "size"],
        Class::Decimal => &["verbose_name", "name", "max_digits", "decimal_places"],
        Class::Simple(Simple::Date | Simple::DateTime | Simple::Time) => {
            &["verbose_name", "name", "auto_now", "auto_now_add"]
        }
        Class::Simple(Simple::File) => &["verbose_name", "name", "upload_to", "storage"],
        Class::Simple(Simple::FilePath) => &["verbose_name", "name", "path"],
        Class::Simple(Simple::GenericIpAddress) => &["verbose_name", "name", "protocol", "unpack_ipv4"],
        Class::Simple(_) => {
            &["verbose_name", "name", "primary_key", "max_length", "unique", "blank", "null", "db_index"]
        }
        Class::Spatial("RASTER") => &["verbose_name", "srid", "spatial_index"],
        Class::Spatial(_) => &["verbose_name", "dim", "geography"],
        Class::Generated | Class::CompositePrimaryKey => &[],
    };
    let mut kwargs: Kwargs =
        names.iter().zip(&call.args).map(|(name, value)| (SmolStr::new_static(name), value.clone())).collect();
    if class == Class::CompositePrimaryKey {
        kwargs.set("field_names", Value::Tuple(call.args.clone()));
    }
    for (name, value) in call.kwargs.iter() {
        kwargs.set(name.clone(), value.clone());
    }
    kwargs
}

fn is_not_provided(value: &Value) -> bool {
    matches!(value, Value::Reference(path) if path == "django.db.models.fields.NOT_PROVIDED" || path == "django.db.models.NOT_PROVIDED")
}

/// Arguments under their names, read with errors that name the class.
struct Arguments<'a> {
    class: &'a SmolStr,
    kwargs: Kwargs,
    /// Builds the fields inside the field.
    inner: &'a dyn Fn(&Call) -> Result<Field, FieldError>,
}

impl Arguments<'_> {
    fn known(&self, name: &str) -> Result<Option<&Value>, FieldError> {
        match self.kwargs.get(name) {
            Some(Value::Opaque(opaque)) => Err(FieldError::Opaque { name: name.into(), opaque: opaque.clone() }),
            Some(Value::None) if name != "db_default" => Ok(None),
            value => Ok(value),
        }
    }

    fn bool(&self, name: &str) -> Result<Option<bool>, FieldError> {
        self.known(name)?.map(|value| value.truth().ok_or_else(|| self.invalid(name, "a boolean"))).transpose()
    }

    fn number(&self, name: &str) -> Result<Option<u32>, FieldError> {
        let number = |value: &Value| match value {
            Value::Int(number) => u32::try_from(*number).ok(),
            Value::Str(text) => text.parse().ok(),
            _ => None,
        };
        self.known(name)?.map(|value| number(value).ok_or_else(|| self.invalid(name, "a whole number"))).transpose()
    }

    fn text(&self, name: &str) -> Result<Option<SmolStr>, FieldError> {
        let text = |value: &Value| match value {
            Value::Str(text) => Some(text.clone()),
            Value::Bytes(bytes) => str::from_utf8(bytes).ok().map(SmolStr::new),
            _ => None,
        };
        self.known(name)?.map(|value| text(value).ok_or_else(|| self.invalid(name, "a text"))).transpose()
    }

    /// A reference to a model: its name, or the model class itself.
    fn model(&self, name: &str) -> Result<Option<SmolStr>, FieldError> {
        self.text(name)
    }

    fn relation(&self) -> Result<Relation, FieldError> {
        let on_delete = match self.kwargs.get("on_delete") {
            Some(Value::Reference(path)) => match path.rsplit('.').next() {
                Some("DB_CASCADE") => OnDelete::DbCascade,
                Some("DB_SET_NULL") => OnDelete::DbSetNull,
                Some("DB_SET_DEFAULT") => OnDelete::DbSetDefault,
                _ => OnDelete::Python(path.clone()),
            },
            Some(Value::Call(call)) => OnDelete::Python(call.callee.clone()),
            Some(Value::Opaque(opaque)) => OnDelete::Python(opaque.text.clone()),
            // Up to Django 1.11 it could be left out; third-party classes still fill it in themselves.
            _ => OnDelete::Python(SmolStr::new_static("django.db.models.deletion.CASCADE")),
        };
        Ok(Relation {
            to: self.model("to")?.ok_or_else(|| self.missing("to"))?,
            to_field: self.text("to_field")?,
            on_delete,
            db_constraint: self.bool("db_constraint")?.unwrap_or(true),
            parent_link: self.bool("parent_link")?.unwrap_or(false),
            related_name: self.text("related_name").unwrap_or_default(),
            swappable: None,
        })
    }

    fn missing(&self, name: &'static str) -> FieldError {
        FieldError::Missing { class: self.class.clone(), name }
    }

    fn invalid(&self, name: &str, expected: &'static str) -> FieldError {
        FieldError::Invalid { class: self.class.clone(), name: name.into(), expected }
    }
}
