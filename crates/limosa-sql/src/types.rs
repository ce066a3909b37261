//! The types of columns.
//!
//! Everything that Django's fields say about their columns (`db_parameters`, `db_type_suffix`, `cast_db_type`), for a field in the
//! context of a state, since a foreign key has the type of what it points to.

mod mysql;
mod postgres;
mod sqlite;

use limosa_model::Field;
use limosa_model::django::DjangoVersion;
use limosa_model::field::{FieldKind, Spatial};
use smol_str::{SmolStr, format_smolstr};

use crate::dialect::Dialect;
use crate::model::{FieldView, ModelError, Models};

/// What a field says about its column (Django: `Field.db_parameters`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DbParameters {
    /// The type; nothing when the field has no column.
    pub db_type: Option<SmolStr>,
    /// The check that goes with the type.
    pub check: Option<String>,
    /// The collation.
    pub collation: Option<SmolStr>,
}

impl Models<'_> {
    /// Returns what a field says about its column.
    ///
    /// # Errors
    /// When a model that it refers to is missing, or the column of a field of the project's own class is not known.
    pub fn db_parameters(self, view: &FieldView) -> Result<DbParameters, ModelError> {
        let inner = unwrap_generated(view);
        let db_type = self.db_type(view)?;
        let check = self.db_check(view);
        let vendor = self.context.dialect.vendor();
        let own = inner.field.custom.iter().flat_map(|custom| &custom.collations).find(|(name, _)| name == vendor);
        let collation = match &inner.field.kind {
            _ if own.is_some() => own.and_then(|(_, collation)| collation.clone()),
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => {
                let target = self.target(&inner)?;
                self.db_parameters(&target.field)?.collation
            }
            FieldKind::Array { base, .. } => base.db_collation.clone(),
            _ => inner.field.db_collation.clone(),
        };
        Ok(DbParameters { db_type, check, collation })
    }

    /// Returns the type of a field's column, nothing when it has none.
    ///
    /// # Errors
    /// As [`Models::db_parameters`].
    pub fn db_type(self, view: &FieldView) -> Result<Option<SmolStr>, ModelError> {
        let vendor = self.context.dialect.vendor();
        if let Some(custom) = &view.field.custom {
            return match custom.types.iter().find(|(name, _)| name == vendor) {
                Some((_, db_type)) => Ok(db_type.clone()),
                None if view.field.kind == FieldKind::Custom => Err(self.unknown_column(view)),
                None => self.usual_type(view),
            };
        }
        self.usual_type(view)
    }

    /// Returns the type of Django's class that the field behaves as, whatever its own class says.
    ///
    /// # Errors
    /// As [`Models::db_parameters`].
    pub(crate) fn usual_type(self, view: &FieldView) -> Result<Option<SmolStr>, ModelError> {
        match &view.field.kind {
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => self.rel_db_type(&self.target(view)?.field),
            FieldKind::Generated { output_field, .. } => self.db_type(&inner(view, output_field)),
            FieldKind::Array { base, size } => {
                let Some(base) = self.db_type(&inner(view, base))? else { return Ok(None) };
                let size = size.filter(|size| *size > 0).map(|size| format_smolstr!("{size}")).unwrap_or_default();
                Ok(Some(format_smolstr!("{base}[{size}]")))
            }
            FieldKind::Custom => Err(self.unknown_column(view)),
            FieldKind::Spatial(kind) => self.spatial_type(view, *kind),
            _ => Ok(self.simple_type(&view.field)),
        }
    }

    /// Returns the type of a column that refers to the field.
    ///
    /// # Errors
    /// As [`Models::db_parameters`].
    pub fn rel_db_type(self, view: &FieldView) -> Result<Option<SmolStr>, ModelError> {
        let vendor = self.context.dialect.vendor();
        if let Some(custom) = &view.field.custom {
            if let Some((_, db_type)) = custom.relation_types.iter().find(|(name, _)| name == vendor) {
                return Ok(Some(db_type.clone()));
            }
            if custom.types.iter().any(|(name, _)| name == vendor) {
                return self.db_type(view);
            }
        }
        let kind = match &view.field.kind {
            FieldKind::Auto => FieldKind::Integer,
            FieldKind::BigAuto => FieldKind::BigInteger,
            FieldKind::SmallAuto => FieldKind::SmallInteger,
            // MySQL wants both columns of a foreign key to be unsigned.
            _ if self.context.dialect == Dialect::MySql => return self.db_type(view),
            FieldKind::PositiveBigInteger => FieldKind::BigInteger,
            FieldKind::PositiveInteger => FieldKind::Integer,
            FieldKind::PositiveSmallInteger => FieldKind::SmallInteger,
            _ => return self.db_type(view),
        };
        let mut field = view.field.as_ref().clone();
        field.kind = kind;
        Ok(self.simple_type(&field))
    }

    /// Returns the check that goes with a field's type.
    pub fn db_check(self, view: &FieldView) -> Option<String> {
        let vendor = self.context.dialect.vendor();
        // Django leaves the check of a generated field's type out, since that does not know its column.
        if matches!(view.field.kind, FieldKind::Generated { .. }) {
            return None;
        }
        if !self.context.supports_checks() {
            return None;
        }
        let inner = view;
        let column = view.column_name();
        if let Some(custom) = &inner.field.custom
            && (inner.field.kind == FieldKind::Custom || !custom.checks.is_empty())
        {
            let (_, check) = custom.checks.iter().find(|(name, _)| name == vendor)?;
            return Some(check.replace("%(column)s", column));
        }
        match self.context.dialect {
            Dialect::Postgres => postgres::check(&inner.field.kind, column),
            Dialect::Sqlite => sqlite::check(&inner.field.kind, column),
            Dialect::MySql => mysql::check(&inner.field.kind, column),
        }
    }

    /// Returns what stands at the end of a column's definition, such as `AUTOINCREMENT`.
    pub fn db_type_suffix(self, field: &Field) -> Option<&'static str> {
        match self.context.dialect {
            Dialect::Postgres if field.kind.is_auto() => Some("GENERATED BY DEFAULT AS IDENTITY"),
            Dialect::Sqlite if field.kind.is_auto() => Some("AUTOINCREMENT"),
            _ => None,
        }
    }

    /// Returns the type to which values of the field are cast.
    ///
    /// # Errors
    /// As [`Models::db_parameters`].
    pub fn cast_db_type(self, view: &FieldView) -> Result<Option<SmolStr>, ModelError> {
        match &view.field.kind {
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) if self.context.django < DjangoVersion::V52 => {
                self.db_type(view)
            }
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) => self.cast_db_type(&self.target(view)?.field),
            FieldKind::Generated { output_field, .. } => self.cast_db_type(&inner(view, output_field)),
            FieldKind::Array { base, size } => {
                let Some(base) = self.cast_db_type(&inner(view, base))? else { return Ok(None) };
                let size = size.filter(|size| *size > 0).map(|size| format_smolstr!("{size}")).unwrap_or_default();
                Ok(Some(format_smolstr!("{base}[{size}]")))
            }
            FieldKind::CiChar | FieldKind::CiText | FieldKind::CiEmail if self.has_citext() => self.db_type(view),
            kind => {
                let cast = match self.context.dialect {
                    Dialect::Postgres => postgres::cast(kind, &view.field),
                    Dialect::Sqlite => sqlite::cast(kind, &view.field),
                    Dialect::MySql => mysql::cast(kind, &view.field),
                };
                cast.map_or_else(|| self.db_type(view), |cast| Ok(Some(cast)))
            }
        }
    }

    /// Returns what Django calls the field's internal type, such as `CharField`; the class's own name where it has none.
    pub fn internal_type(self, field: &Field) -> SmolStr {
        let name = match &field.kind {
            FieldKind::Generated { output_field, .. } => return self.internal_type(output_field),
            // Relations have no other name for it than that of their class.
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) | FieldKind::ManyToMany(_)
                if field.internal_type.is_some() =>
            {
                return field.internal_type.clone().unwrap_or_default();
            }
            FieldKind::ForeignKey(_) | FieldKind::OneToOne(_) | FieldKind::ManyToMany(_) => {
                field.class.rsplit('.').next().unwrap_or_default()
            }
            FieldKind::Custom | FieldKind::NoColumn | FieldKind::Spatial(_) => {
                field.class.rsplit('.').next().unwrap_or_default()
            }
            FieldKind::CiChar if self.has_citext() => "CICharField",
            FieldKind::CiText if self.has_citext() => "CITextField",
            FieldKind::CiEmail if self.has_citext() => "CICharField",
            FieldKind::Array { .. } => "ArrayField",
            FieldKind::Auto => "AutoField",
            FieldKind::BigAuto => "BigAutoField",
            FieldKind::SmallAuto => "SmallAutoField",
            FieldKind::BigInteger => "BigIntegerField",
            FieldKind::Binary => "BinaryField",
            FieldKind::Boolean => "BooleanField",
            FieldKind::Char | FieldKind::CiChar | FieldKind::CiEmail => "CharField",
            FieldKind::CompositePrimaryKey(_) => "CompositePrimaryKey",
            FieldKind::Date => "DateField",
            FieldKind::DateTime => "DateTimeField",
            FieldKind::Decimal { .. } => "DecimalField",
            FieldKind::Duration => "DurationField",
            FieldKind::File => "FileField",
            FieldKind::FilePath => "FilePathField",
            FieldKind::Float => "FloatField",
            FieldKind::GenericIpAddress => "GenericIPAddressField",
            FieldKind::Integer | FieldKind::OrderWrt => "IntegerField",
            FieldKind::IpAddress => "IPAddressField",
            FieldKind::Json => "JSONField",
            FieldKind::PositiveBigInteger => "PositiveBigIntegerField",
            FieldKind::PositiveInteger => "PositiveIntegerField",
            FieldKind::PositiveSmallInteger => "PositiveSmallIntegerField",
            FieldKind::Slug => "SlugField",
            FieldKind::SmallInteger => "SmallIntegerField",
            FieldKind::Text | FieldKind::CiText => "TextField",
            FieldKind::Time => "TimeField",
            FieldKind::Uuid => "UUIDField",
            FieldKind::HStore => "HStoreField",
            FieldKind::IntegerRange => "IntegerRangeField",
            FieldKind::BigIntegerRange => "BigIntegerRangeField",
            FieldKind::DecimalRange => "DecimalRangeField",
            FieldKind::DateTimeRange => "DateTimeRangeField",
            FieldKind::DateRange => "DateRangeField",
            FieldKind::SearchVector => "SearchVectorField",
        };
        name.into()
    }

    /// Whether the case-insensitive fields of `django.contrib.postgres` are more than the ordinary ones.
    fn has_citext(self) -> bool {
        self.context.django < DjangoVersion::V52
    }

    fn simple_type(self, field: &Field) -> Option<SmolStr> {
        let django = self.context.django;
        let same_everywhere = match &field.kind {
            FieldKind::ManyToMany(_) | FieldKind::NoColumn | FieldKind::CompositePrimaryKey(_) => return None,
            FieldKind::HStore => Some("hstore"),
            FieldKind::IntegerRange => Some("int4range"),
            FieldKind::BigIntegerRange => Some("int8range"),
            FieldKind::DecimalRange => Some("numrange"),
            FieldKind::DateTimeRange => Some("tstzrange"),
            FieldKind::DateRange => Some("daterange"),
            FieldKind::SearchVector => Some("tsvector"),
            FieldKind::CiChar | FieldKind::CiText | FieldKind::CiEmail if self.has_citext() => Some("citext"),
            _ => None,
        };
        if let Some(name) = same_everywhere {
            return Some(SmolStr::new_static(name));
        }
        Some(match self.context.dialect {
            Dialect::Postgres => postgres::data_type(field, django),
            Dialect::Sqlite => sqlite::data_type(field, django),
            Dialect::MySql => mysql::data_type(field, self.context.has_native_uuid()),
        })
    }

    /// Source: Django `contrib/gis/db/backends/*/operations.py`, `geo_db_type`.
    fn spatial_type(self, view: &FieldView, field: Spatial) -> Result<Option<SmolStr>, ModelError> {
        let not_supported =
            |why: &'static str| ModelError::Spatial { model: view.model.clone(), field: view.name.clone(), why };
        if !self.context.spatial {
            return Err(not_supported(match self.context.dialect {
                Dialect::Postgres => "`ENGINE` is not `django.contrib.gis.db.backends.postgis`",
                Dialect::Sqlite => "`ENGINE` is not `django.contrib.gis.db.backends.spatialite`",
                Dialect::MySql => "`ENGINE` is not `django.contrib.gis.db.backends.mysql`",
            }));
        }
        let dimensions = if field.dim == 3 { "Z" } else { "" };
        let (geom_type, srid) = (field.geom_type, field.srid);
        match self.context.dialect {
            Dialect::Postgres if field.is_raster() => Ok(Some(SmolStr::new_static("raster"))),
            Dialect::Postgres if field.geography && srid != 4326 => {
                Err(not_supported("PostGIS only supports geography columns with an SRID of 4326"))
            }
            Dialect::Postgres => {
                let name = if field.geography { "geography" } else { "geometry" };
                Ok(Some(format_smolstr!("{name}({geom_type}{dimensions},{srid})")))
            }
            _ if field.is_raster() => Err(not_supported("only PostGIS has rasters")),
            Dialect::MySql => Ok(Some(SmolStr::new_static(geom_type))),
            // A stored procedure adds the column.
            Dialect::Sqlite => Ok(None),
        }
    }

    fn unknown_column(self, view: &FieldView) -> ModelError {
        ModelError::UnknownColumn {
            model: view.model.clone(),
            field: view.name.clone(),
            class: view.field.class.clone(),
            dialect: self.context.dialect,
        }
    }
}

/// Returns the field that stands behind a generated one under the same name and column.
fn unwrap_generated(view: &FieldView) -> FieldView {
    match &view.field.kind {
        FieldKind::Generated { output_field, .. } => inner(view, output_field),
        _ => view.clone(),
    }
}

fn inner(view: &FieldView, field: &std::sync::Arc<Field>) -> FieldView {
    FieldView { field: field.clone(), ..view.clone() }
}

/// `varchar(20)`, with Python's `None` where there is no length.
fn with_length(name: &str, length: Option<u32>) -> SmolStr {
    format_smolstr!("{name}({})", python_number(length))
}

/// `numeric(8, 2)`, with Python's `None` where there is no number.
fn numeric(name: &str, max_digits: Option<u32>, decimal_places: Option<u32>) -> SmolStr {
    format_smolstr!("{name}({}, {})", python_number(max_digits), python_number(decimal_places))
}

fn python_number(number: Option<u32>) -> SmolStr {
    number.map_or(SmolStr::new_static("None"), |number| format_smolstr!("{number}"))
}
