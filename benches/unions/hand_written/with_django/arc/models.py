"""An arc: a nullable foreign key for each alternative, and a CHECK that one is set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models import Q


class Person(models.Model):
    name = models.CharField(max_length=80)


class Group(models.Model):
    name = models.CharField(max_length=80)


class Task(models.Model):
    description = models.CharField(max_length=200)
    owner_person = models.ForeignKey(
        Person, models.DB_CASCADE, null=True, blank=True, related_name="tasks"
    )
    owner_group = models.ForeignKey(
        Group, models.DB_CASCADE, null=True, blank=True, related_name="tasks"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner_person=None, owner_group__isnull=False)
                | Q(owner_person__isnull=False, owner_group=None),
                name="arc_task_owner",
            ),
        )

    @property
    def owner(self) -> Person | Group | None:
        return self.owner_person or self.owner_group


def listed(limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = Task.objects.order_by("id")
    return list(tasks.select_related("owner_person", "owner_group")[:limit])


def named(name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    persons = Person.objects.filter(name=name)
    groups = Group.objects.filter(name=name)
    owned = Q(owner_person__in=persons) | Q(owner_group__in=groups)
    return list(Task.objects.filter(owned))


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    Task.objects.bulk_create(
        Task(description=text, owner_person=owner)
        if isinstance(owner, Person)
        else Task(description=text, owner_group=owner)
        for text, owner in tasks
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks."""
    person.delete()
