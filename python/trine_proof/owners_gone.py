"""What goes with an owner that is deleted, what is cleared, and what refuses, as Django's users meet it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.db.models.signals import post_delete

from trine_proof.shop import equal
from trine_proof.tracker import Tracker, again, descriptions


@contextmanager
def deleted() -> Iterator[list[Any]]:
    """Collects the rows for which Django sends a signal."""
    found: list[Any] = []

    def note(instance: Any, **_: Any) -> None:
        found.append(str(instance))

    post_delete.connect(note)
    try:
        yield found
    finally:
        post_delete.disconnect(note)


def rows_of_unions(tracker: Tracker) -> int:
    """How many rows of its own the union has."""
    table = f"{tracker.app}_owner"
    if table not in connection.introspection.table_names():
        return -1
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def tasks_go_with_their_owner(tracker: Tracker) -> None:
    task = tracker.models.Task
    for by in ("instance", "queryset"):
        ada, bob = tracker.person("Ada"), tracker.person("Bob")
        crew = tracker.group("Crew", creator=bob)
        for owner in (ada, bob, crew):
            tracker.task(owner, f"of {owner.name}", reviewer=ada)
        before = rows_of_unions(tracker)
        with deleted() as told:
            if by == "instance":
                ada.delete()
            else:
                tracker.models.Person.objects.filter(name="Ada").delete()
        if not tracker.by_database:
            assert {"of Ada", "Ada"} <= set(told), told
        equal(descriptions(task.objects.all()), ["of Bob", "of Crew"])
        equal({row.reviewer for row in task.objects.all()}, {None})
        assert rows_of_unions(tracker) in (-1, before - 1)
        crew.delete()
        equal(descriptions(task.objects.all()), ["of Bob"])
        bob.delete()
        equal(task.objects.count(), 0)
        assert rows_of_unions(tracker) in (-1, 0)


def deleting_a_task_leaves_its_owner(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    first, second = tracker.task(ada), tracker.task(crew, reviewer=ada)
    first.delete()
    tracker.models.Task.objects.filter(pk=second.pk).delete()
    equal([again(ada), again(crew)], [ada, crew])
    equal(list(ada.tasks.all()), [])


def refused(delete: Callable[[], Any], error: type[Any], rows: list[Any]) -> None:
    """Django's own exception, which names the rows; the transaction around it goes on."""
    attribute = "protected_objects" if error is models.ProtectedError else "restricted_objects"
    for surrounded in (False, True):
        try:
            if surrounded:
                with transaction.atomic():
                    try:
                        delete()
                    except error:
                        assert all(again(row) == row for row in rows)
                        raise
            else:
                delete()
        except error as raised:
            equal(set(getattr(raised, attribute)), set(rows))
        else:
            raise AssertionError(f"nothing raised {error.__name__}")


def the_author_of_a_note_stays(tracker: Tracker) -> None:
    ada = tracker.person("Ada")
    crew = tracker.group("Crew", creator=tracker.person("Bob"))
    for author in (ada, crew):
        note = tracker.note(tracker.task(tracker.person("Eve")), author)
        refused(author.delete, models.RestrictedError, [note])
        rows = type(author).objects.filter(pk=author.pk)
        refused(rows.delete, models.RestrictedError, [note])
        note.delete()
        author.delete()
    equal(tracker.models.Person.objects.filter(name="Ada").count(), 0)


def an_author_goes_with_the_note_that_it_takes_along(tracker: Tracker) -> None:
    for by in ("instance", "queryset"):
        ada = tracker.person("Ada")
        tracker.note(tracker.task(ada), ada)
        if by == "instance":
            ada.delete()
        else:
            tracker.models.Person.objects.filter(pk=ada.pk).delete()
        equal(tracker.models.Note.objects.count(), 0)
        equal(tracker.models.Task.objects.count(), 0)


def the_keeper_of_a_seal_is_protected(tracker: Tracker) -> None:
    ada = tracker.person("Ada")
    seal = tracker.models.Seal.objects.create(text="lion", keeper=ada)
    refused(ada.delete, models.ProtectedError, [seal])
    refused(tracker.models.Person.objects.all().delete, models.ProtectedError, [seal])
    crew = tracker.group("Crew", creator=tracker.person("Bob"))
    crew.seal = seal
    seal.save()
    again(ada).delete()
    refused(crew.delete, models.ProtectedError, [seal])


def the_admin_says_what_goes_and_what_refuses(tracker: Tracker) -> None:
    tracker.sign_in()
    ada = tracker.person("Ada")
    tracker.task(ada, "wash up")
    shown = tracker.client.get(tracker.page(ada, "delete")).content.decode()
    assert "Are you sure" in shown, shown
    if not tracker.by_database:
        assert "wash up" in shown, shown
    note = tracker.note(tracker.task(tracker.person("Eve")), ada)
    meta = ada._meta
    for response in (
        tracker.client.get(tracker.page(ada, "delete")),
        tracker.client.post(tracker.page(ada, "delete"), {"post": "yes"}),
        tracker.client.post(
            f"/admin/{meta.app_label}/{meta.model_name}/",
            {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"},
        ),
    ):
        equal(response.status_code, 200)
        assert f"{note}" in response.content.decode(), response.content.decode()
    equal(again(ada), ada)
    note.delete()
    equal(tracker.client.post(tracker.page(ada, "delete"), {"post": "yes"}).status_code, 302)
    equal(tracker.models.Task.objects.filter(description="wash up").count(), 1)


CASES: list[Callable[[Tracker], None]] = [
    tasks_go_with_their_owner,
    deleting_a_task_leaves_its_owner,
    the_author_of_a_note_stays,
    an_author_goes_with_the_note_that_it_takes_along,
    the_keeper_of_a_seal_is_protected,
    the_admin_says_what_goes_and_what_refuses,
]
