//! The field classes that are known, and the names of their positional arguments.

use smol_str::SmolStr;

use super::FieldKind as K;
use crate::Value;
use crate::value::{Call, Kwargs};

/// What a class is known to be, before its arguments are looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Class {
    /// A class whose kind does not depend on the arguments.
    Plain(K),
    Decimal,
    ForeignKey,
    OneToOne,
    ManyToMany,
    Generated,
    CompositePrimaryKey,
    Array,
    Spatial(&'static str),
}

/// Returns what the class under a canonical path is.
pub(super) fn class(path: &str) -> Option<Class> {
    let plain = match path {
        "django.db.models.AutoField" => K::Auto,
        "django.db.models.BigAutoField" => K::BigAuto,
        "django.db.models.SmallAutoField" => K::SmallAuto,
        "django.db.models.BigIntegerField" => K::BigInteger,
        "django.db.models.BinaryField" => K::Binary,
        "django.db.models.BooleanField" | "django.db.models.NullBooleanField" => K::Boolean,
        "django.db.models.CharField"
        | "django.db.models.EmailField"
        | "django.db.models.URLField"
        | "django.db.models.CommaSeparatedIntegerField" => K::Char,
        "django.db.models.DateField" => K::Date,
        "django.db.models.DateTimeField" => K::DateTime,
        "django.db.models.DurationField" => K::Duration,
        "django.db.models.FileField" | "django.db.models.ImageField" => K::File,
        "django.db.models.FilePathField" => K::FilePath,
        "django.db.models.FloatField" => K::Float,
        "django.db.models.GenericIPAddressField" => K::GenericIpAddress,
        "django.db.models.IntegerField" => K::Integer,
        "django.db.models.IPAddressField" => K::IpAddress,
        "django.db.models.JSONField" | "django.contrib.postgres.fields.JSONField" => K::Json,
        "django.db.models.PositiveBigIntegerField" => K::PositiveBigInteger,
        "django.db.models.PositiveIntegerField" => K::PositiveInteger,
        "django.db.models.PositiveSmallIntegerField" => K::PositiveSmallInteger,
        "django.db.models.SlugField" => K::Slug,
        "django.db.models.SmallIntegerField" => K::SmallInteger,
        "django.db.models.TextField" => K::Text,
        "django.db.models.TimeField" => K::Time,
        "django.db.models.UUIDField" => K::Uuid,
        "django.db.models.OrderWrt" => K::OrderWrt,
        "django.contrib.postgres.fields.HStoreField" => K::HStore,
        "django.contrib.postgres.fields.IntegerRangeField" => K::IntegerRange,
        "django.contrib.postgres.fields.BigIntegerRangeField" => K::BigIntegerRange,
        "django.contrib.postgres.fields.DecimalRangeField" => K::DecimalRange,
        "django.contrib.postgres.fields.DateTimeRangeField" => K::DateTimeRange,
        "django.contrib.postgres.fields.DateRangeField" => K::DateRange,
        "django.contrib.postgres.search.SearchVectorField" => K::SearchVector,
        "django.contrib.postgres.fields.CICharField" => K::CiChar,
        "django.contrib.postgres.fields.CITextField" => K::CiText,
        "django.contrib.postgres.fields.CIEmailField" => K::CiEmail,
        "django.db.models.ForeignObject"
        | "django.contrib.contenttypes.fields.GenericForeignKey"
        | "django.contrib.contenttypes.fields.GenericRelation" => K::NoColumn,
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
    Some(Class::Plain(plain))
}

/// Gives positional arguments their names (Django: the signatures of the classes' `__init__`).
pub(super) fn named_arguments(class: &Class, call: &Call) -> Kwargs {
    let names: &[&str] = match class {
        _ if call.callee == "django.db.models.ForeignObject" => &["to", "on_delete", "from_fields", "to_fields"],
        Class::ForeignKey | Class::OneToOne => &["to", "on_delete", "related_name", "related_query_name"],
        Class::ManyToMany => &["to", "related_name", "related_query_name"],
        Class::Array => &["base_field", "size"],
        Class::Decimal => &["verbose_name", "name", "max_digits", "decimal_places"],
        Class::Plain(K::Date | K::DateTime | K::Time) => &["verbose_name", "name", "auto_now", "auto_now_add"],
        Class::Plain(K::File) => &["verbose_name", "name", "upload_to", "storage"],
        Class::Plain(K::FilePath) => &["verbose_name", "name", "path"],
        Class::Plain(K::GenericIpAddress) => &["verbose_name", "name", "protocol", "unpack_ipv4"],
        Class::Plain(_) => {
            &["verbose_name", "name", "primary_key", "max_length", "unique", "blank", "null", "db_index"]
        }
        Class::Spatial("RASTER") => &["verbose_name", "srid", "spatial_index"],
        Class::Spatial(_) => &["verbose_name", "dim", "geography"],
        Class::Generated | Class::CompositePrimaryKey => &[],
    };
    let mut kwargs: Kwargs =
        names.iter().zip(&call.args).map(|(name, value)| (SmolStr::new_static(name), value.clone())).collect();
    if *class == Class::CompositePrimaryKey {
        kwargs.set("field_names", Value::Tuple(call.args.clone()));
    }
    for (name, value) in call.kwargs.iter() {
        kwargs.set(name.clone(), value.clone());
    }
    kwargs
}
