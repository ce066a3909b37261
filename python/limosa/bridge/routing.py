"""What the project's database routers say about operations, without running any."""

from django.apps import apps
from django.db import router

from .runner import steps


def routes(runner, alias, applied, migrations):
    """Asks about operations in the order in which they run, from the state after `applied` on."""
    runner.set_state(applied, keep=[(migration["app"], migration["name"]) for migration in migrations if migration["backwards"]])
    answers = []
    for migration in migrations:
        key = migration["app"], migration["name"]
        if key in runner.kept:
            runner.go_before(*key)
        runner.enter(*key, migration["operations"])
        ask = _backwards if migration["backwards"] else _forwards
        answers.append([ask(runner, alias, key, *question) for question in migration["questions"]])
        if not migration["backwards"]:
            runner.advance([])
    runner.set_state()
    return {"routes": answers}


def allowed_models(alias, models):
    """Asks about models as they are now."""
    return {"allowed": [_allows(alias, lambda label=label: apps.get_model(label)) for label in models]}


def _forwards(runner, alias, key, path, subject):
    where = steps(path)
    if "name" in subject:
        return bool(router.allow_migrate(alias, key[0], model_name=subject["name"]))
    if len(where) > 1:
        return _ask(alias, key, subject, *runner._states(*key, path, "forwards")[1:])
    runner._enter(*key)
    operation = runner.current.operations[where[0]]
    # One state is enough, and it is moved along instead of copied.
    runner._go_to(where[0] + (0 if subject.get("from") else 1))
    return _ask(alias, key, subject, operation, runner.state, runner.state)


def _backwards(runner, alias, key, path, subject):
    return _ask(alias, key, subject, *runner._states(*key, path, "backwards")[1:])


def _ask(alias, key, subject, operation, from_state, to_state):
    if "model" not in subject:
        return bool(router.allow_migrate(alias, key[0], **(getattr(operation, "hints", None) or {})))
    state = from_state if subject["from"] else to_state
    return _allows(alias, lambda: state.apps.get_model(key[0], subject["model"]))


def _allows(alias, find):
    try:
        model = find()
    except LookupError:
        return True
    if model._meta.proxy or model._meta.swapped or not model._meta.managed:
        # Django asks only about models that have a table of their own.
        return True
    return bool(router.allow_migrate_model(alias, model))
