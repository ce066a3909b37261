//! The field classes that can be named without their module, and the keys that each of them takes.

use limosa_model::SmolStr;

/// Keys of every field.
const COMMON: [&str; 22] = [
    "null",
    "blank",
    "primary_key",
    "unique",
    "db_index",
    "db_column",
    "default",
    "db_default",
    "db_comment",
    "db_tablespace",
    "verbose_name",
    "help_text",
    "choices",
    "editable",
    "serialize",
    "auto_created",
    "error_messages",
    "validators",
    "unique_for_date",
    "unique_for_month",
    "unique_for_year",
    "max_length",
];

const NONE: &[&str] = &[];
const TEXT: &[&str] = &["db_collation"];
const DATE: &[&str] = &["auto_now", "auto_now_add"];
const FILE: &[&str] = &["upload_to", "storage", "width_field", "height_field"];
const RELATION: &[&str] = &[
    "to",
    "on_delete",
    "to_field",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "parent_link",
    "db_constraint",
    "swappable",
];
const MANY_TO_MANY: &[&str] = &[
    "to",
    "through",
    "through_fields",
    "db_table",
    "symmetrical",
    "related_name",
    "related_query_name",
    "limit_choices_to",
    "db_constraint",
    "swappable",
];

/// Class, module, own keys.
const CLASSES: &[(&str, &str, &[&str])] = &[
    ("AutoField", MODELS, NONE),
    ("BigAutoField", MODELS, NONE),
    ("SmallAutoField", MODELS, NONE),
    ("BigIntegerField", MODELS, NONE),
    ("BinaryField", MODELS, NONE),
    ("BooleanField", MODELS, NONE),
    ("CharField", MODELS, TEXT),
    ("CompositePrimaryKey", MODELS, &["fields"]),
    ("DateField", MODELS, DATE),
    ("DateTimeField", MODELS, DATE),
    ("DecimalField", MODELS, &["max_digits", "decimal_places"]),
    ("DurationField", MODELS, NONE),
    ("EmailField", MODELS, TEXT),
    ("FileField", MODELS, FILE),
    ("FilePathField", MODELS, &["path", "match", "recursive", "allow_files", "allow_folders"]),
    ("FloatField", MODELS, NONE),
    ("ForeignKey", MODELS, RELATION),
    ("GeneratedField", MODELS, &["expression", "output_field", "db_persist"]),
    ("GenericIPAddressField", MODELS, &["protocol", "unpack_ipv4"]),
    ("ImageField", MODELS, FILE),
    ("IntegerField", MODELS, NONE),
    ("JSONField", MODELS, &["encoder", "decoder"]),
    ("ManyToManyField", MODELS, MANY_TO_MANY),
    ("OneToOneField", MODELS, RELATION),
    ("PositiveBigIntegerField", MODELS, NONE),
    ("PositiveIntegerField", MODELS, NONE),
    ("PositiveSmallIntegerField", MODELS, NONE),
    ("SlugField", MODELS, &["db_collation", "allow_unicode"]),
    ("SmallIntegerField", MODELS, NONE),
    ("TextField", MODELS, TEXT),
    ("TimeField", MODELS, DATE),
    ("URLField", MODELS, TEXT),
    ("UUIDField", MODELS, NONE),
    ("ArrayField", POSTGRES, &["base_field", "size"]),
    ("BigIntegerRangeField", POSTGRES, NONE),
    ("DateRangeField", POSTGRES, NONE),
    ("DateTimeRangeField", POSTGRES, NONE),
    ("DecimalRangeField", POSTGRES, NONE),
    ("HStoreField", POSTGRES, NONE),
    ("IntegerRangeField", POSTGRES, NONE),
    ("SearchVectorField", "django.contrib.postgres.search", NONE),
    ("GeometryField", GIS, SPATIAL),
    ("PointField", GIS, SPATIAL),
    ("LineStringField", GIS, SPATIAL),
    ("PolygonField", GIS, SPATIAL),
    ("MultiPointField", GIS, SPATIAL),
    ("MultiLineStringField", GIS, SPATIAL),
    ("MultiPolygonField", GIS, SPATIAL),
    ("GeometryCollectionField", GIS, SPATIAL),
    ("RasterField", GIS, RASTER),
];

const MODELS: &str = "django.db.models";
const GIS: &str = "django.contrib.gis.db.models";
const RASTER: &[&str] = &["srid", "spatial_index"];
const SPATIAL: &[&str] = &["srid", "spatial_index", "dim", "geography"];
const POSTGRES: &str = "django.contrib.postgres.fields";

/// Returns the names of the classes.
pub(super) fn class_names() -> impl Iterator<Item = &'static str> + Clone {
    CLASSES.iter().map(|(name, ..)| *name)
}

/// Returns the path of a class; one with a dot is taken as it is.
pub(super) fn class_path(name: &str) -> Option<SmolStr> {
    if name.contains('.') {
        return Some(crate::python::canonical(name));
    }
    let (_, module, _) = CLASSES.iter().find(|(class, ..)| *class == name)?;
    Some(format!("{module}.{name}").into())
}

/// Returns the keys of a class; nothing for a class that is not known.
pub(super) fn keys(name: &str) -> Option<Vec<&'static str>> {
    let (.., own) = CLASSES.iter().find(|(class, ..)| *class == name)?;
    Some(COMMON.iter().chain(own.iter()).copied().collect())
}
