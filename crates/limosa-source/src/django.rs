//! Django projects: the interpreter, where its modules are, the settings and the installed apps, all without Python.

pub mod app;
pub mod interpreter;
pub mod module_path;
pub mod settings;

mod app_config;
pub(crate) mod apps;
pub(crate) mod classes;
pub(crate) mod directory;
pub(crate) mod manage;
pub(crate) mod receivers;
mod stdlib;
