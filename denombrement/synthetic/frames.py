"""From arrays of positions to the tables of a province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from denombrement.survey.questionnaire import options, questions
from denombrement.synthetic.acts import BREAKS, Acts
from denombrement.synthetic.children import Children
from denombrement.synthetic.contacts import Contacts
from denombrement.synthetic.draws import NONE, Flags, Integers
from denombrement.synthetic.nights import Nights
from denombrement.synthetic.people import CHOICES, People
from denombrement.synthetic.places import Places
from denombrement.synthetic.province import ANSWERS, COLUMNS
from denombrement.synthetic.services import ANSWERS as SERVICE_ANSWERS
from denombrement.synthetic.services import REFUSED, SILENT, Services
from denombrement.synthetic.slips import FAULTS, MISSING, Typed
from denombrement.synthetic.told_children import ToldChildren
from denombrement.synthetic.units import RELATIONS, Units

DATES = ("leaving_date", "eviction_date")
NUMBERS = ("age_years", "household_number", "case_number")


def categories_of(codes: Integers, values: Sequence[str]) -> pd.Categorical:
    """A categorical of these values; −1 is missing."""
    made: pd.Categorical = pd.Categorical.from_codes(
        np.asarray(codes, dtype=np.int64), categories=pd.Index(list(values), dtype=object)
    )
    return made


def services_frame(services: Services, places: Places) -> pd.DataFrame:
    """Services as a campaign lists them, with what becomes of their return."""
    invited = np.where(services.answer == SILENT, 0, np.where(services.answer == REFUSED, 2, 1))
    return pd.DataFrame(
        {
            "service_id": list(services.identifiers),
            "name": list(services.names),
            "type": categories_of(services.type, options("service_type")),
            "commune": categories_of(services.commune, places.nis),
            "state": categories_of(invited, options("service_state")),
            "answer": categories_of(services.answer, SERVICE_ANSWERS),
        }
    )


def persons_frame(
    identifiers: Sequence[str],
    *,
    units: Units,
    people: People,
    nights: Nights,
    places: Places,
    households: Integers,
    outside: Sequence[str],
    declared: Integers,
    origins: Sequence[str],
) -> pd.DataFrame:
    """The adults as they are."""
    situations = options("situation")
    category = [name.split(".")[0] for name in situations]
    names = list(dict.fromkeys(category))
    columns = {
        "person_id": identifiers,
        "household_id": units.unit.astype(np.int32),
        "relation": categories_of(units.relation, RELATIONS),
        "origin": categories_of(people.origin, origins),
        "given_name": people.given_name,
        "family_name": people.family_name,
        "birth_year": people.birth_year,
        "birth_month": people.birth_month,
        "birth_day": people.birth_day,
        "other_name": people.other_name,
        "sex": categories_of(units.sex, options("sex")),
        "age_years": people.age_years,
        "situation": categories_of(units.situation, situations),
        "category": categories_of(np.array([names.index(each) for each in category])[units.situation], names),
        "commune_night": categories_of(nights.commune, places.nis),
        "household": categories_of(households, options("household")),
        "in_scope": units.outside < 0,
        "outside_because": categories_of(units.outside, outside),
        "declarations": declared.astype(np.int16),
    }
    for question in (
        "place_detail",
        "territory_link",
        "leaving_when",
        "housing_on_leaving",
        "stay_prolonged",
        "eviction_when",
    ):
        columns[question] = _choice(question, nights.answers[question])
    for question in ("nationality", "birth_country", "residence_status", "duration", *CHOICES):
        columns[question] = _choice(question, people.answers[question])
    return pd.DataFrame(columns)[list(COLUMNS["persons"])]


def children_frames(
    children: Children, persons: pd.DataFrame, identifiers: Sequence[str], person_ids: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The children, and their links to adults; the place is that of the first parent."""
    first = persons.iloc[children.parent].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "child_id": identifiers,
            "birth_year": children.birth_year,
            "sex": categories_of(children.sex, options("sex")),
            "direct": children.direct == 1,
            "category": first["category"],
            "commune_night": first["commune_night"],
        }
    )
    parents = pd.DataFrame(
        {
            "child_id": np.array(identifiers, dtype=object)[children.link_child],
            "person_id": np.array(person_ids, dtype=object)[children.link_person],
            "link": categories_of(children.link_answer, options("child_link")),
            "other_parent": categories_of(children.link_other_parent, options("other_parent")),
        }
    )
    return frame, parents


def declarations_frame(
    *,
    identifiers: Sequence[str],
    person_ids: Sequence[str],
    services: Services,
    places: Places,
    contacts: Contacts,
    typed: Typed,
    answers: Mapping[str, Integers],
    disagreements: Integers,
    told: ToldChildren,
    acts: Acts,
    night: date,
) -> pd.DataFrame:
    """What the services say."""
    columns: dict[str, Any] = {
        "declaration_id": identifiers,
        "person_id": np.array(person_ids, dtype=object)[contacts.person],
        "service_id": categories_of(contacts.service, services.identifiers),
        "rank": contacts.rank,
        "revision": np.where(acts.corrected, 2, 1).astype(np.int8),
        "corrected": acts.corrected,
        "withdrawn": acts.withdrawn,
        "broken_rule": categories_of(acts.broken, BREAKS),
        "faults": typed.faults,
        "disagreements": disagreements,
        "child_disagreements": told.disagreements,
        "identity_status": categories_of(_identity_status(typed), options("identity_status")),
        "given_name": typed.given_name,
        "family_name": typed.family_name,
    }
    for part in ("birth_year", "birth_month", "birth_day"):
        columns[part] = _whole(getattr(typed, part), MISSING)
    communes = places.answers
    for question in ANSWERS:
        codes = told.has_children if question == "has_children" else answers[question]
        columns[question] = _answer(question, codes, communes, night)
    return pd.DataFrame(columns)[list(COLUMNS["declarations"])]


def declared_children_frame(
    told: ToldChildren, declaration_ids: Sequence[str], child_ids: Sequence[str]
) -> pd.DataFrame:
    """The children listed by each declaration."""
    return pd.DataFrame(
        {
            "declaration_id": np.array(declaration_ids, dtype=object)[told.declaration],
            "child_id": np.array(child_ids, dtype=object)[told.child],
            "birth_year": told.birth_year,
            "child_sex": categories_of(told.sex, options("sex")),
            "link": categories_of(told.link, options("child_link")),
            "other_parent": categories_of(told.other_parent, options("other_parent")),
        }
    )


def _identity_status(typed: Typed) -> Integers:
    known = options("identity_status")
    status = np.full(typed.size, known.index("coded"), dtype=np.int8)
    nameless = np.array(
        [
            given is None and family is None
            for given, family in zip(typed.given_name, typed.family_name, strict=True)
        ]
    )
    nothing = (
        nameless
        & (typed.birth_year == MISSING)
        & (typed.birth_month == MISSING)
        & (typed.birth_day == MISSING)
    )
    status[nothing] = known.index("not_known")
    for kind, name in (("identity_refused", "refused"), ("identity_not_known", "not_known")):
        status[(typed.faults >> FAULTS.index(kind) & 1) == 1] = known.index(name)
    return status


def _answer(question: str, codes: Integers, communes: Sequence[str], night: date) -> object:
    if question.startswith("commune"):
        return categories_of(codes, communes)
    if question in DATES:
        days = np.datetime64(night, "D") + np.maximum(codes, 0).astype("timedelta64[D]")
        return np.where(codes == NONE, np.datetime64("NaT"), days).astype("datetime64[s]")
    if question in NUMBERS:
        return _whole(codes, NONE)
    return _choice(question, codes)


def _choice(question: str, codes: Integers) -> pd.Categorical:
    """A categorical of the question's options; of several answers, each combination that occurs."""
    known = options(_list_of(question))
    if question not in CHOICES:
        return categories_of(codes, known)
    masks, positions = np.unique(codes, return_inverse=True)
    texts = [" ".join(name for bit, name in enumerate(known) if mask >> bit & 1) for mask in masks.tolist()]
    if texts[0] == "":
        return categories_of(positions.reshape(-1) - 1, texts[1:])
    return categories_of(positions.reshape(-1), texts)


def _list_of(question: str) -> str:
    return next(each.options for each in questions("declaration") if each.code == question)


def _whole(numbers: Integers, missing: int) -> pd.api.extensions.ExtensionArray:
    absent: Flags = np.asarray(numbers == missing)
    return pd.arrays.IntegerArray(numbers.astype(np.int32), absent)
