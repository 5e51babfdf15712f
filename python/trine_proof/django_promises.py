"""What the storefront's Django app promises beyond the seven requirements: order, orphans, blocks, forms."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from trine_proof.shop import Shop, equal, refused


def names(banner: object) -> list[str]:
    return [post.instagram_id for post in banner.posts.all()]  # type: ignore[attr-defined]


def posts_stay_in_the_order_in_which_they_are_added(shop: Shop) -> None:
    banner = shop.banner(shop.store())
    a, b, c, d = shop.posts(4)
    banner.posts.add(c, a)
    banner.posts.add(b, a)
    equal(list(banner.posts.all()), [c, a, b])
    d.banners.add(banner)
    equal(list(banner.posts.all()), [c, a, b, d])
    banner.posts.remove(a)
    banner.posts.add(a.pk)
    equal(list(banner.posts.all()), [c, b, d, a])
    banner.posts.set([a, b, c])
    equal(list(banner.posts.all()), [a, b, c])
    equal([link.position for link in banner.post_links.all()], [0, 1, 2])
    made = banner.posts.create(instagram_id="made")
    equal(list(banner.posts.all()), [a, b, c, made])
    equal(banner.posts.filter(pk=b.pk).get(), b)


def links_find_their_own_position(shop: Shop) -> None:
    banner, other = shop.banner(shop.store(), 1), shop.banner(shop.store("two"), 1)
    posts = shop.posts(4)
    link = shop.django.BannerPost
    link.objects.create(banner=banner, post=posts[3], position=7)
    link.objects.bulk_create(
        [
            link(banner=banner, post=posts[0]),
            link(banner=other, post=posts[0]),
            link(banner=banner, post=posts[1]),
        ]
    )
    link(banner=banner, post=posts[2]).save()
    equal(list(banner.posts.all()), [posts[3], posts[0], posts[1], posts[2]])
    equal([row.position for row in banner.post_links.all()], [7, 8, 9, 10])
    equal([row.position for row in other.post_links.all()], [0])


def posts_are_prefetched_in_order(shop: Shop) -> None:
    store = shop.store()
    posts = shop.posts(3)
    for position in range(5):
        shop.banner(store, position).posts.set([posts[2], posts[0], posts[1]])
    with CaptureQueriesContext(connection) as queries:
        banners = list(shop.django.Banner.objects.prefetch_related("posts"))
        found = [names(banner) for banner in banners]
    equal(len(queries), 2)
    equal(found, [["post 2", "post 0", "post 1"]] * 5)


def what_is_taken_out_is_deleted(shop: Shop) -> None:
    from storefront.database import keep_only, take_out

    store, other = shop.store("one"), shop.store("two")
    a, b, c = (shop.product(store, name) for name in "abc")
    b.store = other
    b.save()
    # Another store has it by now: no orphan.
    equal(take_out(store.products, a, b), 1)
    equal(list(shop.django.Product.objects.order_by("name")), [b, c])
    d = shop.product(store, "d")
    equal(keep_only(store.products, [d]), 1)
    equal(list(shop.django.Product.objects.order_by("name")), [b, d])


def a_banner_and_its_product_move_together(shop: Shop) -> None:
    from storefront.database import deferred_within

    one, two = shop.store("one"), shop.store("two")
    product = shop.product(one)
    banner = shop.banner(one, 1, product)
    with refused(IntegrityError), transaction.atomic():
        product.store = two
        product.save()
    with deferred_within():
        product.store = two
        product.save()
        banner.store = two
        banner.save()
    banner.refresh_from_db()
    equal((banner.store, banner.product.store), (two, two))
    with refused(IntegrityError), deferred_within():
        banner.store = one
        banner.save()
    banner.refresh_from_db()
    equal(banner.store, two)


def a_form_without_the_field_says_it_too(shop: Shop) -> None:
    from django import forms

    one, two = shop.store("one"), shop.store("two")
    banner = shop.banner(one, 1, shop.product(one))
    move = forms.modelform_factory(shop.django.Banner, fields=["store"])
    form = move({"store": two.pk}, instance=banner)
    equal(form.is_valid(), False)
    equal(list(form.errors), ["__all__"])
    whole = forms.modelform_factory(
        shop.django.Banner, fields=["store", "product", "image_url", "position"]
    )
    values = {"store": two.pk, "product": banner.product_id, "image_url": "x", "position": 1}
    form = whole(values, instance=shop.django.Banner.objects.get())
    equal(form.is_valid(), False)
    equal(list(form.errors), ["product"])
    banner = shop.django.Banner.objects.get()
    banner.store = two
    with refused(ValidationError) as raised:
        banner.clean()
    equal(list(raised[0].message_dict), ["product"])  # type: ignore[attr-defined]


def an_update_of_some_fields_is_seen(shop: Shop) -> None:
    store = shop.store()
    before = store.updated_at
    store.url = "https://example.org"
    store.save(update_fields=["url"])
    if store.updated_at <= before:
        raise AssertionError("not seen after save(update_fields=…)")
    # What is deferred by now does not stand in the way of the next save.
    store.url = "https://example.net"
    store.save()
    store.save()
    store.refresh_from_db()
    equal(store.url, "https://example.net")


def fixtures_come_back_as_they_were(shop: Shop) -> None:
    from django.core.management import call_command

    store = shop.store()
    banner = shop.banner(store, 1, shop.product(store))
    banner.posts.set(reversed(shop.posts(3)))
    written = io.StringIO()
    call_command("dumpdata", "storefront", stdout=written)
    with TemporaryDirectory() as folder:
        fixture = Path(folder) / "all.json"
        fixture.write_text(written.getvalue())
        shop.django.Store.objects.all().delete()
        shop.django.Post.objects.all().delete()
        call_command("loaddata", str(fixture), verbosity=0)
    again = io.StringIO()
    call_command("dumpdata", "storefront", stdout=again)
    equal(again.getvalue(), written.getvalue())


CASES: list[Callable[[Shop], None]] = [
    posts_stay_in_the_order_in_which_they_are_added,
    links_find_their_own_position,
    posts_are_prefetched_in_order,
    what_is_taken_out_is_deleted,
    a_banner_and_its_product_move_together,
    a_form_without_the_field_says_it_too,
    an_update_of_some_fields_is_seen,
    fixtures_come_back_as_they_were,
]
