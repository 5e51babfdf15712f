"""What each ORM reads, it writes back as it was: no type loses anything on the way.

Every row of a filled example is loaded and saved with all its columns. Not a byte of it may change,
nor may `on update now()` fire: its trigger ignores an update that changes nothing.
"""

from __future__ import annotations

from typing import Any

from trine_proof import contents, databases
from trine_proof.example import Example
from trine_proof.expected import Rows


def roundtrip(example: Example, name: str) -> list[str]:
    """Loads and saves every row through both ORMs, and reports what changed."""
    before = snapshot(example, name)
    report = []
    for orm, save in (("Django", save_by_django), ("SQLAlchemy", save_by_sqlalchemy)):
        save(example, name)
        after = snapshot(example, name)
        report += [
            f"{orm} reads and writes {table} differently: {line}"
            for table in before
            for line in contents.rows_differ(
                sorted(map(str, before[table])), sorted(map(str, after[table]))
            )
        ]
    return report


def snapshot(example: Example, name: str) -> Rows:
    with databases.connect(name) as connection:
        return contents.dump(connection, example)


def save_by_django(example: Example, name: str) -> None:
    """`save()` of every instance, in one transaction: deferred bounds hold at its end."""
    from django.apps import apps
    from django.db import transaction

    with transaction.atomic():
        for app in example.model.apps:
            for model in apps.get_app_config(app).get_models():
                if model._meta.managed:
                    for instance in model._default_manager.all():
                        instance.save(force_update=True)


def save_by_sqlalchemy(example: Example, name: str) -> None:
    """A flush in which every column but the key counts as changed."""
    import sqlalchemy as sa
    from sqlalchemy import orm
    from sqlalchemy.orm.attributes import flag_modified

    engine = example.engine(name)
    with orm.Session(engine) as session, session.begin():
        rows: list[Any] = []
        for mapper in example.sqlalchemy.Base.registry.mappers:
            facts = example.model.tables.get(mapper.local_table.fullname)
            if facts is None or facts.external:
                continue
            for row in session.scalars(sa.select(mapper.class_)):
                rows.append(row)
                for attribute in mapper.column_attrs:
                    column = attribute.columns[0]
                    if not column.primary_key and column.computed is None:
                        flag_modified(row, attribute.key)
    engine.dispose()
