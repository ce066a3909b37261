//! Files of installed packages, which are not the project's own.

use std::path::Path;

/// Returns whether a path lies in a folder into which packages are installed.
pub(crate) fn is_installed(path: &Path) -> bool {
    path.components().any(|part| matches!(part.as_os_str().to_str(), Some("site-packages" | "dist-packages")))
}
