//! Attributes: of modules and classes by their paths, of settings, and of values.

use limosa_model::SmolStr;
use ruff_text_size::TextRange;

use super::object::Object;
use super::{Evaluator, Result};
use crate::python::canonical::canonical_static;
use crate::python::module::Setting;

impl Evaluator<'_> {
    pub(super) fn attribute(&mut self, object: &Object, name: &str, range: TextRange) -> Result {
        match object {
            Object::Path(path) => self.path_attribute(path, name, range),
            Object::Class(class) => {
                if name == "__name__" || name == "__qualname__" {
                    return Ok(Object::Str(class.name.clone()));
                }
                self.class_attribute(class, name, range)
            }
            Object::Function(function) => match name {
                "__name__" => Ok(Object::str(function.path.rsplit('.').next().unwrap_or_default())),
                _ => Ok(self.opaque("is an attribute of a function", range)),
            },
            Object::Call(_) => {
                let forced = self.force(object.clone());
                match &forced {
                    Object::Call(call) if call.callee == "pathlib.Path" => Ok(super::paths::attribute(call, name)
                        .unwrap_or_else(|| self.opaque("is an attribute that is not known", range))),
                    Object::Call(call) => {
                        let value = call.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
                        match value.filter(|_| call.callee.starts_with("django.db.m")) {
                            Some(value) => Ok(value),
                            None => Ok(self.opaque("is an attribute of an object that is not known", range)),
                        }
                    }
                    other => self.attribute(&other.clone(), name, range),
                }
            }
            Object::Str(_) | Object::Int(_) if name == "value" => Ok(object.clone()),
            Object::Opaque(opaque) => {
                let reason = opaque.reason.clone();
                Ok(self.opaque(reason, range))
            }
            _ => Ok(self.opaque(format!("is an attribute of a {}", object.type_name()), range)),
        }
    }

    fn path_attribute(&mut self, path: &SmolStr, name: &str, range: TextRange) -> Result {
        if path == "django.conf.settings" {
            return self.setting(name, range);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.push_str(path);
        scratch.push('.');
        scratch.push_str(name);
        let known = canonical_static(&scratch);
        let result = match known {
            Some(known) => Object::Path(SmolStr::new_static(known)),
            None => match self.known_attribute(&scratch, range) {
                Some(object) => object,
                None => {
                    if self.attempts > 0 && !super::calls::is_standard(path) {
                        self.doubts += 1;
                    }
                    Object::Path(scratch.as_str().into())
                }
            },
        };
        self.scratch = scratch;
        Ok(result)
    }

    /// Reads a setting of the project.
    pub(super) fn setting(&mut self, name: &str, range: TextRange) -> Result {
        if let Some(object) = self.thawed.get(format!("django.conf.settings.{name}").as_str()) {
            return Ok(object.clone());
        }
        match self.context.settings.setting(name) {
            Setting::Value(value) => Ok(self.thaw_named(&format!("django.conf.settings.{name}").into(), &value)),
            // `swapper` sets it to the default model when it is not set.
            Setting::Unset if name == "WAGTAIL_PAGE_MODEL" => Ok(Object::str("wagtailcore.Page")),
            Setting::Unset => {
                self.raise("AttributeError", format!("reads the setting `{name}`, which is not set"), range)
            }
            Setting::Unknown => Ok(self.opaque(format!("reads the setting `{name}`"), range)),
        }
    }

    /// Returns the default of `getattr` when a setting is certainly not set.
    pub(super) fn setting_or(&mut self, name: &str, default: &Object, range: TextRange) -> Object {
        if let Some(object) = self.thawed.get(format!("django.conf.settings.{name}").as_str()) {
            return object.clone();
        }
        match self.context.settings.setting(name) {
            Setting::Value(value) => self.thaw_named(&format!("django.conf.settings.{name}").into(), &value),
            Setting::Unset => default.clone(),
            Setting::Unknown => self.opaque(format!("reads the setting `{name}`"), range),
        }
    }
}
