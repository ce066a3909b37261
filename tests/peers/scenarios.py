"""Scenarios: commands that Django and Limosa run side by side, each on a database of its own, compared after every step."""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import django

import django_side
from databases import Database, available
from fixtures import scratch

CASES = Path(__file__).parent / "cases"
#: Files that several cases use, by names in capitals.
FILES = Path(__file__).parent / "files"
#: What differs from run to run.
CHANCE = re.compile(r"(?<=[Rr]un ')(manage\.py|limosa)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
#: Lines that only Django prints: the autodetector's hint, and the rendering of models.
DJANGO_ONLY = re.compile(r"^  (Your models in app|Run 'manage.py makemigrations|Rendering model states)")
LOOKING = ("showmigrations", "sqlmigrate")


@dataclass
class Case:
    """A scenario as it stands in its file; `cases/README.md` says what the keys mean."""

    name: str
    steps: list[str]
    file: str = ""
    tests: list[str] = field(default_factory=list)
    apps: list[str] = field(default_factory=lambda: ["migrations"])
    modules: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)
    copy: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    graph: dict[str, str] = field(default_factory=dict)
    chain: int = 0
    databases: list[str] = field(default_factory=lambda: ["sqlite"])
    aliases: list[str] = field(default_factory=lambda: ["default"])
    path: list[str] = field(default_factory=list)
    django: str = "4.2"
    differs: dict[str, str] = field(default_factory=dict)
    waits: str = ""

    def packages(self):
        """The packages of Django's tests that it reads migrations from."""
        used = set(self.modules.values()) | set(self.copy.values())
        return used | {f"{app}.migrations" for app in self.apps} | {f"{app.rpartition('.apps')[0]}.migrations" for app in self.apps}

    def kinds(self, named=None):
        """Its own databases; with some that are named those of them that it can run on: what runs on SQLite runs on all."""
        kinds = self.databases if named is None else [kind for kind in named if kind in self.databases or "sqlite" in self.databases]
        return [kind for kind in kinds if available(kind)]

    def is_for(self, version):
        return tuple(map(int, self.django.split("."))) <= version


def read_cases():
    """All cases in the order of their files; `waits` says what is not there yet, and keeps a case from running."""
    cases = []
    for file in sorted(CASES.glob("*.toml")):
        for entry in tomllib.loads(file.read_text()).get("case", []):
            cases.append(Case(file=file.stem, **entry))
    return cases


class Side:
    """Django or Limosa, with databases of its own."""

    def __init__(self, name, case, kind, folder, tests):
        self.name, self.project = name, folder / "project"
        self.databases = {alias: Database(kind, f"limosa_peers_{os.getpid()}_{name}_{alias}", folder) for alias in case.aliases}
        for database in self.databases.values():
            database.create()
        path = [str(self.project), *(str(tests / entry) for entry in case.path), str(tests)]
        self.environment = {"PYTHONPATH": os.pathsep.join(path), "PYTHONDONTWRITEBYTECODE": "1"}
        for alias, database in self.databases.items():
            self.environment |= {f"PEERS_{alias}_{key}": value for key, value in database.settings().items()}

    def facts(self):
        """What is in the databases."""
        facts = {}
        for alias, database in self.databases.items():
            facts[f"history of {alias}"] = database.history()
            facts[f"schema of {alias}"] = database.schema()
            facts[f"rows of {alias}"] = database.contents()
            database.close()
        return facts

    def drop(self):
        for database in self.databases.values():
            database.drop()


class Runner:
    """Runs cases with one binary."""

    def __init__(self, limosa, tests, version):
        self.limosa, self.tests, self.version = limosa, tests, version
        self.cache = tempfile.TemporaryDirectory(prefix="limosa-peers-cache-")

    def run(self, case, kind):
        """Returns the differences as lines; none when all is equal."""
        with tempfile.TemporaryDirectory(prefix="limosa-peers-", dir=scratch()) as folder:
            folder = Path(folder).resolve()
            write_project(case, folder / "project", self.tests)
            theirs, ours = (Side(name, case, kind, folder, self.tests) for name in ("django", "limosa"))
            try:
                for step in case.steps:
                    differences = self.step(case, step, theirs, ours)
                    if differences:
                        return [f"after `{step}`:", *differences]
            finally:
                theirs.drop()
                ours.drop()
        return []

    def step(self, case, step, theirs, ours):
        step = step.removeprefix("manage.py ")
        word, _, rest = step.partition(" ")
        if word in ("migrate", *LOOKING):
            words = step.split()
            return compare(case, words, django_side.run(theirs.project, theirs.environment, words), self.ours(ours, words), theirs, ours)
        if word == "django":
            said = django_side.run(theirs.project, theirs.environment, rest.split())
            return [said.err, f"Django: {said.error}: {said.message}"] if said.code else []
        if word in ("record", "unrecord"):
            app, name, *alias = rest.split()
            for side in (theirs, ours):
                said = django_side.call(side.project, side.environment, lambda: record(word, app, name, *alias))
                if said.code:
                    return [f"{said.error}: {said.message}"]
            return []
        if word == "sql":
            for side in (theirs, ours):
                side.databases["default"].execute(rest)
                side.databases["default"].close()
            return []
        if word == "remove":
            (theirs.project / rest).unlink()
            return []
        if word == "replace":
            file, old, new = rest.split()
            text = (theirs.project / file).read_text()
            (theirs.project / file).write_text(text.replace(old, new))
            return []
        if word == "compile":
            return compile_folder(theirs.project / rest)
        if word == "rename":
            old, new = rest.split()
            (theirs.project / old).rename(theirs.project / new)
            return []
        raise ValueError(f"{case.file}.toml, {case.name}: no such step: {step}")

    def ours(self, side, words):
        command = [self.limosa, "--project", side.project, "--python", sys.executable, "--settings", "settings", *words]
        environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ} | side.environment
        environment |= {"LIMOSA_CACHE_DIR": self.cache.name, "NO_COLOR": "1"}
        done = subprocess.run(command, env=environment, cwd=side.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        return django_side.Said(done.returncode, done.stdout, done.stderr)


def compare(case, words, theirs, ours, django_, limosa):
    differences = []

    def check(what, expected, found):
        reason = case.differs.get(what)
        if expected != found and reason is None:
            shown = difflib.unified_diff(as_lines(expected), as_lines(found), "django", "limosa", lineterm="", n=1)
            differences.extend([f"  {what}:", *(f"    {line}" for line in list(shown)[:40])])

    expected, found = ending(theirs, words), ending(ours, words)
    check("end", expected, found)
    if expected != found and not differences:
        return []
    if expected != found:
        differences.extend(f"    {line}" for line in (theirs.err + (theirs.error or "") + theirs.message).splitlines()[-12:])
        differences.extend(f"    {line}" for line in (ours.out + ours.err).splitlines()[-12:])
    elif expected == "error":
        unsaid = [name for name in names(theirs.message) if name not in ours.err]
        if unsaid:
            check("names in the message", [], unsaid)
            differences.extend([f"    Django: {theirs.error}: {theirs.message}", *(f"    {line}" for line in ours.err.splitlines())])
    else:
        check("output", said(theirs.out), said(ours.out))
    before, after = django_.facts(), limosa.facts()
    for what, value in before.items():
        check(what, value, after[what])
    return differences


def ending(said, words):
    """Done, pending (`--check`), or an error."""
    if said.code == 0:
        return "done"
    if said.code in (70, 101, -6, -11):
        return f"broken ({said.code})"
    return "pending" if said.code == 1 and said.error is None and "--check" in words else "error"


def names(message):
    """The apps and migrations that a message of Django's names, as far as they stand in quotes or look like `app.name`."""
    message = re.sub(r"\n.*", "", message, flags=re.S)
    pairs = [word for pair in re.findall(r"\('(\w+)', '(\w+)'\)", message) for word in pair]
    dotted = re.findall(r"\b[a-z]\w*\.\d\w*", message)
    return sorted({*pairs, *(word for name in dotted for word in name.split("."))})


def as_lines(value):
    return [str(value)] if not isinstance(value, list) else [line for item in value for line in str(item).splitlines()]


def said(text):
    lines = [line.rstrip() for line in text.splitlines() if not DJANGO_ONLY.match(line)]
    return [CHANCE.sub("…", line) for line in lines if line]


def record(word, app, name, alias="default"):
    from django.db import connections
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connections[alias])
    (recorder.record_applied if word == "record" else recorder.record_unapplied)(app, name)
    return ""


def compile_folder(folder):
    import compileall

    compileall.compile_dir(folder, force=True, quiet=1, legacy=True)
    for file in folder.glob("*.py"):
        if file.name != "__init__.py":
            file.unlink()
    return []


MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = {dependencies!r}
    run_before = {before!r}
    replaces = {replaces!r}
"""


def write_project(case, folder, tests):
    """A project around the packages that the case names, with settings that take the databases from the environment."""
    folder.mkdir()
    (folder / "manage.py").write_text("import django.core.management as m, sys\nm.execute_from_command_line(sys.argv)\n")
    apps, modules = list(case.apps), dict(case.modules)
    for target, source in case.copy.items():
        package = folder.joinpath(*target.split("."))
        shutil.copytree(tests.joinpath(*source.split(".")), package, ignore=shutil.ignore_patterns("__pycache__"))
        for parent in package.parents:
            if parent == folder:
                break
            (parent / "__init__.py").touch()
    for name, text in case.files.items():
        named = FILES / text
        text = named.read_text() if re.fullmatch(r"[A-Z]+", text) and named.exists() else text
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    graph = dict(case.graph) or {f"app.{number:04}": f"app.{number - 1:04}" if number > 1 else "" for number in range(1, case.chain + 1)}
    if graph:
        apps = [] if case.apps == ["migrations"] else apps
        apps += sorted({key.partition(".")[0] for key in graph} - set(apps))
        for key, text in graph.items():
            write_migration(folder, key, text)
    lines = [
        "import os",
        "SECRET_KEY = 'x' * 60",
        "USE_TZ = False",
        f"INSTALLED_APPS = {apps!r}",
        f"MIGRATION_MODULES = {({app: None if module == 'none' else module for app, module in modules.items()})!r}",
        "DATABASES = {",
        *(f"    {alias!r}: {{{', '.join(entry(alias, key) for key in KEYS)}}}," for alias in case.aliases),
        "}",
        "SILENCED_SYSTEM_CHECKS = ['models.W042', 'auth.E003']",
        *(f"{name} = {value!r}" for name, value in case.settings.items()),
    ]
    (folder / "settings.py").write_text("\n".join(lines) + "\n")


KEYS = ("ENGINE", "NAME", "HOST", "PORT", "USER")


def entry(alias, key):
    return f"{key!r}: os.environ.get('PEERS_{alias}_{key}', '')"


def write_migration(folder, key, text):
    """A migration of a graph: `a.1 = "b.2 a.0 before c.3 replaces a.0"`."""
    app, name = key.split(".")
    package = folder / app / "migrations"
    package.mkdir(parents=True, exist_ok=True)
    (folder / app / "__init__.py").touch()
    (package / "__init__.py").touch()
    kinds = {"dependencies": [], "before": [], "replaces": []}
    kind = "dependencies"
    for word in text.split():
        if word in kinds:
            kind = word
        else:
            kinds[kind].append(tuple(word.split(".")))
    (package / f"{name}.py").write_text(MIGRATION.format(**kinds))
