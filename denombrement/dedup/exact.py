"""Persons by exact code: declarations that bear the same keyed code are one person.

A declaration without a code (the person refused, or nobody knew the name) is a person of its own. Any single typo in
what the code is made of makes two persons of one: on synthetic Belgian campaigns such a count is about 10 % too high.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from denombrement.errors import UsageProblem

if TYPE_CHECKING:
    import pandas as pd

KEY = ["service", "declaration_id"]


def exact_members(declarations: pd.DataFrame) -> pd.DataFrame:
    """Which person each declaration describes, by exact code.

    Args:
        declarations: one row a declaration, with ``service``, ``declaration_id``, ``code`` and ``opaque_code``
            (missing where there is none).

    Returns:
        ``service``, ``declaration_id``, ``person``: one row a declaration, in the order of its key. The person's
        identifier follows from its members alone, whatever the order of the rows.

    Raises:
        UsageProblem: LNK901 where a declaration appears twice.
    """
    if declarations.duplicated(KEY).any():
        raise UsageProblem("LNK901")
    ordered = declarations.sort_values(KEY, ignore_index=True)
    alone = "d/" + ordered["service"] + "/" + ordered["declaration_id"]
    shared = ("c/" + ordered["code"]).fillna("o/" + ordered["opaque_code"])
    return name_persons(ordered[KEY], shared.fillna(alone))


def name_persons(keys: pd.DataFrame, group: pd.Series[str]) -> pd.DataFrame:
    """Gives each group of declarations the identifier of its first member, so that order never matters.

    Args:
        keys: ``service`` and ``declaration_id``, one row a declaration.
        group: any label of the group, row by row.
    """
    members = keys.assign(group=group).sort_values(KEY, ignore_index=True)
    first = members.groupby("group", sort=False)[KEY].transform("first")
    return members[KEY].assign(person=first["service"] + "/" + first["declaration_id"])
