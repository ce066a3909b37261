//! Finds the project from inside of it, as cargo and uv find theirs.

use std::path::{Path, PathBuf};

use super::CONFIG_FILE;
use crate::native::layout;

/// Returns the nearest folder, from this one upwards, that says that it holds a project; nothing when none does.
///
/// The folder itself needs no more than a `manage.py`; above it, one that is Django's. A folder with native migrations and without a
/// configuration is no part of a Django project above it.
pub(super) fn find(folder: &Path) -> Option<PathBuf> {
    let configured =
        |folder: &&Path| folder.join(CONFIG_FILE).is_file() || contains(&folder.join("pyproject.toml"), "[tool.limosa");
    let is_django = |above: &&Path| match *above == folder {
        true => folder.join("manage.py").is_file(),
        false => contains(&above.join("manage.py"), "DJANGO_SETTINGS_MODULE"),
    };
    let found = if layout::is_native(folder) {
        folder.ancestors().find(configured)
    } else {
        folder.ancestors().find(|folder| configured(folder) || is_django(folder))
    };
    found.map(Path::to_owned)
}

fn contains(path: &Path, text: &str) -> bool {
    path.is_file() && fs_err::read_to_string(path).is_ok_and(|content| content.contains(text))
}
