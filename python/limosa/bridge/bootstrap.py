"""Starts the bridge: reads its own modules from the first line of stdin, so that nothing needs to be installed."""

import importlib.abc
import importlib.util
import json
import os
import sys

PACKAGE = "_limosa_bridge"


class Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the modules of the bridge from their text."""

    def __init__(self, texts):
        self.texts = texts

    def find_spec(self, name, path=None, target=None):
        if name == PACKAGE:
            return importlib.util.spec_from_loader(name, self, origin="<limosa>", is_package=True)
        if name.startswith(PACKAGE + ".") and name[len(PACKAGE) + 1 :] in self.texts:
            return importlib.util.spec_from_loader(name, self, origin="<limosa>")
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        short = module.__name__[len(PACKAGE) + 1 :]
        if short:
            exec(compile(self.texts[short], "<limosa>/%s.py" % short, "exec", dont_inherit=True), module.__dict__)

    def get_source(self, name):
        return self.texts.get(name[len(PACKAGE) + 1 :])


requests = os.fdopen(os.dup(0), "rb")
hello = json.loads(requests.readline())
sys.meta_path.insert(0, Sources(hello["modules"]))
importlib.import_module(PACKAGE + ".main").run(requests, hello)
