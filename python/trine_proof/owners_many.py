"""How an application uses a relation to any number of rows of several models: `task.watchers`, `person.watched`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import connections
from django.db.models import Count, Prefetch, Q
from django.db.models.signals import m2m_changed

from trine_proof.shop import equal
from trine_proof.tracker import Tracker, again, descriptions, queries


def names(watchers: Any) -> list[str]:
    return [watcher.name for watcher in watchers]


def watchers_come_and_go(tracker: Tracker) -> None:
    ada, bob, crew = tracker.person("Ada"), tracker.person("Bob"), tracker.group("Crew")
    task = tracker.task(ada)
    equal((list(task.watchers.all()), task.watchers.count()), ([], 0))
    assert not task.watchers.exists() and task.watchers.first() is None
    task.watchers.add(crew, ada, crew)
    task.watchers.add(ada)
    equal(list(task.watchers.all()), [crew, ada])
    equal([type(it).__name__ for it in task.watchers], ["Group", "Person"])
    equal((task.watchers.count(), len(task.watchers.all()), task.watchers.first()), (2, 2, crew))
    assert ada in task.watchers and crew in task.watchers.all() and bob not in task.watchers
    assert task.watchers.contains(ada) and not task.watchers.contains(bob)
    other = tracker.task(bob, "other")
    other.watchers.add(ada, bob, crew)
    task.watchers.remove(ada)
    task.watchers.remove(bob)
    equal(list(task.watchers.all()), [crew])
    task.watchers.set([ada, bob])
    equal(list(task.watchers.all()), [ada, bob])
    task.watchers.set([bob, crew], clear=True)
    equal(list(task.watchers.all()), [bob, crew])
    with queries() as asked:
        task.watchers.set([bob, crew])
    assert len(asked) <= 3, asked.captured_queries
    task.watchers.clear()
    equal(list(task.watchers.all()), [])
    # Of another task nothing was taken, and nobody was deleted.
    equal({*other.watchers.all()}, {ada, bob, crew})
    equal(tracker.models.Group.objects.get(), crew)


def many_watchers_are_added_in_few_statements(tracker: Tracker) -> None:
    crew = tracker.group("Crew")
    counted = []
    for count in (3, 60):
        task = tracker.task(crew, f"{count}")
        people = [tracker.person(f"{count}: {number:02}") for number in range(count)]
        with queries() as asked:
            task.watchers.add(crew, *people)
        equal(list(task.watchers.all()), [crew, *people])
        with queries() as asked_again:
            task.watchers.set(people[1:])
        equal(list(task.watchers.all()), people[1:])
        with queries() as asked_back:
            task.watchers.clear()
        counted.append([len(it) for it in (asked, asked_again, asked_back)])
    assert all(few <= at_first for few, at_first in zip(counted[1], counted[0], strict=True)), (
        counted
    )


def a_watcher_who_is_deleted_watches_no_more(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    task = tracker.task(tracker.person("Bob"))
    task.watchers.add(ada, crew)
    ada.delete()
    equal(list(task.watchers.all()), [crew])
    task.delete()
    equal(tracker.models.TaskWatchers.objects.count(), 0)
    equal(again(crew), crew)


def only_what_may_watch_is_added(tracker: Tracker) -> None:
    ada = tracker.person("Ada")
    task = tracker.task(ada)
    cases: list[tuple[Callable[[], Any], type[Exception], str]] = [
        (lambda: task.watchers.add(task), TypeError, '"Person" or "Group" instance expected'),
        (lambda: task.watchers.remove(1), TypeError, '"Person" or "Group" instance expected'),
        (lambda: task.watchers.add(type(ada)(name="new")), ValueError, "when it is saved"),
        (lambda: type(task)(description="new").watchers, ValueError, "before it is saved"),
        (lambda: type(task)(watchers=[ada]), TypeError, "watchers.set()"),
        (lambda: ada.watched.add(ada), TypeError, "'Task' instance expected"),
        (lambda: type(ada)(name="new").watched, ValueError, "before it is saved"),
        (lambda: type(task).objects.by_watchers(), TypeError, "by_watchers takes"),
    ]
    for place, (wrong, kind, said) in enumerate(cases):
        try:
            wrong()
        except kind as error:
            assert said in str(error), (place, error)
        else:
            raise AssertionError(f"case {place} was let through")
    equal(list(task.watchers.all()), [])


def tasks_are_asked_for_by_a_watcher(tracker: Tracker) -> None:
    ada, bob = tracker.person("Ada", email="ada@example.com"), tracker.person("Bob")
    crew = tracker.group("Crew", creator=ada)
    for name, watchers in (("a", [ada]), ("b", [ada, crew]), ("c", [crew, bob]), ("d", [])):
        tracker.task(bob, name).watchers.set(watchers)
    person, group = tracker.models.Person, tracker.models.Group
    rows = tracker.models.Task.objects
    cases: list[tuple[Any, list[str]]] = [
        (rows.by_watchers(ada), ["a", "b"]),
        (rows.by_watchers(crew), ["b", "c"]),
        (rows.by_watchers(ada, crew), ["a", "b", "c"]),
        (rows.by_watchers(ada).by_watchers(crew), ["b"]),
        (rows.by_watchers(person), ["a", "b", "c"]),
        (rows.by_watchers(group), ["b", "c"]),
        (rows.by_watchers(None), ["d"]),
        (rows.by_watchers(None, bob), ["c", "d"]),
        (rows.by_watchers(name="Ada"), ["a", "b"]),
        (rows.by_watchers(Q(name="Bob") | Q(name="Ada")), ["a", "b", "c"]),
        (rows.by_watchers(person, email="ada@example.com"), ["a", "b"]),
        (rows.by_watchers(group, creator=ada), ["b", "c"]),
        (rows.filter(watchers=ada), ["a", "b"]),
        (rows.exclude(watchers=ada), ["c", "d"]),
        (rows.by_watchers(ada).by_owner(bob), ["a", "b"]),
        (rows.filter(watchers_person__email="ada@example.com"), ["a", "b"]),
        (rows.filter(watchers_group=crew), ["b", "c"]),
        (rows.exclude(watchers_group=crew), ["a", "d"]),
    ]
    for place, (found, wanted) in enumerate(cases):
        equal((place, descriptions(found)), (place, wanted))
    task = rows.get(description="c")
    equal(list(task.watchers.filter(name="Bob")), [bob])
    equal(list(task.watchers.filter(group)), [crew])
    equal(list(task.watchers.of(person).filter(name__startswith="B")), [bob])
    equal(list(task.watchers_group), [crew])


def watchers_are_loaded_in_a_fixed_number_of_queries(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    task = tracker.models.Task
    counted = []
    for count in (5, 400):
        made = [tracker.task(ada, f"{number:03}") for number in range(count)]
        links = [
            tracker.models.TaskWatchers(task=row, owner=owner)
            for row in made
            for owner in ((ada, crew), (crew,))[row.pk % 2]
        ]
        tracker.models.TaskWatchers.objects.bulk_create(links)
        with queries() as asked:
            rows = list(task.objects.with_watchers().with_owner())
            equal({tuple(names(row.watchers.all())) for row in rows}, {("Ada", "Crew"), ("Crew",)})
            assert all(crew in row.watchers and row.watchers.count() < 3 for row in rows)
        counted.append(len(asked))
    equal(counted, [2, 2])
    with queries() as asked:
        rows = list(task.objects.prefetch_related("watchers__watched", "watchers__tasks"))
        equal({len(it.watched.all()) for row in rows for it in row.watchers}, {202, 405})
    assert len(asked) <= 8, asked.captured_queries
    # What is loaded follows what is changed.
    row = rows[0]
    row.watchers.clear()
    equal(list(row.watchers.all()), [])
    rows = list(task.objects.prefetch_related(Prefetch("watchers", to_attr="found"))[1:3])
    equal(sorted(len(row.found) for row in rows), [1, 2])
    try:
        list(task.objects.prefetch_related(Prefetch("watchers", type(ada).objects.all())))
    except ValueError as error:
        assert "without a queryset" in str(error), error
    else:
        raise AssertionError("watchers of one model only were prefetched")


def a_person_has_what_it_watches(tracker: Tracker) -> None:
    ada, bob, crew = tracker.person("Ada"), tracker.person("Bob"), tracker.group("Crew")
    one, two = tracker.task(bob, "one"), tracker.task(bob, "two")
    ada.watched.add(one, two.pk)
    ada.watched.add(one)
    crew.watched.add(two)
    equal(descriptions(ada.watched.all()), ["one", "two"])
    equal((ada.watched.count(), bob.watched.count()), (2, 0))
    equal(list(two.watchers.all()), [ada, crew])
    ada.watched.remove(one)
    equal(list(one.watchers.all()), [])
    three = ada.watched.create(description="three", owner=crew)
    equal(list(three.watchers.all()), [ada])
    equal(ada.watched.get_or_create(description="three"), (three, False))
    found, made = ada.watched.update_or_create(description="four", defaults={"owner": bob})
    assert made and ada in found.watchers
    equal(list(ada.watched.by_owner(crew)), [three])
    equal(descriptions(ada.watched.filter(description__startswith="t")), ["three", "two"])
    ada.watched.set([one, three])
    equal(descriptions(ada.watched.all()), ["one", "three"])
    person = tracker.models.Person
    equal(list(person.objects.filter(watched__description="one")), [ada])
    equal(list(person.objects.filter(watched=one)), [ada])
    assert ada not in person.objects.exclude(watched=one)
    counted = person.objects.annotate(count=Count("watched")).order_by("-count", "name")
    equal([(row.name, row.count) for row in counted][:2], [("Ada", 2), ("Bob", 0)])
    tasks = tracker.models.Task.objects.with_owner().order_by("-description")
    with queries() as asked:
        rows = {it.name: it for it in person.objects.prefetch_related(Prefetch("watched", tasks))}
        watched = [(it.description, it.owner.name) for it in rows["Ada"].watched.all()]
        equal(watched, [("three", "Crew"), ("one", "Bob")])
        equal(list(rows["Bob"].watched.all()), [])
    equal(len(asked), 2)
    first = Prefetch("watched", tasks[:1], to_attr="last")
    rows = {it.name: it for it in person.objects.prefetch_related(first)}
    equal([row.description for row in rows["Ada"].last], ["three"])
    ada.watched.clear()
    equal((ada.watched.count(), crew.watched.count()), (0, 1))
    equal(tracker.models.Task.objects.count(), 4)


def django_is_told_of_watchers(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    task = tracker.task(ada)
    told: list[Any] = []

    def note(action: str, model: Any, pk_set: Any, reverse: bool, **_: Any) -> None:
        told.append((action, model.__name__, pk_set, reverse))

    m2m_changed.connect(note, sender=type(task).watchers.through)
    try:
        task.watchers.add(ada, crew)
        task.watchers.remove(crew)
        ada.watched.clear()
    finally:
        m2m_changed.disconnect(note, sender=type(task).watchers.through)
    people, groups = ("Person", {ada.pk}), ("Group", {crew.pk})
    wanted: list[Any] = [("pre_add", *people, False), ("pre_add", *groups, False)]
    wanted += [("post_add", *people, False), ("post_add", *groups, False)]
    wanted += [("pre_remove", *groups, False), ("post_remove", *groups, False)]
    wanted += [("pre_clear", "Task", None, True), ("post_clear", "Task", None, True)]
    equal(told, wanted)


def watchers_are_awaited(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    task = tracker.task(ada)

    async def use() -> list[Any]:
        await task.watchers.aset([ada])
        await task.watchers.aadd(crew)
        await task.watchers.aremove(ada)
        await ada.watched.acreate(description="awaited", owner=crew)
        try:
            return [watcher async for watcher in task.watchers.all()]
        finally:
            connections.close_all()

    equal(asyncio.run(use()), [crew])
    equal(descriptions(ada.watched.all()), ["awaited"])


def watchers_are_chosen_in_one_field(tracker: Tracker) -> None:
    ada, bob = tracker.person("Ada"), tracker.person("Bob")
    crew = tracker.group("Crew", creator=bob)
    task = tracker.task(ada)
    task.watchers.add(crew)
    form = forms.modelform_factory(tracker.models.Task, fields=["watchers"])
    shown = form(instance=task)
    people = [(f"person:{row.pk}", row.name) for row in tracker.models.Person.objects.all()]
    wanted = [("Person", people), ("Group", [(f"group:{crew.pk}", "Crew")])]
    equal(list(shown.fields["watchers"].choices), wanted)
    page = shown.as_p()
    assert f'<option value="group:{crew.pk}" selected>' in page, page
    equal(page.count("selected"), 1)
    chosen = [f"person:{ada.pk}", f"person:{bob.pk}"]
    with queries() as asked:
        bound = form({"watchers": chosen}, instance=task)
        assert bound.is_valid(), bound.errors
    equal(len(asked), 1 + bool(bound.changed_data))
    equal(bound.changed_data, ["watchers"])
    bound.save()
    equal({*task.watchers.all()}, {ada, bob})
    equal(form({"watchers": chosen}, instance=task).changed_data, [])
    bound = form({}, instance=task)
    assert bound.is_valid(), bound.errors
    bound.save()
    equal(list(task.watchers.all()), [])
    for wrong in ("person:0", "task:1", "person", "person:x"):
        bound = form({"watchers": [chosen[0], wrong]}, instance=task)
        assert not bound.is_valid()
        assert wrong in bound.errors["watchers"][0], bound.errors
    bound = forms.modelform_factory(tracker.models.Task, fields="__all__")(
        {"description": "new", "owner": f"group:{crew.pk}", "watchers": chosen}
    )
    assert bound.is_valid(), bound.errors
    equal({*bound.save().watchers.all()}, {ada, bob})


def the_admin_stores_watchers(tracker: Tracker) -> None:
    tracker.sign_in()
    ada = tracker.person("Ada")
    crew = tracker.group("Crew", creator=ada)
    page = tracker.page(tracker.models.Task, "add")
    assert "multiple" in tracker.client.get(page).content.decode()
    data = {"description": "wash up", "owner": f"group:{crew.pk}", "reviewer": ""}
    both = [f"group:{crew.pk}", f"person:{ada.pk}"]
    equal(tracker.client.post(page, {**data, "watchers": both}).status_code, 302)
    made = tracker.models.Task.objects.get()
    equal({*made.watchers.all()}, {ada, crew})
    equal(tracker.client.post(tracker.page(made), data).status_code, 302)
    equal(list(made.watchers.all()), [])


CASES: list[Callable[[Tracker], None]] = [
    watchers_come_and_go,
    many_watchers_are_added_in_few_statements,
    a_watcher_who_is_deleted_watches_no_more,
    only_what_may_watch_is_added,
    tasks_are_asked_for_by_a_watcher,
    watchers_are_loaded_in_a_fixed_number_of_queries,
    a_person_has_what_it_watches,
    django_is_told_of_watchers,
    watchers_are_awaited,
    watchers_are_chosen_in_one_field,
    the_admin_stores_watchers,
]
