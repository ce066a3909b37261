"""Another database than that of the settings, when the engine was given one."""


class Databases:
    """Puts a database in the place of one of the settings, before anything has connected."""

    def __init__(self, given):
        # By alias, the keys of an entry of DATABASES.
        self.given = given or {}
        # The entries as the settings have them, by alias.
        self.own = {}

    def apply(self):
        """Changes the settings; they have just been imported."""
        from django.conf import settings

        for alias, given in self.given.items():
            entry = settings.DATABASES.setdefault(alias, {})
            self.own[alias] = dict(entry)
            options = dict(given.get("OPTIONS") or {})
            if _kind(entry.get("ENGINE")) == _kind(given["ENGINE"]):
                # A back end built on the usual one stays, and so do options that the URL says nothing about.
                options = {**{key: value for key, value in (entry.get("OPTIONS") or {}).items() if key not in ELSEWHERE}, **options}
                given = dict(given, ENGINE=entry["ENGINE"])
            entry.update(given, OPTIONS=options)


# Options that name a server by other means.
ELSEWHERE = {"service", "passfile", "host", "hostaddr", "port", "dbname", "user", "password", "read_default_file", "unix_socket"}


def _kind(engine):
    """Returns what Django calls the kind of database."""
    from django.db.utils import load_backend

    if engine:
        try:
            return load_backend(engine).DatabaseWrapper.vendor
        except Exception:
            pass
    last = (engine or "").rpartition(".")[2]
    return {"postgresql_psycopg2": "postgresql", "postgis": "postgresql", "postgresql_backend": "postgresql"}.get(last, last)
