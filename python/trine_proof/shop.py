"""A storefront to run cases in: both ORMs over one database, and what the cases assert with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import orm

from trine_proof import databases
from trine_proof.example import Example


class Shop:
    """What the cases work with: both ORMs over one database."""

    def __init__(self, example: Example, database: str, variant: str) -> None:
        import storefront.models

        self.example = example
        self.database = database
        self.by_database = variant != "python"
        self.django: Any = storefront.models
        self.models: Any = example.sqlalchemy
        self.engine = example.engine(database)

    @contextmanager
    def session(self) -> Iterator[orm.Session]:
        """A session that commits at the end."""
        with orm.Session(self.engine) as session, session.begin():
            yield session

    def store(self, name: str = "one") -> Any:
        return self.django.Store.objects.create(name=name, url="https://example.com")

    def product(self, store: Any, name: str = "lamp") -> Any:
        return self.django.Product.objects.create(store=store, name=name, price=Decimal("9.90"))

    def banner(self, store: Any, position: int = 1, product: Any = None) -> Any:
        return self.django.Banner.objects.create(
            store=store, image_url="https://example.com/a.png", position=position, product=product
        )

    def posts(self, count: int) -> list[Any]:
        there = self.count("post")
        return [
            self.django.Post.objects.create(instagram_id=f"post {number}")
            for number in range(there, there + count)
        ]

    def count(self, table: str) -> int:
        with databases.connect(self.database) as connection:
            row = connection.execute(f"SELECT count(*) FROM storefront_{table}").fetchone()  # type: ignore
        return int(row[0]) if row else -1

    def counts(self) -> dict[str, int]:
        tables = ("store", "product", "post", "banner", "banner_post")
        return {table: self.count(table) for table in tables}


def equal(found: object, wanted: object) -> None:
    """An assertion that says what it found."""
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


@contextmanager
def refused(*errors: type[BaseException]) -> Iterator[list[BaseException]]:
    """Something that must raise; gives what was raised."""
    raised: list[BaseException] = []
    try:
        yield raised
    except errors as error:
        raised.append(error)
    else:
        raise AssertionError("nothing refused it")
