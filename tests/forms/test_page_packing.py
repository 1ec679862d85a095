"""The questionnaire as the page unpacks it is the one that Python packed, to the last sign."""

from __future__ import annotations

import lzma
import random
import re

import pytest

from denombrement.forms.page_definition import compressed, packed, page_definition, printable
from denombrement.forms.page_script import compact, web_text

pytestmark = pytest.mark.browser
UNPACKED = """(texts) => texts.map((text) => {
  const bytes = lzmaBytes(printedBytes(text));
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
})"""


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    page.set_content("<!doctype html><title>packing</title>")
    module = re.sub("^export ", "", web_text("encoding.js"), flags=re.MULTILINE)
    page.add_script_tag(content=compact(module))  # as it stands in the page
    yield page
    page.close()


def samples():
    """Bytes that lead through every branch of the format: literals, matches near and far, old distances again."""
    rng = random.Random(11)
    words = [bytes(rng.randbytes(rng.randint(1, 9))) for _ in range(40)]
    yield b""
    yield b"a"
    yield bytes(range(256)) * 3
    yield b"\0" * 70_000
    yield rng.randbytes(5_000)
    for size in (10, 100, 1_000, 20_000):
        yield b"".join(rng.choice(words) for _ in range(size))
    far = rng.randbytes(40_000)
    yield far + rng.randbytes(30_000) + far
    records = bytearray(b"".join(b"%06d;abc;%02d\n" % (rank, rank % 7) for rank in range(3_000)))
    yield bytes(records)


def test_any_bytes_are_read_back_by_the_page(page):
    from base64 import b64decode

    texts = list(samples())
    read = page.evaluate(UNPACKED, [printable(compressed(text)) for text in texts])
    assert [b64decode(each) for each in read] == texts


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


def test_anyone_can_read_the_packed_questionnaire_with_a_common_tool(count):
    data = compressed(b"questions and rules")
    assert lzma.decompress(data, format=lzma.FORMAT_ALONE) == b"questions and rules"
    assert "<" not in packed(page_definition(count.campaign, count.tables))
