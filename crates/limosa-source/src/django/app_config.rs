//! From an entry of `INSTALLED_APPS` to an app (Django: `apps/config.py`, `AppConfig.create`).

use limosa_model::{Diagnostic, SmolStr, Span, Value};

use super::app::DefaultAutoField;
use super::classes::{Class, Classes, Resolved};
use super::module_path::{Module, ModulePath};

/// What an entry of `INSTALLED_APPS` stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AppConfig {
    pub(super) name: SmolStr,
    pub(super) label: SmolStr,
    pub(super) default_auto_field: DefaultAutoField,
    /// Folders, when the class names one itself.
    pub(super) path: Option<SmolStr>,
}

/// Why an entry could not be understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Obstacle {
    /// Only Python can say.
    Doubt(String, Option<Span>),
    /// Django refuses it too.
    Wrong(Box<Diagnostic>),
}

/// Reads an entry of `INSTALLED_APPS`.
pub(super) fn read(
    entry: &str,
    span: Option<Span>,
    classes: &Classes<'_>,
    path: &ModulePath,
) -> Result<AppConfig, Obstacle> {
    match path.module(entry) {
        Some(Module::Compiled) => Err(Obstacle::Doubt(format!("the app `{entry}` is compiled"), span)),
        Some(Module::Source(_) | Module::Namespace(_)) => {
            match default_config(&format!("{entry}.apps"), classes, path)? {
                Some(class) => of_class(entry, span, &class, classes),
                None => Ok(AppConfig { name: entry.into(), label: last(entry), ..AppConfig::default() }),
            }
        }
        None => match classes.resolve(entry) {
            Resolved::Class(class) => match classes.is_app_config(&class) {
                Ok(true) => of_class(entry, span, &class, classes),
                Ok(false) => Err(wrong(format!("`{entry}` is not a subclass of AppConfig"), span)),
                Err(reason) => Err(Obstacle::Doubt(reason, span)),
            },
            _ if !path.is_complete() => {
                Err(Obstacle::Doubt(format!("the app `{entry}` was not found in the folders that are known"), span))
            }
            Resolved::Unknown(reason) => Err(Obstacle::Doubt(reason, span)),
            Resolved::Root | Resolved::Other | Resolved::Missing => {
                Err(wrong(format!("the app `{entry}` is not installed: there is no such module or class"), span))
            }
        },
    }
}

/// Finds the class that stands for the app when the entry names only the package.
fn default_config<'a>(module: &str, classes: &Classes<'a>, path: &ModulePath) -> Result<Option<Class>, Obstacle> {
    match path.module(module) {
        None | Some(Module::Namespace(_)) => return Ok(None),
        Some(Module::Compiled) => return Err(Obstacle::Doubt(format!("`{module}` is compiled"), None)),
        Some(Module::Source(_)) => {}
    }
    let candidates = classes.app_configs_in(module).map_err(|(reason, span)| Obstacle::Doubt(reason, span))?;
    let mut kept = Vec::new();
    for class in candidates {
        let default = classes.attribute(&class, "default").map(|value| value.truth().ok_or(value));
        match default {
            None => kept.push((class, false)),
            Some(Ok(true)) => kept.push((class, true)),
            Some(Ok(false)) => {}
            Some(Err(value)) => return Err(doubt("default", &class, &value)),
        }
    }
    if kept.len() == 1 {
        return Ok(kept.pop().map(|(class, _)| class));
    }
    let mut defaults: Vec<Class> = kept.into_iter().filter(|(_, default)| *default).map(|(class, _)| class).collect();
    if defaults.len() > 1 {
        let names: Vec<String> = defaults.iter().map(|class| format!("`{}`", class.name())).collect();
        let message = format!("`{module}` declares more than one default AppConfig: {}", names.join(", "));
        return Err(wrong(message, defaults[0].span()));
    }
    Ok(defaults.pop())
}

/// Reads the attributes of the class of an app.
fn of_class(entry: &str, span: Option<Span>, class: &Class, classes: &Classes<'_>) -> Result<AppConfig, Obstacle> {
    for method in ["__init__", "__new__", "name", "label", "path", "create"] {
        if let Some(owner) = classes.method_owner(class, method) {
            let reason = format!("the class of the app `{entry}` computes itself in `{owner}.{method}`");
            return Err(Obstacle::Doubt(reason, class.span()));
        }
    }
    let text = |name: &str| match classes.attribute(class, name) {
        None => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text)),
        Some(value) => Err(doubt(name, class, &value)),
    };
    let Some(name) = text("name")? else {
        return Err(wrong(format!("`{entry}` must supply a name attribute"), span));
    };
    let label = text("label")?.unwrap_or_else(|| last(&name));
    let computed = classes.method_owner(class, "default_auto_field").is_some();
    let default_auto_field = match classes.attribute(class, "default_auto_field") {
        None if !computed => DefaultAutoField::Settings,
        Some(Value::Str(path)) => DefaultAutoField::Named(path),
        _ => DefaultAutoField::Computed,
    };
    Ok(AppConfig { label, default_auto_field, path: text("path")?, name })
}

fn doubt(attribute: &str, class: &Class, value: &Value) -> Obstacle {
    let reason = match value.find_opaque() {
        Some(opaque) => opaque.reason.to_string(),
        None => "is not a text".to_owned(),
    };
    let span = value.find_opaque().and_then(|opaque| opaque.span).or(class.span());
    Obstacle::Doubt(format!("`{}.{attribute}` {reason}", class.name()), span)
}

fn wrong(message: String, span: Option<Span>) -> Obstacle {
    let help = "correct INSTALLED_APPS, or install the package into the project's Python environment";
    Obstacle::Wrong(Box::new(Diagnostic::error("invalid-app", message).at(span, "here").help(help)))
}

fn last(name: &str) -> SmolStr {
    name.rsplit('.').next().unwrap_or(name).into()
}
