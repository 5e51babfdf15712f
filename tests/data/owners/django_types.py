"""What a type checker knows of relations to unions in Django, however they are stored. Nothing runs this."""

from __future__ import annotations

from typing import assert_type

from django.db.models import Q

from .models import Group, Owner, Person, Task


def types(task: Task, person: Person, group: Group) -> None:
    """Only read by the type checker."""
    assert_type(task.owner, Person | Group)
    assert_type(task.reviewer, Person | Group | None)
    task.owner = group
    task.owner = None  # type: ignore[assignment]
    task.reviewer = None
    owner: Owner = task.owner
    assert_type(task.watchers.first(), Person | Group | None)
    for watcher in task.watchers.all():
        assert_type(watcher, Person | Group)
    task.watchers.add(person, group, owner)
    task.watchers.set([group])
    task.watchers.add(task)  # type: ignore[arg-type]
    for one in task.watchers.of(Person).filter(email="ada@example.com"):
        assert_type(one, Person)
    for watched in person.watched.all():
        assert_type(watched, Task)
    for found in Task.objects.by_watchers(Person, name="Ada").with_watchers():
        assert_type(found, Task)
    Task.objects.by_watchers(person, group).by_owner(None).with_owner().count()
    Task.objects.by_watchers("Ada")  # type: ignore[call-overload]
    Task.objects.by_owner(name="Ada").by_owner(Q(name__startswith="A")).count()
    Task.objects.by_owner(Person, ~Q(name="Ada"), email="ada@example.com").count()
    Task.objects.by_owner(Group, creator=person).by_owner(Person, Group).count()
    Task.objects.by_owner(nmae="Ada")  # type: ignore[call-overload]
    Task.objects.by_owner(name=1)  # type: ignore[call-overload]
    Task.objects.by_owner(email="ada@example.com")  # type: ignore[call-overload]
    Task.objects.by_owner(Group, email="ada@example.com")  # type: ignore[arg-type]
    Task.objects.by_owner(Group, creator=group)  # type: ignore[call-overload]
    Task.objects.by_owner(Person, email=None)  # type: ignore[call-overload]
