"""Limosa in all situations at once: one project with an app for each, on one database."""
import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

from databases import Database

from . import ask, situations

#: Applied first and needed by every second migration: unapplying it unapplies these.
GATE = """from django.db import migrations


class Migration(migrations.Migration):
    operations = []
"""


def without_chance(line, situation):
    """Takes out times, random values, and the order of a Python set: in what SQLite says of JSON, and in the keys of a table of MariaDB."""
    line = ask.CHANCE.sub("…", line)
    if situation.has_sets():
        keys = sorted(re.findall(r"^  UNIQUE KEY .*?(?=,?$)", line, re.M))
        line = re.sub(r"^  UNIQUE KEY .*?(?=,?$)", lambda _: keys.pop(0), line, flags=re.M)
    return re.sub(r"IN \((?:'(?:true|null|false)',?){3}\)", "IN (…)", line)


def groups(chosen):
    """Lists of situations in which no name of a table or an index is there twice."""
    result = []
    for situation in chosen:
        names = situation.names()
        fitting = next((group for group in result if names is not None and group[0] is not None and not group[0] & names), None)
        if fitting:
            fitting[0].update(names)
            fitting[1].append(situation)
        else:
            result.append((names, [situation]))
    return [group for _, group in result]


class Batch:
    """A run of the situations of one kind of database."""

    def __init__(self, limosa, tests, kind, folder):
        self.limosa, self.tests, self.kind, self.folder = limosa, tests, kind, folder
        self.situations, self.dropped = situations.read(tests, kind)
        self.project = folder
        self.database = Database(kind, f"limosa_peers_{os.getpid()}_batch", folder)
        #: By label: what differs, or nothing.
        self.differences = {}
        #: The situations in which Django could make the tables.
        self.compared = []

    def run(self, words=()):
        chosen = [s for s in self.situations if not words or any(word in test for word in words for test in s.tests) or s.label in words]
        theirs = Database(self.kind, f"limosa_peers_{os.getpid()}_django", self.folder)
        theirs.create()
        try:
            (self.folder / f"django-{self.kind}").mkdir()
            self.answers = ask.answers(chosen, self.kind, theirs, self.folder / f"django-{self.kind}", self.tests)
        finally:
            theirs.drop()
        self.compared = [s for s in chosen if "base" not in self.answers[s.label]]
        for number, group in enumerate(groups(self.compared)):
            self.project = self.folder / f"project-{self.kind}-{number}"
            self.database.create()
            try:
                self.compare(group)
            finally:
                self.database.drop()
        return self

    def compare(self, chosen):
        self.write(chosen)
        good = [s for s in chosen if "forwards" not in self.answers[s.label]]
        self.phase("made", chosen, ["migrate"])
        for situation in good:
            reversible = "backwards" not in self.answers[situation.label]
            situation.write(self.project, after=[("gate", "0001")] if reversible else [])
        self.phase("changed", good, ["migrate"])
        back = [s for s in good if "backwards" not in self.answers[s.label]]
        self.phase("undone", back, ["migrate", "gate", "zero"])
        self.phase("redone", [s for s in back if "again" not in self.answers[s.label]], ["migrate"])
        for situation in chosen:
            answer = self.answers[situation.label]
            if "forwards" in answer:
                self.refused(situation, "forwards", answer["forwards"])
            elif "backwards" in answer:
                self.refused(situation, "backwards", answer["backwards"])

    def write(self, chosen):
        self.project.mkdir()
        (self.project / "gate" / "migrations").mkdir(parents=True)
        (self.project / "gate" / "__init__.py").touch()
        (self.project / "gate" / "migrations" / "__init__.py").touch()
        (self.project / "gate" / "migrations" / "0001.py").write_text(GATE)
        for situation in chosen:
            situation.write(self.project, second=False)
        self.settings([app for situation in chosen for app in situation.base])

    def settings(self, apps):
        self.apps = apps
        text = ["SECRET_KEY = 'x' * 60", "USE_TZ = False", f"INSTALLED_APPS = {['gate', *apps]!r}", f"DATABASES = {{'default': {self.database.settings()!r}}}"]
        (self.project / "settings.py").write_text("\n".join(text) + "\n")

    def ours(self, words):
        environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        environment |= {"PYTHONPATH": f"{self.project}{os.pathsep}{self.tests}", "LIMOSA_CACHE_DIR": str(self.folder / "cache"), "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [self.limosa, "--project", self.project, "--python", sys.executable, "--settings", "settings", *words]
        return subprocess.run(command, env=environment, cwd=self.project, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)

    def phase(self, what, chosen, words):
        """Runs a command for all; a situation that fails is noted and taken out of the project, and the others go on."""
        left = {s.label: s for s in chosen if s.label not in self.differences}
        while left:
            done = self.ours(words)
            if os.environ.get("PEERS_TRACE"):
                print(f"{what} of {len(left)}: {done.returncode} {done.stderr[:900]}", file=sys.stderr, flush=True)
            if done.returncode == 0:
                break
            failed = set(situations.LABEL.findall(done.stderr)) & set(left)
            if not failed:
                raise SystemExit(f"peers: limosa {' '.join(words)} failed for no situation:\n{done.stderr[-3000:]}")
            first = failed if "nothing was changed" in done.stderr else {min(failed, key=done.stderr.index)}
            for label in first:
                lines = [line for line in done.stderr.splitlines() if label in line or not situations.LABEL.search(line)]
                self.differences[label] = [f"limosa {' '.join(words)}:", *(f"  {line}" for line in lines[:14])]
                del left[label]
            self.settings([app for app in self.apps if situations.LABEL.match(app)[0] not in first])
        lines = {}
        for line in self.database.schema(None):
            for label in set(situations.LABEL.findall(line)):
                lines.setdefault(label, []).append(line)
        self.database.close()
        for label in left:
            sides, situation = (self.answers[label][what], lines.get(label, [])), left[label]
            expected, found = ([without_chance(line, situation) for line in side] for side in sides)
            if expected != found:
                diff = difflib.unified_diff(expected, found, "django", "limosa", lineterm="", n=0)
                self.differences[label] = [f"{what}:", *(f"  {line}" for line in list(diff)[:24])]

    def refused(self, situation, what, error):
        """What Django refuses must be refused."""
        if situation.label in self.differences:
            return
        folder = self.folder / f"refused-{self.kind}-{situation.label}"
        folder.mkdir()
        situation.write(folder)
        self.database.create()
        project, self.project = self.project, folder
        try:
            self.settings(list(situation.base))
            if what == "backwards":
                done = self.ours(["migrate", situation.label, "0001"])
            else:
                done = self.ours(["migrate", situation.label, "0002"])
        finally:
            self.project = project
        if done.returncode in (0, 70, 101) or done.returncode < 0:
            self.differences[situation.label] = [f"{what}: Django refuses: {error}", f"limosa ends with {done.returncode}", *done.stderr.splitlines()[:8]]
