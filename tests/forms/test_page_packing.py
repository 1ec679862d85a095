"""The questionnaire as the page unpacks it is the one that Python packed, to the last sign."""

from __future__ import annotations

import random
import re

import pytest

from denombrement.forms.page_definition import page_definition
from denombrement.forms.page_packing import packed, printable
from denombrement.forms.page_script import web_text
from denombrement.forms.script_compaction import compact

pytestmark = pytest.mark.browser
UNPRINTED = "(texts) => texts.map((text) => [...printedBytes(text)])"


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><title>packing</title>")
    module = re.sub("^export ", "", web_text("encoding.js"), flags=re.MULTILINE)
    page.add_script_tag(content=compact(module))  # as it stands in the page
    yield page
    page.close()


def test_any_bytes_are_read_back_by_the_page(page):
    rng = random.Random(11)
    samples = [rng.randbytes(length) for length in (*range(30), 5_000)] + [b"\0" * 20, b"\xff" * 20]
    read = page.evaluate(UNPRINTED, [printable(data) for data in samples])
    assert [bytes(each) for each in read] == samples


def test_the_questionnaire_is_read_back_whole_with_its_texts_in_every_language(page, count):
    definition = page_definition(count.campaign, count.tables)
    read = page.evaluate("(text) => unpacked(text)", packed(definition))
    for question in read["questions"].values():
        assert question.pop("choices", None) == definition["options"].get(question.get("options"))
    assert read == as_lists(definition)


def as_lists(value):
    if isinstance(value, dict):
        return {name: as_lists(part) for name, part in value.items()}
    return [as_lists(part) for part in value] if isinstance(value, list | tuple) else value


def test_packed_words_cannot_end_the_element_that_holds_them(count):
    assert "<" not in packed(page_definition(count.campaign, count.tables))
    assert "<" not in printable(bytes(range(256)) * 40)
