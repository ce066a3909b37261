//! Functions and attributes of Django and of Python's library whose results can be told.

use indexmap::IndexMap;
use limosa_model::SmolStr;
use ruff_text_size::TextRange;

use super::arguments::Arguments;
use super::object::{CallObject, Key, Object};
use super::{Evaluator, Result};
use crate::python::canonical::canonical;
use crate::python::module::Setting;

/// Returns the name of a keyword argument.
pub(super) fn keyword(name: &str) -> SmolStr {
    SmolStr::new(name)
}

impl Evaluator<'_> {
    /// Calls what a path names, when its result can be told; gives the arguments back when not.
    pub(super) fn call_known(
        &mut self,
        path: &SmolStr,
        arguments: Arguments,
        range: TextRange,
    ) -> Result<std::result::Result<Object, Arguments>> {
        if let Some(name) = path.strip_prefix("builtins.") {
            return Ok(match self.call_builtin(name, &arguments, range)? {
                Some(object) => Ok(object),
                None if super::calls::is_class_name(path) => Err(arguments),
                None => {
                    let all: Vec<Object> = arguments.values().cloned().collect();
                    self.expose(&all, range);
                    Ok(self.opaque(format!("calls `{name}`"), range))
                }
            });
        }
        if !super::calls::is_standard(path) {
            // Packages that put the contents of a file into the environment.
            if matches!(path.rsplit('.').next(), Some("load_dotenv" | "read_dotenv" | "read_env")) {
                self.environment_changed = true;
            }
            return Ok(match path.strip_prefix("swapper.").and_then(|function| self.swapped(function, &arguments)) {
                Some(object) => Ok(object),
                None => Err(arguments),
            });
        }
        if path == "django.db.models.Q" {
            return Ok(Ok(self.build_q(&arguments, range)));
        }
        if self.methods
            && let Some(class) = path.strip_suffix(".db_parameters")
        {
            // Called on the class, with the field and the connection.
            let is_text = match class {
                "django.db.models.Field" => Some(false),
                "django.db.models.CharField" | "django.db.models.TextField" => Some(true),
                _ => None,
            };
            return Ok(match is_text {
                Some(is_text) => Ok(super::methods::inherited_parameters(is_text)),
                None => Err(arguments),
            });
        }
        if path.starts_with("django.db.m") && path != "django.db.migrations.swappable_dependency" {
            return Ok(Err(arguments));
        }
        let result = match path.as_str() {
            "django.db.migrations.swappable_dependency" | "django.db.migrations.migration.swappable_dependency" => {
                let model = arguments.args.first().cloned().map(|argument| self.force(argument));
                match model.as_ref().and_then(Object::as_str) {
                    Some(model) => {
                        let app = model.split('.').next().unwrap_or_default();
                        Some(Object::tuple(vec![Object::str(app), Object::str("__first__")]))
                    }
                    None => match model {
                        Some(Object::Opaque(opaque)) => Some(Object::Opaque(opaque)),
                        _ => Some(self.opaque("depends on a model that is not known", range)),
                    },
                }
            }
            "django.utils.module_loading.import_string" => {
                arguments.args.first().and_then(Object::as_str).map(|name| Object::Path(canonical(name)))
            }
            "django.apps.apps.is_installed" | "django.apps.registry.apps.is_installed" => {
                let name = arguments.args.first().and_then(Object::as_str);
                name.and_then(|name| self.is_installed(name)).map(Object::Bool)
            }
            "os.getenv" | "os.environ.get" => match arguments.args.first().and_then(Object::as_str) {
                Some(name) => {
                    let default = arguments.get(1, "default").cloned().unwrap_or(Object::None);
                    Some(self.environment_variable(name, Some(default), range)?)
                }
                None => None,
            },
            "os.environ.setdefault" | "os.environ.update" | "os.environ.pop" | "os.putenv" => {
                self.environment_changed = true;
                Some(self.opaque("changes the environment", range))
            }
            "os.getcwd" | "pathlib.Path.cwd" => None,
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" => {
                let parts: Option<Vec<SmolStr>> = arguments.args.iter().map(super::paths::text).collect();
                match parts {
                    Some(parts) if !parts.is_empty() => Some(super::paths::path(
                        &parts.iter().fold(String::new(), |path, part| super::paths::joined(&path, part)),
                    )),
                    _ => Some(self.opaque("is a path that is not known", range)),
                }
            }
            "collections.OrderedDict" => self.call_builtin("dict", &arguments, range)?,
            "copy.deepcopy" | "copy.copy" => match arguments.args.first().cloned() {
                Some(object) => {
                    let object = self.force(object);
                    self.copied(&object, path == "copy.deepcopy", 0)
                }
                None => None,
            },
            "itertools.chain" => {
                let parts: Option<Vec<Vec<Object>>> = arguments.args.iter().map(|items| self.iterate(items)).collect();
                parts.map(|parts| Object::iterator(parts.concat()))
            }
            "django.utils.safestring.mark_safe"
            | "django.utils.encoding.force_str"
            | "django.utils.encoding.force_text" => {
                arguments.args.first().filter(|text| text.as_str().is_some()).cloned()
            }
            "django.utils.text.format_lazy" => match arguments.args.split_first() {
                Some((Object::Str(text), rest)) => {
                    let rest = Arguments { args: rest.to_vec(), kwargs: arguments.kwargs.clone(), open: false };
                    Some(self.brace_format(text, &rest, range)?)
                }
                _ => None,
            },
            path => match path.strip_prefix("django.utils.translation.") {
                Some(function) => translated(function, &arguments).cloned(),
                None => match path.strip_prefix("os.path.") {
                    Some(function) => match super::paths::os_path(function, &arguments) {
                        Some(object) => Some(object),
                        None => Some(self.opaque(format!("calls `{path}`"), range)),
                    },
                    None => None,
                },
            },
        };
        Ok(result.ok_or(arguments))
    }

    /// Returns an attribute whose value can be told.
    pub(super) fn known_attribute(&mut self, path: &str, range: TextRange) -> Option<Object> {
        Some(match path {
            "django.db.connection.vendor" => match self.context.vendor {
                Some(vendor) => Object::str(vendor),
                None => self.opaque("depends on the database", range),
            },
            "django.db.connection.settings_dict" => match self.context.engine {
                Some(engine) => Object::dict(IndexMap::from([(Key::Str("ENGINE".into()), Object::str(engine))])),
                None => self.opaque("depends on the database", range),
            },
            "django.VERSION" => match self.context.django.and_then(version) {
                Some(version) => version,
                None => self.opaque("depends on the version of Django", range),
            },
            "django.db.migrations.RunSQL.noop" | "django.db.migrations.operations.special.RunSQL.noop" => {
                Object::str("")
            }
            "django.db.DEFAULT_DB_ALIAS" | "django.db.utils.DEFAULT_DB_ALIAS" => Object::str("default"),
            "django.db.models.constants.LOOKUP_SEP" => Object::str("__"),
            "typing.TYPE_CHECKING" => Object::Bool(false),
            "os.sep" => Object::str("/"),
            "os.linesep" => Object::str("\n"),
            "sys.version_info" | "sys.argv" | "sys.platform" | "sys.modules" => {
                self.opaque(format!("depends on `{path}`"), range)
            }
            _ => return None,
        })
    }

    /// Reads an environment variable.
    pub(super) fn environment_variable(&mut self, name: &str, default: Option<Object>, range: TextRange) -> Result {
        let reason = format!("reads the environment variable `{name}`");
        if self.environment_changed {
            return Ok(self.opaque(format!("{reason} after the environment was changed"), range));
        }
        let Some(environment) = self.context.environment else { return Ok(self.opaque(reason, range)) };
        match (environment.get(name), default) {
            (Some(value), _) => Ok(Object::str(value)),
            (None, Some(default)) => Ok(default),
            (None, None) => self.raise("KeyError", format!("{reason}, which is not set"), range),
        }
    }

    /// Builds a `Q` as its constructor does: keyword arguments become pairs, in order of their names.
    fn build_q(&mut self, arguments: &Arguments, range: TextRange) -> Object {
        let mut children = arguments.args.clone();
        let mut connector = SmolStr::new_static("AND");
        let mut negated = false;
        let mut pairs: Vec<(&SmolStr, &Object)> = Vec::new();
        for (name, value) in &arguments.kwargs {
            match (name.as_str(), value) {
                ("_connector", Object::Str(text)) => connector = text.clone(),
                ("_connector", Object::None) => {}
                ("_negated", Object::Bool(value)) => negated = *value,
                _ => pairs.push((name, value)),
            }
        }
        pairs.sort_by_key(|(name, _)| *name);
        children.extend(
            pairs.into_iter().map(|(name, value)| Object::tuple(vec![Object::Str(name.clone()), value.clone()])),
        );
        super::conditions::q(children, &connector, negated, self.span(range))
    }

    /// Calls a function of `swapper`.
    ///
    /// An app may give its settings another prefix than its label while models are imported. That of Wagtail is known; for others,
    /// a model is certainly not swapped when no setting of the project has a name that could mean it.
    fn swapped(&mut self, function: &str, arguments: &Arguments) -> Option<Object> {
        if function == "split" {
            let model = self.force(arguments.get(0, "model")?.clone());
            let (app, name) = model.as_str()?.split_once('.')?;
            return Some(Object::tuple(vec![Object::str(app), Object::str(name)]));
        }
        let app = self.force(arguments.get(0, "app_label")?.clone());
        let model = self.force(arguments.get(1, "model")?.clone());
        let (app, model) = (app.as_str()?, model.as_str()?);
        let prefix = if app == "wagtailcore" { "WAGTAIL".to_owned() } else { app.to_uppercase() };
        let suffix = format!("_{}_MODEL", model.to_uppercase());
        let setting = format!("{prefix}{suffix}");
        if function == "swappable_setting" {
            return (app == "wagtailcore").then(|| Object::str(setting));
        }
        let name: SmolStr = match self.context.settings.setting(&setting) {
            Setting::Value(value) => value.as_str()?.into(),
            Setting::Unset if app == "wagtailcore" || self.context.settings.has_suffix(&suffix) == Some(false) => {
                format!("{app}.{model}").into()
            }
            Setting::Unset | Setting::Unknown => return None,
        };
        match (function, arguments.get(2, "version")) {
            ("get_model_name", _) => Some(Object::Str(name)),
            ("dependency", version) => {
                let app = name.split('.').next().unwrap_or_default();
                let version = version.filter(|version| !matches!(version, Object::None)).cloned();
                Some(Object::tuple(vec![Object::str(app), version.unwrap_or_else(|| Object::str("__first__"))]))
            }
            _ => None,
        }
    }

    /// Returns whether an app is installed, when the settings tell.
    fn is_installed(&mut self, name: &str) -> Option<bool> {
        let Setting::Value(installed) = self.context.settings.setting("INSTALLED_APPS") else { return None };
        let entries = installed.strings()?;
        if entries.iter().any(|entry| entry == name) {
            return Some(true);
        }
        // An entry that is no package may name a configuration class, whose own `name` counts.
        let may = |entry: &SmolStr| entry.rsplit('.').next().is_some_and(super::calls::is_class_name);
        for entry in entries.iter().filter(|entry| may(entry)) {
            let named = self.force(Object::Path(format!("{entry}.name").into()));
            if named.as_str()? == name {
                return Some(true);
            }
        }
        Some(false)
    }

    fn copied(&mut self, object: &Object, deep: bool, depth: u8) -> Option<Object> {
        self.fuel = self.fuel.checked_sub(1)?;
        if object.lost().is_some() || depth > 100 {
            return None;
        }
        let part = |evaluator: &mut Self, item: &Object| {
            if deep { evaluator.copied(item, deep, depth + 1) } else { Some(item.clone()) }
        };
        Some(match object {
            Object::List(_) | Object::Tuple(_) | Object::Set(_) => {
                let items: Option<Vec<Object>> = object.items()?.iter().map(|item| part(self, item)).collect();
                match object {
                    Object::List(_) => Object::list(items?),
                    Object::Set(_) => Object::set(items?),
                    _ => Object::tuple(items?),
                }
            }
            Object::Dict(dict) => {
                let items: Vec<(Key, Object)> =
                    dict.items.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                let items: Option<IndexMap<Key, Object>> =
                    items.into_iter().map(|(key, value)| Some((key, part(self, &value)?))).collect();
                Object::dict(items?)
            }
            Object::Globals(_) => return None,
            other => other.clone(),
        })
    }
}

/// Returns the plain text of a translated one.
fn translated<'a>(function: &str, arguments: &'a Arguments) -> Option<&'a Object> {
    let text = match function {
        "gettext" | "gettext_lazy" | "gettext_noop" | "ugettext" | "ugettext_lazy" | "ugettext_noop" | "ngettext"
        | "ngettext_lazy" | "ungettext" | "ungettext_lazy" => arguments.args.first(),
        "pgettext" | "pgettext_lazy" => arguments.args.get(1),
        _ => None,
    };
    text.filter(|text| matches!(text, Object::Str(_) | Object::Bytes(_)))
}

/// Calls `asc` or `desc` of an expression.
pub(super) fn expression_method(call: &CallObject, name: &str, arguments: &Arguments) -> Option<Object> {
    let expression =
        call.callee.starts_with("django.db.models.F") || call.callee.starts_with("django.db.models.functions.");
    if !expression || !arguments.args.is_empty() {
        return None;
    }
    let mut kwargs = match name {
        "asc" => Vec::new(),
        "desc" => vec![(SmolStr::new_static("descending"), Object::Bool(true))],
        _ => return None,
    };
    kwargs.extend(arguments.kwargs.iter().cloned());
    let own = Object::call(call.callee.clone(), call.args.clone(), call.kwargs.clone(), call.span);
    Some(Object::call(canonical("django.db.models.expressions.OrderBy"), vec![own], kwargs, call.span))
}

/// Calls `replace` of a `datetime`, with keyword arguments.
pub(super) fn datetime_method(call: &CallObject, name: &str, arguments: &Arguments) -> Option<Object> {
    const PARTS: [&str; 8] = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"];
    match (call.callee.as_str(), name) {
        ("datetime.datetime", "replace") if arguments.args.is_empty() => {
            let mut args = call.args.clone();
            let mut kwargs = call.kwargs.clone();
            for (name, value) in &arguments.kwargs {
                let position = PARTS.iter().position(|part| part == name)?;
                if let Some(slot) = args.get_mut(position) {
                    *slot = value.clone();
                } else {
                    kwargs.retain(|(key, _)| key != name);
                    kwargs.push((name.clone(), value.clone()));
                }
            }
            Some(Object::call(call.callee.clone(), args, kwargs, call.span))
        }
        ("datetime.datetime", "date") if arguments.args.is_empty() && call.args.len() >= 3 => {
            Some(Object::call(SmolStr::new_static("datetime.date"), call.args[..3].to_vec(), Vec::new(), call.span))
        }
        _ => None,
    }
}

/// Reads a version such as `5.2.8` as `django.VERSION` gives it.
fn version(text: &str) -> Option<Object> {
    let mut parts = text
        .split('.')
        .map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<i128>().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    let micro = parts.next().flatten().unwrap_or(0);
    Some(Object::tuple(vec![
        Object::Int(major),
        Object::Int(minor),
        Object::Int(micro),
        Object::str("final"),
        Object::Int(0),
    ]))
}
