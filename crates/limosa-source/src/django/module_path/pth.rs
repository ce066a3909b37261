//! `.pth` files: folders that are searched as well, and editable installs.

use std::path::{Path, PathBuf};

use limosa_model::{SmolStr, Value};

use super::ModulePath;
use crate::python::{Context, Modules, evaluate_module};
use crate::sources::Sources;

/// Files whose code is known to add no module.
const HARMLESS: [&str; 6] = [
    "distutils-precedence.pth",
    "_virtualenv.pth",
    "a1_coverage.pth",
    "coverage.pth",
    "pytest-cov.pth",
    "matplotlib-nspkg.pth",
];

impl ModulePath {
    /// Adds a folder of installed packages and what its `.pth` files name (Python: `site.addsitedir`).
    pub(super) fn add_site_folder(&mut self, folder: &Path) {
        if self.installed.iter().any(|known| known == folder) {
            return;
        }
        self.installed.push(folder.to_owned());
        let listing = self.list(folder);
        for name in listing.files().filter(|name| name.ends_with(".pth") && !name.starts_with('.')) {
            if !HARMLESS.contains(&name) {
                self.add_pth(folder, &folder.join(name));
            }
        }
    }

    fn add_pth(&mut self, folder: &Path, file: &Path) {
        let Ok(text) = fs_err::read_to_string(file) else {
            self.complete = false;
            return;
        };
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.starts_with("import ") || line.starts_with("import\t") {
                match editable_finder(line).and_then(|module| mapping(&folder.join(format!("{module}.py")))) {
                    Some(mapping) => self.editable.extend(mapping),
                    None => self.complete = false,
                }
                continue;
            }
            let path = folder.join(line);
            if path.is_dir() && !self.installed.contains(&path) {
                self.installed.push(path);
            }
        }
    }
}

/// Returns the module in `import __editable___name_finder; __editable___name_finder.install()`, as setuptools writes it.
fn editable_finder(line: &str) -> Option<&str> {
    let (module, call) = line.strip_prefix("import")?.trim().split_once(';')?;
    let module = module.trim();
    let installs = call.trim().strip_prefix(module)?.starts_with(".install(");
    (installs && module.starts_with("__editable__")).then_some(module)
}

/// Reads the packages that an editable install maps; nothing when the file is of another kind.
fn mapping(file: &Path) -> Option<Vec<(SmolStr, PathBuf)>> {
    let sources = Sources::default();
    let source = sources.read(file).ok()?;
    let modules = Modules::default();
    let module = evaluate_module(&Context::new(&sources, &modules), source, "finder").ok()?;
    let no_namespaces = module.globals.get("NAMESPACES").and_then(Value::pairs).is_none_or(<[_]>::is_empty);
    let pairs = module.globals.get("MAPPING")?.pairs()?;
    let pair = |(name, path): &(Value, Value)| Some((SmolStr::new(name.as_str()?), PathBuf::from(path.as_str()?)));
    pairs.iter().map(pair).collect::<Option<Vec<_>>>().filter(|_| no_namespaces)
}
