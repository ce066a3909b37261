//! The truth: packages installed for good, and what Django holds after importing their migrations.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use limosa_source::config::{Env, Options};
use limosa_source::describe::ProjectDescription;
use limosa_source::project::{Answer, Inspector, Need, Project};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::columns;
use super::download::{Cache, run};
use super::encode;
use super::list::{Group, List};
use super::site::{self, Site};
use crate::workspace;

/// What came of comparing a group of packages.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Comparison {
    /// The operations that the imported migrations hold.
    pub(super) operations: usize,
    /// The operations that were compared.
    pub(super) compared: usize,
    /// The plain values in them.
    pub(super) values: usize,
    /// The columns of fields of the packages' own classes that were compared.
    pub(super) columns: usize,
    /// The parts that Limosa had left open.
    pub(super) unknown: usize,
    /// What Limosa read otherwise: migration, place, what was read, what it is.
    pub(super) misread: Vec<(String, String, String, String)>,
    /// Migrations that Python cannot import.
    pub(super) not_imported: Vec<String>,
    /// Operations that cannot be built from what was read.
    pub(super) not_built: Vec<String>,
    /// How many files were read.
    #[serde(default)]
    pub(super) files: usize,
}

/// Compares what is read of a group's packages with what Django holds.
///
/// The result is kept: while neither the reading nor what is installed changes, Python is not started again.
pub(super) fn compare(group: &Group, list: &List, sites: &[Site], cache: &Cache) -> Result<Comparison> {
    let folder = cache.folder.join("truth").join(&group.name);
    let python = install(group, &folder, cache)?;
    let project = folder.join("project");
    fs_err::create_dir_all(&project)?;
    let members = list.packages.iter().zip(sites).filter(|(package, _)| package.truth.as_deref() == Some(&group.name));
    let apps: Vec<&site::App> = members
        .flat_map(|(_, site)| &site.apps)
        .filter(|app| !group.without.iter().any(|package| app.is_within(package)))
        .collect();
    let names = group.apps.iter().map(String::as_str).chain(apps.iter().map(|app| app.name.as_str()));
    let settings = site::settings(names, &group.settings);
    fs_err::write(project.join("corpus_settings.py"), &settings)?;
    let script = workspace().join("xtask/corpus/truth.py");
    let bridge = workspace().join("python/limosa");
    let mut opened = open(&project, &python)?;
    if opened.needs.iter().any(|need| matches!(need, Need::Describe { .. })) {
        let key = hash(&[settings.as_bytes(), &fs_err::read(&script)?, &sources(&bridge.join("bridge"))?]);
        let answer = folder.join(format!("description-{key}.json"));
        if !answer.exists() {
            let mut python = Command::new(&python);
            python.current_dir(&project).arg(&script).arg(&bridge).arg("describe").arg(&answer);
            run(&mut python).with_context(|| format!("set up the project of the group {}", group.name))?;
        }
        let description: ProjectDescription = serde_json::from_str(&fs_err::read_to_string(&answer)?)?;
        opened.resolve(Answer::Description(Box::new(description)));
    }
    let inspector = Inspector::new(&opened);
    let files = inspector.files();
    let read = files.iter().filter_map(|file| {
        let inspection = inspector.read(file);
        let mut read = encode::migration(inspection.raw.as_ref()?);
        read["columns"] = inspection.migration.as_ref().map_or(json!([]), columns::of);
        Some(read)
    });
    let read: Vec<_> = read.collect();
    let reading = serde_json::to_string(&json!({ "migrations": read }))?;
    let key =
        hash(&[reading.as_bytes(), settings.as_bytes(), &fs_err::read(&script)?, &sources(&bridge.join("bridge"))?]);
    let result = folder.join(format!("result-{key}.json"));
    if !result.exists() {
        let input = folder.join("reading.json");
        fs_err::write(&input, &reading)?;
        let unfinished = folder.join("result.json");
        let mut python = Command::new(&python);
        python.current_dir(&project).arg(&script).arg(&bridge).arg("compare").args([&input, &unfinished]);
        run(&mut python).with_context(|| format!("import the migrations of the group {}", group.name))?;
        fs_err::rename(unfinished, &result)?;
    }
    let mut comparison: Comparison = serde_json::from_str(&fs_err::read_to_string(result)?)?;
    comparison.files = files.len();
    Ok(comparison)
}

/// Installs the packages of a group into an environment of its own, as `xtask/corpus/truth` pins them; returns its Python.
fn install(group: &Group, folder: &Path, cache: &Cache) -> Result<PathBuf> {
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    let pins = workspace().join("xtask/corpus/truth").join(format!("{}.txt", group.name));
    let done = folder.join("installed.txt");
    let wanted = fs_err::read_to_string(&pins)?;
    let site_packages = environment.join("lib/python3.12/site-packages");
    if python.exists() && fs_err::read_to_string(&done).is_ok_and(|text| text == wanted) {
        fs_err::write(site_packages.join("corpus.pth"), group.paths.join("\n") + "\n")?;
        return Ok(python);
    }
    ensure!(!cache.offline, "the packages of the group {} are not installed in {}", group.name, folder.display());
    eprintln!("installing {} for the truth", group.name);
    fs_err::create_dir_all(folder)?;
    run(Command::new(&cache.python).args(["-m", "venv"]).arg(&environment))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"];
    run(Command::new(&python).args(pip).arg(&pins))?;
    fs_err::write(site_packages.join("corpus.pth"), group.paths.join("\n") + "\n")?;
    fs_err::write(done, wanted)?;
    Ok(python)
}

fn open(project: &Path, python: &Path) -> Result<Project> {
    let options = Options {
        project: Some(project.to_owned()),
        python: Some(python.to_owned()),
        settings: Some("corpus_settings".into()),
        ..Options::default()
    };
    Ok(Project::open(&options, &Env::process())?)
}

/// Returns the text of all modules in a folder.
fn sources(folder: &Path) -> Result<Vec<u8>> {
    let entries = fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "py"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(fs_err::read(file)?);
    }
    Ok(all)
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
