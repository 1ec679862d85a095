"""Random answers, and the foreign engines that judge them: ODK's JavaRosa and LibreOffice."""

from __future__ import annotations

import csv
import os
import random
import subprocess
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import pyxform
from pyxform.xls2xform import convert

from denombrement.survey.questionnaire import options, questions
from denombrement.survey.rules import RuleContext, compile_expression, load_rules, parse

HERE = Path(__file__).parent
JAR = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
CONTEXT = RuleContext(date(2026, 10, 22))
# Beyond the product's own rules: what the grammar allows and no rule uses yet.
OTHERS = {
    "ne_text": {"ne": [{"field": "household"}, {"value": "alone"}]},
    "not_ne_text": {"not": {"ne": [{"field": "household"}, {"value": "alone"}]}},
    "ne_number": {"ne": [{"field": "age_years"}, {"value": 18}]},
    "le_dates": {"le": [{"field": "leaving_date"}, {"field": "eviction_date"}]},
    "eq_dates": {"eq": [{"field": "leaving_date"}, {"param": "one_month_after"}]},
    "year_of_answer": {"ge": [{"year": {"field": "leaving_date"}}, {"value": 2027}]},
    "difference": {"lt": [{"minus": [{"field": "household_number"}, {"field": "age_years"}]}, {"value": 50}]},
    "in_numbers": {"in": [{"field": "age_years"}, [17, 18, 25]]},
    "not_in": {"not": {"in": [{"field": "sex"}, ["woman", "x"]]}},
    "empty_choices": {"empty": {"field": "income"}},
    "empty_children": {"empty": {"field": "children"}},
    "count_ne": {"ne": [{"count": {"field": "health"}}, {"value": 2}]},
}


def expressions():
    """Name -> whom it is about, and the tree: every rule of the product, and the others."""
    book = load_rules()
    named = {f"asked_{code}": ("declaration", rule) for code, rule in book.asked.items()}
    named |= {f"check_{check.code}": (check.of, check.when) for check in book.checks}
    return named | {f"other_{name}": ("declaration", parse(node)) for name, node in OTHERS.items()}


def expected(records):
    """Python's verdicts: for each record, name -> truth, or the truths of its children in order."""
    judges = {name: (of, compile_expression(tree, CONTEXT)) for name, (of, tree) in expressions().items()}
    return [
        {
            name: holds(record)
            if of == "declaration"
            else tuple(holds(child) for child in record.get("children", ()))
            for name, (of, holds) in judges.items()
        }
        for record in records
    ]


@pytest.fixture(scope="session")
def engines():
    return SimpleNamespace(
        context=CONTEXT,
        expressions=expressions(),
        expected=expected,
        random_records=random_records,
        xform_of=xform_of,
        evaluate=evaluate,
        recalculated=recalculated,
        soffice=soffice,
    )


def random_answer(question, context, rng):
    if rng.random() < 0.25:
        return None
    match question.kind:
        case "choice":
            return rng.choice(options(question.options))
        case "choices":
            return rng.sample(options(question.options), rng.randint(0, 3))
        case "commune":
            return rng.choice(["81001", "outside", "dont_know"])
        case "date":
            return context.one_month_after + timedelta(days=rng.choice([rng.randint(-40, 3), 0, 60]))
        case "integer":
            return _integer(question, rng)
        case "children":
            return [random_record("child", context, rng) for _ in range(rng.randint(0, 3))]


def _integer(question, rng):
    if question.code == "age_years":
        return rng.choice([rng.randint(0, 120), 17, 18, 25, 26])
    if question.code == "birth_year":
        return rng.randint(2000, 2030)
    return rng.randint(1, 9999)


def random_record(of, context, rng):
    answers = {each.code: random_answer(each, context, rng) for each in questions(of)}
    return {code: answer for code, answer in answers.items() if answer is not None}


def random_records(number, context=CONTEXT, seed=20261022):
    rng = random.Random(seed)
    return [random_record("declaration", context, rng) for _ in range(number)]


def xform_of(form):
    """The XForm that pyxform makes of an XLSForm given as sheets."""
    return convert(xlsform=form, validate=False, pretty_print=False).xform


def evaluate(xform, instances, folder):
    """What JavaRosa makes of each instance: (valid, or the path of the question that stops it; the instance)."""
    file = folder / "form.xml"
    file.write_text(xform, encoding="utf-8")
    command = ["java", "-Xshare:auto", "-cp", str(JAR), str(HERE / "javarosa/Evaluate.java"), str(file)]
    run = subprocess.run(
        command,
        input="\n".join(instances) + "\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    answers = [line.split("\t", 1) for line in run.stdout.splitlines()]
    return [(verdict, ET.fromstring(xml)) for verdict, xml in answers]


def recalculated(workbook, folder, sheet=1):
    """Rows of texts of one sheet (from 1) after LibreOffice has recalculated the workbook; and what it complained of."""
    source = folder / "book.xlsx"
    source.write_bytes(workbook)
    options_of_csv = f"44,34,76,1,,0,false,true,false,false,false,{sheet}"
    complaints = soffice(folder, f"csv:Text - txt - csv (StarCalc):{options_of_csv}", source)
    (made,) = folder.glob("book-*.csv")
    rows = list(csv.reader(made.read_text(encoding="utf-8").splitlines()))
    made.unlink()
    return rows, complaints


def soffice(folder, conversion, *sources):
    """Runs LibreOffice under a profile of its own that always recalculates; gives what it writes on its error output."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    command = [
        "soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        "--convert-to", conversion, "--outdir", str(folder), *map(str, sources),
    ]  # fmt: skip
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(folder)},
        timeout=300,
    )
    return run.stderr


ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""
