//! Migrations whose class is not Django's own: what they say besides is read as Python holds it.

use std::path::Path;

use limosa_engine::bridge::{Bridge, BridgeOptions};
use limosa_model::{SmolStr, Value};
use limosa_source::config::{Env, Options};
use limosa_source::export::Export;

use crate::project::Project;

/// Classes as packages for staged deployments have them: flags, an enumeration, an object with a duration.
const CLASSES: &str = r#"from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.db import migrations


class Stage(Enum):
    PRE_DEPLOY = "pre_deploy"
    POST_DEPLOY = "post_deployment"


class When(Enum):
    ALWAYS = "always"
    AFTER = "after"


@dataclass
class Safe:
    when: When
    delay: timedelta | None = None

    @classmethod
    def always(cls):
        return cls(when=When.ALWAYS)

    @classmethod
    def after_deploy(cls, *, delay: timedelta = None):
        return cls(when=When.AFTER, delay=delay)


class CheckedMigration(migrations.Migration):
    is_post_deployment = False
    checked = True
    allow_run_sql = False
    tables: tuple[str, ...] = ("a", "b")
    _private = 1

    def apply(self, project_state, schema_editor, collect_sql=False):
        print("checked", self.name)
        return super().apply(project_state, schema_editor, collect_sql)


class Legacy(CheckedMigration):
    checked = False

    @property
    def told(self):
        return self.checked

    def helper(self):
        return 1

    def unapply(self, project_state, schema_editor, collect_sql=False):
        print("unchecked", self.name)
        return super().unapply(project_state, schema_editor, collect_sql)
"#;

/// The text of a migration with this head and these lines in its class.
fn text(number: usize, head: &str, base: &str, body: &str) -> String {
    let before = if number == 2 { "0001_initial".to_owned() } else { format!("{:04}_own", number - 1) };
    format!(
        "from datetime import timedelta\nfrom django.db import migrations, models\n{head}\n\nclass Migration({base}):\n{body}\n    \
         dependencies = [(\"library\", \"{before}\")]\n    operations = [\n        \
         migrations.AddField(\"book\", \"f{number}\", models.IntegerField(null=True)),\n    ]\n"
    )
}

/// The head of a file, the base, the lines of the class; the attributes as read, and as Python holds them where that is another form.
const CASES: [(&str, &str, &str, &str, &str); 9] = [
    (
        "from library.stages import CheckedMigration",
        "CheckedMigration",
        "",
        "__overrides__=[apply] allow_run_sql=false checked=true is_post_deployment=false tables=(a, b)",
        "",
    ),
    (
        "from library.stages import CheckedMigration",
        "CheckedMigration",
        "    is_post_deployment = True\n    allow_run_sql = True",
        "__overrides__=[apply] allow_run_sql=true checked=true is_post_deployment=true tables=(a, b)",
        "",
    ),
    (
        "from library.stages import Legacy",
        "Legacy",
        "    more = [1, None]",
        "__overrides__=[apply, unapply] allow_run_sql=false checked=false is_post_deployment=false more=[1, None] tables=(a, b)",
        "",
    ),
    (
        "from library.stages import Stage",
        "migrations.Migration",
        "    stage = Stage.POST_DEPLOY",
        "stage=library.stages.Stage.POST_DEPLOY",
        "",
    ),
    (
        "import library.stages as s",
        "migrations.Migration",
        "    stage = s.Stage.PRE_DEPLOY",
        "stage=library.stages.Stage.PRE_DEPLOY",
        "",
    ),
    (
        "from library.stages import Safe",
        "migrations.Migration",
        "    safe = Safe.always()",
        "safe=library.stages.Safe.always()",
        "safe=library.stages.Safe(when=library.stages.When.ALWAYS, delay=None)",
    ),
    (
        "from library.stages import Safe",
        "migrations.Migration",
        "    safe = Safe.after_deploy()",
        "safe=library.stages.Safe.after_deploy()",
        "safe=library.stages.Safe(when=library.stages.When.AFTER, delay=None)",
    ),
    (
        "from library.stages import Safe",
        "migrations.Migration",
        "    safe = Safe.after_deploy(delay=timedelta(days=4, hours=1))",
        "safe=library.stages.Safe.after_deploy(delay=datetime.timedelta(days=4, hours=1))",
        "safe=library.stages.Safe(when=library.stages.When.AFTER, delay=datetime.timedelta(days=4, seconds=3600))",
    ),
    (
        "from library.stages import Safe, When",
        "migrations.Migration",
        "    safe: Safe = Safe(When.ALWAYS, timedelta(minutes=90))",
        "safe=library.stages.Safe(library.stages.When.ALWAYS, datetime.timedelta(minutes=90))",
        "safe=library.stages.Safe(when=library.stages.When.ALWAYS, delay=datetime.timedelta(seconds=5400))",
    ),
];

#[tokio::test]
async fn attributes_are_read_as_python_has_them() {
    let texts: Vec<(String, String)> = (2..)
        .zip(CASES)
        .map(|(number, (head, base, body, ..))| (format!("{number:04}_own"), text(number, head, base, body)))
        .collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let Some(project) = Project::django(&texts) else { return };
    project.write("library/stages.py", CLASSES);
    let python = std::env::var("LIMOSA_TEST_DJANGO").expect("set, or there is no project");
    let (read, held) = attributes(&project.path(""), &python).await;
    for (position, (.., expected, other)) in CASES.into_iter().enumerate() {
        assert_eq!(read[position + 1], expected, "{position}");
        assert_eq!(held[position + 1], if other.is_empty() { expected } else { other }, "{position}");
    }
}

/// Returns the attributes of all migrations of a project, as they are read without Python and as Python holds them.
async fn attributes(folder: &Path, python: &str) -> (Vec<String>, Vec<String>) {
    let options = Options {
        project: Some(folder.into()),
        python: Some(python.into()),
        settings: Some("settings".into()),
        ..Options::default()
    };
    let project = limosa_source::project::Project::open(&options, &Env::process()).expect("a project");
    assert!(project.needs.is_empty() && !project.has_errors(), "{:?} {:?}", project.needs, project.diagnostics);
    let mut options = BridgeOptions::new(python, folder);
    options.settings = Some("settings".to_owned());
    let mut bridge = Bridge::start(&options).await.expect("start");
    let export = Export::decode(&bridge.export(None).await.expect("export")).expect("decode");
    let read = export.migrations.iter().map(|exported| {
        let read = project.migrations.iter().find(|read| read.id == exported.id).expect("a migration");
        line(&read.attributes)
    });
    (read.collect(), export.migrations.iter().map(|exported| line(&exported.attributes)).collect())
}

fn line(attributes: &[(SmolStr, Value)]) -> String {
    let mut all: Vec<String> = attributes.iter().map(|(name, value)| format!("{name}={}", show(value))).collect();
    all.sort();
    all.join(" ")
}

fn show(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Str(text) | Value::Reference(text) => text.to_string(),
        Value::List(items) => format!("[{}]", list(items)),
        Value::Tuple(items) => format!("({})", list(items)),
        Value::Call(call) => {
            let named = call.kwargs.iter().map(|(name, value)| format!("{name}={}", show(value)));
            let all: Vec<String> = call.args.iter().map(show).chain(named).collect();
            format!("{}({})", call.callee, all.join(", "))
        }
        other => format!("{other:?}"),
    }
}
