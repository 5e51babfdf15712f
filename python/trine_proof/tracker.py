"""A tracker to run cases in: what people and groups own, however the union is stored."""

from __future__ import annotations

from typing import Any

import tracker.models  # type: ignore[import-not-found]
from django.db import connection
from django.test.utils import CaptureQueriesContext


class Tracker:
    """What the cases work with. None of them knows how the union is stored."""

    def __init__(self, variant: str, strategy: str, client: Any = None) -> None:
        self.by_database = variant != "python"
        self.strategy = strategy
        self.client = client
        self.models: Any = tracker.models

    def person(self, name: str = "Ada", **fields: Any) -> Any:
        return self.models.Person.objects.create(name=name, **fields)

    def group(self, name: str = "Crew", creator: Any = None) -> Any:
        creator = creator or self.person(f"creator of {name}")
        return self.models.Group.objects.create(name=name, creator=creator)

    def task(self, owner: Any, description: str = "wash up", **fields: Any) -> Any:
        return self.models.Task.objects.create(description=description, owner=owner, **fields)

    def tasks(self, *descriptions: str) -> Any:
        """The tasks of these descriptions, in order."""
        found = self.models.Task.objects.filter(description__in=descriptions)
        return list(found.order_by("description"))


def descriptions(tasks: Any) -> list[str]:
    """The descriptions of tasks, sorted."""
    return sorted(task.description for task in tasks)


def queries() -> CaptureQueriesContext:
    """Counts the statements of a block."""
    return CaptureQueriesContext(connection)


def again(row: Any) -> Any:
    """The row as the database has it."""
    return type(row).objects.get(pk=row.pk)
