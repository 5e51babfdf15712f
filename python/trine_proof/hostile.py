"""Hostile text, round the whole way: what the file says is what the database, SQLAlchemy and Django say.

The program is made by `tests/support/hostile.rs`: entity `E7` has text 7 as its comment, its label,
a default, an enum's value and the message of a CHECK.
"""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import sqlalchemy as sa
from django.core.exceptions import ValidationError
from sqlalchemy import orm

from trine_proof import databases
from trine_proof.example import Example, close_django


def hostile(request: dict[str, Any]) -> list[str]:
    """Compares each text with what comes back."""
    example = Example.of(request)
    report: list[str] = []
    with databases.database() as name:
        example.use_django(name)
        example.migrate()
        warnings.simplefilter("error")
        import hostile.models  # type: ignore[import-not-found]

        for number, text in enumerate(request["texts"]):
            found = [
                *in_the_catalog(name, number),
                *in_django(hostile.models, number),
                *in_sqlalchemy(example, name, number),
            ]
            for what, value in found:
                wanted = text.strip() if "comment" in what or "docstring" in what else text
                if "docstring" in what:
                    # `inspect` spreads tabs.
                    wanted = wanted.expandtabs()
                if what == "Django's __str__":
                    wanted = text.replace("{", "").replace("}", "")
                if value != (wanted or None if "comment" in what else wanted):
                    report.append(f"{what} of text {number}: {value!r} is not {wanted!r}")
        report += odd_names(example, name, hostile.models)
        close_django()
    return report


def odd_names(example: Example, name: str, models: Any) -> list[str]:
    """A table and columns with quotes and placeholders in their names are written and read."""
    engine = example.engine(name)
    with orm.Session(engine) as session, session.begin():
        session.add(example.sqlalchemy.Odd(g="from SQLAlchemy"))
    models.Odd.objects.create(f="changed", g="from Django")
    models.Odd.objects.filter(f="changed").update(f="changed again")
    with orm.Session(engine) as session, session.begin():
        odd = example.sqlalchemy.Odd
        rows = session.scalars(sa.select(odd).where(odd.f.in_(["odd", "changed again"]))).all()
        found = {(row.f, row.g) for row in rows}
        for row in rows:
            row.f = "last"
    engine.dispose()
    wanted = {("odd", "from SQLAlchemy"), ("changed again", "from Django")}
    if found != wanted or models.Odd.objects.filter(f="last").count() != 2:
        return [f"odd names: {found}"]
    return []


def in_the_catalog(name: str, number: int) -> list[tuple[str, Any]]:
    """What PostgreSQL has for comments and the default."""
    table = f"hostile_e{number}"
    with databases.connect(name) as connection:
        row = connection.execute(
            "SELECT obj_description(%(t)s::regclass, 'pg_class'), "
            "col_description(%(t)s::regclass, attnum) FROM pg_attribute "
            "WHERE attrelid = %(t)s::regclass AND attname = 'f'",
            {"t": table},
        ).fetchone()
        assert row is not None
        connection.execute(f"INSERT INTO {table} DEFAULT VALUES")  # type: ignore[arg-type]
        values = connection.execute(f"SELECT f, k FROM {table}").fetchone()  # type: ignore
        assert values is not None
    return [
        ("the table's comment", row[0]),
        ("the column's comment", row[1]),
        ("the default in SQL", values[0]),
        ("the enum's value in SQL", values[1]),
    ]


def in_django(models: Any, number: int) -> list[tuple[str, Any]]:
    """What Django has for labels, values and messages."""
    model = getattr(models, f"E{number}")
    made = model.objects.create()
    made.refresh_from_db()
    found = [
        ("Django's verbose_name", str(model._meta.verbose_name)),
        ("Django's verbose_name_plural", str(model._meta.verbose_name_plural)),
        ("Django's label of a field", str(model._meta.get_field("f").verbose_name)),
        ("Django's default", made.f),
        ("Django's enum value", str(getattr(made.k, "value", made.k))),
        ("Django's label of an enum value", made.get_k_display()),
        ("Django's __str__", str(made)),
    ]
    try:
        model(n=-1, f="y").full_clean()
    except ValidationError as error:
        messages = error.message_dict.get("__all__", [])
        found.append(("Django's message", messages[0] if messages else None))
    model.objects.all().delete()
    return found


def in_sqlalchemy(example: Example, name: str, number: int) -> list[tuple[str, Any]]:
    """What SQLAlchemy has for values and docstrings."""
    model = getattr(example.sqlalchemy, f"E{number}")
    engine = example.engine(name)
    with orm.Session(engine) as session, session.begin():
        session.add(model())
    with orm.Session(engine) as session:
        made = session.scalars(sa.select(model)).one()
        found = [
            ("SQLAlchemy's default", made.f),
            ("SQLAlchemy's enum value", str(getattr(made.k, "value", made.k))),
            ("SQLAlchemy's comment", model.__table__.comment),
        ]
    engine.dispose()
    if (docs := inspect.getdoc(model)) is not None and model.__table__.comment is not None:
        found.append(("SQLAlchemy's docstring", docs.strip()))
    return found
