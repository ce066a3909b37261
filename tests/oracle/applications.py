#!/usr/bin/env python3
"""Migrates whole applications from empty, once by Django and once by Limosa, and compares what both leave.

    applications.py LIMOSA [NAME ...] [--only DATABASE] [--projects DIR] [--cache DIR] [--json]

An application is a folder here with a `project.json`:

  requirements  what pip installs, into an environment that is made once and kept in the cache
  settings      the settings module
  databases     which of sqlite, postgres and mariadb it supports
  env, files    environment and files to write first; ${NAME} stands for a variable (see `variables`)
  generate      commands that write the rest

Compared are the schema byte for byte, the history in order, content types, permissions, and the number of rows of every
table; then both must find nothing to do. Without names all applications are compared, on the databases that are there.

Environment: as for compare.py; LIMOSA_ORACLE_PYTHON (the interpreter of the environments, default: this one).
Exit code: 0 all equal, 1 something differs, 2 could not run.
"""
import argparse
import difflib
import hashlib
import json
import os
import shutil
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare import SERVERS, Database, run

HERE = Path(__file__).resolve().parent
PYTHON = os.environ.get("LIMOSA_ORACLE_PYTHON", sys.executable)
BACKENDS = {"sqlite": "sqlite3", "postgres": "postgresql", "mariadb": "mysql"}

# The folder of each application.
FOLDERS = {}

# Up to Django 6.0 the rows of complete squashes follow a Python set: only their presence can be compared.
SQUASHES = """
import json, django
django.setup()
from django.db.migrations.loader import MigrationLoader
print(json.dumps(["\\t".join(key) for key in MigrationLoader(None).replacements] if django.VERSION < (6, 1) else []))
"""


def environment(name, project, cache):
    """Returns the interpreter that has the application, and makes it the first time."""
    requirements = project["requirements"] + ["mysqlclient"] * ("mariadb" in project["databases"])
    key = hashlib.sha256(json.dumps([PYTHON, requirements]).encode()).hexdigest()[:12]
    folder = cache / f"{name}-{key}"
    python = folder / "bin" / "python"
    if not (folder / ".ready").exists():
        print(f"applications: installing {name}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([PYTHON, "-m", "venv", folder], check=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--prefer-binary", *requirements]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        (folder / ".ready").touch()
    return str(python)


class Side:
    """A copy of the application with a database of its own."""

    def __init__(self, name, project, python, kind, who, work):
        self.folder, self.python, self.settings = work / who, python, project["settings"]
        shutil.copytree(FOLDERS[name], self.folder)
        self.database = Database(kind, f"limosa_oracle_{name}_{who}".replace("-", "_"), work)
        values = self.database.environment()
        variables = values | {"PYTHON": python, "BIN": str(Path(python).parent), "ORACLE_DATA": str(self.folder), "BACKEND": BACKENDS[kind]}
        fill = lambda text: string.Template(text).safe_substitute(variables)
        for command in project.get("generate", []):
            subprocess.run([fill(word) for word in command], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        for path, text in project.get("files", {}).items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(fill(text))
        own = {key: fill(text) for key, text in project.get("env", {}).items()}
        fixed = {"DJANGO_SETTINGS_MODULE": self.settings, "PYTHONPATH": str(self.folder), "ORACLE_DATA": str(self.folder)}
        self.environment = os.environ | values | own | fixed

    def django(self, *words):
        return run([self.python, "-m", "django", *words], self.environment, self.folder)

    def limosa(self, program, *words):
        command = [program, "--project", self.folder, "--python", self.python, "--settings", self.settings, *words]
        return run([str(word) for word in command], self.environment, self.folder)

    def ask(self, code):
        done = run([self.python, "-c", code], self.environment, self.folder)
        return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []


def timed(work):
    start = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - start, 3)


def compare(name, project, python, kind, program):
    """Returns the differences by name, and the seconds that both needed."""
    with tempfile.TemporaryDirectory(prefix=f"limosa-{name}-{kind}-") as work:
        theirs, ours = (Side(name, project, python, kind, who, Path(work)) for who in ("django", "limosa"))
        done, django = timed(lambda: theirs.django("migrate", "--noinput", "-v0"))
        if done.returncode:
            raise SystemExit(f"applications: Django could not migrate {name} on {kind}:\n{done.stdout}{done.stderr}")
        done, limosa = timed(lambda: ours.limosa(program, "migrate", "--noinput"))
        seconds = {"django_s": django, "limosa_s": limosa}
        if done.returncode:
            said = [*done.stdout.splitlines()[-5:], *done.stderr.splitlines()]
            return {"exit": [f"limosa exited with {done.returncode}", *said]}, seconds
        # Before anything else starts: some applications fill tables whenever they start.
        expected, found = theirs.database.facts(), ours.database.facts()
        differences = {}
        chance = set(theirs.ask(SQUASHES))
        for what, value in expected.items():
            value, other = ([row for row in rows if what != "history order" or row not in chance] for rows in (value, found.get(what, [])))
            if value != other:
                differences[what] = list(difflib.unified_diff(value, other, "django", "limosa", lineterm="", n=1))
        done = ours.django("migrate", "--check")
        if done.returncode:
            differences["django migrate --check"] = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        done = ours.limosa(program, "migrate", "--check")
        if done.returncode:
            differences["limosa migrate --check"] = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        return differences, seconds


def find(args):
    """Finds the folders of all applications, and ends when one that is asked for is not there."""
    for projects in args.projects or [HERE]:
        FOLDERS.update((path.parent.name, path.parent.resolve()) for path in sorted(projects.glob("*/project.json")))
    unknown = [name for name in args.names if name not in FOLDERS]
    if unknown:
        print(f"{Path(sys.argv[0]).stem}: there is no {', '.join(unknown)}; there are: {', '.join(FOLDERS)}", file=sys.stderr)
        sys.exit(2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("limosa")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--only", action="append", choices=list(BACKENDS), help="only this database; repeatable")
    parser.add_argument("--projects", type=Path, action="append", help="folders of applications (default: this one)")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "limosa-oracle")
    parser.add_argument("--json", action="store_true", help="one line of JSON per comparison")
    args = parser.parse_args()
    find(args)
    program, made, failed = str(Path(args.limosa).resolve()), 0, 0
    there = lambda kind: kind == "sqlite" or all(key in os.environ for key in SERVERS[kind])
    for name in args.names or FOLDERS:
        project = json.loads((FOLDERS[name] / "project.json").read_text())
        kinds = [kind for kind in project["databases"] if there(kind) and kind in (args.only or BACKENDS)]
        python = environment(name, project, args.cache.resolve()) if kinds else None
        for kind in kinds:
            differences, seconds = compare(name, project, python, kind, program)
            made += 1
            failed += bool(differences)
            if args.json:
                print(json.dumps({"application": name, "database": kind, "differences": differences, **seconds}), flush=True)
                continue
            verdict = "DIFFERS" if differences else "equal"
            print(f"{name:12} {kind:9} {verdict:8} Django {seconds['django_s']} s, Limosa {seconds['limosa_s']} s", flush=True)
            for what, lines in differences.items():
                print(f"  {what}:", *lines[:20], sep="\n    ")
    if not args.json:
        print(f"applications: {made} comparisons with Django made")
        print(f"{made - failed} passed, {failed} failed")
    sys.exit(1 if failed or not made else 0)


if __name__ == "__main__":
    main()
