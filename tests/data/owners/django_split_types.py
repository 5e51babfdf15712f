"""What a type checker knows of an entity that is split, in Django. Nothing runs this."""

from __future__ import annotations

from typing import assert_type

from .models import Group, GroupTask, Person, PersonTask, Task


def types(person: Person, group: Group) -> None:
    """Only read by the type checker."""
    for task in Task.parts.by_owner(person, group).with_owner().order_by("description"):
        assert_type(task, PersonTask | GroupTask)
        assert_type(task.owner, Person | Group)
        assert_type(task.description, str)
    assert_type(Task.parts.filter(type="big")[0], PersonTask | GroupTask)
    assert_type(Task.parts.by_owner(name="Ada")[0], PersonTask | GroupTask)
    Task.parts.by_owner("Ada")  # type: ignore[call-overload]
    Task.parts.by_owner(nmae="Ada")  # type: ignore[call-overload]
    Task.parts.by_owner(Person, name=1)  # type: ignore[call-overload]
