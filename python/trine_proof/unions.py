"""The application of `tests/data/owners`, which lies beside generated models: each of its cases is run.

Nothing but the models knows how the union is stored, and no warning is let through.
"""

from __future__ import annotations

import asyncio
import importlib
import traceback
import warnings
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from trine_proof import databases
from trine_proof.example import Example


def unions(request: dict[str, Any]) -> list[str]:
    """Runs the cases, each in empty tables."""
    example = Example.of(request)
    report: list[str] = []
    with databases.database() as name:
        models = example.sqlalchemy
        application = importlib.import_module(f"{example.package}.application")
        engine = example.engine(name)
        models.Base.metadata.create_all(engine)
        warnings.simplefilter("error")
        for case in application.CASES:
            report += tried(case.__name__, lambda case=case: case(engine))
            example.empty(name)
        if hasattr(application, "under_asyncio"):
            in_loop = in_a_loop(application, name)
            report += tried("under_asyncio", lambda: asyncio.run(in_loop))
        engine.dispose()
    return report


async def in_a_loop(application: Any, name: str) -> None:
    """Runs the case of asyncio."""
    connect = databases.parameters(name)
    engine = create_async_engine("postgresql+psycopg://", connect_args=connect)
    try:
        await application.under_asyncio(engine)
    finally:
        await engine.dispose()


def tried(name: str, case: Any) -> list[str]:
    """What went wrong with a case."""
    try:
        case()
    except Exception:
        return [f"{name}:", traceback.format_exc()]
    return []
