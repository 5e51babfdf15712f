"""A supertype: a row that each alternative has, and that tasks refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models


class Owner(models.Model):
    kind = models.TextField(choices=[("person", "person"), ("group", "group")])


class Person(models.Model):
    name = models.CharField(max_length=80)
    owner = models.OneToOneField(Owner, models.DB_CASCADE)


class Group(models.Model):
    name = models.CharField(max_length=80)
    owner = models.OneToOneField(Owner, models.DB_CASCADE)


class Task(models.Model):
    description = models.CharField(max_length=200)
    owner_row = models.ForeignKey(
        Owner, models.DB_CASCADE, db_column="owner_id", related_name="tasks"
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
    persons = Person.objects.filter(name=name).values("owner")
    groups = Group.objects.filter(name=name).values("owner")
    return list(Task.objects.filter(owner_row__in=persons.union(groups, all=True)))


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    Task.objects.bulk_create(
        Task(description=text, owner_row_id=owner.owner_id) for text, owner in tasks
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks: all hang from the row that they share."""
    Owner.objects.filter(pk=person.owner_id).delete()
