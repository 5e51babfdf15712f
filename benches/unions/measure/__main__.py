"""Makes the tables of one strategy in one ORM, or asks them the questions once more.

The one argument is a JSON object; `main.rs` says what is in it. Each line on stdout is an answer in JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from . import dangling, rows
from .questions import QUESTIONS, Plan, Side, taken

if TYPE_CHECKING:
    from psycopg import Connection


def main() -> None:
    request = json.loads(sys.argv[1])
    plan = Plan(**request["plan"])
    strategy: str = request["strategy"]
    url = os.environ["TRINE_BENCH_DATABASE"]
    if request["orm"] == "sqlalchemy":
        from . import with_sqlalchemy

        sides, connection = with_sqlalchemy.sides(url, strategy)
    else:
        from . import with_django

        sides, connection = with_django.sides(url, strategy)
    if request["make"]:
        make(sides, connection, strategy, plan)
    else:
        for answer in ask(sides, plan, request["round"]):
            print(json.dumps(answer), flush=True)


def make(
    sides: list[Side], connection: Connection[Any], strategy: str, plan: Plan
) -> None:
    """Makes and fills the tables, and says how large they are and what dangles in them."""
    for side in sides:
        side.create()
    for side in sides:
        rows.fill(connection, side.tables, strategy, plan)
    for side in sides:
        size = rows.size(connection, side.tables)
        dangles = dangling.tried(connection, side.tables, strategy)
        answer = {"side": side.tables.side, "bytes": size, "dangles": dangles}
        print(json.dumps(answer), flush=True)


def ask(sides: list[Side], plan: Plan, before: int) -> list[dict[str, Any]]:
    """Asks each question of each side by turns: what disturbs the one disturbs the other."""
    answers = []
    for question in QUESTIONS:
        asked = [side for side in sides if question in side.questions()]
        if not asked:
            continue
        takes: dict[str, list[float]] = {side.tables.side: [] for side in asked}
        statements: dict[str, int] = {}
        for take in range(-plan.warm_up, plan.takes):
            number = before * (plan.warm_up + plan.takes) + take + plan.warm_up
            told = []
            # Neither always goes first.
            for side in asked if number % 2 else reversed(asked):
                result = taken(side, question, plan, number)
                told.append(result.told)
                statements[side.tables.side] = result.statements
                if take >= 0:
                    takes[side.tables.side].append(result.seconds)
            if any(each != told[0] for each in told):
                raise SystemExit(f"{question}: the sides don't answer alike: {told}")
        answers += [
            {
                "question": question,
                "side": side,
                "statements": statements[side],
                "seconds": seconds,
            }
            for side, seconds in takes.items()
        ]
    return answers


main()
