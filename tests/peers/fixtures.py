"""Django's source distribution: its tests hold the migrations that are read here. Nothing of it is kept in the repository."""
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]


def cache():
    return Path(os.environ.get("LIMOSA_TEST_DIR", ROOT / "target" / "test")).resolve() / "peers"


def scratch():
    """Where databases that live for a moment are quick."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else None


def tests_of_django():
    """The folder `tests` of the version that this interpreter has, downloaded once."""
    version = django.get_version()
    folder = cache() / f"django-{version}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as work:
            print(f"peers: downloading the source distribution of Django {version}", file=sys.stderr)
            pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
            subprocess.run([*pip, "--no-binary", ":all:", "-d", work, f"django=={version}"], check=True)
            (archive,) = Path(work).glob("*.tar.gz")
            with tarfile.open(archive) as tar:
                tar.extractall(work, filter="data")
            (unpacked,) = (path for path in Path(work).iterdir() if path.is_dir())
            unpacked.rename(folder)
    return folder / "tests"


def packages(tests):
    """The dotted names of all folders below the tests that hold migrations, or that Django looks into for some."""
    found = set()
    for folder in (path for path in tests.rglob("*") if path.is_dir() and "conf" not in path.parts):
        own = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        holds = any(re.search(r"^class Migration\b", path.read_text(errors="replace"), re.M) for path in own)
        named = folder.name == "migrations" or folder.name.startswith("test_migrations")
        groups = any(path.is_dir() and path.name != "__pycache__" for path in folder.iterdir()) and not own
        if (holds or named and not groups) and not any(path.name.startswith("test_") for path in own):
            found.add(".".join(folder.relative_to(tests).parts))
    return sorted(found)
