"""Writes one app per file of cases/: its migrations stand between lines that begin with `#---`, as the text of `operations`.

`# depends: app.name` before an operation names a migration of another app, `# attributes: atomic = False` sets attributes,
`# vendor: postgresql mysql` and `# django: 5.0` keep the file for those databases and from that version on, or the section in which
they stand.
"""
import os
import re
from pathlib import Path
from string import Template

import django

HEADER = """import datetime, decimal, uuid
import django.contrib.postgres.constraints, django.contrib.postgres.indexes, django.contrib.postgres.operations
import django.contrib.postgres.fields, django.contrib.postgres.functions, django.contrib.postgres.search
import django.db.models.deletion, django.db.models.functions, django.utils.timezone
from django.contrib import postgres
from django.conf import settings
from django.db import migrations, models
from django.db.models import CASCADE, F, Q
from django.db.models import functions


class Migration(migrations.Migration):
"""

vendor = {"postgres": "postgresql", "mariadb": "mysql"}.get(os.environ.get("ORACLE_DB"), "sqlite")
collations = {"postgresql": ("C", "POSIX"), "mysql": ("utf8mb4_bin", "utf8mb4_unicode_ci"), "sqlite": ("NOCASE", "RTRIM")}[vendor]
variables = {"COLLATION": collations[0], "COLLATION2": collations[1]}


def kept(text):
    vendors = re.search(r"^# vendor: (.*)$", text, re.M)
    version = re.search(r"^# django: (.*)$", text, re.M)
    return (not vendors or vendor in vendors[1].split()) and (not version or tuple(map(int, version[1].split("."))) <= django.VERSION[:2])


apps = []
for file in sorted(Path("cases").glob("*.py")):
    text = Template(file.read_text()).safe_substitute(variables)
    if django.VERSION < (5, 1):
        text = text.replace("CheckConstraint(condition=", "CheckConstraint(check=")
    head, *sections = re.split(r"^#---.*\n", text, flags=re.M)
    if not kept(head):
        continue
    app = file.stem
    folder = Path(app) / "migrations"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("")
    (Path(app) / "__init__.py").write_text("")
    for number, section in enumerate(filter(kept, sections), 1):
        dependencies = [(app, f"{number - 1:04}_step")] if number > 1 else []
        dependencies += [tuple(name.split(".")) for name in re.findall(r"^# depends: (.*)$", section, re.M)]
        attributes = "".join(f"    {line}\n" for line in re.findall(r"^# attributes: (.*)$", section, re.M))
        body = "".join(f"        {line}\n" if line.strip() else "\n" for line in section.splitlines())
        (folder / f"{number:04}_step.py").write_text(
            f"{HEADER}{attributes}    dependencies = {dependencies!r}\n    operations = [\n{body}    ]\n")
    apps.append(app)
Path("edge_apps.py").write_text(f"APPS = {apps!r}\n")
