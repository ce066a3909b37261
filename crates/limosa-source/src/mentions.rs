//! Where a migration file names other migrations, so that a name can be changed and everything else stays as it is written.

mod python;
mod sql;
mod toml;

use std::ops::Range;
use std::sync::Arc;

use limosa_model::MigrationId;

use crate::sources::Source;

/// A place in a file at which a migration is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The migration that is named.
    pub id: MigrationId,
    /// Whether it is named as a dependency; else it stands in another list, such as `run_before` or `replaces`.
    pub is_dependency: bool,
    /// Where its name is, without the label of the app, quotes and blanks.
    pub name: Range<usize>,
}

/// Returns the places at which a migration file names migrations literally, in order; none when it is not understood.
pub fn mentions(source: &Arc<Source>) -> Vec<Mention> {
    let mut found = match source.path.extension().and_then(|extension| extension.to_str()) {
        Some("py") => python::find(source),
        Some("toml") => toml::find(&source.text),
        _ => sql::find(&source.text),
    };
    found.sort_by_key(|mention| mention.name.start);
    found
}

/// Returns where the text `part` is inside a range of a text.
fn inside(text: &str, range: Range<usize>, part: &str) -> Option<Range<usize>> {
    let start = range.start + text.get(range)?.rfind(part)?;
    Some(start..start + part.len())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::sources::Sources;

    #[test]
    fn names_and_where_they_stand() {
        let python = "# (\"blog\", \"0001_a\")\nclass Migration(migrations.Migration):\n    replaces = [('blog', '0009_z')]\n    dependencies: list = [\n        \
                      (\"blog\", '0001_a'),  # why\n        migrations.swappable_dependency(settings.AUTH_USER_MODEL),\n    ] + [(\"shop\", r\"0001_s\")]\n";
        let toml = "replaces = [ 'blog.0009_z' ]\n# blog.0001_a\ndependencies = [\n  \"blog.0001_a\", # why\n  \"shop.0001_s\"]\n";
        let sql = "-- why\n-- limosa: replaces blog.0009_z\n--limosa:  dependencies blog.0001_a,shop.0001_s\n-- limosa: forwards\nSELECT 'blog.0001_a';\n";
        for (path, text) in [("m.py", python), ("m.toml", toml), ("m.sql", sql)] {
            let source = Sources::default().add(Path::new(path), text.as_bytes().to_vec()).expect("text");
            let found = mentions(&source);
            let shown: Vec<(String, bool)> =
                found.iter().map(|mention| (mention.id.to_string(), mention.is_dependency)).collect();
            let expected = [("blog.0009_z", false), ("blog.0001_a", true), ("shop.0001_s", true)];
            assert_eq!(shown, expected.map(|(id, is)| (id.to_owned(), is)), "{path}");
            for mention in found {
                assert_eq!(&text[mention.name.clone()], mention.id.name, "{path}");
            }
        }
    }
}
