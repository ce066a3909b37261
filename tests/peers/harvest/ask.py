"""What Django does in each situation, by fresh copies of this process."""
import hashlib
import json
import os
import re
import sys

import django

from child import forked
from fixtures import cache

#: Another one when answers are made in another way.
FORMAT = "2"
CHANCE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?|[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


def answers(situations, kind, database, folder, tests):
    """By label: the schema after the operation, after it is undone, and the error of either; kept from run to run."""
    file = cache() / f"answers-{django.get_version()}-{kind}.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    result = {}
    for situation in situations:
        key = hashlib.sha256((FORMAT + situation.key()).encode()).hexdigest()
        if key not in known:
            if kind == "postgres":
                database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            elif kind == "mariadb":
                database.create()
            database.close()
            answer = forked(lambda: answer_to(situation, database, folder / situation.label, tests))
            answer = answer or {"base": "the process ended"}
            known[key] = answer
            if len(known) % 50 == 0:
                keep(file, known)
        result[situation.label] = known[key]
    keep(file, known)
    return result


def keep(file, known):
    temporary = file.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(known))
    temporary.replace(file)


def answer_to(situation, database, folder, tests):
    import warnings

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    warnings.simplefilter("ignore")
    folder.mkdir()
    sys.path[:0] = [str(folder), str(tests)]
    sys.dont_write_bytecode = True
    situation.write(folder)
    entry = database.settings() | ({"NAME": ":memory:"} if database.kind == "sqlite" else {})
    settings.configure(SECRET_KEY="x" * 60, USE_TZ=False, INSTALLED_APPS=list(situation.base), DATABASES={"default": entry})
    django.setup()
    answer = {}

    def migrate(what, name):
        try:
            call_command("migrate", situation.label, name, verbosity=0, interactive=False, skip_checks=True)
        except Exception as error:
            answer[what] = f"{type(error).__name__}: {error}"
            return False
        return True

    def schema():
        return database.schema(situation.label, None if database.kind != "sqlite" else connection.connection)

    if not migrate("base", "0001"):
        return answer
    answer["made"] = schema()
    if migrate("forwards", "0002"):
        answer["changed"] = schema()
        if migrate("backwards", "0001"):
            answer["undone"] = schema()
            if migrate("again", "0002"):
                answer["redone"] = schema()
    return answer
