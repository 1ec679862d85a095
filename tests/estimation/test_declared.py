from __future__ import annotations

import pytest

from denombrement.errors import UsageProblem
from denombrement.estimation.assumptions import Answer, assumptions
from denombrement.estimation.declared import declaration_template, read_declaration
from denombrement.estimation.grouping import default_groupings

CATEGORIES = ("EL1", "EL2", "EL3", "EL4", "EL5", "EL6", "BE7")


@pytest.fixture
def template():
    return declaration_template(default_groupings(), CATEGORIES, "fr")


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_an_unfilled_template_answers_nothing(language):
    text = declaration_template(default_groupings(), CATEGORIES, language)
    declared = read_declaration(text, grouping_recorded_first=True)
    assert len(declared.ticked.unanswered) == len(assumptions())
    assert declared.design.missed_matches is None
    assert declared.design.grouping == "five_systems"
    assert declared.design.categories == {"EL1", "EL2", "EL3", "EL5", "EL6"}
    assert all(each.text(language) in text for each in assumptions())


def test_a_filled_template_is_read_back(template):
    text = template.replace('no_pathway = ""', 'no_pathway = "doubtful"').replace(
        "pathways = []", 'pathways = [["a", "b"]]'
    )
    text = (
        text.replace("# missed = 0", "missed = 4")
        .replace("# examined", "examined")
        .replace("# source", "source")
    )
    declared = read_declaration(text, grouping_recorded_first=False)
    assert declared.ticked.answers == {"no_pathway": Answer.DOUBTFUL}
    assert declared.design.missed_matches.rate == 0.04
    assert declared.design.pathways == (("a", "b"),)
    assert not declared.design.grouping_recorded_first


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('unit = "adult"', "", "EST023"),
        ('unit = "adult"', "unit =", "EST023"),
        ('no_pathway = ""', 'no_pathway = "perhaps"', "EST023"),
        ("pathways = []", "pathways = [1]", "EST023"),
        ("[missed_matches]", "[missed_matches]\nmissed = 4", "EST023"),
        ("[missed_matches]", '[missed_matches]\nmissed = 4\nexamined = 3\nsource = ""', "EST010"),
        ('no_pathway = ""', 'the_moon = "holds"', "EST015"),
    ],
)
def test_a_declaration_that_cannot_be_read_says_so(template, old, new, code):
    with pytest.raises(UsageProblem) as problem:
        read_declaration(template.replace(old, new), grouping_recorded_first=True)
    assert problem.value.code == code
