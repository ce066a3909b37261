//! What a field behaves as: Django's `get_internal_type()`, with what the kind carries.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Field, ManyToMany, Relation};
use crate::Value;

/// What a field behaves as in a database.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are Django's field classes of the same names")]
pub enum FieldKind {
    Auto,
    BigAuto,
    SmallAuto,
    BigInteger,
    Binary,
    Boolean,
    /// `CharField` and the classes that store as it does (`EmailField`, `URLField`, …).
    Char,
    Date,
    DateTime,
    Decimal {
        max_digits: Option<u32>,
        decimal_places: Option<u32>,
    },
    Duration,
    /// `FileField` and `ImageField`.
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
    /// The `_order` column of `order_with_respect_to`.
    OrderWrt,
    ForeignKey(Relation),
    OneToOne(Relation),
    ManyToMany(ManyToMany),
    Generated {
        expression: Value,
        output_field: Arc<Field>,
        /// Whether the value is stored, not computed when read.
        persist: bool,
    },
    CompositePrimaryKey(Vec<SmolStr>),
    /// `django.contrib.postgres`: an array.
    Array {
        base: Arc<Field>,
        size: Option<u32>,
    },
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
    /// `django.contrib.gis`: a geometry or a raster.
    Spatial(Spatial),
    /// A field without a column, such as a generic relation.
    NoColumn,
    /// A class whose column only its own code knows (`Field::custom`).
    Custom,
}

/// A geometry or a raster of `django.contrib.gis`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spatial {
    /// What it is, such as `POINT`, or `RASTER`.
    pub geom_type: &'static str,
    /// The number of the spatial reference system.
    pub srid: i128,
    /// How many dimensions it has.
    pub dim: u32,
    /// Whether it lies on the globe, not in a plane.
    pub geography: bool,
    /// Whether it has a spatial index.
    pub spatial_index: bool,
}

impl Spatial {
    /// Returns whether it is a raster.
    pub fn is_raster(&self) -> bool {
        self.geom_type == "RASTER"
    }
}

impl FieldKind {
    /// Returns whether it is one of the three automatic primary keys.
    pub fn is_auto(&self) -> bool {
        matches!(self, Self::Auto | Self::BigAuto | Self::SmallAuto)
    }

    /// Returns whether back ends list its type by the name of its class (Django: `DatabaseWrapper.data_types`).
    pub fn is_listed(&self) -> bool {
        !matches!(
            self,
            Self::ForeignKey(_)
                | Self::OneToOne(_)
                | Self::ManyToMany(_)
                | Self::Generated { .. }
                | Self::CompositePrimaryKey(_)
                | Self::Array { .. }
                | Self::HStore
                | Self::IntegerRange
                | Self::BigIntegerRange
                | Self::DecimalRange
                | Self::DateTimeRange
                | Self::DateRange
                | Self::SearchVector
                | Self::CiChar
                | Self::CiText
                | Self::CiEmail
                | Self::Spatial(_)
                | Self::NoColumn
                | Self::Custom
        )
    }

    /// Returns whether the empty text is a value of it (Django: `empty_strings_allowed` and a text or binary internal type).
    pub fn is_textual(&self) -> bool {
        matches!(
            self,
            Self::Char
                | Self::Text
                | Self::Slug
                | Self::File
                | Self::FilePath
                | Self::CiChar
                | Self::CiText
                | Self::CiEmail
        )
    }
}
