"""A link: a row between the task and its owner, with a one-to-one for each alternative."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models import Q


class Person(models.Model):
    name = models.CharField(max_length=80)


class Group(models.Model):
    name = models.CharField(max_length=80)


class Owner(models.Model):
    person = models.OneToOneField(Person, models.DB_CASCADE, null=True, blank=True)
    group = models.OneToOneField(Group, models.DB_CASCADE, null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(person=None, group__isnull=False)
                | Q(person__isnull=False, group=None),
                name="link_owner_one",
            ),
        )


class Task(models.Model):
    description = models.CharField(max_length=200)
    owner_row = models.ForeignKey(
        Owner, models.DB_CASCADE, db_column="owner_id", related_name="tasks"
    )

    @property
    def owner(self) -> Person | Group | None:
        return self.owner_row.person or self.owner_row.group


def listed(limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = Task.objects.order_by("id")
    return list(tasks.select_related("owner_row__person", "owner_row__group")[:limit])


def named(name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    owners = Owner.objects.filter(Q(person__name=name) | Q(group__name=name))
    return list(Task.objects.filter(owner_row__in=owners))


def insert(tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners, making the rows between the two where there are none."""
    tasks = list(tasks)
    persons = {owner for _, owner in tasks if isinstance(owner, Person)}
    groups = {owner for _, owner in tasks if isinstance(owner, Group)}
    rows: dict[tuple[int | None, int | None], Owner] = {
        (row.person_id, row.group_id): row
        for found in (
            Owner.objects.filter(person__in=persons),
            Owner.objects.filter(group__in=groups),
        )
        for row in found
    }
    new = [Owner(person=owner) for owner in persons if (owner.pk, None) not in rows]
    new += [Owner(group=owner) for owner in groups if (None, owner.pk) not in rows]
    rows |= {
        (row.person_id, row.group_id): row for row in Owner.objects.bulk_create(new)
    }
    Task.objects.bulk_create(
        Task(
            description=text,
            owner_row=rows[
                (owner.pk, None) if isinstance(owner, Person) else (None, owner.pk)
            ],
        )
        for text, owner in tasks
    )


def delete(person: Person) -> None:
    """Deletes a person with their tasks."""
    person.delete()
