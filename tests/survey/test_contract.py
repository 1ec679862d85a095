"""What is published from the definition: complete, valid, and not out of date in the repository."""

import csv
import io
import json
from pathlib import Path

import jsonschema

from denombrement.survey.contract import codebook_csv, published_files
from denombrement.survey.questionnaire import options, questions
from denombrement.survey.record import Declaration, Identity

SCHEMAS = Path(__file__).parents[2] / "schemas"


def test_the_committed_files_are_those_that_the_definition_gives():
    for name, text in published_files().items():
        assert (SCHEMAS / name).read_text(encoding="utf-8") == text, f"run: denombrement schema ({name})"


def test_the_json_schema_accepts_what_the_record_accepts_and_refuses_an_unknown_code():
    schema = json.loads(published_files()["declaration.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = Declaration(declaration_id="d1", identity=Identity(status="refused"), situation="EL1.1", sex="x")
    document = json.loads(good.model_dump_json())
    assert validator.is_valid(document)
    assert not validator.is_valid({**document, "situation": "EL9"})
    assert not validator.is_valid({**document, "nom": "x"})


def test_the_codebook_has_a_row_for_every_question_and_every_option():
    rows = list(csv.DictReader(io.StringIO(codebook_csv())))
    for each in questions():
        codes = [row["code"] for row in rows if row["variable"] == each.code]
        assert codes == ["", *(options(each.options) if each.options else ())]
