"""How a Django application uses an entity that a union splits: the parts as models, and one query across them."""

from __future__ import annotations

import importlib
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from django.db.models import F, Q

from trine_proof import databases
from trine_proof.example import Example, close_django
from trine_proof.shop import equal
from trine_proof.tracker import queries


def splits(request: dict[str, Any]) -> list[str]:
    """Runs every case, each over empty tables."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name)
        models = importlib.import_module(f"{example.apps[0]}.models")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            example.manage("migrate", "--verbosity=0")
            for command in (("check", "--fail-level=WARNING"), ("makemigrations", "--check")):
                example.manage(*command)
            for case in CASES:
                try:
                    case(models)
                except Exception:
                    report.append(f"{case.__name__}: {traceback.format_exc()}")
                example.manage("flush", "--no-input", "--verbosity=0")
        close_django()
    return report


def fill(models: Any) -> tuple[Any, Any, Any]:
    """Tasks of two people and of a group."""
    ada = models.Person.objects.create(name="Ada")
    bob = models.Person.objects.create(name="Bob")
    crew = models.Group.objects.create(name="Crew")
    models.PersonTask.objects.create(description="c", owner=ada)
    models.PersonTask.objects.create(description="a", owner=bob, type="big")
    models.GroupTask.objects.create(description="b", owner=crew, type="big")
    models.GroupTask.objects.create(description="d", owner=crew)
    return ada, bob, crew


def shown(tasks: Any) -> str:
    return " ".join(task.description for task in tasks)


def each_row_is_of_its_part(models: Any) -> None:
    assert models.Task._meta.abstract
    ada, _, crew = fill(models)
    tasks = models.Task.parts.order_by("description")
    kinds = [type(task).__name__ for task in tasks]
    equal(kinds, ["PersonTask", "GroupTask", "PersonTask", "GroupTask"])
    assert all(isinstance(task, models.Task) for task in tasks)
    # The keys of the tables are counted apart.
    equal(tasks[0].pk, tasks[3].pk)
    equal((tasks[2].owner, tasks[3].owner), (ada, crew))
    equal(shown(ada.tasks.all()), "c")


def the_parts_are_asked_as_one(models: Any) -> None:
    ada, bob, crew = fill(models)
    person, group, tasks = models.Person, models.Group, models.Task.parts.order_by("description")
    cases: list[tuple[Any, str]] = [
        (tasks, "a b c d"),
        (tasks.filter(type="big"), "a b"),
        (tasks.filter(Q(type="big") | Q(description="d")), "a b d"),
        (tasks.exclude(type="big"), "c d"),
        (tasks.filter(owner__name__in=["Ada", "Crew"]), "b c d"),
        (tasks.by_owner(ada), "c"),
        (tasks.by_owner(ada, crew), "b c d"),
        (tasks.by_owner(person), "a c"),
        (tasks.by_owner(group), "b d"),
        (tasks.by_owner(name="Bob"), "a"),
        (tasks.by_owner(name__gte="Bob"), "a b d"),
        # Crew has two, and each of them is found once.
        (tasks.by_owner(tasks__description__gte="b"), "b c d"),
        (tasks.by_owner(person, ~Q(name="Bob")), "c"),
        (tasks.by_owner(None), ""),
        (tasks.order_by("-description"), "d c b a"),
        (tasks.order_by("owner__name", "-description"), "c a d b"),
        (tasks.order_by(F("type").asc(nulls_last=True), "description"), "a b c d"),
        (tasks.order_by(F("type").desc(nulls_last=True), "-description"), "b a d c"),
        (tasks[1:3], "b c"),
        (tasks.filter(type="big")[:1], "a"),
        (models.Task.parts, "c a b d"),
    ]
    for place, (found, wanted) in enumerate(cases):
        equal((place, shown(found)), (place, wanted))
        equal((place, found.count(), len(found)), (place, len(wanted.split()), len(wanted.split())))
        equal((place, found.exists(), bool(found)), (place, bool(wanted), bool(wanted)))
    equal((tasks.first().description, tasks[3].description), ("a", "d"))
    asked = tasks.all()
    equal((shown(asked[0:0]), shown(asked[1:3][1:]), asked[2:][0].description), ("", "c", "c"))
    equal(shown(asked[1:3].all()), "b c")
    for description in ("e", "g", "f"):
        models.PersonTask.objects.create(description=description, owner=ada)
    # The key of "g" lies between the others'.
    equal(shown(tasks.by_owner(ada)[1:3]), "e f")
    models.PersonTask.objects.filter(description__in=("e", "g", "f")).delete()
    assert tasks.filter(description="x").first() is None
    for wrong, kind in (
        (lambda: tasks.by_owner(), TypeError),
        (lambda: tasks.by_owner(ada, name="Ada"), TypeError),
        (lambda: tasks.by_owner(tasks[0]), ValueError),
        (lambda: tasks.all()[:2].filter(type="big"), TypeError),
    ):
        try:
            wrong()
        except kind as error:
            assert "owner" in str(error) or "slice" in str(error), error
        else:
            raise AssertionError("a wrong question was answered")
    equal(shown(bob.tasks.all()), "a")


def owners_are_loaded_in_a_fixed_number_of_queries(models: Any) -> None:
    ada, _, crew = fill(models)
    counted = []
    for count in (10, 1000):
        for model, owner in ((models.PersonTask, ada), (models.GroupTask, crew)):
            rows = [model(description=f"{n:04}", owner=owner) for n in range(count)]
            model.objects.bulk_create(rows)
        with queries() as asked:
            tasks = list(models.Task.parts.with_owner().order_by("description"))
            equal({task.owner.name for task in tasks}, {"Ada", "Bob", "Crew"})
        with queries() as asked_again:
            equal(models.Task.parts.count(), len(tasks))
            again = models.Task.parts.prefetch_related("owner").order_by("-pk")[:20]
            equal({task.owner.name for task in again}, {"Ada", "Crew"})
        with queries() as asked_each:
            tasks = list(models.Task.parts.with_owner())
            equal([type(task) for task in tasks], sorted(map(type, tasks), key=models_named))
            equal({task.owner.name for task in tasks}, {"Ada", "Bob", "Crew"})
        counted.append((len(asked), len(asked_again), len(asked_each)))
    equal(counted, [(3, 6, 2), (3, 6, 2)])


def models_named(model: Any) -> int:
    """The place of a part among the tables."""
    return ("PersonTask", "GroupTask").index(model.__name__)


CASES: list[Callable[[Any], None]] = [
    each_row_is_of_its_part,
    the_parts_are_asked_as_one,
    owners_are_loaded_in_a_fixed_number_of_queries,
]
