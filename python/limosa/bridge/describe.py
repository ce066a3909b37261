"""What the engine needs to know about the project, in one answer."""

import os
import sys
import weakref

import django
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.state import ModelState
from django.db.models import CASCADE, OneToOneField, signals
from django.utils.module_loading import import_string

from .export import model_state
from .paths import is_django, path_of

DATABASE_KEYS = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")


def describe(project, migrations, encoder):
    """Describes settings, apps, databases, receivers, and what all of it was read from."""
    record = project.record
    with record:
        packages = migrations.packages()
    return {
        "django": django.get_version(),
        "python": sys.version.split()[0],
        "executable": sys.executable,
        "prefix": sys.prefix,
        "sys_path": list(sys.path),
        "settings_module": os.environ.get("DJANGO_SETTINGS_MODULE"),
        "apps": [_app(config, packages[config.label]) for config in apps.get_app_configs()],
        "databases": {
            alias: _database(alias, project.databases.own.get(alias, connections.settings[alias]), encoder) for alias in connections
        },
        "routers": [router if isinstance(router, str) else path_of(type(router)) for router in settings.DATABASE_ROUTERS],
        "auth_user_model": settings.AUTH_USER_MODEL,
        "swappable": _swappable(),
        "default_auto_field": settings.DEFAULT_AUTO_FIELD,
        "use_tz": bool(settings.USE_TZ),
        "time_zone": settings.TIME_ZONE,
        "site_id": _number(getattr(settings, "SITE_ID", None)),
        "default_tablespace": settings.DEFAULT_TABLESPACE,
        "default_index_tablespace": settings.DEFAULT_INDEX_TABLESPACE,
        "pre_migrate": _receivers(signals.pre_migrate),
        "post_migrate": _receivers(signals.post_migrate),
        "unmigrated_models": unmigrated_models(migrations, encoder),
        "read": record.answer(),
    }


def _number(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _app(config, package):
    return {
        "name": config.name,
        "label": config.label,
        "path": config.path,
        "verbose_name": str(config.verbose_name),
        "default_auto_field": config.default_auto_field,
        "has_models": config.models_module is not None,
        "migrations": package,
    }


def _database(alias, values, encoder):
    answer = {key.lower(): str(values.get(key) or "") for key in DATABASE_KEYS}
    answer["options"] = encoder.value(dict(values.get("OPTIONS") or {}))
    answer["mirror"] = (values.get("TEST") or {}).get("MIRROR")
    answer["time_zone"] = values.get("TIME_ZONE")
    answer["vendor"], answer["own_editor"], answer["error"] = None, False, None
    try:
        answer["vendor"] = connections[alias].vendor
        answer["own_editor"] = not is_django(connections[alias].SchemaEditorClass)
    except Exception as error:
        answer["error"] = str(error)
    return answer


def _swappable():
    answer = {}
    for model in apps.get_models(include_auto_created=True, include_swapped=True):
        setting = model._meta.swappable
        if setting:
            answer[setting] = {"model": model._meta.label, "value": getattr(settings, setting, None)}
    return answer


def _receivers(signal):
    senders = {id(config): config.label for config in apps.get_app_configs()}
    answer = []
    for entry in signal.receivers:
        key, receiver = entry[0], entry[1]
        if isinstance(receiver, weakref.ReferenceType):
            receiver = receiver()
        if receiver is None:
            continue
        named = receiver if hasattr(receiver, "__qualname__") else type(receiver)
        answer.append({"path": path_of(named), "sender": senders.get(key[1]), "django": is_django(named)})
    return answer


def unmigrated_models(migrations, encoder):
    """Returns the models of the apps without migrations as Django's states have them: without relations."""
    answer = []
    unmigrated = migrations.unmigrated()
    for config in apps.get_app_configs():
        if config.label in unmigrated:
            for model in config.get_models():
                state = ModelState.from_model(model, exclude_rels=True)
                _add_keys(state, model)
                answer.append(dict(model_state(state, encoder), db_table=model._meta.db_table))
    return answer


def _add_keys(state, model):
    """Adds the keys that Django makes where it left out the relation that was the key."""
    if model._meta.proxy:
        return
    parents = [apps.get_model(base)._meta.concrete_model._meta for base in state.bases if isinstance(base, str)]
    keyed = any(field.primary_key for field in state.fields.values())
    added = {}
    for parent in parents:
        link = OneToOneField(parent.label, CASCADE, auto_created=True, parent_link=True, primary_key=not (keyed or added))
        added["%s_ptr" % parent.model_name] = link
    if not keyed and not parents:
        kind = import_string(settings.DEFAULT_AUTO_FIELD)
        added["id"] = kind(verbose_name="ID", primary_key=True, auto_created=True)
    state.fields = {**added, **state.fields}
