"""A table of tasks for each alternative: what goes across them is merged by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import TypeAlias

from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=80)


class Group(models.Model):
    name = models.CharField(max_length=80)


class Task(models.Model):
    description = models.CharField(max_length=200)

    class Meta:
        abstract = True


class PersonTask(Task):
    owner = models.ForeignKey(Person, models.DB_CASCADE, related_name="tasks")

    class Meta:
        db_table = "split_person_task"


class GroupTask(Task):
    owner = models.ForeignKey(Group, models.DB_CASCADE, related_name="tasks")

    class Meta:
        db_table = "split_group_task"


AnyTask: TypeAlias = PersonTask | GroupTask


def listed(limit: int) -> Sequence[AnyTask]:
    """The first tasks, with their owners."""
    persons = PersonTask.objects.select_related("owner").order_by("id")[:limit]
    groups = GroupTask.objects.select_related("owner").order_by("id")[:limit]
    tasks: Iterable[AnyTask] = merge(persons, groups, key=attrgetter("id"))
    return list(islice(tasks, limit))


def named(name: str) -> Sequence[AnyTask]:
    """The tasks whose owner has this name."""
    persons = PersonTask.objects.filter(owner__name=name)
    groups = GroupTask.objects.filter(owner__name=name)
    return [*persons, *groups]


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    tasks = list(tasks)
    PersonTask.objects.bulk_create(
        PersonTask(description=text, owner=owner)
        for text, owner in tasks
        if isinstance(owner, Person)
    )
    GroupTask.objects.bulk_create(
        GroupTask(description=text, owner=owner)
        for text, owner in tasks
        if isinstance(owner, Group)
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks."""
    person.delete()
