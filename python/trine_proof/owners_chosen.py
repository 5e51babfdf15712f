"""An owner as people choose it: one field in forms and in the admin, a sentence where it is missing; fixtures."""

from __future__ import annotations

import json
from collections.abc import Callable
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command

from trine_proof.shop import equal
from trine_proof.tracker import Tracker, again, queries


def show_in_admin(tracker: Tracker) -> None:
    """Lists tasks with their owners, as an application would."""
    from django.contrib import admin

    shown = admin.site.get_model_admin(tracker.models.Task)
    shown.list_display = ("description", "owner", "reviewer")
    shown.list_select_related = ("owner", "reviewer")


def form_of(tracker: Tracker, *fields: str) -> Any:
    return forms.modelform_factory(tracker.models.Task, fields=list(fields) or "__all__")


def an_owner_is_chosen_in_one_field(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew", creator=tracker.person("Bob"))
    form = form_of(tracker)()
    equal(list(form.fields), ["description", "owner", "reviewer", "watchers"])
    assert form.fields["owner"].required and not form.fields["reviewer"].required
    people = [(f"person:{row.pk}", row.name) for row in tracker.models.Person.objects.all()]
    choices = [("", "---------"), ("Person", people), ("Group", [(f"group:{crew.pk}", "Crew")])]
    equal(list(form.fields["owner"].choices), choices)
    assert '<optgroup label="Person">' in form.as_p()
    form = form_of(tracker)({"description": "wash up", "owner": f"group:{crew.pk}"})
    assert form.is_valid(), form.errors
    task = form.save()
    equal((again(task).owner, again(task).reviewer), (crew, None))
    shown = form_of(tracker)(instance=again(task))
    assert f'<option value="group:{crew.pk}" selected>' in shown.as_p(), shown.as_p()
    data = {"description": "wash up", "owner": f"person:{ada.pk}", "reviewer": f"group:{crew.pk}"}
    form = form_of(tracker)(data, instance=again(task))
    assert form.is_valid(), form.errors
    equal(sorted(form.changed_data), ["owner", "reviewer"])
    form.save()
    equal((again(task).owner, again(task).reviewer), (ada, crew))
    form = form_of(tracker)(data, instance=again(task))
    equal(form.changed_data, [])
    form = form_of(tracker)({**data, "reviewer": ""}, instance=again(task))
    assert form.is_valid(), form.errors
    form.save()
    assert again(task).reviewer is None


def a_form_offers_some_of_the_rows(tracker: Tracker) -> None:
    ada, bob = tracker.person("Ada"), tracker.person("Bob")
    crew = tracker.group("Crew", creator=bob)
    for name, many in (("owner", False), ("watchers", True)):
        for chosen, fits in ((ada, True), (bob, False), (crew, False)):
            key = f"{type(chosen)._meta.model_name}:{chosen.pk}"
            data = {"description": "wash up", name: [key] if many else key}
            form = form_of(tracker, "description", name)(data)
            narrowed = form.fields[name].querysets
            narrowed["person"] = narrowed["person"].filter(name="Ada")
            del narrowed["group"]
            blank = [] if many else [("", "---------")]
            offered = [("Person", [(f"person:{ada.pk}", "Ada")])]
            equal(list(form.fields[name].choices), blank + offered)
            equal(list(form.errors), [] if fits else [name])
    # Another form offers all.
    data = {"description": "wash up", "owner": f"group:{crew.pk}"}
    form = form_of(tracker, "description", "owner")(data)
    assert form.is_valid(), form.errors


def a_form_needs_few_queries(tracker: Tracker) -> None:
    counted = []
    for count in (2, 40):
        for number in range(count):
            tracker.person(f"person {number}")
        with queries() as asked:
            form_of(tracker, "owner")().as_p()
        counted.append(len(asked))
    equal(counted, [2, 2])


def what_cannot_be_chosen_is_refused_in_words(tracker: Tracker) -> None:
    ada = tracker.person("Ada")
    for wrong in ("", "person:0", "task:1", "person", "person:x", f"group:{ada.pk}"):
        form = form_of(tracker)({"description": "wash up", "owner": wrong})
        assert not form.is_valid()
        equal(list(form.errors), ["owner"])
    form = form_of(tracker)({"description": "wash up", "owner": ""})
    equal([*form.errors["owner"]], ["This field is required."])


def a_task_without_an_owner_is_refused_in_words(tracker: Tracker) -> None:
    task = tracker.models.Task(description="wash up")
    try:
        task.full_clean()
    except ValidationError as error:
        equal(error.message_dict, {"owner": ["Choose exactly one owner: person or group."]})
    else:
        raise AssertionError("a task without an owner is clean")
    task.owner = tracker.person()
    task.full_clean()
    task.reviewer = tracker.group()
    task.full_clean()
    task.save()
    again(task).full_clean()


def two_owners_are_refused_in_words(tracker: Tracker) -> None:
    task = tracker.models.Task(description="wash up", owner=tracker.person())
    if tracker.strategy != "arc":
        # Elsewhere there is one column, and it holds one.
        return
    task.owner_group = tracker.group()
    try:
        task.full_clean()
    except ValidationError as error:
        equal(error.message_dict, {"owner": ["Choose exactly one owner: person or group."]})
    else:
        raise AssertionError("a task of two owners is clean")


def a_second_seal_is_refused_in_words(tracker: Tracker) -> None:
    ada = tracker.person("Ada")
    seal = tracker.models.Seal
    seal.objects.create(text="lion", keeper=ada)
    try:
        seal(text="bear", keeper=ada).full_clean()
    except ValidationError as error:
        equal(list(error.message_dict), ["keeper"])
    else:
        raise AssertionError("a person may have two seals")
    form = forms.modelform_factory(seal, fields="__all__")
    found = form({"text": "bear", "keeper": f"person:{ada.pk}"})
    assert not found.is_valid()
    equal(list(found.errors), ["keeper"])
    found = form({"text": "bear", "keeper": f"person:{tracker.person('Bob').pk}"})
    assert found.is_valid(), found.errors


def the_admin_shows_one_choice(tracker: Tracker) -> None:
    tracker.sign_in()
    task, ada = tracker.models.Task, tracker.person("Ada")
    crew = tracker.group("Crew", creator=ada)
    page = tracker.page(task, "add")
    shown = tracker.client.get(page).content.decode()
    fields = ("owner", "reviewer", "watchers")
    equal([shown.count(f'name="{name}"') for name in fields], [1, 1, 1])
    equal(shown.count("<select"), 3)
    data = {"description": "wash up", "owner": f"group:{crew.pk}", "reviewer": ""}
    equal(tracker.client.post(page, data).status_code, 302)
    made = task.objects.get()
    equal(made.owner, crew)
    response = tracker.client.post(page, {**data, "owner": ""})
    equal(response.status_code, 200)
    assert "This field is required." in response.content.decode()
    data["owner"] = f"person:{ada.pk}"
    equal(tracker.client.post(tracker.page(made), data).status_code, 302)
    equal(again(made).owner, ada)
    for model in (tracker.models.Person, tracker.models.Group):
        shown = tracker.client.get(tracker.page(model, "add")).content.decode()
        assert 'name="owner_ref"' not in shown and 'name="kind"' not in shown


def the_admin_lists_tasks_in_a_fixed_number_of_queries(tracker: Tracker) -> None:
    tracker.sign_in()
    owners = [tracker.person("Ada"), tracker.group("Crew")]
    meta = tracker.models.Task._meta
    counted = []
    for count in (4, 60):
        tracker.models.Task.objects.all().delete()
        for number in range(count):
            tracker.task(owners[number % 2], f"task {number}", reviewer=owners[0])
        with queries() as asked:
            shown = tracker.client.get(f"/admin/{meta.app_label}/{meta.model_name}/")
        equal(shown.status_code, 200)
        assert "Crew" in shown.content.decode()
        counted.append(len(asked))
    equal(counted[0], counted[1])


def what_is_dumped_can_be_loaded(tracker: Tracker) -> None:
    ada, crew = tracker.person("Ada"), tracker.group("Crew")
    tracker.task(ada, "first", reviewer=crew)
    tracker.task(crew, "second")
    app = tracker.models.Task._meta.app_config
    rows = [row for model in app.get_models() for row in model.objects.order_by("pk")]
    text = serializers.serialize("json", rows)
    assert "owner" not in json.loads(text)[-1]["fields"], text
    call_command("flush", interactive=False, verbosity=0)
    equal(tracker.models.Task.objects.count(), 0)
    with NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        call_command("loaddata", file.name, verbosity=0)
    found = {task.description: task for task in tracker.models.Task.objects.all()}
    equal((found["first"].owner, found["first"].reviewer), (ada, crew))
    equal(found["second"].owner, crew)


CASES: list[Callable[[Tracker], None]] = [
    an_owner_is_chosen_in_one_field,
    a_form_offers_some_of_the_rows,
    a_form_needs_few_queries,
    what_cannot_be_chosen_is_refused_in_words,
    a_task_without_an_owner_is_refused_in_words,
    two_owners_are_refused_in_words,
    a_second_seal_is_refused_in_words,
    the_admin_shows_one_choice,
    the_admin_lists_tasks_in_a_fixed_number_of_queries,
    what_is_dumped_can_be_loaded,
]
