"""The research file: nobody stands out in it, nobody is taken out of it, and every format says the same."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import ProtectionRefusal
from denombrement.publication.research.codebook import DDI, ddi_codebook, markdown_codebook, risk_dict
from denombrement.publication.research.formats import write_formats
from denombrement.publication.research.plan import HIDDEN, default_plan
from denombrement.publication.research.recoding import recode
from denombrement.publication.research.variables import Wording, research_file

PLAN = default_plan()
QUASI = [each.name for each in PLAN.quasi]
ARRONDISSEMENTS = {"81001": "81000", "82003": "82000", "85045": "85000"}
OPTIONS = {
    "sex": ("woman", "man"), "category": ("EL1", "EL2", "EL6"), "health": ("addiction", "none"), "income": ("work",),
    "institutions": ("prison",), "reasons": ("eviction",),
}  # fmt: skip
WORDS = Wording(
    "fr",
    lambda name: f"Question {name}",
    lambda name, code: f"« {code} »",
    lambda name: OPTIONS.get(
        name, ("yes", "no", "short", "long", "belgian", "eu", "81000", "82000", "85000")
    ),
)
SEVERAL = ("health", "income", "institutions", "reasons")
FACTS = {
    "title": "Essai", "id": "essai-2023", "file": "personnes", "night": "2023-10-19", "territory": "80000", "universe": "Adultes.",
    "access": "Interne.", "version": "1",
}  # fmt: skip


def person(**answers):
    known = {
        "sex": "man", "age_band": "from_30_to_39", "age_years": 35, "territory": "81001", "nationality": "belgian",
        "household": "alone", "category": "EL6", "duration": None, "residence_status": None, "health": None,
        "income": None, "institutions": None, "reasons": None, "has_children": "no", "cpas_contact": None,
    }  # fmt: skip
    return {**known, **answers}


def crowd(number, **answers):
    """Persons alike but for the category, which two of them share in turn."""
    return [person(category=("EL1", "EL6")[i % 2], **answers) for i in range(number)]


def recoded(rows, **plan):
    return recode(pd.DataFrame(rows), replace(PLAN, **plan), ARRONDISSEMENTS)


def groups(frame):
    return Counter(tuple(row) for row in frame[QUASI].itertuples(index=False))


def test_nothing_is_made_coarser_where_nobody_stands_out():
    result = recoded(crowd(12) + crowd(12, sex="woman"))
    assert set(result.levels.values()) == {0}
    assert result.hidden == 0


def test_one_woman_alone_is_hidden_or_merged_but_stays_in_the_file():
    result = recoded([*crowd(40), person(sex="woman", age_years=71, age_band="from_60")])
    assert len(result.frame) == 41
    assert min(groups(result.frame).values()) >= PLAN.k
    assert result.before.unique == 1
    assert result.after.unique == 0


def test_a_few_are_hidden_rather_than_all_made_coarser():
    few = [person(sex="woman", category=c) for c in ("EL1", "EL2", "EL6", "EL1", "EL2")]
    strange = [person(nationality="eu", household="other", category=c, age_band=a) for c, a in
               zip(("EL1", "EL2", "EL6", "EL1", "EL2"), ("from_18_to_25", "from_60", "unknown", "from_60", "from_50_to_59"), strict=True)]  # fmt: skip
    result = recoded(crowd(200) + few * 2 + strange)
    assert result.hidden == 5
    assert (result.frame["sex"] == HIDDEN).sum() == 5


def test_a_group_that_answers_as_one_betrays_its_members():
    unanimous = [person(sex="woman", category="EL1") for _ in range(10)]
    result = recoded(crowd(30) + unanimous)
    assert result.before.alike == 10
    assert result.after.alike == 0
    by_group = result.frame.groupby(QUASI)["category"].nunique()
    assert by_group.min() >= PLAN.least_diversity


def test_the_same_answers_to_several_questions_betray_too():
    same = [{**each, "health": ["addiction", "none"]} for each in crowd(10, sex="woman")]
    others = [{**each, "health": [("addiction", "none")[i % 2]]} for i, each in enumerate(crowd(30))]
    result = recoded(others + same)
    assert result.before.alike == 10
    assert result.after.alike == 0


def test_answers_nobody_knows_betray_nothing():
    result = recoded(crowd(12))
    assert result.after.alike == 0


@pytest.mark.parametrize("rows", [crowd(4), [person() for _ in range(30)]])
def test_too_few_or_all_alike_is_refused(rows):
    with pytest.raises(ProtectionRefusal, match="PUB081"):
        recoded(rows)


@settings(derandomize=True, deadline=None, max_examples=10)
@given(
    st.lists(
        st.builds(
            person,
            sex=st.sampled_from(["man", "woman", None]),
            age_band=st.sampled_from(["from_18_to_25", "from_30_to_39", "from_60", "unknown"]),
            territory=st.sampled_from(["81001", "82003", "85045", "outside", None]),
            nationality=st.sampled_from(["belgian", "eu", None]),
            category=st.sampled_from(["EL1", "EL2", "EL6"]),
            health=st.sampled_from([None, ["addiction"], ["none"]]),
        ),
        min_size=5,
        max_size=40,
    )
)
def test_whoever_they_are_nobody_stands_out(rows):
    try:
        result = recoded(rows)
    except ProtectionRefusal:
        return
    assert len(result.frame) == len(rows)
    assert min(groups(result.frame).values()) >= PLAN.k
    assert Counter(result.frame["category"]) == Counter(row["category"] for row in rows)
    for _, group in result.frame.groupby(QUASI):
        assert group["category"].nunique() >= PLAN.least_diversity
        assert len(set(group["health"].dropna().map(str))) != 1


def test_the_order_of_rows_tells_nothing():
    rows = crowd(12) + crowd(12, sex="woman")
    assert recoded(rows).frame.equals(recoded(rows[::-1]).frame)


@pytest.fixture
def file():
    rows = crowd(30, health=["addiction"]) + [{**each, "health": ["none"]} for each in crowd(30)]
    rows += crowd(10, sex="woman")
    result = recoded(rows)
    return result, research_file(result, PLAN, SEVERAL, WORDS)


def test_every_format_holds_the_same_answers_with_labels(file, tmp_path):
    _, research = file
    parquet, plain, spss, stata = write_formats(research, tmp_path, "Essai")
    codes = research.frame["health_addiction"]
    assert (
        pd.read_parquet(parquet)["health_addiction"]
        .astype(object)
        .where(codes.notna(), None)
        .equals(codes.astype(object).where(codes.notna(), None))
    )
    assert len(pd.read_csv(plain, sep=";", encoding="utf-8-sig")) == len(codes)
    for path, read in ((spss, pyreadstat.read_sav), (stata, pyreadstat.read_dta)):
        frame, meta = read(str(path), apply_value_formats=True)
        assert list(frame["health_addiction"].dropna()) == [
            {"mentioned": "Mentionné", "not_mentioned": "Non mentionné"}[each] for each in codes.dropna()
        ]
        assert meta.column_names_to_labels["sex"] == "Question sex"


# DDI Codebook 2.5, field-level documentation: children in their order (of those that we write), and attributes.
CONTENT = {
    "codeBook": (("stdyDscr", "fileDscr", "dataDscr"), {"version", "{http://www.w3.org/XML/1998/namespace}lang"}),
    "stdyDscr": (("citation", "stdyInfo", "dataAccs"), set()),
    "citation": (("titlStmt",), set()),
    "titlStmt": (("titl", "IDNo"), set()),
    "stdyInfo": (("sumDscr",), set()),
    "sumDscr": (("collDate", "geogCover", "anlyUnit", "universe"), set()),
    "dataAccs": (("useStmt",), set()),
    "useStmt": (("restrctn",), set()),
    "fileDscr": (("fileTxt",), {"ID"}),
    "fileTxt": (("fileName", "dimensns", "software"), set()),
    "dimensns": (("caseQnty", "varQnty"), set()),
    "dataDscr": (("var",), set()),
    "var": (("labl", "catgry", "varFormat"), {"ID", "name", "files"}),
    "catgry": (("catValu", "labl", "catStat"), set()),
    "collDate": ((), {"date"}), "catStat": ((), {"type"}), "varFormat": ((), {"type"}), "software": ((), {"version"}),
}  # fmt: skip


def test_the_codebook_keeps_the_order_and_the_attributes_of_ddi(file):
    root = ET.fromstring(ddi_codebook(file[1], FACTS, "fr"))
    identifiers = set()
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{DDI}}}")
        children, attributes = CONTENT.get(name, ((), set()))
        places = [children.index(child.tag.removeprefix(f"{{{DDI}}}")) for child in element]
        assert places == sorted(places), name
        assert set(element.attrib) <= attributes, name
        if "ID" in element.attrib:
            # An xs:ID: a name, once in the document.
            assert re.fullmatch(r"[A-Za-z_][\w.-]*", element.attrib["ID"])
            assert element.attrib["ID"] not in identifiers
            identifiers.add(element.attrib["ID"])
    assert root.find(f".//{{{DDI}}}titl").text == FACTS["title"]
    assert {each.get("files") for each in root.iter(f"{{{DDI}}}var")} == {"F1"} <= identifiers


def test_spss_and_stata_give_back_every_label_and_every_answer(file, tmp_path):
    _, research = file
    _, _, spss, stata = write_formats(research, tmp_path, "Essai")
    for path, read, longest in ((spss, pyreadstat.read_sav, 1000), (stata, pyreadstat.read_dta, 80)):
        frame, meta = read(str(path))
        for variable in research.variables:
            assert meta.column_names_to_labels[variable.name] == variable.label[:longest]
            if not variable.codes:
                continue
            labels = meta.variable_value_labels[variable.name]
            assert labels == {variable.number_of(code): text for code, text in variable.codes.items()}
            codes = list(variable.codes)
            back = [None if each != each else codes[int(each) - 1] for each in frame[variable.name]]  # noqa: PLR0124
            written = research.frame[variable.name].astype(object)
            assert back == list(written.where(written.notna(), None))


def test_both_codebooks_hold_every_variable_and_the_risk(file):
    result, research = file
    root = ET.fromstring(ddi_codebook(research, FACTS, "fr"))
    names = [each.get("name") for each in root.iter(f"{{{DDI}}}var")]
    assert names == list(research.frame.columns)
    frequencies = [
        int(each.text) for each in root.find(f".//{{{DDI}}}var[@name='sex']").iter(f"{{{DDI}}}catStat")
    ]
    assert sum(frequencies) == len(research.frame)
    text = markdown_codebook(research, result, PLAN, FACTS)
    assert all(f"`{name}`" in text for name in names)
    assert "Risque de réidentification" in text
    assert risk_dict(result.after)["unique"] == 0
