"""What a type checker knows of relations to unions in Django, however they are stored. Nothing runs this."""

from __future__ import annotations

from typing import assert_type

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
    Task.objects.by_watchers("Ada")  # type: ignore[arg-type]
