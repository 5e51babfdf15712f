"""The questions through Django: of the generated models, and of the hand-written ones."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from .questions import Plan, Side, Work
from .rows import Tables

GENERIC = "generic"


def sides(url: str, strategy: str) -> tuple[list[Side], psycopg.Connection[Any]]:
    """The sides of a strategy, and a connection to their database."""
    by_hand = f"hand_written.with_django.{strategy}"
    apps = [by_hand] if strategy == GENERIC else ["tracker", by_hand]
    server = conninfo_to_dict(url)
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.postgres",
            *apps,
        ],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": server.pop("dbname"),
                "USER": server.pop("user", ""),
                "PASSWORD": server.pop("password", ""),
                "HOST": server.pop("host", ""),
                "PORT": server.pop("port", ""),
                "OPTIONS": server,
            }
        },
        USE_TZ=True,
    )
    django.setup()
    key = "owner_ptr_id" if strategy == "inheritance" else "id"
    written = Tables("hand_written", strategy, makes_rows=False, key=key)
    models = importlib.import_module(f"{by_hand}.models")
    found: list[Side] = [Asked(written, models, models)]
    if strategy != GENERIC:
        tracker = importlib.import_module("tracker.models")
        generated = Tables("generated", "tracker", makes_rows=True)
        how = (Parts if strategy == "split" else Generated)(tracker)
        found.insert(0, Asked(generated, tracker, how))
    return found, psycopg.connect(url, autocommit=True)


class Generated:
    """The questions in terms of the generated models: the same under every strategy."""

    def __init__(self, models: Any) -> None:
        self.models = models

    def listed(self, limit: int) -> Any:
        return list(self.models.Task.objects.with_owner().order_by("id")[:limit])

    def named(self, name: str) -> Any:
        return list(self.models.Task.objects.by_owner(name=name))

    def delete(self, person: Any) -> None:
        person.delete()

    def insert(self, tasks: list[tuple[str, Any]]) -> None:
        task = self.models.Task
        task.objects.bulk_create(
            task(description=text, owner=owner) for text, owner in tasks
        )


class Parts(Generated):
    """The same under `split`, where the application names the parts."""

    def listed(self, limit: int) -> Any:
        return list(self.models.Task.parts.with_owner().order_by("id")[:limit])

    def named(self, name: str) -> Any:
        return list(self.models.Task.parts.by_owner(name=name))

    def insert(self, tasks: list[tuple[str, Any]]) -> None:
        models = self.models
        parts = {models.Person: models.PersonTask, models.Group: models.GroupTask}
        for kind, part in parts.items():
            part.objects.bulk_create(
                part(description=text, owner=owner)
                for text, owner in tasks
                if isinstance(owner, kind)
            )


class Asked:
    """A side that is asked through Django."""

    def __init__(self, tables: Tables, models: Any, how: Any) -> None:
        self.tables = tables
        self.models = models
        self.how = how
        self.sent = 0
        connection.execute_wrappers.append(self.count)

    def count(
        self, execute: Any, sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.sent += 1
        return execute(sql, params, many, context)

    def statements(self) -> int:
        return self.sent

    def create(self) -> None:
        # The tables of all apps, where they are not there yet; those without migrations refer to
        # content types.
        call_command("migrate", "contenttypes", verbosity=0)
        call_command("migrate", run_syncdb=True, verbosity=0)

    def questions(self) -> dict[str, Callable[[Plan, int], Work]]:
        found: dict[str, Callable[[Plan, int], Work]] = {
            "list": self.list,
            "filter": self.filter,
            "delete": self.delete,
            "insert": self.insert,
        }
        if hasattr(self.how, "listed_one_by_one"):
            found["list one by one"] = self.list_one_by_one
        return found

    def list(self, plan: Plan, _number: int) -> Work:
        yield None
        yield [task.owner.name for task in self.how.listed(plan.listed)]

    def list_one_by_one(self, plan: Plan, _number: int) -> Work:
        yield None
        yield [task.owner.name for task in self.how.listed_one_by_one(plan.listed)]

    def filter(self, plan: Plan, number: int) -> Work:
        yield None
        tasks = self.how.named(plan.owner(number * 101))
        yield sorted(task.description for task in tasks)

    def delete(self, plan: Plan, number: int) -> Work:
        name = f"Owner {(number * 101 + 7) % plan.persons}"
        with transaction.atomic():
            person = self.models.Person.objects.get(name=name)
            yield None
            self.how.delete(person)
            check_now()
            yield None
            transaction.set_rollback(True)

    def insert(self, plan: Plan, _number: int) -> Work:
        several = ((self.models.Person, 900), (self.models.Group, 100))
        owners = [
            owner
            for model, count in several
            for owner in model.objects.order_by("pk")[:count]
        ]
        tasks = plan.new_tasks(owners)
        with transaction.atomic():
            yield None
            self.how.insert(tasks)
            check_now()
            yield None
            transaction.set_rollback(True)


def check_now() -> None:
    """What is checked late is checked within the take; the statement doesn't count."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
