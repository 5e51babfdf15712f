"""What a delete should leave, computed from the rules that the file states.

No SQL is asked: rows are dictionaries, and the rules are applied to them as the charter words them. So
three targets that agree on the wrong thing are noticed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from trine_proof.model import Bounds, Model, Relation

#: A row as `to_jsonb` gives it.
Values = dict[str, Any]
#: Rows by table.
Rows = dict[str, list[Values]]


@dataclass
class Refused:
    """The delete is refused, by these: rules (`restrict`, `protect`) or `bounds`."""

    reasons: set[str]


def expected(model: Model, rows: Rows, table: str, victim: Values, defaults: Rows) -> Rows | Refused:
    """The rows that are left when `victim` is deleted, or why it is refused."""
    alive = {name: [dict(row) for row in there] for name, there in rows.items()}
    first = next(row for row in alive[table] if row == victim)
    queue = [(table, first)]
    alive[table] = [row for row in alive[table] if row is not first]
    gone: list[tuple[str, Values]] = []
    refused = Refused(set())
    while queue:
        target, deleted = queue.pop()
        gone.append((target, deleted))
        for relation in model.relations:
            if relation.target != target:
                continue
            referring = [r for r in alive[relation.source] if refers(relation, r, deleted)]
            if referring and relation.rule == "protect":
                refused.reasons.add("protect")
            for row in referring:
                if relation.rule == "cascade":
                    alive[relation.source] = [r for r in alive[relation.source] if r is not row]
                    queue.append((relation.source, row))
                elif relation.rule == "set null":
                    row.update(dict.fromkeys(relation.own))
                elif relation.rule == "set default":
                    row.update(defaults["default"][relation.number])
    for relation in model.relations:
        for row in alive[relation.source]:
            if any(t == relation.target and refers(relation, row, d) for t, d in gone):
                refused.reasons.add(relation.rule)
    refused.reasons |= out_of_bounds(model, alive)
    return refused if refused.reasons else alive


def refers(relation: Relation, row: Values, target: Values) -> bool:
    """Whether a row's foreign key is that of the target; NULL refers to nothing."""
    return all(
        row[column] is not None and row[column] == target[referred]
        for column, referred in zip(relation.columns, relation.target_columns, strict=True)
    )


def out_of_bounds(model: Model, alive: Rows) -> set[str]:
    """`bounds`, when a row that is left has too few or too many of something."""
    for relation in model.relations:
        if not within(relation.there, relation, alive):
            return {"bounds"}
    for link in model.links:
        for end, bounds in ((link.source_end, link.here), (link.target_end, link.there)):
            if not within(bounds, model.relations[end], alive):
                return {"bounds"}
    return set()


def within(bounds: Bounds, relation: Relation, alive: Rows) -> bool:
    """Whether every target has as many rows that refer to it as the file allows."""
    if bounds == Bounds(0, None):
        return True
    counted = Counter(
        tuple(row[column] for column in relation.columns) for row in alive[relation.source]
    )
    return all(
        bounds.allow(counted[tuple(target[column] for column in relation.target_columns)])
        for target in alive[relation.target]
    )
