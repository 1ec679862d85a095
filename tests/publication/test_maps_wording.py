import csv
import re
from collections import defaultdict
from datetime import date
from importlib import resources

import pytest

from denombrement.errors import UsageProblem
from denombrement.publication.maps.wording import LANGUAGES, Wording


@pytest.fixture(scope="module")
def labels():
    text = (resources.files("denombrement.publication") / "data" / "map_labels.csv").read_text(
        encoding="utf-8"
    )
    found = defaultdict(dict)
    for row in csv.DictReader(text.splitlines()):
        found[row["key"]][row["language"]] = row["text"]
    return found


def test_every_label_exists_once_in_the_four_languages_with_the_same_blanks(labels):
    for key, texts in labels.items():
        assert sorted(texts) == sorted(LANGUAGES), key
        blanks = {tuple(sorted(set(re.findall(r"{(\w+)", text)))) for text in texts.values()}
        assert len(blanks) == 1, key


def test_french_labels_keep_to_french_typography(labels):
    for key, texts in labels.items():
        french = re.sub(r"{\w+:\w+\|\w+}", "", texts["fr"])
        assert not re.search(r"(?<![\u202f\u00a0])[;?!»]|(?<!\u202f):", french.replace("EPSG:3812", "")), key
        assert "'" not in french, key


@pytest.mark.parametrize(
    ("evening", "language", "expected"),
    [
        (date(2023, 10, 19), "fr", "nuit du 19 au 20 octobre 2023"),
        (date(2025, 10, 31), "fr", "nuit du 31 octobre au 1er novembre 2025"),
        (date(2024, 12, 31), "fr", "nuit du 31 décembre 2024 au 1er janvier 2025"),
        (date(2023, 10, 19), "nl", "nacht van 19 op 20 oktober 2023"),
        (date(2023, 10, 19), "de", "Nacht vom 19. auf den 20. Oktober 2023"),
        (date(2023, 10, 19), "en", "night of 19 to 20 October 2023"),
    ],
)
def test_a_reference_night_is_said_with_both_its_days(evening, language, expected):
    assert Wording(language).night(evening) == expected


def test_the_first_of_the_month_is_said_as_such():
    assert Wording("fr").day(date(2025, 1, 1)) == "1er janvier 2025"


def test_another_language_is_refused():
    with pytest.raises(UsageProblem) as caught:
        Wording("lb")
    assert caught.value.code == "PUB005"
