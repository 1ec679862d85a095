"""The synthetic province: typed tables of what is true and of what each service says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from denombrement.errors import UsageProblem
from denombrement.synthetic.parameters import Parameters

IDENTITY = ("given_name", "family_name", "birth_year", "birth_month", "birth_day", "sex")
# Answers of a declaration, in the order of the form; choices are categoricals of option codes, several answers one
# text of codes parted by spaces, communes NIS codes, ``outside`` or ``dont_know``.
ANSWERS = (
    "person_present",
    "situation",
    "place_detail",
    "night_precision",
    "situation_source",
    "commune_night",
    "commune_origin",
    "territory_link",
    "leaving_when",
    "leaving_date",
    "housing_on_leaving",
    "stay_prolonged",
    "eviction_when",
    "eviction_date",
    "outside_reason",
    "sex",
    "age_years",
    "age_class",
    "nationality",
    "birth_country",
    "residence_status",
    "household",
    "household_number",
    "has_children",
    "income",
    "health",
    "duration",
    "institutions",
    "reasons",
    "service_relation",
    "cpas_contact",
    "origin_of_demand",
    "case_number",
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "services": ("service_id", "name", "type", "commune", "state", "answer"),
    "persons": (
        "person_id",
        "household_id",
        "relation",
        "origin",
        *IDENTITY[:5],
        "other_name",
        "sex",
        "age_years",
        "situation",
        "category",
        "place_detail",
        "commune_night",
        "territory_link",
        "leaving_when",
        "housing_on_leaving",
        "stay_prolonged",
        "eviction_when",
        "nationality",
        "birth_country",
        "residence_status",
        "household",
        "duration",
        "health",
        "income",
        "institutions",
        "reasons",
        "in_scope",
        "outside_because",
        "declarations",
    ),
    "children": ("child_id", "birth_year", "sex", "direct", "category", "commune_night"),
    "parents": ("child_id", "person_id", "link", "other_parent"),
    "declarations": (
        "declaration_id",
        "person_id",
        "service_id",
        "rank",
        "revision",
        "corrected",
        "withdrawn",
        "broken_rule",
        "faults",
        "disagreements",
        "child_disagreements",
        "identity_status",
        *(column for column in IDENTITY if column != "sex"),
        *ANSWERS,
    ),
    "declared_children": ("declaration_id", "child_id", "birth_year", "child_sex", "link", "other_parent"),
}


@dataclass(frozen=True)
class Province:
    """One synthetic province.

    Attributes:
        night: reference night, named by its evening.
        seed: of the generator; same parameters, size and seed give the same tables.
        parameters: that made it.
        services: all services: ``state`` as a campaign knows it beforehand, ``answer`` what becomes of the return
            (``declares``, ``zero``, ``silent``, ``refused``).
        persons: the adults as they are, in scope or not (``outside_because`` says why not).
        children: under 18, with link to one parent at least; ``direct`` ones are counted.
        parents: a row per child and parent.
        declarations: what each service says, sorted by service; ``faults``, ``disagreements`` and
            ``child_disagreements`` are bits (`slips.FAULTS`, `answers.DISAGREEMENTS`,
            `told_children.CHILD_DISAGREEMENTS`); ``broken_rule`` names the rule broken on purpose; ``rank`` 0 is the
            service that knows best.
        declared_children: the children listed by each declaration, in its order.

    Raises:
        UsageProblem: SYN007, a table lacks a column.
    """

    night: date
    seed: int
    parameters: Parameters
    services: pd.DataFrame
    persons: pd.DataFrame
    children: pd.DataFrame
    parents: pd.DataFrame
    declarations: pd.DataFrame
    declared_children: pd.DataFrame

    def __post_init__(self) -> None:
        for table, columns in COLUMNS.items():
            if tuple(getattr(self, table).columns) != columns:
                raise UsageProblem("SYN007", table=table)
