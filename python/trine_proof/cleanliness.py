"""What tools say of generated code: ruff, mypy --strict, and mypy with django-stubs.

All examples are judged together, since a type checker's start costs more than its work: the Rust
side compiles each into the same tree, with a package of SQLAlchemy models of its own.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Django's settings for the plugin of django-stubs.
_SETTINGS = """\
SECRET_KEY = "only for tests"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = {apps!r}
"""

_MYPY = """\
[mypy]
strict = True
explicit_package_bases = True
namespace_packages = True
mypy_path = {path}
cache_dir = {cache}
"""

_DJANGO = """\
plugins = mypy_django_plugin.main

[mypy.plugins.django-stubs]
django_settings_module = "settings_of_all"
"""


def cleanliness(request: dict[str, Any]) -> list[str]:
    """Runs a tool over all generated code, and gives what it objects to."""
    root = Path(request["output"])
    return _TOOLS[request["tool"]](root, request["apps"])


def ruff(root: Path, _apps: list[str]) -> list[str]:
    """`ruff check` and `ruff format --check`, with ruff's own defaults."""
    # From above: below it, the directory `sqlalchemy` would pass for the package of that name.
    above, command = root.parent, [sys.executable, "-m", "ruff"]
    return run([*command, "check", "--isolated", "--no-cache", str(root)], above) + run(
        [*command, "format", "--check", "--diff", "--isolated", "--no-cache", str(root)], above
    )


def mypy_sqlalchemy(root: Path, _apps: list[str]) -> list[str]:
    """`mypy --strict` over every SQLAlchemy package."""
    return mypy(root / "sqlalchemy", _MYPY)


def mypy_django(root: Path, apps: list[str]) -> list[str]:
    """`mypy --strict` with django-stubs over every app, in one project."""
    installed = ["django.contrib.contenttypes", "django.contrib.auth", *apps]
    settings = root / "django" / "settings_of_all.py"
    settings.write_text(_SETTINGS.format(apps=installed))
    return mypy(root / "django", _MYPY + _DJANGO)


def mypy(directory: Path, config: str) -> list[str]:
    """mypy over the packages of a directory."""
    file = directory / "mypy.ini"
    file.write_text(config.format(path=directory, cache=cache_of(directory)))
    packages = [str(path.name) for path in sorted(directory.iterdir()) if path.is_dir()]
    command = [sys.executable, "-m", "mypy", "--config-file", str(file), "--no-error-summary"]
    return run([*command, *packages], directory)


def cache_of(directory: Path) -> Path:
    """Where mypy keeps what it knows of this code, and of no other: what a plugin has made of earlier code
    may crash it.
    """
    digest = hashlib.sha256()
    for file in sorted(directory.rglob("*.py")):
        digest.update(f"{file.relative_to(directory)}\n".encode())
        digest.update(file.read_bytes())
    # Apart for each tree: two checkers that run at once must not share one.
    caches = directory.parent.parent / "caches" / directory.parent.name
    cache = caches / digest.hexdigest()
    for old in caches.glob("*"):
        if old != cache:
            shutil.rmtree(old)
    return cache


def run(command: list[str], directory: Path) -> list[str]:
    """What a tool prints when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(directory), "NO_COLOR": "1"}
    done = subprocess.run(
        command,
        check=False,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode == 0:
        return []
    name = " ".join(Path(part).name for part in command[:4])
    return [f"{name} ended with {done.returncode}", *done.stdout.splitlines()[:200]]


_TOOLS = {"ruff": ruff, "mypy_sqlalchemy": mypy_sqlalchemy, "mypy_django": mypy_django}
