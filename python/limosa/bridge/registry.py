"""Historical models on demand: a registry that renders only what is asked for.

A model needs its bases and the models that it points to; those are rendered with it. What points *at* it is only
needed by what Django asks of the whole registry (reverse relations, deletion, ``get_models()``), and by reverse
accessors; there everything is rendered, into the same classes, so that the answer is always the one that a complete
registry gives.
"""

from collections import defaultdict

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.apps.registry import Apps
from django.db.migrations.exceptions import InvalidBasesError
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.models.base import ModelBase

_real = {}


class LazyProjectState(ProjectState):
    """A project state whose registry is made anew, and lazily, after every change."""

    # The state that this one was cloned from. Its models are rendered first: on SQLite the order in which fields
    # were made decides about the order of the columns of a table that is made anew.
    previous = None
    # Whether Django's own code goes on: it keeps the copy as it was, and changes the state that it copied.
    is_kept_by_copies = False
    _copy = None

    def clone(self):
        clone = LazyProjectState({key: state.clone() for key, state in self.models.items()}, self.real_apps)
        if self.is_kept_by_copies:
            clone.is_kept_by_copies, self._copy = True, clone
        else:
            clone.previous = self
        return clone

    @property
    def apps(self):
        if "apps" not in self.__dict__:
            self.__dict__["apps"] = LazyApps(self.real_apps, self.models, previous=self.previous)
        return self.__dict__["apps"]

    @apps.setter
    def apps(self, value):
        self.__dict__["apps"] = value

    def forget(self):
        """Drops the registry: the models have changed."""
        self.__dict__.pop("apps", None)
        if self._copy is not None:
            self.previous, self._copy = self._copy, None

    def remove_model(self, app_label, model_name):
        self.forget()
        super().remove_model(app_label, model_name)

    def reload_model(self, app_label, model_name, delay=False):
        self.forget()

    def reload_models(self, models, delay=True):
        self.forget()

    def clear_delayed_apps_cache(self):
        """Does nothing: there is never a delayed model."""


class LazyApps(StateApps):
    """A ``StateApps`` that renders models when they are asked for."""

    def __init__(self, real_apps, models, final=False, previous=None):
        self.previous = previous
        self.real_models = [state for label in sorted(real_apps) for state in real_model_states(label, final)]
        self.states = {(state.app_label, state.name_lower): state for state in self.real_models}
        self.states.update(models)
        self.real_apps = real_apps
        self._registered = defaultdict(dict)
        self._rendering = True
        self._complete = False
        self._accessors = None
        labels = {key[0] for key in self.states} | set(real_apps)
        Apps.__init__(self, [LazyAppConfig(label) for label in sorted(labels)])
        self._lock = None
        self.ready_event = None
        self._rendering = False

    # What is asked of one model.

    def get_model(self, app_label, model_name=None, require_ready=True):
        if model_name is None:
            app_label, model_name = app_label.split(".")
        self.need(app_label, model_name.lower())
        return super().get_model(app_label, model_name, require_ready)

    def get_registered_model(self, app_label, model_name):
        model = self._registered[app_label].get(model_name.lower())
        if model is None:
            raise LookupError("Model '%s.%s' not registered." % (app_label, model_name))
        return model

    def need(self, label, name):
        """Renders a model, and what it points to, unless that has been done."""
        if self._rendering or self._complete or name in self._registered[label]:
            return
        if (label, name) in self.states:
            self._render(self._closure([(label, name)]))
        elif label in self.app_configs:
            # An automatic through model is made by the model that has the field.
            self.need_app(label)
            if name not in self._registered[label]:
                self.complete()

    def need_app(self, label):
        """Renders all models of an app."""
        if not self._rendering and not self._complete:
            self._render(self._closure([key for key in self.states if key[0] == label]))

    # What is asked of all models.

    def complete(self):
        """Renders everything that is not rendered yet."""
        if self._rendering or self._complete:
            return
        self._render(self._closure(self.states))
        self._complete = True
        for label, models in self._registered.items():
            order = {name: position for position, (owner, name) in enumerate(self.states) if owner == label}
            ordered = sorted(models.items(), key=lambda item: order.get(item[0], len(order)))
            models.clear()
            models.update(ordered)
        for models in self._registered.values():
            for model in models.values():
                if model.__dict__.get("__getattr__") is _missing_attribute:
                    del model.__getattr__
        self.clear_cache()

    def get_models(self, include_auto_created=False, include_swapped=False):
        self.complete()
        return [
            model
            for config in self.app_configs.values()
            for model in config.get_models(include_auto_created, include_swapped)
        ]

    get_models.cache_clear = lambda: None

    @property
    def all_models(self):
        self.complete()
        return self._registered

    @all_models.setter
    def all_models(self, value):
        self._registered = value

    # How models get here.

    def register_model(self, app_label, model):
        name = model._meta.model_name
        self._registered[app_label][name] = model
        if app_label not in self.app_configs:
            config = LazyAppConfig(app_label)
            config.apps = self
            self.app_configs[app_label] = config
        if not any("__getattr__" in vars(ancestor) for ancestor in model.__mro__):
            model.__getattr__ = _missing_attribute
        self.do_pending_operations(model)
        self.clear_cache()

    def unregister_model(self, app_label, model_name):
        self._registered[app_label].pop(model_name, None)

    def clear_cache(self):
        swappable = getattr(type(self), "get_swappable_settings_name", None)
        if hasattr(swappable, "cache_clear"):
            swappable.cache_clear()
        if self.ready:
            for models in list(self._registered.values()):
                for model in list(models.values()):
                    model._meta._expire_cache()

    def render_multiple(self, model_states):
        if not model_states:
            return
        was, self._rendering = self._rendering, True
        try:
            super().render_multiple(list(model_states))
        except InvalidBasesError:
            self._rendering = was
            raise
        finally:
            self._rendering = was

    def clone(self):
        return LazyApps(self.real_apps, dict(self.states))

    def _render(self, keys):
        if self.previous is not None:
            for key in keys:
                self.previous.apps.need(*key)
        self.render_multiple([self.states[key] for key in keys])

    def _closure(self, keys):
        """Returns the models that must be rendered for these: with their bases and targets, in the order of the state."""
        wanted, queue = set(), list(keys)
        while queue:
            key = queue.pop()
            if key in wanted or key not in self.states or key[1] in self._registered[key[0]]:
                continue
            wanted.add(key)
            queue.extend(targets(self.states[key]))
        return [key for key in self.states if key in wanted]

    def accessors(self):
        """Returns all names by which any model may be reached from another's side."""
        if self._accessors is None:
            self._accessors = set()
            for state in self.states.values():
                default = {state.name_lower, state.name_lower + "_set"}
                for field in state.fields.values():
                    remote = getattr(field, "remote_field", None)
                    if remote is not None:
                        name = getattr(remote, "related_name", None)
                        parts = {"class": state.name_lower, "model_name": state.name_lower, "app_label": state.app_label.lower()}
                        self._accessors |= {name % parts if "%" in name else name} if name else default
                if any(isinstance(base, str) for base in state.bases):
                    self._accessors |= default
        return self._accessors


class LazyAppConfig(AppConfig):
    """An app that has only a label and models, which are rendered when they are asked for."""

    def __init__(self, label):
        self.apps = None
        self.label = label
        self.name = label

    def import_models(self):
        pass

    @property
    def models(self):
        if not self.apps._rendering:
            self.apps.need_app(self.label)
        return self.apps._registered[self.label]

    def get_model(self, model_name, require_ready=True):
        self.apps.need(self.label, model_name.lower())
        model = self.apps._registered[self.label].get(model_name.lower())
        if model is None:
            raise LookupError("App '%s' doesn't have a '%s' model." % (self.label, model_name))
        return model

    def get_models(self, include_auto_created=False, include_swapped=False):
        for model in list(self.models.values()):
            if model._meta.auto_created and not include_auto_created:
                continue
            if model._meta.swapped and not include_swapped:
                continue
            yield model


def targets(state):
    """Returns the models that a model cannot be rendered without: bases, relations, through models."""
    found = []
    for base in state.bases:
        if isinstance(base, str):
            found.append(_key(base, state))
    for field in state.fields.values():
        for reference in references(field):
            found.append(_key(reference, state))
    return found


def references(field):
    """Returns the texts by which a field names other models."""
    remote = getattr(field, "remote_field", None)
    if remote is not None:
        for reference in (getattr(remote, "model", None), getattr(remote, "through", None)):
            if isinstance(reference, str):
                yield reference
    # The field inside an array, a range or whatever else wraps another one.
    inner = getattr(field, "base_field", None)
    if inner is not None:
        yield from references(inner)


def real_model_states(label, final):
    """Returns the models of an app without migrations; without relations, as Django has them, unless `final`."""
    key = (label, final)
    if key not in _real:
        models = global_apps.get_app_config(label).get_models()
        _real[key] = [ModelState.from_model(model, exclude_rels=not final) for model in models]
    return _real[key]


def _key(reference, state):
    if reference == "self":
        return (state.app_label, state.name_lower)
    label, dot, name = reference.partition(".")
    return (label, name.lower()) if dot else (state.app_label, label.lower())


def _incomplete(model):
    registry = getattr(model.__dict__.get("_meta"), "apps", None)
    if isinstance(registry, LazyApps) and not registry._complete and not registry._rendering:
        return registry
    return None


def _missing_attribute(instance, name):
    """Stands in for the reverse accessors that models not rendered yet would have added."""
    model = type(instance)
    if not name.startswith("__"):
        registry = _incomplete(model)
        if registry is not None and name in registry.accessors():
            registry.complete()
            return getattr(instance, name)
    raise AttributeError("'%s' object has no attribute '%s'" % (model.__name__, name))


def _missing_class_attribute(model, name):
    if not name.startswith("__"):
        registry = _incomplete(model)
        if registry is not None and name in registry.accessors():
            registry.complete()
            return getattr(model, name)
    raise AttributeError("type object '%s' has no attribute '%s'" % (model.__name__, name))


if not hasattr(ModelBase, "__getattr__"):
    ModelBase.__getattr__ = _missing_class_attribute
