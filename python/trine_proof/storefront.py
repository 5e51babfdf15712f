"""The storefront's requirements one by one, as a program that uses the generated code would meet them.

Each function below is a case: it gets empty tables, and raises when something is not as it should.
"""

from __future__ import annotations

import asyncio
import traceback
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg
import sqlalchemy as sa
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from trine_proof import databases, django_promises
from trine_proof.example import Example, close_django
from trine_proof.shop import Shop, equal, refused

# ---------------------------------------------------------------------------- the seven requirements


def a_store_has_many_banners(shop: Shop) -> None:
    store = shop.store()
    for position in (3, 1, 2):
        shop.banner(store, position)
    # `order by (position)` holds for both.
    equal([b.position for b in store.banners.all()], [1, 2, 3])
    with shop.session() as session:
        loaded = session.get_one(
            shop.models.Store, store.pk, options=[orm.selectinload(shop.models.Store.banners)]
        )
        equal([b.position for b in loaded.banners], [1, 2, 3])


def a_banner_points_to_at_most_one_product(shop: Shop) -> None:
    store = shop.store()
    lamp, chair = shop.product(store, "lamp"), shop.product(store, "chair")
    banner = shop.banner(store)
    equal(banner.product, None)
    banner.product = lamp
    banner.save()
    with shop.session() as session:
        models = shop.models
        loaded = session.get_one(
            models.Banner, banner.pk, options=[orm.selectinload(models.Banner.product)]
        )
        equal(loaded.product.name, "lamp")
        loaded.product = session.get_one(models.Product, chair.pk)
    banner.refresh_from_db()
    equal((banner.product, banner.store), (chair, store))
    equal(list(lamp.banners.all()), [])


def banners_and_posts_are_many_to_many(shop: Shop) -> None:
    store = shop.store()
    first, second = shop.banner(store, 1), shop.banner(store, 2)
    posts = shop.posts(3)
    first.posts.set(posts)
    second.posts.add(posts[0])
    equal(list(posts[0].banners.order_by("position")), [first, second])
    with shop.session() as session:
        models = shop.models
        loaded = session.get_one(
            models.Post,
            posts[0].pk,
            options=[
                orm.selectinload(models.Post.banner_links).selectinload(models.BannerPost.banner)
            ],
        )
        equal(sorted(banner.position for banner in loaded.banners), [1, 2])


def products_and_banners_are_children_of_the_store(shop: Shop) -> None:
    for delete in (delete_store_by_django, delete_store_by_sqlalchemy):
        store, other = shop.store("one"), shop.store("two")
        for parent in (store, other):
            shop.banner(parent, 1, shop.product(parent)).posts.set(shop.posts(2))
        delete(shop, store.pk)
        equal(shop.counts(), {"store": 1, "product": 1, "post": 4, "banner": 1, "banner_post": 2})
        shop.example.empty(shop.database)
    with refused(IntegrityError), transaction.atomic():
        shop.django.Banner.objects.create(image_url="x", position=1)
    with refused(sa.exc.IntegrityError), shop.session() as session:
        session.add(shop.models.Product(name="lamp", price=Decimal(1)))


def nothing_is_stored_twice(shop: Shop) -> None:
    store = shop.store()
    first, second = shop.banner(store, 1), shop.banner(store, 2)
    post = shop.posts(1)[0]
    first.posts.add(post)
    second.posts.add(post)
    equal(shop.count("post"), 1)
    # Adding it once more changes nothing; a second link in SQL is refused.
    first.posts.add(post)
    equal(shop.count("banner_post"), 2)
    with (
        refused(psycopg.errors.UniqueViolation),
        databases.connect(shop.database) as sql_connection,
    ):
        sql_connection.execute(
            "INSERT INTO storefront_banner_post (banner_id, post_id, position) "
            "SELECT banner_id, post_id, position + 1 FROM storefront_banner_post"
        )
    with refused(IntegrityError), transaction.atomic():
        shop.store("one")


def deleting_a_banner_deletes_neither_product_nor_post(shop: Shop) -> None:
    store = shop.store()
    product = shop.product(store)
    posts = shop.posts(2)
    for position in (1, 2):
        shop.banner(store, position, product).posts.set(posts)
    shop.django.Banner.objects.get(position=1).delete()
    with shop.session() as session:
        session.delete(session.scalars(sa.select(shop.models.Banner)).one())
    equal(shop.counts(), {"store": 1, "product": 1, "post": 2, "banner": 0, "banner_post": 0})


def a_product_of_another_store_is_refused(shop: Shop) -> None:
    one, two = shop.store("one"), shop.store("two")
    foreign = shop.product(two)
    with refused(IntegrityError), transaction.atomic():
        shop.banner(one, 1, foreign)
    banner = shop.banner(one, 2)
    banner.product = foreign
    with refused(ValidationError) as raised:
        banner.full_clean()
    messages = raised[0].message_dict  # type: ignore[attr-defined]
    if "product" not in messages:
        raise AssertionError(f"a form would not show it at `product`: {messages}")
    with refused(IntegrityError), transaction.atomic():
        banner.save()
    with refused(sa.exc.IntegrityError), shop.session() as session:
        loaded = session.get_one(shop.models.Banner, banner.pk)
        loaded.product_id = foreign.pk
    # Nobody moved to another store.
    equal(shop.django.Banner.objects.get().store, one)


# --------------------------------------------------------------------------------- what goes with it


def a_whole_store_goes_in_one_statement(shop: Shop) -> None:
    for delete in (delete_store_by_sqlalchemy, delete_store_by_django):
        with databases.connect(shop.database) as sql_connection:
            sql_connection.execute(
                """
                INSERT INTO storefront_store (id, name, url) VALUES (9, 'big', '');
                INSERT INTO storefront_post (id, instagram_id) VALUES (1, 'a'), (2, 'b'), (3, 'c');
                INSERT INTO storefront_banner (id, store_id, image_url, position)
                SELECT n, 9, '', n FROM generate_series(1, 1000) n;
                INSERT INTO storefront_banner_post (banner_id, post_id, position)
                SELECT n, p, p FROM generate_series(1, 1000) n, generate_series(1, 3) p;
                """
            )
        statements = delete(shop, 9)
        in_one = shop.by_database or delete is delete_store_by_sqlalchemy
        if in_one and [s for s in statements if not s.startswith("DELETE")]:
            raise AssertionError(f"more than deletes: {statements}")
        if in_one and len(statements) != 1:
            raise AssertionError(f"{len(statements)} statements: {statements[:5]}")
        equal(shop.counts(), {"store": 0, "product": 0, "post": 3, "banner": 0, "banner_post": 0})
        shop.example.empty(shop.database)


def posts_come_in_order(shop: Shop) -> None:
    banner = shop.banner(shop.store())
    a, b, c = shop.posts(3)
    for post in (c, a, b):
        banner.posts.add(post)
    equal(list(banner.posts.all()), [c, a, b])
    equal(list(shop.django.Banner.objects.prefetch_related("posts").get().posts.all()), [c, a, b])
    models = shop.models
    with shop.session() as session:
        loaded = session.get_one(models.Banner, banner.pk, options=links_of(shop))
        equal([post.instagram_id for post in loaded.posts], ["post 2", "post 0", "post 1"])
        # A gap stays, and what is appended goes behind the highest.
        loaded.posts.append(models.Post(instagram_id="post 3"))
    with shop.session() as session:
        loaded = session.get_one(models.Banner, banner.pk, options=links_of(shop))
        loaded.posts.remove(loaded.posts[1])
        loaded.posts.append(models.Post(instagram_id="post 4"))
    names = [post.instagram_id for post in banner.posts.all()]
    equal(names, ["post 2", "post 1", "post 3", "post 4"])
    # Another order is assigned, and what stays keeps its link.
    before = {link.post_id: link.pk for link in banner.post_links.all()}
    with shop.session() as session:
        loaded = session.get_one(models.Banner, banner.pk, options=links_of(shop))
        fifth = models.Post(instagram_id="post 5")
        loaded.posts = [fifth, *reversed(loaded.posts[1:])]
    names = [post.instagram_id for post in banner.posts.all()]
    equal(names, ["post 5", "post 4", "post 3", "post 1"])
    after = {link.post_id: link.pk for link in banner.post_links.all()}
    equal(len(before.items() & after.items()), 3)
    positions = list(
        shop.django.BannerPost.objects.order_by("position").values_list("position", flat=True)
    )
    if positions != sorted(set(positions)) or positions[0] != 0:
        raise AssertionError(f"positions are {positions}")


def clearing_a_product_keeps_the_store(shop: Shop) -> None:
    store = shop.store()
    banner = shop.banner(store, 1, shop.product(store))
    models = shop.models
    with shop.session() as session:
        loaded = session.get_one(
            models.Banner, banner.pk, options=[orm.selectinload(models.Banner.product)]
        )
        loaded.product = None
    banner.refresh_from_db()
    equal((banner.product, banner.store), (None, store))
    banner.product = shop.product(store, "chair")
    banner.save()
    banner.product.delete()
    banner.refresh_from_db()
    equal((banner.product, banner.store), (None, store))


def an_orphan_is_deleted(shop: Shop) -> None:
    one, two = shop.store("one"), shop.store("two")
    shop.banner(one, 1)
    shop.banner(one, 2)
    models = shop.models
    loading = [orm.selectinload(models.Store.banners)]
    with shop.session() as session:
        first = session.get_one(models.Store, one.pk, options=loading)
        first.banners.remove(first.banners[0])
    equal([b.position for b in shop.django.Banner.objects.all()], [2])
    # Handing it to another owner is no orphaning.
    with shop.session() as session:
        second = session.get_one(models.Store, two.pk)
        moved = session.scalars(sa.select(models.Banner)).one()
        moved.store = second
    equal([b.store_id for b in shop.django.Banner.objects.all()], [two.pk])


def updated_at_is_seen_after_a_save(shop: Shop) -> None:
    store = shop.store()
    with databases.connect(shop.database) as sql_connection:
        sql_connection.execute("ALTER TABLE storefront_store DISABLE TRIGGER USER")
        sql_connection.execute("UPDATE storefront_store SET updated_at = '2020-01-01'")
        sql_connection.execute("ALTER TABLE storefront_store ENABLE TRIGGER USER")
    store.refresh_from_db()
    store.save()
    equal(store.updated_at.year, 2020)
    store.url = "https://example.org"
    store.save()
    if store.updated_at.year == 2020:
        raise AssertionError("Django does not see what the trigger wrote")
    with shop.session() as session:
        loaded = session.get_one(shop.models.Store, store.pk)
        before = loaded.updated_at
        loaded.url = "https://example.net"
        session.flush()
        if loaded.updated_at == before:
            raise AssertionError("SQLAlchemy does not see what the trigger wrote")


def positions_are_swapped_in_one_transaction(shop: Shop) -> None:
    store = shop.store()
    shop.banner(store, 1), shop.banner(store, 2)
    with transaction.atomic():
        first, second = shop.django.Banner.objects.order_by("position")
        first.position, second.position = 2, 1
        first.save()
        second.save()
    with shop.session() as session:
        first, second = session.scalars(sa.select(shop.models.Banner))
        first.position, second.position = second.position, first.position
    equal(shop.count("banner"), 2)


def django_speaks_to_people(shop: Shop) -> None:
    store = shop.store("등대")
    equal(str(store), "등대")
    equal(str(shop.django.Store._meta.verbose_name), "스토어")
    equal(str(shop.django.Store._meta.verbose_name_plural), "스토어들")
    with refused(ValidationError) as raised:
        shop.django.Product(store=store, name="lamp", price=Decimal(-1)).full_clean()
    if "가격은 0 이상이어야 합니다." not in str(raised[0]):
        raise AssertionError(f"the CHECK's message is not shown: {raised[0]}")
    post = shop.posts(1)[0]
    post.refresh_from_db()
    equal((post.kind, post.get_kind_display()), (shop.django.PostKind.PHOTO, "Photo"))


def async_works_alike(shop: Shop) -> None:
    store = shop.store()
    shop.banner(store, 1, shop.product(store)).posts.set(shop.posts(2))
    asyncio.run(use_asynchronously(shop))
    equal(shop.counts(), {"store": 0, "product": 0, "post": 2, "banner": 0, "banner_post": 0})


async def use_asynchronously(shop: Shop) -> None:
    """Loads, changes and deletes through asyncpg."""
    connect = databases.parameters(shop.database)
    # asyncpg knows libpq's other parameters by other names, or not at all.
    known = ("host", "port", "user", "password")
    arguments = {key: value for key, value in connect.items() if key in known}
    arguments["database"] = connect["dbname"]
    engine = create_async_engine("postgresql+asyncpg://", connect_args=arguments)
    models = shop.models
    async with AsyncSession(engine) as session, session.begin():
        banner = (await session.scalars(sa.select(models.Banner).options(*links_of(shop)))).one()
        equal(len(banner.posts), 2)
        banner.image_url = "changed"
        await session.flush()
        store = (await session.scalars(sa.select(models.Store))).one()
        await session.delete(store)
    await engine.dispose()


# ----------------------------------------------------------------------------------------- deleting


def delete_store_by_django(shop: Shop, key: int) -> list[str]:
    store = shop.django.Store.objects.get(pk=key)
    with CaptureQueriesContext(connection) as queries:
        store.delete()
    framing = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(framing)]


def delete_store_by_sqlalchemy(shop: Shop, key: int) -> list[str]:
    statements: list[str] = []
    with shop.session() as session:
        store = session.get_one(shop.models.Store, key)
        sa.event.listen(
            session.connection(),
            "before_cursor_execute",
            lambda _c, _u, statement, *_: statements.append(statement),
        )
        session.delete(store)
    return statements


def links_of(shop: Shop) -> list[Any]:
    models = shop.models
    return [
        orm.selectinload(models.Banner.post_links).selectinload(models.BannerPost.post),
    ]


# ------------------------------------------------------------------------------------------ the task

CASES: list[Callable[[Shop], None]] = [
    a_store_has_many_banners,
    a_banner_points_to_at_most_one_product,
    banners_and_posts_are_many_to_many,
    products_and_banners_are_children_of_the_store,
    nothing_is_stored_twice,
    deleting_a_banner_deletes_neither_product_nor_post,
    a_product_of_another_store_is_refused,
    a_whole_store_goes_in_one_statement,
    posts_come_in_order,
    clearing_a_product_keeps_the_store,
    an_orphan_is_deleted,
    updated_at_is_seen_after_a_save,
    positions_are_swapped_in_one_transaction,
    django_speaks_to_people,
    async_works_alike,
]


def storefront(request: dict[str, Any]) -> list[str]:
    """Runs every case, each over empty tables."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name)
        example.migrate()
        warnings.simplefilter("error")
        shop = Shop(example, name, request["variant"])
        for case in [*CASES, *django_promises.CASES]:
            try:
                case(shop)
            except Exception:
                report.append(f"{case.__name__}: {traceback.format_exc()}")
            example.empty(name)
        shop.engine.dispose()
        close_django()
    return report
