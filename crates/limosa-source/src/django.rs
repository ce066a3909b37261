//! Django projects: the interpreter, where its modules are, the settings and the installed apps, all without Python.

pub mod app;
pub mod interpreter;
pub mod module_path;
pub mod settings;

mod app_config;
mod classes;
mod directory;
mod manage;
mod receivers;
mod stdlib;
