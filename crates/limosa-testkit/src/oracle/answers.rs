//! Django's answers as Limosa's values.

use indexmap::IndexMap;
use limosa_model::django::DjangoVersion;
use limosa_model::{Migration, MigrationId, Value};
use limosa_sql::dialect::{Context, Dialect, Flavour};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::OracleError;
use super::decode::{Decoder, list, shape, text, texts};

/// What Django does to an empty database of one kind for one project.
#[derive(Clone, Debug)]
pub struct Answers {
    /// What decides about SQL besides the models.
    pub context: Context,
    /// All migrations on disk.
    pub migrations: IndexMap<MigrationId, Migration>,
    /// Those whose class has an `apply` of its own, so that only Python can tell what they do.
    pub custom: Vec<MigrationId>,
    /// The migrations that were applied, in order.
    pub applied: Vec<Applied>,
    /// What `sqlmigrate` prints on the finished database.
    pub finished: IndexMap<MigrationId, SqlMigrate>,
    /// What introspection sees in the end, by table.
    pub tables: IndexMap<SmolStr, SchemaTable>,
    /// The text of the schema in the end.
    pub schema: Vec<String>,
}

/// One applied migration.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The key.
    pub id: MigrationId,
    /// What the schema editor executed, in order.
    pub executed: Vec<Executed>,
    /// What `sqlmigrate` printed just before.
    pub sqlmigrate: SqlMigrate,
    /// What `sqlmigrate --backwards` printed just after.
    pub backwards: SqlMigrate,
    /// The database after operations that changed it in their own way (`RunSQL`, `RunPython`).
    pub snapshots: Vec<Snapshot>,
    /// What functions that compute defaults returned, by the place of the operation.
    pub defaults: IndexMap<SmolStr, Value>,
}

/// One executed statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed {
    /// The place of the operation (`2`, or `2.0` within another); empty for deferred statements.
    pub place: SmolStr,
    /// The statement.
    pub sql: String,
}

/// What `sqlmigrate` printed for one migration.
#[derive(Clone, Debug)]
pub struct SqlMigrate {
    /// The migrations whose states add up to the state before it, in order.
    pub before: Vec<MigrationId>,
    /// The lines, or the error.
    pub sql: Result<Vec<String>, String>,
}

/// The database after one operation.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The place of the operation.
    pub place: SmolStr,
    /// What introspection sees, by table.
    pub tables: IndexMap<SmolStr, SchemaTable>,
}

/// What Django's introspection sees of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaTable {
    /// The columns in order.
    pub columns: Vec<SmolStr>,
    /// The constraints in order, as Django's dictionaries.
    pub constraints: Vec<(SmolStr, Json)>,
    /// Whether Django's introspection failed, so that nothing is known of the table.
    pub unknown: bool,
}

impl Answers {
    /// Reads an answer of the script.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn read(source: &str) -> Result<Self, OracleError> {
        let json: Json = serde_json::from_str(source).map_err(|error| shape(&error.to_string(), &Json::Null))?;
        let mut context = context(&json["context"])?;
        // A project with such fields has such a backend.
        context.spatial = json["migrations"].to_string().contains("django.contrib.gis.db.models");
        let decoder = Decoder { vendor: context.dialect.vendor() };
        let mut migrations = IndexMap::new();
        for (key, value) in object(&json["migrations"]) {
            let mut migration = Migration::new(id(key));
            migration.operations = decoder.operations(&migration.id.app, list(value, "operations")?)?;
            migration.atomic = value["atomic"].as_bool().unwrap_or(true);
            migration.dependencies = ids(&value["dependencies"]);
            migration.replaces = ids(&value["replaces"]);
            migrations.insert(migration.id.clone(), migration);
        }
        Ok(Self {
            custom: object(&json["migrations"])
                .filter(|(_, value)| value["custom"] == true)
                .map(|(key, _)| id(key))
                .collect(),
            migrations,
            applied: list(&json, "applied")?.iter().map(|json| applied(json, &decoder)).collect::<Result<_, _>>()?,
            finished: object(&json["sqlmigrate"]).map(|(key, value)| (id(key), sqlmigrate(value))).collect(),
            tables: tables(&json["constraints"]),
            schema: texts(&json["schema"]),
            context,
        })
    }
}

fn context(json: &Json) -> Result<Context, OracleError> {
    let dialect = match text(json, "vendor")? {
        "postgresql" => Dialect::Postgres,
        "sqlite" => Dialect::Sqlite,
        _ => Dialect::MySql,
    };
    let version = text(json, "django")?;
    let django = version.parse::<DjangoVersion>().map_err(|error| shape(&error.to_string(), json))?;
    let number = |position: usize| {
        json["server_version"][position].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    };
    let mut context = Context::new(dialect, django);
    if json["mariadb"].as_bool() == Some(true) {
        context.flavour = Flavour::MariaDb;
    }
    context.server_version = (number(0), number(1), number(2));
    context.use_tz = json["use_tz"].as_bool().unwrap_or(true);
    context.time_zone = text(json, "time_zone")?.into();
    context.default_auto_field = text(json, "default_auto_field")?.into();
    context.default_tablespace = text(json, "tablespace")?.into();
    context.default_index_tablespace = text(json, "index_tablespace")?.into();
    let swapped =
        object(&json["swapped"]).filter_map(|(setting, model)| Some((setting.into(), model.as_str()?.into())));
    context.swapped = swapped.collect();
    Ok(context)
}

fn applied(json: &Json, decoder: &Decoder<'_>) -> Result<Applied, OracleError> {
    let defaults = object(&json["defaults"]).map(|(place, value)| Ok((place.into(), decoder.value(value)?)));
    let executed = list(json, "executed")?.iter().map(|pair| Executed {
        place: pair[0].as_str().unwrap_or_default().into(),
        sql: pair[1].as_str().unwrap_or_default().into(),
    });
    let snapshots = list(json, "snapshots")?.iter();
    Ok(Applied {
        defaults: defaults.collect::<Result<_, OracleError>>()?,
        id: id(text(json, "id")?),
        executed: executed.collect(),
        sqlmigrate: sqlmigrate(&json["sqlmigrate"]),
        backwards: sqlmigrate(&json["backwards"]),
        snapshots: snapshots
            .map(|pair| Snapshot { place: pair[0].as_str().unwrap_or_default().into(), tables: tables(&pair[1]) })
            .collect(),
    })
}

fn sqlmigrate(json: &Json) -> SqlMigrate {
    SqlMigrate {
        before: texts::<String>(&json["before"]).iter().map(|key| id(key)).collect(),
        sql: match json["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(texts(&json["sql"])),
        },
    }
}

fn tables(json: &Json) -> IndexMap<SmolStr, SchemaTable> {
    let table = |json: &Json| SchemaTable {
        columns: texts(&json["columns"]),
        constraints: json["constraints"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| (pair[0].as_str().unwrap_or_default().into(), pair[1].clone()))
            .collect(),
        unknown: json.is_null(),
    };
    object(json).map(|(name, value)| (name.into(), table(value))).collect()
}

fn object(json: &Json) -> impl Iterator<Item = (&str, &Json)> {
    json.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn id(key: &str) -> MigrationId {
    let (app, name) = key.split_once('.').unwrap_or((key, ""));
    MigrationId::new(app, name)
}

fn ids(json: &Json) -> Vec<MigrationId> {
    let pairs = json.as_array().into_iter().flatten();
    pairs
        .map(|pair| MigrationId::new(pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default()))
        .collect()
}

impl Default for SqlMigrate {
    fn default() -> Self {
        Self { before: Vec::new(), sql: Ok(Vec::new()) }
    }
}
