"""One compiled example: where its files are, what to know of it, and how to load it.

A task gets it as JSON from the Rust side (`tests/database.rs`): `output` is the directory with
`sqlalchemy/` and `django/`, `apps` are the Django apps in it, `externals` says whether something
else owns a table that it refers to, and `empty` is the statement that removes all rows.
"""

from __future__ import annotations

import importlib
import io
import sys
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from trine_proof import databases

#: What an external entity is made by: the example's Django project has this app besides its own.
EXTERNAL_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]


@dataclass(frozen=True)
class Example:
    """An example, compiled."""

    output: Path
    package: str
    apps: list[str]
    externals: bool
    empty_sql: str

    @staticmethod
    def of(request: dict[str, Any]) -> Example:
        """The example that a task is about."""
        return Example(
            output=Path(request["output"]),
            package=request["package"],
            apps=request["apps"],
            externals=request["externals"],
            empty_sql=request["empty"],
        )

    def empty(self, database: str) -> None:
        """Removes all rows of a database, in a transaction of its own."""
        with databases.connect(database) as connection:
            connection.execute(self.empty_sql)  # type: ignore[arg-type]

    # ---------------------------------------------------------------------------------- SQLAlchemy

    @cached_property
    def sqlalchemy(self) -> ModuleType:
        """The package of SQLAlchemy models, imported and configured without a warning."""
        import sqlalchemy.orm

        sys.path.insert(0, str(self.output / "sqlalchemy"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            package = importlib.import_module(self.package)
            sqlalchemy.orm.configure_mappers()
        return package

    def engine(self, database: str) -> Any:
        """An SQLAlchemy engine for a database."""
        import sqlalchemy

        connect = databases.parameters(database)
        return sqlalchemy.create_engine("postgresql+psycopg://", connect_args=connect)

    # -------------------------------------------------------------------------------------- Django

    def use_django(
        self, database: str, apps: list[str] | None = None, **settings_of_task: Any
    ) -> None:
        """Configures Django, once in a process, with the example's apps over a database.

        `apps` stand before the example's own.
        """
        import django
        from django.conf import settings

        sys.path.insert(0, str(self.output / "django"))
        connect = databases.parameters(database)
        settings.configure(
            **self.django_settings(apps or []),
            **settings_of_task,
            DATABASES={
                "default": {
                    "ENGINE": "django.db.backends.postgresql",
                    "NAME": connect.pop("dbname"),
                    "HOST": connect.pop("host", ""),
                    "PORT": connect.pop("port", ""),
                    "USER": connect.pop("user", ""),
                    "PASSWORD": connect.pop("password", ""),
                    "OPTIONS": connect,
                }
            },
        )
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            django.setup()

    def django_settings(self, apps: list[str]) -> dict[str, Any]:
        """The settings of a throw-away Django project with the example's apps."""
        external = EXTERNAL_APPS if self.externals else []
        installed = [*dict.fromkeys([*external, *apps]), *self.apps]
        generated = (self.output / "django").rglob("*.py")
        if any("django.contrib.postgres" in file.read_text() for file in generated):
            # What Django asks of everyone who uses its range fields and exclusion constraints.
            installed.insert(0, "django.contrib.postgres")
        return {
            "INSTALLED_APPS": installed,
            "SECRET_KEY": "only for tests",
            "USE_TZ": True,
            "TIME_ZONE": "UTC",
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        }

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints for a command; a command that fails raises."""
        from django.core.management import call_command

        output = io.StringIO()
        try:
            call_command(*arguments, stdout=output, stderr=output, no_color=True)
        except SystemExit as exit:
            if exit.code:
                raise RuntimeError(f"manage.py {arguments[0]}: {output.getvalue()}") from exit
        return output.getvalue()

    def migrate(self) -> None:
        """Migrates the example's apps."""
        for app in self.apps:
            self.manage("migrate", app, "--verbosity=0")


def close_django() -> None:
    """Closes Django's connections, so that the database can be dropped."""
    from django.db import connections

    connections.close_all()
