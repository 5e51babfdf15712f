"""Django's GenericForeignKey: what a union is to take the place of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models import Q


class Person(models.Model):
    name = models.CharField(max_length=80)
    tasks = GenericRelation("Task", "owner_id", "owner_type")


class Group(models.Model):
    name = models.CharField(max_length=80)
    tasks = GenericRelation("Task", "owner_id", "owner_type")


class Task(models.Model):
    description = models.CharField(max_length=200)
    owner_type = models.ForeignKey(ContentType, models.CASCADE)
    owner_id = models.PositiveBigIntegerField()
    owner = GenericForeignKey("owner_type", "owner_id")

    class Meta:
        indexes = (
            models.Index(fields=("owner_type", "owner_id"), name="generic_owner"),
        )


def listed(limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    owners = GenericPrefetch("owner", [Person.objects.all(), Group.objects.all()])
    return list(Task.objects.order_by("id").prefetch_related(owners)[:limit])


def listed_one_by_one(limit: int) -> Sequence[Task]:
    """The first tasks, whose owners are then asked for one by one."""
    return list(Task.objects.order_by("id")[:limit])


def named(name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    types = ContentType.objects.get_for_models(Person, Group)
    persons = Person.objects.filter(name=name).values("pk")
    groups = Group.objects.filter(name=name).values("pk")
    owned = Q(owner_type=types[Person], owner_id__in=persons)
    owned |= Q(owner_type=types[Group], owner_id__in=groups)
    return list(Task.objects.filter(owned))


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    Task.objects.bulk_create(
        Task(description=text, owner=owner) for text, owner in tasks
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks."""
    person.delete()
