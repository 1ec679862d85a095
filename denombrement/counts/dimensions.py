"""The dimensions along which persons are counted: their codes, as trees, and how a person falls into them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from denombrement.counts.asked import NOT_ASKED, condition_of, was_asked
from denombrement.counts.table import TERRITORY, Hierarchy
from denombrement.errors import UsageProblem
from denombrement.reference import all_communes, categories, category_of, communes_on, province, vintage_code
from denombrement.reference import arrondissements as all_arrondissements
from denombrement.survey.questionnaire import DONT_KNOW, options, question

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown"
OUTSIDE = "outside"
WITHOUT_BE7 = "without_BE7"
BE7 = "BE7"
CATEGORY, SITUATION, SEX, AGE_BAND = "category", "situation", "sex", "age_band"
SERVICE_TERRITORY = "service_territory"

AGE_BANDS: dict[str, tuple[int, int]] = {
    "from_18_to_25": (18, 25),
    "from_26_to_29": (26, 29),
    "from_30_to_39": (30, 39),
    "from_40_to_49": (40, 49),
    "from_50_to_59": (50, 59),
    "from_60": (60, 120),
}


def hierarchy(dimension: str, night: date) -> Hierarchy:
    """The tree of one dimension's codes, for a count on this night.

    Territories go province, arrondissement, commune, with those outside the province and those unknown beside the
    arrondissements. Categories go in two steps, so that a total with and one without BE7 both exist.

    Raises:
        UsageProblem: CNT910 for an unknown dimension.
    """
    if dimension in {TERRITORY, SERVICE_TERRITORY}:
        return Hierarchy(dimension, _territories(night))
    if dimension in {CATEGORY, SITUATION}:
        return Hierarchy(dimension, _categories(with_situations=dimension == SITUATION))
    if dimension == AGE_BAND:
        return Hierarchy.flat(dimension, (*AGE_BANDS, UNKNOWN))
    return Hierarchy.flat(dimension, _answers(dimension))


def with_dimensions(persons: pd.DataFrame, night: date, service_communes: dict[str, str]) -> pd.DataFrame:
    """Adds to persons the codes of every derived dimension.

    Args:
        persons: one row a person, as resolution gives them.
        night: the reference night.
        service_communes: service -> NIS code of its commune.

    Returns:
        The same rows with ``category``, ``age_band``, ``territory`` and ``service_territory``.
    """
    return persons.assign(
        **{
            CATEGORY: persons["situation"].map(situation_category),
            AGE_BAND: age_bands(persons["age_years"], persons["age_class"]),
            TERRITORY: territory_codes(persons["commune_night"], night),
            SERVICE_TERRITORY: territory_codes(persons["believed_service"].map(service_communes), night),
        }
    )


def age_bands(age_years: pd.Series[float], age_class: pd.Series[str]) -> pd.Series[str]:
    """Published age class of each person: from the age where it is known, else the class as declared."""
    import pandas as pd

    edges = [low for low, _ in AGE_BANDS.values()] + [121]
    exact = pd.cut(pd.to_numeric(age_years), bins=edges, right=False, labels=list(AGE_BANDS)).astype("object")
    declared = age_class.astype("object").where(age_class.isin(list(AGE_BANDS)))
    return exact.where(exact.notna(), declared).fillna(UNKNOWN)


def territory_codes(communes: pd.Series[str], night: date) -> pd.Series[str]:
    """NIS code of the night's vintage; ``outside`` the province; ``unknown`` where nobody knows."""
    of_night = {each.nis for each in communes_on(night)}
    ours = {each.nis: _of_vintage(each.nis, night) for each in all_communes()}
    missing = communes.isna() | (communes == DONT_KNOW)
    codes = communes.map(ours).fillna(OUTSIDE).mask(missing, UNKNOWN)
    return codes.where(codes.isin(of_night | {OUTSIDE, UNKNOWN}), UNKNOWN)


def answer_codes(answers: pd.Series[str]) -> pd.Series[str]:
    """Answers to a question that concerned everybody here: *don't know* and no answer are one row, ``unknown``."""
    return answers.astype("object").where(answers.notna() & (answers != DONT_KNOW), UNKNOWN)


def question_codes(persons: pd.DataFrame, code: str, night: date) -> pd.Series[str]:
    """A question's answers; ``unknown`` of whom it concerned, ``not_asked`` of whom it did not.

    Args:
        persons: one row a person, with the questions' columns as resolution gives them.
        code: the question.
        night: the reference night.
    """
    return answer_codes(persons[code]).where(was_asked(persons, code, night), NOT_ASKED)


def without_answer(code: str) -> tuple[str, ...]:
    """The codes of whoever gave no answer to a question: ``not_asked`` exists where the question has a condition."""
    return (UNKNOWN,) if condition_of(code) is None else (UNKNOWN, NOT_ASKED)


def _of_vintage(nis: str, night: date) -> str:
    try:
        return vintage_code(nis, night)
    except UsageProblem:
        # A later commune's code on an earlier night: which of its parts was meant cannot be known.
        return UNKNOWN


def situation_category(situation: str) -> str:
    """Category of a living situation; ``unknown`` where nobody knows or the person is not homeless."""
    return UNKNOWN if situation in {UNKNOWN, "not_homeless"} else category_of(situation)


def _territories(night: date) -> dict[str, tuple[str, ...]]:
    communes = communes_on(night)
    top = province().nis
    parts = tuple(each.nis for each in all_arrondissements())
    tree = {"total": (top, OUTSIDE, UNKNOWN), top: parts}
    for part in parts:
        tree[part] = tuple(each.nis for each in communes if each.arrondissement_nis == part)
    return tree


def _categories(*, with_situations: bool) -> dict[str, tuple[str, ...]]:
    inside = tuple(each.code for each in categories() if each.code != BE7)
    tree: dict[str, tuple[str, ...]] = {"total": (WITHOUT_BE7, BE7), WITHOUT_BE7: inside}
    if with_situations:
        for each in categories():
            if not each.residual and each.code != BE7:
                tree[each.code] = tuple(each.living_situations)
    return tree


def _answers(code: str) -> tuple[str, ...]:
    try:
        list_name = question(code).options
    except UsageProblem:
        raise UsageProblem("CNT910", dimension=code) from None
    return (*(each for each in options(list_name) if each != DONT_KNOW), *without_answer(code))
