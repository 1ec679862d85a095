"""The record: frozen, closed, and exact about what is known, unknown and not asked."""

import pytest
from pydantic import ValidationError

from denombrement.survey.record import Child, Declaration, Identity, Return

TOKEN = "A" * 22
CODED = {"status": "coded", "recipe": "denombrement-1", "code": TOKEN}
HEADER = {"campaign": "luxembourg-2023-abc", "service": "cpas-arlon", "number": 1, "made_at": "2023-10-24T10:00:00Z",
          "made_with": "page 1"}  # fmt: skip


def declaration(**answers):
    return Declaration.model_validate({"declaration_id": "d1", "identity": CODED, **answers})


def reason(error: ValidationError) -> str:
    return error.errors()[0]["type"]


def test_a_declaration_cannot_be_changed():
    with pytest.raises(ValidationError):
        declaration(sex="man").sex = "woman"


def test_not_asked_differs_from_dont_know_and_from_no():
    assert declaration().has_children is None
    assert declaration(has_children="dont_know").has_children == "dont_know"
    assert declaration(has_children="no").has_children == "no"


@pytest.mark.parametrize("field", ["given_name", "nom", "remarks"])
def test_a_field_that_nobody_declared_is_refused(field):
    with pytest.raises(ValidationError) as caught:
        declaration(**{field: "Marker"})
    assert reason(caught.value) == "extra_forbidden"


def test_an_error_text_never_repeats_the_value_that_was_typed():
    with pytest.raises(ValidationError) as caught:
        declaration(situation="Marker-Dupont")
    assert "Marker" not in str(caught.value)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"situation": "EL1"}, "literal_error"),
        ({"sex": "Femme"}, "literal_error"),
        ({"age_years": 121}, "less_than_equal"),
        ({"age_years": -1}, "greater_than_equal"),
        ({"commune_night": "6700"}, "string_pattern_mismatch"),
        ({"income": ["work", "gold"]}, "literal_error"),
        ({"children": [{}] * 16}, "too_long"),
        ({"declaration_id": "../x"}, "string_pattern_mismatch"),
    ],
)
def test_codes_ranges_and_shapes_are_checked(answers, expected):
    with pytest.raises(ValidationError) as caught:
        declaration(**answers)
    assert reason(caught.value) == expected


@pytest.mark.parametrize("commune", ["81001", "outside", "dont_know"])
def test_a_commune_is_a_code_outside_or_unknown(commune):
    assert declaration(commune_night=commune).commune_night == commune


@pytest.mark.parametrize(
    "identity",
    [
        {"status": "coded"},
        {"status": "coded", "code": TOKEN},
        {"status": "coded", "recipe": "r", "code": TOKEN, "opaque_code": "ABCD"},
        {"status": "opaque"},
        {"status": "opaque", "recipe": "r", "code": TOKEN, "opaque_code": "ABCD"},
        {"status": "refused", "code": TOKEN},
        {"status": "not_known", "tokens": {"birth_year": TOKEN}},
    ],
)
def test_an_identity_whose_status_lies_is_refused(identity):
    with pytest.raises(ValidationError):
        Identity.model_validate(identity)


@pytest.mark.parametrize(
    "identity",
    [
        CODED,
        {"status": "coded", "recipe": "r", "tokens": {"birth_year": TOKEN}},
        {"status": "opaque", "opaque_code": "KUL-0042"},
        {"status": "refused"},
        {"status": "not_known"},
    ],
)
def test_an_identity_that_tells_the_truth_is_taken(identity):
    assert Identity.model_validate(identity).status == identity["status"]


def test_a_return_holds_declarations_or_says_that_nobody_was_met():
    one = {"declaration_id": "d1", "identity": CODED}
    assert Return.model_validate({**HEADER, "declarations": [one]}).met_nobody is False
    assert Return.model_validate({**HEADER, "met_nobody": True}).declarations == ()
    for wrong in ({}, {"met_nobody": True, "declarations": [one]}):
        with pytest.raises(ValidationError) as caught:
            Return.model_validate({**HEADER, **wrong})
        assert reason(caught.value) == "return_state"


def test_a_return_with_withdrawals_alone_is_a_state_too():
    gone = Return.model_validate({**HEADER, "withdrawn": [{"declaration_id": "d1", "revision": 2}]})
    assert gone.withdrawn[0].declaration_id == "d1"


def test_a_declaration_stands_once_in_a_return():
    one = {"declaration_id": "d1", "identity": CODED}
    with pytest.raises(ValidationError) as caught:
        Return.model_validate({**HEADER, "declarations": [one, one]})
    assert reason(caught.value) == "declaration_twice"


def test_a_child_needs_nothing_to_be_known():
    assert Child().birth_year is None
