"""Inheritance: the alternatives are kinds of one thing, by multi-table inheritance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models


class Owner(models.Model):
    kind = models.TextField(choices=[("person", "person"), ("group", "group")])


class Person(Owner):
    name = models.CharField(max_length=80)


class Group(Owner):
    name = models.CharField(max_length=80)


class Task(models.Model):
    description = models.CharField(max_length=200)
    # DB_CASCADE can't be combined with multi-table inheritance.
    owner_row = models.ForeignKey(
        Owner, models.CASCADE, db_column="owner_id", related_name="tasks"
    )

    @property
    def owner(self) -> Person | Group:
        found: Person | Group = getattr(self.owner_row, self.owner_row.kind)
        return found


def listed(limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = Task.objects.order_by("id")
    return list(tasks.select_related("owner_row__person", "owner_row__group")[:limit])


def named(name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    persons = Person.objects.filter(name=name).values("pk")
    groups = Group.objects.filter(name=name).values("pk")
    return list(Task.objects.filter(owner_row__in=persons.union(groups, all=True)))


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    Task.objects.bulk_create(
        Task(description=text, owner_row_id=owner.pk) for text, owner in tasks
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks."""
    person.delete()
