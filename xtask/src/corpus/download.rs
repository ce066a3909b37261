//! Downloads packages with pip, checks what came and unpacks its Python files.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::list::Package;
use crate::workspace;

/// Writes the Python files and type information of an archive to a folder; an sdist loses its outermost folder.
const UNPACK: &str = "
import pathlib, sys, tarfile, zipfile
archive, folder = sys.argv[1:]
def parts():
    if archive.endswith(('.whl', '.zip')):
        with zipfile.ZipFile(archive) as file:
            for name in file.namelist():
                yield name, file.read(name)
    else:
        with tarfile.open(archive) as file:
            for member in file:
                if member.isfile():
                    yield member.name, file.extractfile(member).read()
for name, data in parts():
    path = pathlib.PurePosixPath(name)
    if not archive.endswith('.whl'):
        path = pathlib.PurePosixPath(*path.parts[1:])
    if path.suffix in ('.py', '.sql', '.pyi') and '..' not in path.parts and not path.is_absolute():
        target = pathlib.Path(folder, *path.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
";

/// Where downloads and environments are kept.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) folder: PathBuf,
    pub(super) python: PathBuf,
    pub(super) offline: bool,
}

impl Cache {
    /// Opens the cache: the named folder, or `target/corpus`.
    pub(super) fn new(folder: Option<PathBuf>, python: &Path, offline: bool) -> Result<Self> {
        let folder = folder.unwrap_or_else(|| target().join("corpus"));
        fs_err::create_dir_all(folder.join("downloads"))?;
        Ok(Self { folder: std::path::absolute(folder)?, python: python.to_owned(), offline })
    }

    /// Returns the folder with the unpacked Python files of a package, downloaded when it is not there yet.
    pub(super) fn unpacked(&self, package: &Package) -> Result<PathBuf> {
        let folder = self.folder.join("unpacked").join(format!("{}-{}", package.name, package.version));
        let done = folder.join(".done");
        if fs_err::read_to_string(&done).is_ok_and(|hash| hash == package.sha256) {
            return Ok(folder);
        }
        let file = self.downloaded(package)?;
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        run(Command::new(&self.python).args(["-c", UNPACK]).arg(&file).arg(&folder))?;
        fs_err::write(done, &package.sha256)?;
        Ok(folder)
    }

    fn downloaded(&self, package: &Package) -> Result<PathBuf> {
        let folder = self.folder.join("downloads");
        let file = folder.join(&package.file);
        if !file.exists() {
            ensure!(!self.offline, "{} is not in {}", package.file, folder.display());
            let requirement = format!("{}=={}", package.name, package.version);
            let mut pip = Command::new(&self.python);
            pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"])
                .arg(&folder);
            if package.file.ends_with(".whl") {
                pip.args(["--only-binary", ":all:", "--python-version", "3.12"]);
            } else {
                pip.args(["--no-binary", ":all:"]);
            }
            run(pip.arg(&requirement)).with_context(|| format!("download {requirement}"))?;
        }
        let hash = Sha256::digest(fs_err::read(&file).with_context(|| format!("PyPI has no {}", package.file))?);
        let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        ensure!(hash == package.sha256, "{} hashes to {hash}, not to what packages.toml says", file.display());
        Ok(file)
    }
}

/// Runs a program that must succeed.
pub(super) fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("start {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!("{:?} failed: {}", command.get_program(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}
