"""The bridge: what a project's own Python does for Limosa.

The modules are handed to the interpreter as text (``bootstrap``), so nothing of this needs to be installed in the
project. ``main`` answers requests, ``protocol`` carries them, ``tools`` lists the commands: ``describe``, ``export``
(``migrations``, ``encode``, ``fields``, ``operations``, ``paths``), the ``connection``, the ``runner`` with its
``registry`` of historical models, and ``signals``. Python 3.8 and Django 4.2 are the oldest that it runs with.
"""
