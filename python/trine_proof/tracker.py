"""A tracker to run cases in: what people and groups own, however the union is stored."""

from __future__ import annotations

import importlib
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


class Tracker:
    """What the cases work with. None of them depends on how the union is stored."""

    def __init__(self, app: str, strategy: str, variant: str, client: Any) -> None:
        self.app = app
        self.strategy = strategy
        self.by_database = variant != "python"
        self.client = client
        self.models: Any = importlib.import_module(f"{app}.models")

    def person(self, name: str = "Ada", email: str = "") -> Any:
        return self.models.Person.objects.create(name=name, email=email)

    def group(self, name: str = "Crew", creator: Any = None, **fields: Any) -> Any:
        creator = creator or self.person(f"creator of {name}")
        return self.models.Group.objects.create(name=name, creator=creator, **fields)

    def task(self, owner: Any, description: str = "wash up", **fields: Any) -> Any:
        return self.models.Task.objects.create(description=description, owner=owner, **fields)

    def note(self, task: Any, author: Any) -> Any:
        return self.models.Note.objects.create(text="done", task=task, author=author)

    def sign_in(self) -> None:
        """Lets the browser of the tests into the admin."""
        from django.contrib.auth.models import User

        self.client.force_login(User.objects.create_superuser("root"))

    def page(self, row: Any, name: str = "change") -> str:
        """The address of a row's page in the admin; of a new one for a model."""
        meta = row._meta
        key = "" if isinstance(row, type) else f"{row.pk}/"
        return f"/admin/{meta.app_label}/{meta.model_name}/{key}{name}/"


def descriptions(tasks: Any) -> list[str]:
    """The descriptions of tasks, sorted."""
    return sorted(task.description for task in tasks)


def queries() -> CaptureQueriesContext:
    """Counts the statements of a block."""
    return CaptureQueriesContext(connection)


def again(row: Any) -> Any:
    """The row as the database has it."""
    return type(row).objects.get(pk=row.pk)
