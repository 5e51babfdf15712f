"""Relations to alternatives of other apps, Django's own users among them, and several unions on one model."""

from __future__ import annotations

import importlib
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from trine_proof import admin, databases
from trine_proof.example import Example, close_django
from trine_proof.shop import equal
from trine_proof.tracker import again, queries


class Abroad:
    """The models, wherever they are from."""

    def __init__(self) -> None:
        work = importlib.import_module("work.models")
        self.Person: Any = importlib.import_module("crew.models").Person
        self.Task: Any = work.Task
        self.Room: Any = work.Room
        self.User: Any = work.Task._meta.get_field("owner_user").related_model

    def rows(self) -> tuple[Any, Any, Any]:
        """A person, a user and a room."""
        return (
            self.Person.objects.create(name="Ada"),
            self.User.objects.create(username="root"),
            self.Room.objects.create(name="Hall"),
        )


def abroad(request: dict[str, Any]) -> list[str]:
    """Runs every case, each over empty tables."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name, admin.APPS, **admin.SETTINGS)
        admin.sign_in(example)
        models = Abroad()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for command in (("check", "--fail-level=WARNING"), ("makemigrations", "--check")):
                example.manage(*command)
            for case in CASES:
                example.manage("flush", "--no-input", "--verbosity=0")
                try:
                    case(models)
                except Exception:
                    report.append(f"{case.__name__}: {traceback.format_exc()}")
        close_django()
    return report


def owners_are_of_other_apps(models: Abroad) -> None:
    ada, root, _ = models.rows()
    for owner, title in ((ada, "of Ada"), (root, "of root")):
        task = models.Task.objects.create(title=title, owner=owner)
        equal(again(task).owner, owner)
        equal([it.title for it in owner.tasks.all()], [title])
        equal(list(models.Task.objects.by_owner(owner)), [task])
        equal(list(models.Task.objects.by_owner(type(owner))), [task])
        equal(list(type(owner).objects.filter(tasks__title=title)), [owner])
    task = models.Task.objects.by_owner(models.User, username="root").get()
    for rows in (
        models.Task.objects.with_owner(),
        models.Task.objects.prefetch_related("owner"),
    ):
        with queries() as asked:
            equal({it.owner for it in rows}, {ada, root})
        assert len(asked) <= 3, asked.captured_queries
    ada.tasks.add(task)
    equal(again(task).owner, ada)
    task.owner = root
    task.save()
    ada.delete()
    equal(list(models.Task.objects.all()), [task])
    root.delete()
    equal(models.Task.objects.count(), 0)


def several_unions_do_not_meet(models: Abroad) -> None:
    ada, root, hall = models.rows()
    tasks = models.Task.objects
    one = tasks.create(title="one", owner=ada, backup=root, place=ada)
    two = tasks.create(title="two", owner=root, backup=ada, place=hall)
    three = tasks.create(title="three", owner=ada)
    equal({it.title for it in tasks.by_owner(ada)}, {"one", "three"})
    equal(list(tasks.by_place(ada)), [one])
    equal(list(tasks.by_backup(ada).by_place(models.Room, name="Hall")), [two])
    equal(list(tasks.by_backup(None).by_place(None)), [three])
    equal(list(ada.tasks_here.all()), [one])
    place = models.Task.place_value("name")
    equal(
        list(tasks.order_by(place.desc(nulls_last=True)).values_list("title", place))[:2],
        [("two", "Hall"), ("one", "Ada")],
    )
    with queries() as asked:
        rows = tasks.with_owner().with_backup().with_place().order_by("pk")
        found = [(it.owner, it.backup, it.place) for it in rows]
    equal((len(asked), found), (1, [(ada, root, ada), (root, ada, hall), (ada, None, None)]))
    equal(tasks.filter(pk=three.pk).update(backup=root, place=hall), 1)
    equal((again(three).owner, again(three).backup, again(three).place), (ada, root, hall))
    tasks.bulk_create(
        [
            models.Task(title=f"{n}", owner=(ada, root)[n % 2], place=(hall, ada)[n % 2])
            for n in range(20)
        ]
    )
    equal((tasks.by_owner(ada).by_place(hall).count(), ada.tasks_here.count()), (11, 11))
    equal(again(two).place, hall)
    try:
        two.place = root
    except ValueError as error:
        assert '"Room" or "Person"' in str(error), error
    else:
        raise AssertionError("a user is no place")


def several_collections_do_not_meet(models: Abroad) -> None:
    ada, root, hall = models.rows()
    one = models.Task.objects.create(title="one", owner=ada)
    two = models.Task.objects.create(title="two", owner=root)
    one.watchers.set([root, ada])
    two.watchers.add(root)
    one.sights.add(hall, ada)
    equal(list(one.watchers.all()), [root, ada])
    equal(list(one.sights.all()), [hall, ada])
    equal(({*root.watched.all()}, {*ada.watched.all()}), ({one, two}, {one}))
    equal((list(ada.seen_from.all()), list(hall.seen_from.all())), ([one], [one]))
    root.watched.remove(one)
    ada.seen_from.clear()
    equal((list(one.watchers.all()), list(one.sights.all())), ([ada], [hall]))
    equal(list(models.User.objects.filter(watched__title="two")), [root])
    equal(list(models.Task.objects.by_watchers(models.User)), [two])
    with queries() as asked:
        rows = models.Task.objects.with_watchers().with_sights().with_owner().order_by("pk")
        found = [([*it.watchers.all()], [*it.sights.all()]) for it in rows]
    equal((len(asked), found), (3, [([ada], [hall]), ([root], [])]))
    root.delete()
    equal(list(models.Task.objects.all()), [one])


def a_second_task_of_one_title_is_refused_in_words(models: Abroad) -> None:
    ada, root, _ = models.rows()
    other = models.Person.objects.create(name="Bob")
    for owner in (ada, root):
        models.Task.objects.create(title="one", owner=owner)
        models.Task(title="two", owner=owner).full_clean()
        models.Task(title="one", owner=other).full_clean()
        try:
            models.Task(title="one", owner=owner).full_clean()
        except ValidationError as error:
            equal(error.messages, ["Task with this Title and Owner already exists."])
        else:
            raise AssertionError("a second task of that title is clean")
        try:
            with transaction.atomic():
                models.Task.objects.create(title="one", owner=owner)
        except IntegrityError:
            pass
        else:
            raise AssertionError("a second task of that title was stored")
    task = models.Task.objects.by_owner(ada).get()
    task.full_clean()
    form = forms.modelform_factory(models.Task, fields=["title", "owner"])
    bound = form({"title": "one", "owner": f"user:{root.pk}"})
    assert not bound.is_valid()
    equal(bound.errors, {"__all__": ["Task with this Title and Owner already exists."]})
    assert form({"title": "two", "owner": f"user:{root.pk}"}).is_valid()


CASES: list[Callable[[Abroad], None]] = [
    owners_are_of_other_apps,
    several_unions_do_not_meet,
    several_collections_do_not_meet,
    a_second_task_of_one_title_is_refused_in_words,
]
