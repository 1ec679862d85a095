"""Every notebook runs from top to bottom on synthetic data, and says what its text claims."""

import html
import re
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

from denombrement.cli.main import run

FOLDER = Path(__file__).parents[2] / "notebooks"
PERSONS = 260


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The renderer, on one small campaign made as the demonstration makes it."""
    campaign = tmp_path_factory.mktemp("notebooks") / "campaign"
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(FOLDER))
    from _render import render

    assert run(["demo", "--out", str(campaign), "--persons", str(PERSONS), "--seed", "2023", "--json"]) == 0
    patch.setenv("DENOMBREMENT_CAMPAGNE", str(campaign))
    with mpl.rc_context():  # what the notebooks set for their figures stays with them
        yield lambda stem: html.unescape(render(FOLDER / f"{stem}.py"))
    patch.undo()
    for name in ("_render", "_atelier"):
        sys.modules.pop(name, None)


def test_there_are_six_and_each_has_its_test():
    assert [path.stem[0] for path in sorted(FOLDER.glob("[0-9]*.py"))] == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(("stem", "figures"), [
    ("1_un_denombrement", 3), ("2_qualite_et_dedoublonnage", 3), ("3_profils_et_territoires", 5),
])  # fmt: skip
def test_a_notebook_runs_and_draws(pages, stem, figures):
    page = pages(stem)
    assert page.count("data:image/png") == figures
    assert "synthétique" in page.lower()


def test_the_fourth_shows_a_refusal_and_a_world_where_all_models_are_wrong(pages):
    page = pages("4_personnes_non_vues")
    assert page.count("data:image/png") == 2
    assert "Refusé, pour ces raisons" in page
    assert "C'est le chiffre." in page
    assert re.search(r"Borne inférieure de Chao", page)


def test_the_fifth_is_not_fooled_by_more_partners(pages):
    page = pages("5_deux_campagnes")
    assert "Davantage de partenaires, pas davantage de personnes" in page
    assert "À périmètre égal, il y a davantage de personnes." in page
    assert page.count("data:image/png") == 1


def test_the_sixth_gives_bounds_and_hides_small_numbers(pages):
    page = pages("6_qui_pourrait_etre_aide")
    assert page.count("data:image/png") == 5
    assert "Une réponse qui manque n'est pas un" in page
    for table in re.findall(r"<table.*?</table>", page, flags=re.DOTALL):
        cells = re.findall(r"<td>(.*?)</td>", table, flags=re.DOTALL)
        assert not {"1", "2", "3", "4"} & {cell.strip() for cell in cells}


def test_bounds_hold_what_nobody_knows(pages):
    pages("6_qui_pourrait_etre_aide")
    import pandas as pd
    from _atelier import discret, fourchette

    known = pd.Series([True, False, None, True], dtype="boolean")
    both = known & pd.Series([True, None, None, None], dtype="boolean")
    assert (int(both.fillna(value=False).sum()), int(both.fillna(value=True).sum())) == (1, 3)
    assert [discret(each) for each in (0, 1, 4, 5, 1234)] == ["0", "1–4", "1–4", "5", "1\u202f234"]
    assert fourchette(7, 7) == "7"
    assert fourchette(3, 12) == "de 1–4 à 12"
