"""What the tests of Django do to schemas, as migrations: recorded once, each situation under a label of its own."""
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import django

from databases import Database
from fixtures import cache

#: The tests that are run to be watched, by the kind of database.
LABELS = {
    "sqlite": ["migrations.test_operations", "schema"],
    "postgres": ["migrations.test_operations", "schema", "postgres_tests.test_operations", "postgres_tests.test_constraints", "postgres_tests.test_indexes"],
    "mariadb": ["migrations.test_operations", "schema"],
}
#: A label in a line of a schema or of a message.
LABEL = re.compile(r"c\d{8}(?!\d)")
RECORDER = Path(__file__).with_name("record.py")


@dataclass
class Situation:
    """Tables, and what is done to them."""

    label: str
    #: The texts of `0001` by app, and that of `0002` of the app `label`.
    base: dict[str, str]
    operation: str
    tests: set[str] = field(default_factory=set)

    def write(self, folder, *, second=True, after=()):
        """Writes the apps; `after` are further dependencies of the second migration."""
        for app, text in self.base.items():
            package = folder / app / "migrations"
            package.mkdir(parents=True, exist_ok=True)
            (folder / app / "__init__.py").touch()
            (package / "__init__.py").touch()
            others = [(other, "0001") for other in self.base if other != app] if app == self.label else []
            (package / "0001.py").write_text(depending(text, others))
        if second:
            (folder / self.label / "migrations" / "0002.py").write_text(depending(self.operation, [(self.label, "0001"), *after]))

    def names(self):
        """The names that it gives to what is in a database; nothing when it changes what all share."""
        text = "".join([*self.base.values(), self.operation])
        if re.search(r"Collation|Extension|CREATE TABLE|RunSQL", text):
            return None
        return {name.lower() for name in re.findall(r"""(?:db_table'?|\btable|[(,] ?name|new_name|old_name)(?:=|': )['"]([^']+)['"]""", text)}

    def has_sets(self):
        """Whether several unique keys are made in the order of a Python set."""
        text = "".join([*self.base.values(), self.operation])
        return re.search(r"unique_together'?[:=]\s*\{\([^{}]*?\),\s*\(", text) is not None

    def key(self):
        return json.dumps([self.base, self.operation])


def depending(text, dependencies):
    return text.replace("    dependencies = [\n    ]", f"    dependencies = {dependencies!r}", 1)


def read(tests, kind):
    """The situations, and why tests gave none."""
    labels = LABELS[kind]
    digest = hashlib.sha256(RECORDER.read_bytes() + repr(labels).encode()).hexdigest()[:16]
    file = cache() / f"situations-{django.get_version()}-{kind}-{digest}.json"
    if not file.exists():
        place = Database(kind, "unused", Path("/")).settings()
        environment = os.environ | {f"PEERS_{key}": value for key, value in place.items()} | {"PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, RECORDER, tests, kind, file, *labels], env=environment, capture_output=True, text=True)
        if done.returncode or not file.exists():
            raise SystemExit(f"peers: Django's tests could not be watched on {kind}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    recorded = json.loads(file.read_text())
    return relabelled(recorded["situations"]), recorded["dropped"]


def relabelled(recorded):
    """Gives each situation labels of its own, so that all fit into one database, and joins those that are the same."""
    found = {}
    for entry in recorded:
        labels = {entry["app"]: "APP", **{app: f"APPx{number}" for number, app in enumerate(sorted(set(entry["base"]) - {entry["app"]}))}}
        base = tuple(sorted((labels[app], renamed(text, labels)) for app, text in entry["base"].items()))
        key = (base, renamed(entry["operation"], labels))
        found.setdefault(key, set()).add(entry["test"])
    situations = []
    for (base, operation), tests in found.items():
        # Names in a schema depend on the label, so the same situation always has the same one.
        digest = hashlib.sha256(repr((base, operation)).encode()).hexdigest()
        label = f"c{int(digest[:12], 16) % 10**8:08}"
        own = {app.replace("APP", label): text.replace("APP", label) for app, text in base}
        situations.append(Situation(label, own, operation.replace("APP", label), tests))
    return situations


def renamed(text, labels):
    for app, label in labels.items():
        text = re.sub(rf"(?<![A-Za-z0-9_]){app}(?![A-Za-z0-9])(?!\.fields)", label, text)
    return text
