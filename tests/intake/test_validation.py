"""Bodies that are no returns, and records that only a second look can place."""

import json

import pytest

from denombrement.errors import DamagedInput
from denombrement.intake.validation import validate_return


def believe(_campaign, _service):
    """Believes anybody."""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("not json", "JSON"),
        ("[]", "JSON"),
        ("{}", "campaign, service"),
        ('{"campaign": 1, "service": "a"}', "campaign, service"),
        ('{"campaign": "c-2023", "service": "a", "declarations": {}}', "declarations"),
    ],
)
def test_a_body_that_is_no_return_names_what_is_wrong_with_it(body, field):
    with pytest.raises(DamagedInput, match="INT108") as caught:
        validate_return(body, believe)
    assert caught.value.facts["field"] == field


def test_a_return_of_wrong_records_alone_is_a_return_with_nothing_to_count(desk):
    body = json.dumps(desk.body(declarations=[{"declaration_id": "a"}, 7]))
    whole, taken, rejected = validate_return(body, believe)
    assert (whole.service, whole.met_nobody, taken) == ("cpas-arlon", False, [])
    assert [each.reason for each in rejected] == ["REC004", "REC003"]


def test_whoever_cannot_be_believed_is_not_even_judged(desk):
    def refuse(_campaign, _service):
        raise DamagedInput("INT103")

    for body in (desk.body(), desk.body(declarations=[{}])):
        with pytest.raises(DamagedInput, match="INT103"):
            validate_return(json.dumps(body), refuse)
