"""The questions that are asked of every strategy in both ORMs, and how a take of one is measured."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol

from .rows import Tables

#: The questions whose answers take time, in the table's order.
QUESTIONS = ("list", "list one by one", "filter", "delete", "insert")


@dataclass(frozen=True)
class Plan:
    """How much there is, and how often it is measured."""

    tasks: int
    persons: int
    groups: int
    #: The tasks of one list.
    listed: int
    #: The tasks that are inserted at once.
    inserted: int
    #: The takes of a question in one process, behind those that nobody looks at.
    takes: int
    warm_up: int = 1

    def owner(self, number: int) -> str:
        """The name of an owner; persons come first."""
        return f"Owner {number % (self.persons + self.groups)}"

    def new_tasks(self, owners: list[Any]) -> list[tuple[str, Any]]:
        """The tasks to insert, for these owners by turns."""
        return [(f"new {n}", owners[n % len(owners)]) for n in range(self.inserted)]


#: The work of a question: prepares, yields, works, yields what it found, and undoes.
Work = Iterator[object]


class Side(Protocol):
    """The generated models of a strategy, or the hand-written ones."""

    tables: Tables

    def create(self) -> None:
        """Makes the tables."""

    def questions(self) -> dict[str, Callable[[Plan, int], Work]]:
        """What can be asked, as the work of a take with a number of its own."""

    def statements(self) -> int:
        """How many statements were sent so far, those of the transaction itself aside."""


@dataclass(frozen=True)
class Take:
    """One take of a question."""

    seconds: float
    statements: int
    #: What was found: the same on every side.
    told: object


def taken(side: Side, question: str, plan: Plan, number: int) -> Take:
    """Measures one take."""
    work = side.questions()[question](plan, number)
    next(work)
    before = side.statements()
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        told = next(work)
        seconds = perf_counter() - start
    finally:
        gc.enable()
    statements = side.statements() - before
    next(work, None)
    return Take(seconds, statements, told)
