"""Runs django-migration-linter over migrations, and writes what it finds and their SQL as JSON.

The first argument is the folder of the project, the second names the database. An app holds one migration to judge, `case`, after `0001_initial`.
"""

import json
import os
import sys

import django
from django.conf import settings

folder, database = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
cases = json.load(open(os.path.join(folder, "cases.json")))
settings.configure(
    INSTALLED_APPS=[case["app"] for case in cases],
    DATABASES={"default": database},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django_migration_linter.migration_linter import MigrationLinter  # noqa: E402
from django_migration_linter.sql_analyser import analyse_sql_statements  # noqa: E402

executor = MigrationExecutor(connection)
executor.migrate([(case["app"], "0001_initial") for case in cases if case["tables"]])
linter = MigrationLinter(folder, no_cache=True, no_output=True)
# One graph for all: it is built anew for each migration otherwise.
loader = linter.migration_loader
answers = []
for case in cases:
    migration = loader.disk_migrations[case["app"], "case"]
    try:
        state = loader.project_state((case["app"], "case"), at_end=False)
        with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
            migration.apply(state, editor, collect_sql=True)
        lines = "\n".join(editor.collected_sql).splitlines()
        if migration.atomic and connection.features.can_rollback_ddl:
            lines = [connection.ops.start_transaction_sql(), *lines, connection.ops.end_transaction_sql()]
        errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, lines)
        more, _, others = linter.analyse_data_migration(migration)
        codes = sorted({issue.code for issue in [*errors, *more, *warnings, *others]})
        answers.append({"codes": codes, "sql": "\n".join(lines)})
    except Exception as error:
        sys.exit(f"{case['title']}: {type(error).__name__}: {error}")
json.dump(answers, sys.stdout)
