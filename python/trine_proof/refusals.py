"""A refused delete, as Django's users meet it: from an instance, a queryset, a related manager, the admin.

Whoever carries out the rules, Django or the database, the answers are the same.
"""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from typing import Any

from trine_proof import admin, databases
from trine_proof.example import Example, close_django


class Register:
    """What the cases work with."""

    def __init__(self, client: Any) -> None:
        import register.models
        from django.contrib.auth.models import User

        self.models: Any = register.models
        self.users: Any = User.objects
        self.client = client

    def shop(self, name: str) -> Any:
        return self.models.Shop.objects.create(name=name)

    def item(self, shop: Any) -> Any:
        return self.models.Item.objects.create(name="lamp", shop=shop)

    def line(self, shop: Any, item: Any) -> Any:
        return self.models.Line.objects.create(label="1", shop=shop, item=item)


def refused(delete: Callable[[], Any], name: str, rows: list[Any]) -> None:
    """The delete raises Django's own exception, which names the rows, and breaks no transaction."""
    from django.db import models, transaction

    error: type[Any] = getattr(models, name)
    attribute = "protected_objects" if name == "ProtectedError" else "restricted_objects"
    for surrounded in (False, True):
        try:
            if surrounded:
                with transaction.atomic():
                    try:
                        delete()
                    except error as raised:
                        # The transaction goes on.
                        assert all(type(row).objects.filter(pk=row.pk).exists() for row in rows)
                        assert set(getattr(raised, attribute)) == set(rows), raised
                        raise
            else:
                delete()
        except error as raised:
            assert set(getattr(raised, attribute)) == set(rows), raised
        else:
            raise AssertionError(f"nothing raised {name}")


def an_item_of_a_line_stays(register: Register) -> None:
    shop = register.shop("one")
    item = register.item(shop)
    line = register.line(register.shop("two"), item)
    refused(item.delete, "RestrictedError", [line])
    assert item.pk is not None
    refused(register.models.Item.objects.filter(pk=item.pk).delete, "RestrictedError", [line])
    refused(shop.items.all().delete, "RestrictedError", [line])
    line.delete()
    assert item.delete()[0] == 1


def a_shop_stays_while_a_line_elsewhere_holds_its_item(register: Register) -> None:
    shop, other = register.shop("one"), register.shop("two")
    line = register.line(other, register.item(shop))
    refused(shop.delete, "RestrictedError", [line])
    refused(register.models.Shop.objects.filter(name="one").delete, "RestrictedError", [line])
    assert register.models.Shop.objects.count() == 2


def a_shop_goes_with_its_items_and_lines(register: Register) -> None:
    from django.db import transaction

    for surrounded in (False, True):
        shop = register.shop("one")
        register.line(shop, register.item(shop))
        if surrounded:
            with transaction.atomic():
                shop.delete()
        else:
            shop.delete()
        assert not register.models.Line.objects.exists()
        assert not register.models.Item.objects.exists()


def the_chair_of_a_club_stays(register: Register) -> None:
    member = register.models.Member.objects.create(name="Ann")
    club = register.models.Club.objects.create(name="chess", chair=member)
    refused(member.delete, "ProtectedError", [club])
    refused(register.models.Member.objects.all().delete, "ProtectedError", [club])


def a_member_is_protected_from_all_but_itself(register: Register) -> None:
    members = register.models.Member.objects
    first = members.create(name="Ann")
    members.update(sponsor=first)
    second = members.create(name="Bob", sponsor=first)
    refused(first.delete, "ProtectedError", [second])
    refused(members.filter(name="Ann").delete, "ProtectedError", [second])
    # What goes as well is in nobody's way.
    assert members.all().delete()[0] == 2
    first = members.create(name="Ann")
    members.update(sponsor=first)
    register.client.force_login(register.users.create_superuser("root"))
    page = f"/admin/register/member/{first.pk}/delete/"
    assert register.client.post(page, {"post": "yes"}).status_code == 302
    assert not members.exists()


def the_author_of_a_note_stays(register: Register) -> None:
    """Of a model that is another app's."""
    user = register.users.create_user("ann")
    note = register.models.Note.objects.create(text="hello", author=user)
    refused(user.delete, "RestrictedError", [note])
    note.delete()
    user.delete()


def the_admin_says_so_in_a_sentence(register: Register) -> None:
    register.client.force_login(register.users.create_superuser("root"))
    shop = register.shop("one")
    item = register.item(shop)
    line = register.line(register.shop("two"), item)
    for row in (item, shop):
        page = f"/admin/register/{row._meta.model_name}/{row.pk}/delete/"
        for response in (
            register.client.get(page),
            register.client.post(page, {"post": "yes"}),
            register.client.post(
                f"/admin/register/{row._meta.model_name}/",
                {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
            ),
        ):
            assert response.status_code == 200, response
            assert f"{line}" in response.content.decode(), response.content.decode()
        assert type(row).objects.filter(pk=row.pk).exists()
    line.delete()
    page = f"/admin/register/shop/{shop.pk}/delete/"
    assert register.client.post(page, {"post": "yes"}).status_code == 302
    assert not register.models.Item.objects.exists()


CASES: list[Callable[[Register], None]] = [
    an_item_of_a_line_stays,
    a_shop_stays_while_a_line_elsewhere_holds_its_item,
    a_shop_goes_with_its_items_and_lines,
    the_chair_of_a_club_stays,
    a_member_is_protected_from_all_but_itself,
    the_author_of_a_note_stays,
    the_admin_says_so_in_a_sentence,
]


def refusals(request: dict[str, Any]) -> list[str]:
    """Runs every case, each over empty tables."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name, admin.APPS, **admin.SETTINGS)
        register = Register(admin.sign_in(example))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for case in CASES:
                try:
                    case(register)
                except Exception:
                    report.append(f"{case.__name__}: {traceback.format_exc()}")
                example.manage("flush", "--no-input", "--verbosity=0")
        close_django()
    return report
