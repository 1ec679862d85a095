"""Every return is one that a service's form could have sealed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import orjson
import pytest

from denombrement.errors import UsageProblem
from denombrement.survey.record import Return
from denombrement.survey.rules import RuleContext, compile_expression, findings, load_rules
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.acts import BREAKS
from denombrement.synthetic.returns import identities_of_tokens, returns

MADE_AT = datetime(2023, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def read(sent):
    return [(service, Return.model_validate_json(orjson.dumps(body))) for service, body in sent]


def final(read):
    return dict(read).values()


def test_every_return_is_accepted_by_the_record(read, sent):
    assert len(read) == len(sent)
    assert all(service == made.service for service, made in read)


def test_declarations_break_the_rules_that_the_truth_names_and_no_other(province, read):
    rules, context = load_rules(), RuleContext(date(2023, 10, 19))
    expected = province.declarations.set_index("declaration_id")["broken_rule"].dropna().to_dict()
    found = {}
    for _, made in read:
        for declaration in made.declarations:
            own, children = findings(declaration.model_dump(), rules, context)
            errors = [check.code for check in own if check.level == "error"]
            errors += [check.code for _, check in children if check.level == "error"]
            if errors:
                found[declaration.declaration_id] = errors
    assert found == {identifier: [code] for identifier, code in expected.items()}
    assert set(expected.values()) == set(BREAKS)


@pytest.mark.parametrize("seed", range(3))
def test_other_seeds_and_frequent_errors_give_valid_returns_too(seed):
    parameters = default_parameters().with_errors_scaled(4)
    other = generate(parameters, 250, seed, date(2025, 10, 16))
    rules, context = load_rules(), RuleContext(date(2025, 10, 16))
    broken = set(other.declarations.dropna(subset=["broken_rule"])["declaration_id"])
    for _, body in returns(other, "other-2025", MADE_AT, lambda rows: [{"status": "not_known"}] * len(rows)):
        for declaration in Return.model_validate_json(orjson.dumps(body)).declarations:
            own, children = findings(declaration.model_dump(), rules, context)
            errors = [check for check in own if check.level == "error"] + children
            assert bool(errors) == (declaration.declaration_id in broken)


def test_answers_are_given_to_questions_that_are_asked(province, read):
    rules, context = load_rules(), RuleContext(date(2023, 10, 19))
    asked = {question: compile_expression(when, context) for question, when in rules.asked.items()}
    broken = set(province.declarations.dropna(subset=["broken_rule"])["declaration_id"])
    for _, made in read:
        for declaration in made.declarations:
            answers = declaration.model_dump()
            if declaration.declaration_id in broken:
                continue
            assert all(answers[question] in (None, ()) or when(answers) for question, when in asked.items())


def test_silent_and_refusing_services_send_nothing_and_all_others_answer(province, sent):
    answering = province.services["answer"].isin(["declares", "zero"])
    assert {service for service, _ in sent} == set(province.services.loc[answering, "service_id"])


def test_a_service_that_met_nobody_says_so(province, sent):
    zero = {service for service, body in sent if body.get("met_nobody")}
    told = set(province.declarations["service_id"].astype(str))
    assert zero.isdisjoint(told)
    assert zero >= set(province.services.loc[province.services["answer"] == "zero", "service_id"])


def test_the_last_returns_hold_every_declaration_that_stands_once(province, read):
    standing = province.declarations[~province.declarations["withdrawn"]]
    held = Counter(each.declaration_id for made in final(read) for each in made.declarations)
    assert held == Counter(standing["declaration_id"])


def test_withdrawn_declarations_are_in_the_first_return_and_taken_back_in_the_second(province, read):
    gone = set(province.declarations.loc[province.declarations["withdrawn"], "declaration_id"])
    first = {each.declaration_id for _, made in read if made.number == 1 for each in made.declarations}
    taken_back = {each.declaration_id: each.revision for _, made in read for each in made.withdrawn}
    assert gone
    assert gone <= first
    assert taken_back == dict.fromkeys(gone, 2)


def test_a_correction_raises_the_revision_and_tells_the_commune(province, read):
    corrected = set(province.declarations.loc[province.declarations["corrected"], "declaration_id"])
    versions = {}
    for _, made in read:
        for each in made.declarations:
            if each.declaration_id in corrected:
                versions.setdefault(each.declaration_id, []).append((each.revision, each.commune_night))
    assert set(versions) == corrected
    for first, second in versions.values():
        assert first == (1, "dont_know")
        assert second[0] == 2
        assert second[1] != "dont_know"


def test_identities_are_coded_or_say_why_not(province, read):
    statuses = Counter(each.identity.status for made in final(read) for each in made.declarations)
    assert set(statuses) == {"coded", "refused", "not_known"}
    assert statuses["coded"] > 0.95 * statuses.total()


def test_no_clear_identity_leaves_in_a_return(province, sent):
    text = orjson.dumps(sent).decode()
    names = set(province.declarations["family_name"].dropna()) | set(
        province.declarations["given_name"].dropna()
    )
    assert not [name for name in names if f'"{name}"' in text]


def test_a_province_of_one_adult_in_scope_is_mostly_zero_returns():
    nobody = generate(default_parameters(), 1, 3)
    sent = list(returns(nobody, "tiny-2023", MADE_AT, lambda rows: [{"status": "not_known"}] * len(rows)))
    assert sum(bool(body.get("met_nobody")) for _, body in sent) > 80


def test_an_identity_function_that_loses_rows_is_refused(province):
    with pytest.raises(UsageProblem, match="SYN006"):
        list(returns(province, "luxembourg-2023", MADE_AT, lambda _rows: []))


def test_a_row_without_any_token_has_an_unknown_identity(province, recipe):
    import pandas as pd

    tokens = pd.DataFrame({"code": [None, "c" * 22], "sex": [None, "s" * 22]}, dtype=object)
    assert identities_of_tokens(tokens, "r-1") == [
        {"status": "not_known"},
        {"status": "coded", "recipe": "r-1", "tokens": {"sex": "s" * 22}, "code": "c" * 22},
    ]
