"""How an application uses a relation to one of several models: to read, to assign, to ask, to load."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Max, Model, Prefetch, Q
from django.db.models.signals import post_init

from trine_proof.shop import equal
from trine_proof.tracker import Tracker, again, descriptions, queries


def a_task_is_constructed_with_its_owner_and_read_back(tracker: Tracker) -> None:
    for owner in (tracker.person(), tracker.group()):
        task = tracker.models.Task(description="wash up", owner=owner)
        assert task.owner is owner
        task.save()
        assert task.owner is owner
        equal(again(task).owner, owner)
        equal(type(again(task).owner), type(owner))
        assert task.reviewer is None and again(task).reviewer is None


def a_row_is_made_as_django_makes_it(tracker: Tracker) -> None:
    note, person, group = tracker.models.Note, tracker.person(), tracker.group()
    task = tracker.task(person)
    stranger = tracker.models.Person(name="Bob")
    for given in (
        {"text": "a"},
        {"text": "a", "pinned": True, "author": person},
        {"text": "a", "author": group, "task": task},
        {"text": "a", "author": None, "task_id": task.pk},
        {"author": stranger},
        {"task": task},
        {"pk": 7, "text": "a", "author": person},
        {"id": 7, "text": "a", "task": None},
        {"text": "a", "author_person": person},
        {"text": "a", "colour": "red"},
        {"colour": "red", "author": person},
        {"text": "a", "author": task},
        {"text": "a", "task": person},
    ):
        told = []
        for make in (note, partial(made_by_django, note)):
            try:
                row = make(**given)
            except (TypeError, ValueError) as error:
                told.append((type(error), str(error)))
            else:
                fields = {name: it for name, it in vars(row).items() if name != "_state"}
                told.append((fields, row.author, row._state.fields_cache.get("task")))
        equal(*told)
    row = note(None, "a", author=person)
    equal((row.text, row.author), ("a", person))

    def listener(instance: Any, **_rest: Any) -> None:
        heard.append(instance.author)

    heard: list[Any] = []
    post_init.connect(listener, sender=note)
    try:
        note(text="a", author=person)
    finally:
        post_init.disconnect(listener, sender=note)
    equal(heard, [person])


def made_by_django(model: Any, **given: Any) -> Any:
    """A row that Django's own constructor makes."""
    row = model.__new__(model)
    Model.__init__(row, **given)
    return row


def a_new_task_has_no_owner_yet(tracker: Tracker) -> None:
    task = tracker.models.Task(description="wash up")
    assert task.owner is None
    try:
        with transaction.atomic():
            task.save()
    except IntegrityError:
        pass
    else:
        raise AssertionError("a task without an owner was stored")


def an_owner_may_be_saved_after_it_was_assigned(tracker: Tracker) -> None:
    person = tracker.models.Person(name="Ada")
    task = tracker.models.Task(description="wash up", owner=person)
    assert task.owner is person
    try:
        task.save()
    except ValueError as error:
        assert "owner" in str(error), error
    else:
        raise AssertionError("a task of an unsaved person was stored")
    person.save()
    task.save()
    equal(again(task).owner, person)


def handing_over_deletes_nothing(tracker: Tracker) -> None:
    person, group = tracker.person(), tracker.group()
    task = tracker.task(person)
    for owner in (group, person, tracker.person("Bob"), group):
        task.owner = owner
        assert task.owner is owner
        task.save()
        equal(again(task).owner, owner)
    equal(list(group.tasks.all()), [task])
    equal(list(person.tasks.all()), [])
    equal(tracker.models.Person.objects.filter(name="Ada").count(), 1)
    task = again(task)
    task.owner = person
    task.save(update_fields=["owner"])
    equal(again(task).owner, person)
    task.refresh_from_db()
    equal(task.owner, person)


def a_reviewer_comes_and_goes(tracker: Tracker) -> None:
    person, group = tracker.person(), tracker.group()
    task = tracker.task(person, reviewer=group)
    equal(again(task).reviewer, group)
    task.reviewer = None
    assert task.reviewer is None
    task.save()
    assert again(task).reviewer is None
    task.reviewer = person
    task.save()
    equal(again(task).reviewer, person)
    equal(again(task).owner, person)


def only_an_alternative_can_be_assigned(tracker: Tracker) -> None:
    person = tracker.person()
    task = tracker.task(person)
    for wrong in (task, "Ada", 1):
        try:
            task.owner = wrong
        except ValueError as error:
            assert '"Task.owner" must be a "Person" or "Group" instance' in str(error), error
        else:
            raise AssertionError(f"{wrong!r} was assigned")
    equal(task.owner, person)


def tasks_are_made_and_found_by_their_owner(tracker: Tracker) -> None:
    person, group = tracker.person(), tracker.group()
    rows = tracker.models.Task.objects
    task, made = rows.get_or_create(description="wash up", owner=person)
    assert made
    equal(rows.get_or_create(description="wash up", owner=person), (task, False))
    other, made = rows.get_or_create(description="wash up", owner=group)
    assert made and other != task
    equal(rows.get(owner=group), other)
    task, made = rows.update_or_create(
        description="wash up", owner=group, defaults={"owner": person}
    )
    equal((task, made), (other, False))
    equal(rows.filter(owner=person).count(), 2)
    equal(rows.exclude(owner=person).count(), 0)
    equal(rows.filter(pk=other.pk).update(owner=group), 1)
    equal(again(other).owner, group)
    equal(rows.update(owner=person, reviewer=group), 2)
    equal({(row.owner, row.reviewer) for row in rows.all()}, {(person, group)})
    equal(rows.update(reviewer=None), 2)
    equal(rows.filter(reviewer=None).count(), 2)


def tasks_are_asked_for_by_owner(tracker: Tracker) -> None:
    ada = tracker.person("Ada", email="ada@example.com")
    bob = tracker.person("Bob")
    crew, club = tracker.group("Crew", creator=ada), tracker.group("Adamant", creator=ada)
    tracker.task(ada, "a1")
    tracker.task(ada, "a2", reviewer=crew)
    tracker.task(bob, "b1", reviewer=ada)
    tracker.task(crew, "c1")
    tracker.task(club, "d1")
    task, person, group = tracker.models.Task, tracker.models.Person, tracker.models.Group
    rows = task.objects
    cases: list[tuple[Any, list[str]]] = [
        (rows.by_owner(ada), ["a1", "a2"]),
        (rows.by_owner(crew), ["c1"]),
        (rows.by_owner(ada, crew), ["a1", "a2", "c1"]),
        (rows.by_owner(person), ["a1", "a2", "b1"]),
        (rows.by_owner(group), ["c1", "d1"]),
        (rows.by_owner(person, group), ["a1", "a2", "b1", "c1", "d1"]),
        (rows.by_owner(name="Ada"), ["a1", "a2"]),
        (rows.by_owner(name="Crew"), ["c1"]),
        (rows.by_owner(name__startswith="Ada"), ["a1", "a2", "d1"]),
        (rows.by_owner(Q(name="Bob") | Q(name="Crew")), ["b1", "c1"]),
        (rows.by_owner(person, email="ada@example.com"), ["a1", "a2"]),
        (rows.by_owner(group, creator=ada), ["c1", "d1"]),
        (rows.by_owner(group, creator__name="Bob"), []),
        (rows.by_owner(person, ~Q(name="Ada")), ["b1"]),
        (rows.by_owner(group, ~Q(name="Crew")), ["d1"]),
        (rows.by_owner(None), []),
        (rows.by_reviewer(None), ["a1", "c1", "d1"]),
        (rows.by_reviewer(None, ada), ["a1", "b1", "c1", "d1"]),
        (rows.by_reviewer(group), ["a2"]),
        (rows.by_reviewer(name="Ada"), ["b1"]),
        (rows.by_owner(ada).by_reviewer(crew), ["a2"]),
        (rows.filter(description__startswith="a").by_owner(person), ["a1", "a2"]),
        (rows.exclude(pk__in=rows.by_owner(ada)), ["b1", "c1", "d1"]),
        (rows.exclude(owner=ada), ["b1", "c1", "d1"]),
        (rows.exclude(reviewer=ada), ["a1", "a2", "c1", "d1"]),
        (rows.by_owner(ada) | rows.by_owner(crew), ["a1", "a2", "c1"]),
        (rows.by_owner(ada) & rows.by_reviewer(crew), ["a2"]),
        (ada.tasks.by_reviewer(crew), ["a2"]),
    ]
    for place, (found, wanted) in enumerate(cases):
        equal((place, descriptions(found)), (place, wanted))
    for wrong in (lambda: rows.by_owner(), lambda: rows.by_owner(ada, name="Ada")):
        try:
            wrong()
        except TypeError as error:
            assert "by_owner" in str(error), error
        else:
            raise AssertionError("nothing to ask for was accepted")
    try:
        rows.filter(Q(owner=ada)).count()
    except FieldError as error:
        assert "by_owner" in str(error), error
    else:
        raise AssertionError("Django compared what is no column")


def tasks_are_ordered_counted_and_shown_by_a_field_of_the_owner(tracker: Tracker) -> None:
    task = tracker.models.Task
    bob, crew = tracker.person("Bob"), tracker.group("Crew", creator=tracker.person("Zoe"))
    for owner in (crew, tracker.person("Ada"), bob, crew):
        tracker.task(owner, f"of {owner.name}")
    owner = task.owner_value("name")
    found = [row.description for row in task.objects.order_by(owner, "pk")]
    equal(found, ["of Ada", "of Bob", "of Crew", "of Crew"])
    found = [row.description for row in task.objects.order_by(owner.desc(), "pk")]
    equal(found, ["of Crew", "of Crew", "of Bob", "of Ada"])
    equal(
        task.objects.aggregate(last=Max(owner), kinds=Count(owner, distinct=True)),
        {"last": "Crew", "kinds": 3},
    )
    counted = task.objects.values(of=owner).annotate(count=Count("pk")).order_by("of")
    equal([(row["of"], row["count"]) for row in counted], [("Ada", 1), ("Bob", 1), ("Crew", 2)])
    shown = task.objects.annotate(of=owner).filter(of__startswith="C").values_list("of", flat=True)
    equal(list(shown), ["Crew", "Crew"])
    equal(task.objects.annotate(of=owner).filter(of=F("description")).count(), 0)
    equal(set(task.objects.values_list(task.reviewer_value("name"), flat=True)), {None})


def owners_are_loaded_in_a_fixed_number_of_queries(tracker: Tracker) -> None:
    task = tracker.models.Task
    crew = tracker.group("Crew")
    people = [tracker.person(f"person {number}") for number in range(20)]
    owners = [*people, crew]
    counted = []
    for count in (10, 1000):
        task.objects.all().delete()
        task.objects.bulk_create(
            [
                task(description=f"{number:04}", owner=owners[number % 21], reviewer=crew)
                for number in range(count)
            ]
        )
        with queries() as asked:
            rows = list(task.objects.with_owner().with_reviewer().order_by("description"))
            shown = [(row.description, row.owner.name, row.reviewer.name) for row in rows]
        wanted = [(f"{number:04}", owners[number % 21].name, "Crew") for number in range(count)]
        equal(shown, wanted)
        with queries() as asked_again:
            rows = list(task.objects.select_related("owner").order_by("description"))
            equal([row.owner for row in rows], [owners[number % 21] for number in range(count)])
        counted.append((len(asked), len(asked_again)))
    equal(counted, [(1, 1), (1, 1)])
    with queries() as asked:
        row = task.objects.first()
        assert row.owner is row.owner
    equal(len(asked), 2)


def a_person_has_its_tasks(tracker: Tracker) -> None:
    ada, bob, crew = tracker.person("Ada"), tracker.person("Bob"), tracker.group("Crew")
    person = tracker.models.Person
    first = tracker.task(ada, "first")
    second = ada.tasks.create(description="second")
    equal(second.owner, ada)
    third = crew.tasks.create(description="third", reviewer=ada)
    equal(descriptions(ada.tasks.all()), ["first", "second"])
    equal(ada.tasks.count(), 2)
    equal(list(ada.tasks.filter(description="second")), [second])
    equal(list(bob.tasks.all()), [])
    equal(list(ada.reviews.all()), [third])
    equal(list(person.objects.filter(tasks__description="second")), [ada])
    equal(list(person.objects.filter(tasks=first)), [ada])
    equal(list(person.objects.filter(reviews__description="third")), [ada])
    equal(set(person.objects.filter(tasks__isnull=True)) & {ada, bob}, {bob})
    equal(list(person.objects.exclude(tasks__isnull=True)), [ada])
    equal(set(person.objects.exclude(tasks__description="first")) & {ada, bob}, {bob})
    counted = person.objects.annotate(count=Count("tasks")).order_by("-count", "name")
    equal([(row.name, row.count) for row in counted][:2], [("Ada", 2), ("Bob", 0)])


def tasks_are_handed_over_by_the_collection(tracker: Tracker) -> None:
    ada, bob, crew = tracker.person("Ada"), tracker.person("Bob"), tracker.group("Crew")
    one, two = tracker.task(ada, "one"), tracker.task(crew, "two")
    bob.tasks.add(one, two)
    equal(one.owner, bob)
    equal(descriptions(bob.tasks.all()), ["one", "two"])
    equal([list(ada.tasks.all()), list(crew.tasks.all())], [[], []])
    crew.tasks.add(two, bulk=False)
    equal(again(two).owner, crew)
    crew.tasks.add(tracker.models.Task(description="new"), bulk=False)
    equal(descriptions(crew.tasks.all()), ["new", "two"])
    found, made = crew.tasks.get_or_create(description="two")
    equal((found, made), (two, False))
    found, made = crew.tasks.update_or_create(
        description="two", defaults={"description": "changed"}
    )
    equal((found, made, again(two).description), (two, False, "changed"))
    crew.tasks.set([one])
    equal(descriptions(crew.tasks.all()), ["changed", "new", "one"])
    for take_out in (lambda: crew.tasks.remove(one), crew.tasks.clear):
        try:
            take_out()
        except TypeError as error:
            assert "exactly one owner" in str(error), error
        else:
            raise AssertionError("a task was left without an owner")
    ada.reviews.set([one, two])
    equal(descriptions(ada.reviews.all()), ["changed", "one"])
    ada.reviews.remove(one)
    equal(list(ada.reviews.all()), [two])
    crew.reviews.add(two)
    equal([list(ada.reviews.all()), list(crew.reviews.all())], [[], [two]])
    crew.reviews.clear()
    equal(tracker.models.Task.objects.by_reviewer(None).count(), 3)
    equal(tracker.models.Task.objects.count(), 3)


def tasks_are_prefetched(tracker: Tracker) -> None:
    ada, bob, crew = tracker.person("Ada"), tracker.person("Bob"), tracker.group("Crew")
    person = tracker.models.Person
    counted = []
    for count in (1, 30):
        tracker.models.Task.objects.all().delete()
        for number in range(count):
            tracker.task(ada, f"of Ada {number:02}")
            tracker.task(crew, f"of Crew {number:02}", reviewer=ada)
        with queries() as asked:
            found = {row.name: row for row in person.objects.prefetch_related("tasks", "reviews")}
            equal(len(found["Ada"].tasks.all()), count)
            equal([row.owner for row in found["Ada"].tasks.all()], [found["Ada"]] * count)
            equal(list(found["Bob"].tasks.all()), [])
            equal([row.reviewer for row in found["Ada"].reviews.all()], [found["Ada"]] * count)
        counted.append(len(asked))
    equal(counted[0], counted[1])
    assert counted[0] <= 5, counted
    reviewed = tracker.models.Task.objects.with_reviewer()
    with queries() as asked:
        (row,) = tracker.models.Group.objects.prefetch_related(Prefetch("tasks", reviewed))
        equal({task.reviewer for task in row.tasks.all()}, {ada})
    assert len(asked) <= 3, asked.captured_queries
    with queries() as asked:
        equal({task.owner for task in ada.tasks.all()}, {ada})
    assert len(asked) <= 2, asked.captured_queries
    assert bob.tasks.first() is None


def owners_are_prefetched(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    person, group, task = (getattr(tracker.models, it) for it in ("Person", "Group", "Task"))
    counted = []
    for count in (2, 300):
        for number in range(count):
            tracker.task(ada if number % 2 else crew, "of both", reviewer=ada)
        with queries() as asked:
            rows = list(task.objects.prefetch_related("owner", "reviewer"))
            equal({row.owner for row in rows}, {ada, crew})
            equal({row.reviewer for row in rows}, {ada})
        counted.append(len(asked))
        with queries() as asked:
            found = list(group.objects.prefetch_related("tasks__owner", "tasks__reviewer"))
            equal({row.owner for row in found[0].tasks.all()}, {crew})
            equal({row.reviewer for row in found[0].tasks.all()}, {ada})
        assert len(asked) <= 5, asked.captured_queries
    equal(counted[0], counted[1])
    assert counted[0] <= 5, counted
    with queries() as asked:
        rows = list(task.objects.prefetch_related("owner__tasks__notes"))
        equal({len(row.owner.tasks.all()) for row in rows}, {151})
    assert len(asked) <= 8, asked.captured_queries
    # With querysets of the alternatives, for some or all of them.
    creators = group.objects.select_related("creator")
    with queries() as asked:
        rows = list(task.objects.prefetch_related(Prefetch("owner", creators)))
        equal({row.owner.creator.name for row in rows if row.owner == crew}, {"creator of Crew"})
    assert len(asked) <= 3, asked.captured_queries
    both = GenericPrefetch("owner", [person.objects.only("name"), creators], to_attr="found")
    rows = list(task.objects.prefetch_related(both))
    equal({row.found for row in rows}, {ada, crew})
    nobody = Prefetch("owner", person.objects.filter(name="Bob"), to_attr="found")
    rows = list(task.objects.prefetch_related(nobody))
    equal({row.found for row in rows}, {None, crew})
    equal({row.owner for row in rows}, {ada, crew})
    try:
        list(task.objects.prefetch_related(Prefetch("owner", task.objects.all())))
    except ValueError as error:
        assert 'with querysets of "Person" or "Group", not of Task' in str(error), error
    else:
        raise AssertionError("owners were looked for among tasks")
    # What is prefetched is forgotten with another key, and by another owner.
    row = task.objects.prefetch_related("owner").filter(owner=ada)[0]
    row.owner = crew
    equal(row.owner, crew)
    row.refresh_from_db()
    equal(row.owner, ada)
    seal = tracker.models.Seal.objects.create(text="lion", keeper=ada)
    with queries() as asked:
        found = tracker.models.Seal.objects.prefetch_related("keeper")[0]
        equal((found.keeper, found.keeper.seal), (ada, seal))
    assert len(asked) <= 3, asked.captured_queries


def rows_are_made_in_bulk(tracker: Tracker) -> None:
    task, person = tracker.models.Task, tracker.models.Person
    crew = tracker.group("Crew")
    if tracker.strategy == "inheritance":
        # Django can't: https://docs.djangoproject.com/en/6.1/ref/models/querysets/#bulk-create
        people = [tracker.person(f"person {number}") for number in range(10)]
    else:
        people = [person(name=f"person {number}") for number in range(10)]
        person.objects.bulk_create(people)
    counted = []
    for count in (10, 500):
        owners = [crew, *people]
        rows = [task(description=f"{n}", owner=owners[n % 11]) for n in range(count)]
        with queries() as asked:
            task.objects.bulk_create(rows)
        counted.append(len([it for it in asked if it["sql"].startswith(("SELECT", "INSERT"))]))
        equal({row.owner for row in rows}, set(owners[: min(count, 11)]))
        equal({again(row).owner for row in rows[:11]}, set(owners[: min(count, 11)]))
    assert max(counted) <= 7, counted
    rows = list(task.objects.all())
    for row in rows:
        row.owner = crew
        row.reviewer = people[0]
    task.objects.bulk_update(rows, ["owner", "reviewer"])
    equal(task.objects.by_owner(crew).by_reviewer(people[0]).count(), 510)


def a_person_has_at_most_one_seal(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    seal = tracker.models.Seal.objects.create(text="lion", keeper=ada)
    equal(again(ada).seal, seal)
    equal(again(seal).keeper, ada)
    assert not hasattr(crew, "seal")
    equal(list(tracker.models.Person.objects.filter(seal__text="lion")), [ada])
    try:
        with transaction.atomic():
            tracker.models.Seal.objects.create(text="bear", keeper=ada)
    except IntegrityError:
        pass
    else:
        raise AssertionError("a person has two seals")
    seal = again(seal)
    crew.seal = seal
    seal.save()
    equal(again(crew).seal, seal)
    assert not hasattr(again(ada), "seal")
    with queries() as asked:
        found = list(tracker.models.Group.objects.select_related("seal"))
        equal(found[0].seal, seal)
    equal(len(asked), 1)
    with queries() as asked:
        found = list(tracker.models.Group.objects.prefetch_related("seal"))
        equal(found[0].seal, seal)
    assert len(asked) <= 3


def a_proxy_leaves_the_inverse_to_what_it_stands_for(tracker: Tracker) -> None:
    task, person = tracker.models.Task, tracker.models.Person
    apps, label = task._meta.apps, task._meta.app_label

    def proxy(name: str, of: Any) -> Any:
        meta = type("Meta", (), {"proxy": True, "app_label": label})
        return type(name, (of,), {"Meta": meta, "__module__": of.__module__})

    try:
        urgent, friend = proxy("Urgent", task), proxy("Friend", person)
        ada = friend.objects.get(pk=tracker.person().pk)
        first = urgent.objects.create(description="a", owner=ada)
        second = tracker.task(tracker.group(), "b")
        ada = person.objects.get(pk=ada.pk)
        equal([type(it) for it in ada.tasks.all()], [task])
        ada.tasks.add(second)
        equal(descriptions(ada.tasks.all()), ["a", "b"])
        equal(type(ada.tasks.create(description="c")), task)
        equal(person.objects.get(tasks__description="b"), ada)
        equal(urgent.objects.by_owner(friend).count(), 3)
        equal(urgent.objects.with_owner().get(pk=first.pk).owner, ada)
        ada.delete()
        equal(task.objects.count(), 0)
    finally:
        for name in ("urgent", "friend"):
            apps.all_models[label].pop(name, None)
        apps.clear_cache()


def every_alternative_may_have_to_be_referred_to(tracker: Tracker) -> None:
    hook, peg, coat = tracker.models.Hook, tracker.models.Peg, tracker.models.Coat
    with transaction.atomic():
        red = coat.objects.create(colour="red", rack=hook.objects.create(name="hook"))
        coat.objects.create(colour="blue", rack=peg.objects.create(name="peg"))
        connection.check_constraints()

    def bare() -> None:
        peg.objects.create(name="bare")

    def hung_elsewhere() -> None:
        red.rack = peg.objects.get()
        red.save()

    for wrong in (bare, hung_elsewhere, red.delete):
        try:
            with transaction.atomic():
                wrong()
                connection.check_constraints()
        except IntegrityError as error:
            assert 'must have at least 1 of its "coats"' in str(error), error
        else:
            raise AssertionError("something to hang coats on has none")
    hook.objects.get().delete()
    connection.check_constraints()
    equal([(it.colour, it.rack.name) for it in coat.objects.with_rack()], [("blue", "peg")])


CASES: list[Callable[[Tracker], None]] = [
    a_task_is_constructed_with_its_owner_and_read_back,
    a_row_is_made_as_django_makes_it,
    a_new_task_has_no_owner_yet,
    an_owner_may_be_saved_after_it_was_assigned,
    handing_over_deletes_nothing,
    a_reviewer_comes_and_goes,
    only_an_alternative_can_be_assigned,
    tasks_are_made_and_found_by_their_owner,
    tasks_are_asked_for_by_owner,
    tasks_are_ordered_counted_and_shown_by_a_field_of_the_owner,
    owners_are_loaded_in_a_fixed_number_of_queries,
    a_person_has_its_tasks,
    tasks_are_handed_over_by_the_collection,
    tasks_are_prefetched,
    owners_are_prefetched,
    rows_are_made_in_bulk,
    a_person_has_at_most_one_seal,
    a_proxy_leaves_the_inverse_to_what_it_stands_for,
    every_alternative_may_have_to_be_referred_to,
]
