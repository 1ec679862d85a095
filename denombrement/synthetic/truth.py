"""What a count should find, what an exact code would find, and why the two differ, person by person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from denombrement.dedup.codes.frame import tokens_frame
from denombrement.dedup.codes.recipe import Recipe
from denombrement.reference import any_commune
from denombrement.synthetic.answers import DISAGREEMENTS
from denombrement.synthetic.province import IDENTITY, Province
from denombrement.synthetic.slips import FAULTS, fault_names

# Keys no code that is published: they only make equal identities equal.
_RECOUNT_SECRET = bytes(range(32))
_RECOUNT_CAMPAIGN = "synthetic-recount"
# Normalisation removes accents: these never change a code.
HARMLESS = frozenset({"accents_dropped", "accent_added"})
# What keeps two declarations of a person apart, the most certain first: no code at all, then another code.
REASONS = (
    "same_code_as_another",
    "quarantined",
    "identity_refused",
    "identity_not_known",
    "unknown_birthday",
    *(f"{part}_missing" for part in ("year", "month", "day", "family", "given", "sex")),
    "first_of_january_typed",
    "names_swapped",
    "day_month_swapped",
    "other_name_used",
    "sex_wrong",
    "year_slip",
    "day_slip",
    "particle_changed",
    "double_name_shortened",
    "transliterated",
    "family_typo",
    "given_typo",
)
CATEGORIES = ("EL1", "EL2", "EL3", "EL4", "EL5", "EL6", "BE7", "unknown")


def truth_counts(province: Province) -> dict[str, Any]:
    """The figures a perfect count would print: adults in scope once, children with direct link once.

    Returns:
        ``adults``, ``children``, both ``…_without_BE7``, ``by_category`` and ``by_arrondissement`` (code → ``adults``, ``children``; the
        arrondissement is that of the commune of the night), ``communes_participating`` (at least one service
        answered, with zero too), ``communes_total``, ``services_answering``, ``children_indirect``, ``declarations``
        (not withdrawn), ``outside`` (adults declared and not counted, by reason).
    """
    adults = province.persons[province.persons["in_scope"]]
    children = province.children[province.children["direct"]]
    answered = province.services["answer"].isin(["declares", "zero"])
    outside = province.persons.loc[~province.persons["in_scope"], "outside_because"].astype(str)
    before_eviction = [frame["category"] != "BE7" for frame in (adults, children)]
    return {
        "adults": len(adults),
        "children": len(children),
        "adults_without_BE7": int(before_eviction[0].sum()),
        "children_without_BE7": int(before_eviction[1].sum()),
        "by_category": _by("category", adults, children, CATEGORIES),
        "by_arrondissement": _by_arrondissement(adults, children),
        "communes_participating": int(province.services.loc[answered, "commune"].nunique()),
        "communes_total": len(province.services["commune"].cat.categories),
        "services_answering": int(answered.sum()),
        "children_indirect": int((~province.children["direct"]).sum()),
        "declarations": int((~province.declarations["withdrawn"]).sum()),
        "outside": {str(key): int(number) for key, number in outside.value_counts().sort_index().items()},
    }


def exact_codes(province: Province, recipe: Recipe) -> pd.Series[Any]:
    """The exact code of each declaration under a key of its own, ``None`` where a part of it is missing.

    Equal exactly where the codes of a campaign are equal.
    """
    rows = province.declarations
    return _codes(rows, recipe).where(rows["identity_status"] == "coded", None)


def exact_code_truth(province: Province, recipe: Recipe) -> dict[str, int]:
    """What a count by the exact code alone would find of the declarations that stand and break no rule.

    Adults whom the truth leaves out of scope are left out here too.

    Returns:
        ``adults`` (distinct codes, and each declaration without a code as one adult), ``without_code``,
        ``codes``, ``codes_shared`` (codes that two or more persons bear), ``declarations`` of adults in scope that
        can be read, ``quarantined`` (declarations that break a rule, of whomever).
    """
    table = _standing(province, recipe)
    readable = table[table["broken_rule"].isna()]
    coded = readable.dropna(subset=["code"])
    bearers = coded.groupby("code", observed=True)["person_id"].nunique()
    standing = ~province.declarations["withdrawn"]
    without = len(readable) - len(coded)
    return {
        "adults": len(bearers) + without,
        "codes": len(bearers),
        "codes_shared": int((bearers > 1).sum()),
        "without_code": without,
        "quarantined": int((standing & province.declarations["broken_rule"].notna()).sum()),
        "declarations": len(readable),
    }


def differences(province: Province, recipe: Recipe) -> pd.DataFrame:
    """Why an exact count is off, for each person concerned.

    Returns:
        ``person_id``, ``counted`` (how many adults the exact code makes of the person: 0 where every declaration is
        quarantined or the person hides behind another's code), ``reason``: the errors found in the person's
        declarations, in alphabetical order and parted by commas; ``same_code_as_another`` where two persons share a
        code; ``quarantined``; and ``main_reason``, the one of them that comes first in `REASONS`. The sum of
        ``counted − 1`` is the difference between the exact count and the truth.
    """
    table = _standing(province, recipe)
    readable = table[table["broken_rule"].isna()].copy()
    missing = readable["code"].isna()
    readable["key"] = readable["code"].where(~missing, readable["declaration_id"])
    # A shared code is one adult: it is credited to the first of the persons who bear it.
    credited = readable.sort_values("person_id").drop_duplicates("key")
    persons = pd.Index(table["person_id"].unique())
    counted = credited.groupby("person_id").size().reindex(persons, fill_value=0)
    bearers = readable.groupby("key")["person_id"].nunique()
    sharing = set(readable.loc[readable["key"].isin(bearers.index[bearers > 1]), "person_id"])
    concerned = [person for person in persons if counted[person] != 1 or person in sharing]
    reasons = _reasons(table, set(concerned), sharing)
    return pd.DataFrame(
        {
            "person_id": concerned,
            "counted": [int(counted[person]) for person in concerned],
            "reason": [", ".join(sorted(reasons[person])) for person in concerned],
            "main_reason": [min(reasons[person], key=REASONS.index) for person in concerned],
        }
    ).sort_values("person_id", ignore_index=True)


def child_differences(province: Province, recipe: Recipe) -> pd.DataFrame:
    """Why a count of children with direct link may be off after an exact match, for each child concerned.

    How far it is off depends on the rules by which children of two lists are held to be the same.

    Returns:
        ``child_id``, ``reason``: ``parent_counted_twice`` (a parent's declarations that list it have several codes),
        ``parents_in_two_services`` (no service declares both parents), ``child_year_slip`` or ``child_link_unknown``
        (lists that differ), ``quarantined`` (no list can be read); parted by commas.
    """
    table = _standing(province, recipe)
    table["key"] = table["code"].where(table["code"].notna(), table["declaration_id"])
    service = province.declarations[["declaration_id", "service_id"]]
    lists = province.declared_children.merge(table, on="declaration_id").merge(service, on="declaration_id")
    direct = province.children.loc[province.children["direct"], ["child_id", "birth_year"]]
    lists = lists.merge(direct, on="child_id", suffixes=("", "_true"))
    # The parent elsewhere, who calls the child indirect, adds nothing to the headline.
    lists = lists[lists["link"] != "indirect"]
    readable = lists[lists["broken_rule"].isna()]
    found = {
        "parent_counted_twice": _several(readable, ["child_id", "person_id"], "key"),
        "parents_in_two_services": _several(readable, ["child_id"], "person_id")
        - _several(readable, ["child_id", "service_id"], "person_id"),
        "child_year_slip": set(
            readable.loc[readable["birth_year"] != readable["birth_year_true"], "child_id"]
        ),
        "child_link_unknown": set(readable.loc[readable["link"] == "dont_know", "child_id"]),
        "quarantined": set(direct["child_id"]) - set(readable["child_id"]),
    }
    children = sorted(set().union(*found.values()))
    reasons = [", ".join(reason for reason, those in found.items() if child in those) for child in children]
    return pd.DataFrame({"child_id": children, "reason": reasons})


def _several(rows: pd.DataFrame, within: list[str], column: str) -> set[str]:
    """Children for whom, within such a group, the column has several values."""
    numbers = rows.groupby(within, observed=True)[column].nunique()
    return set(numbers[numbers > 1].index.get_level_values("child_id"))


def household_table(province: Province) -> pd.DataFrame:
    """Households as they are: ``household_id``, ``relation``, ``adults``, ``children`` (with direct link)."""
    direct = province.children.loc[province.children["direct"], "child_id"]
    parents = province.parents[
        province.parents["child_id"].isin(direct) & (province.parents["link"] == "direct")
    ]
    homes = parents.merge(province.persons[["person_id", "household_id"]], on="person_id")
    children = homes.groupby("household_id")["child_id"].nunique()
    table = province.persons.groupby("household_id", as_index=False).agg(
        relation=("relation", "first"), adults=("person_id", "size")
    )
    return table.assign(children=table["household_id"].map(children).fillna(0).astype(int))


def fault_table(province: Province) -> pd.DataFrame:
    """Every error made in an identity: ``declaration_id``, ``person_id``, ``fault``."""
    return _bits(province, "faults", FAULTS, "fault")


def disagreement_table(province: Province) -> pd.DataFrame:
    """Every answer that differs from the truth: ``declaration_id``, ``person_id``, ``disagreement``."""
    return _bits(province, "disagreements", DISAGREEMENTS, "disagreement")


def _by(column: str, adults: pd.DataFrame, children: pd.DataFrame, keys: tuple[str, ...]) -> dict[str, Any]:
    of_adults, of_children = (_counted(frame[column].astype(str)) for frame in (adults, children))
    return {key: {"adults": of_adults.get(key, 0), "children": of_children.get(key, 0)} for key in keys}


def _by_arrondissement(adults: pd.DataFrame, children: pd.DataFrame) -> dict[str, Any]:
    frames = []
    for frame in (adults, children):
        communes = frame["commune_night"].cat
        of_commune = [any_commune(nis).arrondissement_nis for nis in communes.categories]
        frames.append(pd.DataFrame({"place": np.array(of_commune, dtype=object)[communes.codes]}))
    known = tuple(
        sorted({any_commune(nis).arrondissement_nis for nis in adults["commune_night"].cat.categories})
    )
    return _by("place", frames[0], frames[1], known)


def _counted(values: pd.Series[Any]) -> Mapping[str, int]:
    return {str(key): int(number) for key, number in values.value_counts().items()}


def _standing(province: Province, recipe: Recipe) -> pd.DataFrame:
    """Declarations not withdrawn of adults in scope, with their code and that of the person as he or she is."""
    columns = ["declaration_id", "person_id", "broken_rule", "faults"]
    table = province.declarations[columns].assign(code=exact_codes(province, recipe))
    adults = province.persons[province.persons["in_scope"]]
    table = table[~province.declarations["withdrawn"] & table["person_id"].isin(adults["person_id"])]
    true = _codes(adults, recipe)
    return table.assign(true_code=table["person_id"].map(dict(zip(adults["person_id"], true, strict=True))))


def _codes(rows: pd.DataFrame, recipe: Recipe) -> pd.Series[Any]:
    return tokens_frame(rows[list(IDENTITY)], _RECOUNT_SECRET, _RECOUNT_CAMPAIGN, recipe)["code"]


def _reasons(table: pd.DataFrame, concerned: set[str], sharing: set[str]) -> dict[str, set[str]]:
    """Errors that changed the code; those that normalisation mends, or of declarations with the right code, are none."""
    found: dict[str, set[str]] = {person: set() for person in concerned}
    rows = table[table["person_id"].isin(concerned)]
    for person, faults, readable, right, unknown_birthday in zip(
        rows["person_id"].tolist(),
        rows["faults"].tolist(),
        rows["broken_rule"].isna().tolist(),
        (rows["code"] == rows["true_code"]).tolist(),
        rows["true_code"].isna().tolist(),
        strict=True,
    ):
        found[person].update(() if right else set(fault_names(faults)) - HARMLESS)
        found[person].update(() if readable else ("quarantined",))
        found[person].update(("unknown_birthday",) if unknown_birthday else ())
        found[person].update(("same_code_as_another",) if person in sharing else ())
    return found


def _bits(province: Province, column: str, names: tuple[str, ...], label: str) -> pd.DataFrame:
    marks = province.declarations[column].to_numpy()
    row, bit = np.nonzero((marks[:, None] >> np.arange(len(names))) & 1)
    identifiers = province.declarations[["declaration_id", "person_id"]].iloc[row].reset_index(drop=True)
    return identifiers.assign(**{label: np.array(names, dtype=object)[bit]})
