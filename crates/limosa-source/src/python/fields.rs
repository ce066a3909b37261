//! Fields of classes that are not Django's own, understood from their source.

use limosa_model::field::{CustomColumn, FieldError, Ignored};
use limosa_model::value::{Call, Kwargs, Opaque};
use limosa_model::{Field, SmolStr, Value};

use super::classes::{Chain, Link};
use super::context::Context;
use super::evaluate::Evaluator;
use super::evaluate::methods::{INHERITED, Instance};

/// Classes whose source does not show what they are.
const KNOWN: [(&str, &str); 2] = [
    ("taggit.managers.TaggableManager", "django.contrib.contenttypes.fields.GenericRelation"),
    ("modelcluster.contrib.taggit.ClusterTaggableManager", "django.contrib.contenttypes.fields.GenericRelation"),
];

/// Methods that decide about the column in ways that are not followed.
const UNFOLLOWED: [&str; 10] = [
    "__new__",
    "cast_db_type",
    "db_check",
    "db_type_parameters",
    "db_type_suffix",
    "get_attname",
    "get_attname_column",
    "rel_db_type",
    "rel_db_type_suffix",
    "resolve_related_fields",
];

/// Methods that decide about what a default becomes in the database.
const PREPARING: [&str; 7] = [
    "_get_default",
    "get_db_prep_save",
    "get_db_prep_value",
    "get_default",
    "get_prep_value",
    "has_default",
    "empty_strings_allowed",
];

/// The path of the class from which all fields are built.
const ROOT: &str = "django.db.models.Field";

const VENDORS: [&str; 3] = ["postgresql", "sqlite", "mysql"];

/// Builds the field that a call of a class of the project or of a package makes.
///
/// # Errors
/// When its source does not tell everything that decides about the column, or an argument is missing, wrong or opaque.
pub(crate) fn build(context: &Context<'_>, call: &Call) -> Result<Field, FieldError> {
    let unclear = |reason: String| FieldError::Opaque {
        name: call.callee.clone(),
        opaque: std::sync::Arc::new(Opaque { reason: reason.into(), text: call.callee.clone(), span: call.span }),
    };
    if let Some((_, base)) = KNOWN.iter().find(|(class, _)| *class == call.callee) {
        return Field::from_call_as(call, base, None);
    }
    let Some(mut evaluator) = Evaluator::for_classes(*context, &call.callee) else {
        return Err(FieldError::UnknownClass(call.callee.clone()));
    };
    let is_base =
        |path: &str| Field::is_known_class(path) || path == ROOT || KNOWN.iter().any(|(class, _)| *class == path);
    let chain = Chain::follow(&mut evaluator, &call.callee, &is_base).map_err(&unclear)?;
    let base = chain.base.clone().ok_or_else(|| unclear("is no field".into()))?;
    if let Some((_, base)) = KNOWN.iter().find(|(class, _)| *class == base) {
        return Field::from_call_as(call, base, None);
    }
    if let Some(method) = chain.defines(&UNFOLLOWED) {
        return Err(unclear(format!("the class defines `{method}`")));
    }
    let path = chain.path().unwrap_or_else(|| call.callee.clone());
    let instance = evaluator.instance(&path).ok_or_else(|| unclear("has no source".into()))?;
    let (mut args, mut kwargs) = (call.args.clone(), call.kwargs.clone());
    let mut set = Kwargs::default();
    let constructors: Vec<&Link> = chain.links.iter().filter(|link| link.method("__init__").is_some()).collect();
    for (position, link) in constructors.iter().enumerate() {
        evaluator.inherits_from_django = position + 1 == constructors.len();
        let handed_on =
            evaluator.run_constructor(&link.module, &link.method_path("__init__"), &instance, &args, &kwargs);
        evaluator.inherits_from_django = false;
        (args, kwargs) =
            handed_on.map_err(|reason| unclear(format!("what its constructor does is not known: {reason}")))?;
        for (name, value) in evaluator.take_attributes(&instance).iter() {
            // What a class sets after its base's constructor counts.
            if set.get(name).is_none() {
                set.set(name.clone(), value.clone());
            }
        }
    }
    if let Some(reason) = super::contribute::obstacle(&chain, &|name| evaluator.attribute_truth(&instance, name)) {
        return Err(unclear(reason));
    }
    for (name, value) in set.iter() {
        if name == "remote_field" || value.find_opaque().is_some() {
            return Err(unclear(format!("its constructor sets `{name}` to something that is not known")));
        }
        kwargs.set(name.strip_prefix('_').unwrap_or(name), value.clone());
    }
    let view = Call { callee: path, args, kwargs, span: call.span };
    let internal = internal_type(&mut evaluator, &chain, &instance, &base).map_err(&unclear)?;
    let inner = |call: &Call| match Field::is_known_class(&call.callee) {
        true => Field::from_call(call),
        false => build(context, call),
    };
    let mut field = match &internal {
        Some(internal) => Field::from_call_around(&view, internal, None, &inner)?,
        None => Field::from_custom_call(&view, CustomColumn::default())?,
    };
    if field.foreign_key().is_some() && chain.method("get_internal_type").is_some() {
        let name = internal.as_ref().and_then(|path| path.rsplit('.').next());
        field.internal_type = name.map(SmolStr::new);
    }
    if base != ROOT && internal.as_ref() != Some(&base) {
        // Only the type is another one; what the class of Django's says about the rest still holds.
        let own = Field::from_call_around(&view, &base, None, &inner)?;
        if own.foreign_key().is_some()
            || own.many_to_many().is_some()
            || field.foreign_key().is_some()
            || field.many_to_many().is_some()
        {
            return Err(unclear("it is a relation with another type".into()));
        }
        (field.max_length, field.db_index) = (own.max_length, own.db_index);
    }
    let mut column = CustomColumn::default();
    if chain.method("db_type").is_some() || chain.method("db_parameters").is_some() {
        let mut attributes = view.kwargs.clone();
        attributes.set("max_length", field.max_length.map_or(Value::None, |length| Value::Int(length.into())));
        evaluator.set_attributes(&instance, &attributes);
        own_types(&mut evaluator, &chain, &instance, internal.is_some(), &mut column).map_err(&unclear)?;
        if own_parameters(&mut evaluator, &chain, &instance, &mut column).is_none() {
            return Err(unclear("what `db_parameters` returns is not known".into()));
        }
        field.custom = Some(std::sync::Arc::new(column));
    }
    if internal.is_none() && chain.method("db_type").is_none() {
        return Err(unclear("it has no type".into()));
    }
    field.prepares_default = Ignored(prepares_default(&mut evaluator, &chain, &instance, &field));
    field.kwargs = compared(&chain, call, &field.kwargs);
    Ok(field)
}

/// Finds out the types that a class's own `db_type` gives.
fn own_types(
    evaluator: &mut Evaluator<'_>,
    chain: &Chain,
    instance: &Instance,
    inherits: bool,
    column: &mut CustomColumn,
) -> Result<(), String> {
    let Some((link, _)) = chain.method("db_type") else { return Ok(()) };
    // The type of the class that it is built on.
    let inherits = inherits && chain.links.iter().filter(|link| link.method("db_type").is_some()).count() == 1;
    for vendor in VENDORS {
        evaluator.context.vendor = Some(vendor);
        match evaluator.run_method(&link.module, &link.method_path("db_type"), instance, &["django.db.connection"]) {
            Some(Value::Str(text)) => column.types.push((SmolStr::new_static(vendor), Some(text))),
            Some(Value::None) => column.types.push((SmolStr::new_static(vendor), None)),
            Some(Value::Reference(_)) if inherits => {}
            _ => return Err("what `db_type` returns is not known".into()),
        }
    }
    Ok(())
}

/// Finds out what a class's own `db_parameters` changes in what Django's gives: the collation, or the type.
fn own_parameters(
    evaluator: &mut Evaluator<'_>,
    chain: &Chain,
    instance: &Instance,
    column: &mut CustomColumn,
) -> Option<()> {
    let Some((link, _)) = chain.method("db_parameters") else { return Some(()) };
    let has_collation = matches!(
        chain.base.as_deref()?.strip_prefix("django.db.models."),
        Some("CharField" | "EmailField" | "SlugField" | "TextField" | "URLField")
    );
    if !has_collation || chain.links.iter().filter(|link| link.method("db_parameters").is_some()).count() > 1 {
        return None;
    }
    for vendor in VENDORS {
        evaluator.context.vendor = Some(vendor);
        let path = link.method_path("db_parameters");
        let Some(Value::Dict(pairs)) = evaluator.run_method(&link.module, &path, instance, &["django.db.connection"])
        else {
            return None;
        };
        let mut collation = None;
        for (key, value) in &pairs {
            match (key.as_str()?, value) {
                ("type" | "check", Value::Reference(path)) if path.starts_with(INHERITED) => {}
                ("type", Value::Str(text)) => {
                    column.types.retain(|(name, _)| name != vendor);
                    column.types.push((SmolStr::new_static(vendor), Some(text.clone())));
                }
                ("collation", Value::Str(text)) => collation = Some(Some(text.clone())),
                ("collation", Value::None) => collation = Some(None),
                // The class's `db_collation`.
                ("collation", Value::Reference(path)) if path.starts_with(INHERITED) => collation = None,
                _ => return None,
            }
        }
        let named = pairs.iter().any(|(key, _)| key.as_str() == Some("collation"));
        if collation.is_some() || !named {
            column.collations.push((SmolStr::new_static(vendor), collation.flatten()));
        }
    }
    Some(())
}

/// Returns whether code of the class decides what becomes of the field's default: it defines a method that prepares values, other
/// than one that leaves the NULL of a field without a default alone.
fn prepares_default(evaluator: &mut Evaluator<'_>, chain: &Chain, instance: &Instance, field: &Field) -> bool {
    const PREPARES_VALUES: [&str; 3] = ["get_db_prep_save", "get_db_prep_value", "get_prep_value"];
    let methods: Vec<(&Link, &str)> = chain
        .links
        .iter()
        .flat_map(|link| PREPARING.iter().filter(|name| link.method(name).is_some()).map(move |name| (link, *name)))
        .collect();
    let is_null = field.null && field.default.as_ref().is_none_or(|default| *default == Value::None);
    let harmless = is_null
        && methods.iter().all(|(link, name)| {
            let others: &[Value] = match *name {
                "get_prep_value" => &[],
                "get_db_prep_save" => &[Value::None],
                _ => &[Value::None, Value::Bool(false)],
            };
            PREPARES_VALUES.contains(name)
                && evaluator.returns_none(&link.module, &link.method_path(name), instance, others)
        });
    !methods.is_empty() && !harmless
}

/// Returns the class of Django's as whose type a field is stored; nothing when only `db_type` tells.
fn internal_type(
    evaluator: &mut Evaluator<'_>,
    chain: &Chain,
    instance: &Instance,
    base: &SmolStr,
) -> Result<Option<SmolStr>, String> {
    let Some((link, _)) = chain.method("get_internal_type") else {
        return Ok(Some(base.clone()).filter(|base| base != ROOT));
    };
    match evaluator.run_method(&link.module, &link.method_path("get_internal_type"), instance, &[]) {
        Some(Value::Str(name)) => {
            let path = SmolStr::from(format!("django.db.models.{name}"));
            if Field::is_known_class(&path) {
                Ok(Some(path))
            } else if chain.method("db_type").is_some() {
                Ok(None)
            } else {
                Err(format!("its type `{name}` is not one of Django's"))
            }
        }
        _ => Err("what `get_internal_type` returns is not known".into()),
    }
}

/// Returns the arguments by which two fields of the class are compared: what Django's class is given, and what the class keeps
/// for itself, without what its `deconstruct()` always leaves out.
fn compared(chain: &Chain, call: &Call, given: &Kwargs) -> Kwargs {
    let mut kwargs = given.clone();
    for (name, value) in call.kwargs.iter() {
        if kwargs.get(name).is_none() && !is_plain_default(name, value) {
            kwargs.set(name.clone(), value.clone());
        }
    }
    for link in &chain.links {
        let Some(method) = link.method("deconstruct") else { continue };
        for name in link.module.file.always_removed(method) {
            kwargs.remove(&name);
        }
    }
    kwargs
}

/// Returns whether an argument of Django's classes was left out because it equals its default.
fn is_plain_default(name: &str, value: &Value) -> bool {
    const DJANGO: [&str; 22] = [
        "auto_created",
        "auto_now",
        "auto_now_add",
        "blank",
        "choices",
        "db_collation",
        "db_column",
        "db_comment",
        "db_index",
        "db_tablespace",
        "editable",
        "error_messages",
        "help_text",
        "max_length",
        "null",
        "primary_key",
        "related_name",
        "serialize",
        "unique",
        "validators",
        "verbose_name",
        "to_field",
    ];
    DJANGO.contains(&name) && !matches!(value, Value::Call(_) | Value::Opaque(_))
}
