//! Which Python a project uses, and where that one keeps its modules.

use std::path::{Path, PathBuf};

use crate::config::{Config, variables};

/// The interpreter of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The program, to be started for what only Python can do.
    pub executable: PathBuf,
    /// How it was found, as a phrase such as `VIRTUAL_ENV`.
    pub found: &'static str,
    /// Where its modules are, when that is known without starting it.
    pub layout: Option<Layout>,
}

/// Where an interpreter keeps its modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The version, major and minor.
    pub version: (u32, u32),
    /// The folders with installed packages, in the order in which they are searched.
    pub site_packages: Vec<PathBuf>,
}

impl Interpreter {
    /// Finds the project's interpreter: the one that is named, `VIRTUAL_ENV`, `.venv` or `venv` beside the project, `python3` on `PATH`.
    pub fn find(config: &Config) -> Option<Self> {
        let env = &config.env;
        let new = |executable: PathBuf, found| {
            let layout = Layout::of(&executable, config);
            Self { executable, found, layout }
        };
        if let Some(python) = &config.python {
            return Some(new(named(&python.value, config), "the named interpreter"));
        }
        if let Some(environment) = env.non_empty(variables::VIRTUAL_ENV.name)
            && let Some(executable) = executable_of(Path::new(environment))
        {
            return Some(new(executable, "VIRTUAL_ENV"));
        }
        for name in [".venv", "venv"] {
            if let Some(executable) = executable_of(&config.project.value.join(name)) {
                return Some(new(executable, "the virtual environment beside the project"));
            }
        }
        ["python3", "python"].iter().find_map(|name| Some(new(on_path(name, config)?, "PATH")))
    }
}

impl Layout {
    /// Finds the folders of an interpreter without starting it (Python: `site.py`, `venv`, `getpath.py`).
    fn of(executable: &Path, config: &Config) -> Option<Self> {
        if config.env.non_empty("PYTHONHOME").is_some() {
            return None;
        }
        let bin = executable.parent()?;
        let prefix = bin.parent().unwrap_or(bin);
        let marker = [bin, prefix].into_iter().map(|folder| folder.join("pyvenv.cfg")).find(|path| path.is_file());
        match marker {
            Some(marker) => Self::of_environment(&marker, config),
            None => Self::of_installation(executable, config),
        }
    }

    /// A virtual environment: `pyvenv.cfg` names the version and where the base is.
    fn of_environment(marker: &Path, config: &Config) -> Option<Self> {
        let text = fs_err::read_to_string(marker).ok()?;
        let value = |names: &[&str]| {
            let mut pairs = text.lines().filter_map(|line| line.split_once('='));
            pairs.find(|(key, _)| names.contains(&key.trim())).map(|(_, value)| value.trim())
        };
        let root = marker.parent()?;
        let version =
            value(&["version", "version_info"]).and_then(version).or_else(|| only_version(&root.join("lib")))?;
        let mut site_packages = vec![site_folder(root, version)];
        if !site_packages[0].is_dir() {
            return None;
        }
        if value(&["include-system-site-packages"]).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            let home = Path::new(value(&["home"])?);
            let base = home.parent()?;
            site_packages.extend(user_site(version, config));
            site_packages.extend(installation_folders(base, version));
        }
        Some(Self { version, site_packages })
    }

    /// An installed Python: its library is beside its program, once links are followed.
    fn of_installation(executable: &Path, config: &Config) -> Option<Self> {
        let program = fs_err::canonicalize(executable).ok()?;
        let base = program.parent()?.parent()?;
        let name = program.file_name()?.to_str()?;
        let version = name.strip_prefix("python").and_then(version).or_else(|| only_version(&base.join("lib")))?;
        if !base.join("lib").join(format!("python{}.{}", version.0, version.1)).join("os.py").is_file() {
            return None;
        }
        let mut site_packages: Vec<PathBuf> = user_site(version, config).into_iter().collect();
        site_packages.extend(installation_folders(base, version));
        Some(Self { version, site_packages })
    }
}

/// Returns the program that a name or path stands for; a folder stands for the virtual environment in it.
fn named(python: &Path, config: &Config) -> PathBuf {
    if python.is_dir() {
        return executable_of(python).unwrap_or_else(|| python.to_owned());
    }
    // A bare name was joined to the project's folder when it came from the configuration.
    let bare = python.file_name().and_then(|name| name.to_str()).filter(|_| !python.exists());
    let only_name = python.components().count() == 1 || python.parent() == Some(&config.project.value);
    bare.filter(|_| only_name).and_then(|name| on_path(name, config)).unwrap_or_else(|| python.to_owned())
}

fn executable_of(environment: &Path) -> Option<PathBuf> {
    ["bin/python", "bin/python3", "Scripts/python.exe"]
        .iter()
        .map(|name| environment.join(name))
        .find(|path| path.is_file())
}

fn on_path(name: &str, config: &Config) -> Option<PathBuf> {
    let path = config.env.non_empty(variables::PATH.name)?;
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn site_folder(root: &Path, version: (u32, u32)) -> PathBuf {
    if cfg!(windows) {
        root.join("Lib").join("site-packages")
    } else {
        root.join("lib").join(format!("python{}.{}", version.0, version.1)).join("site-packages")
    }
}

/// Returns the folders of an installed Python; Debian's are called `dist-packages`.
fn installation_folders(base: &Path, version: (u32, u32)) -> Vec<PathBuf> {
    let folder = format!("python{}.{}", version.0, version.1);
    let candidates = [
        base.join("local/lib").join(&folder).join("dist-packages"),
        base.join("lib").join(&folder).join("site-packages"),
        base.join("lib/python3/dist-packages"),
    ];
    candidates.into_iter().filter(|folder| folder.is_dir()).collect()
}

fn user_site(version: (u32, u32), config: &Config) -> Option<PathBuf> {
    if config.env.non_empty("PYTHONNOUSERSITE").is_some() {
        return None;
    }
    let root = match config.env.non_empty("PYTHONUSERBASE") {
        Some(root) => PathBuf::from(root),
        None => Path::new(config.env.non_empty(variables::HOME.name)?).join(".local"),
    };
    Some(site_folder(&root, version)).filter(|folder| folder.is_dir())
}

/// Reads `3.12`, `3.12.1` or `3.12.1.final.0`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?;
    let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    Some((major, minor[..digits].parse().ok()?))
}

/// Returns the version whose library is in the folder, when there is exactly one.
fn only_version(lib: &Path) -> Option<(u32, u32)> {
    let entries = fs_err::read_dir(lib).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut versions = names.filter_map(|name| version(name.strip_prefix("python")?));
    let first = versions.next()?;
    versions.next().is_none().then_some(first)
}
