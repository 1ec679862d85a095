from __future__ import annotations

import csv
import io
import json

import pytest

from benchmarks import protection as benchmark
from benchmarks._cells import read_cells
from denombrement.errors import DamagedInput
from denombrement.protection.cells import Cube
from denombrement.protection.knowledge import Status
from tests.protection.reader import Reader

CELLS = [
    ("A1", "C1", "EL1", 4),
    ("A1", "C1", "EL2", 12),
    ("A1", "C2", "EL1", 7),
    ("A2", "C3", "EL1", 2),
    ("A2", "C3", "EL2", 9),
    ("A2", "C4", "EL2", 21),
]
FORMS = {
    "levels": (["territory=arrondissement", "territory=commune"], lambda a, c: [a, c]),
    "path": (["territory=arrondissement/commune"], lambda a, c: [f"{a}/{c}"]),
    "above": (["territory", "territory=arrondissement"], lambda a, c: [c, a]),
    "named": (["arrondissement", "commune", "territory=arrondissement/commune"], lambda a, c: [a, c, ""]),
    "plain": (["arrondissement", "commune"], lambda a, c: [a, c]),
}


def written(path, form, extra=()):
    headers, spell = FORMS[form]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*headers, "category", "count"])
        for place, commune, category, count in CELLS:
            writer.writerow([*spell(place, commune), category, count])
        writer.writerows(extra)
    return path


@pytest.mark.parametrize("form", FORMS)
def test_a_hierarchy_is_read_in_every_documented_form(tmp_path, form):
    read = read_cells(written(tmp_path / "t.csv", form))
    table = read.table
    assert (table.cell(), table.cell(territory="A1"), table.cell(territory="C3", category="EL2")) == (
        55,
        23,
        9,
    )
    assert table.hierarchies["territory"].leaves_under("A2") == ("C3", "C4")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["rounding", "suppression"])
def test_every_cell_is_printed_once_under_the_header_of_the_input(tmp_path, capsys, form, method):
    path = written(tmp_path / "t.csv", form)
    assert benchmark.main(["--input", str(path), "--method", method, "--seed", "s", "--threshold", "3"]) == 0
    printed = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    # 7 territories (total, A1, A2, C1 to C4) by 3 categories (total, EL1, EL2).
    assert len(rows) == 21
    headers = [header for header in FORMS[form][0] if not (form == "named" and "=" in header)]
    assert list(rows[0]) == [*headers, "category", "value", "status"]
    assert len({tuple(row[header] for header in (*headers, "category")) for row in rows}) == 21
    summary = json.loads(printed.err)
    assert summary["cells"] == 21
    if method == "rounding":
        assert all(int(row["value"]) % 5 == 0 for row in rows)
    else:
        hidden = [row for row in rows if row["status"] == "protected"]
        assert hidden
        assert all(row["value"] == "" for row in hidden)
        assert summary["proved"]


def test_totals_in_the_file_are_checked_and_not_counted_twice(tmp_path):
    good = [("total", "total", "total", 55), ("A1", "", "EL1", 11)]
    assert read_cells(written(tmp_path / "t.csv", "levels", good)).table.cell() == 55
    with pytest.raises(DamagedInput, match="PRO013"):
        read_cells(written(tmp_path / "t.csv", "levels", [("total", "total", "total", 56)]))


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a,count\nx,many\n", "count\n3\n"])
def test_what_is_no_table_of_cells_is_refused(tmp_path, capsys, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    assert benchmark.main(["--input", str(path)]) == 5
    assert json.loads(capsys.readouterr().err)["code"] == "PRO013"


def test_a_code_that_two_parents_share_keeps_its_path(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("g=a/b,count\nx/1,4\ny/1,5\nx/2,6\n", encoding="utf-8")
    table = read_cells(path).table
    assert (table.cell(territory="x/1"), table.cell(territory="y/1"), table.cell(territory="2")) == (4, 5, 6)


def test_suppression_can_be_made_safe_from_insiders(tmp_path, capsys):
    path = written(tmp_path / "t.csv", "levels")
    arguments = [
        "--input",
        str(path),
        "--method",
        "suppression",
        "--threshold",
        "3",
        "--insiders",
        "--seconds",
        "5",
    ]
    assert benchmark.main([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["summary"]["passed"]
    assert len(printed["cells"]) == 21


def test_the_known_optima_are_compared_in_one_run(cases, capsys, monkeypatch):
    few = {"rounding_optima.csv": 2, "suppression_optima.csv": 3}
    every = benchmark._cases
    monkeypatch.setattr(benchmark, "_cases", lambda name: every(name)[: few[name]])
    monkeypatch.setattr(benchmark, "province", small_province)
    assert benchmark.main([]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [one["equal"] for one in results[1:]] == [True, True, True]
    assert results[0]["attackers"]["insiders_who_learn"] == 0


EVERYWHERE = benchmark.province


def small_province():
    table, reported = EVERYWHERE()
    cube = table.leaves["territory"].isin(["C01", "C02", "C44"])
    kept = benchmark.CountTable.from_leaves("province", table.leaves[cube], table.hierarchies)
    return kept, reported[reported["territory"].isin(["C01", "C02", "C44"])]


ODD = {
    "one dimension": "category,count\na,3\nb,17\nc,0\nd,4\ne,120\n",
    "one cell": "category,count\na,3\n",
    "missing combinations": "territory=arrondissement/commune,category,count\nA/c1,x,3\nA/c2,y,12\nB/c3,x,7\n",
    "single children": (
        "territory=province/arrondissement/commune,sex,count\n"
        "P/A/a1,F,2\nP/A/a1,M,9\nP/B/b1,F,14\nP/B/b2,F,3\nP/B/b2,M,30\n"
    ),
    "zeros alone": "territory=arrondissement/commune,sex,count\nA/a,F,0\nA/b,M,0\nB/c,F,0\n",
    "big counts": "region,sex,count\nr1,F,2500000\nr1,M,3\nr2,F,49999\nr2,M,100000000\nr3,F,4\nr3,M,8\n",
    "two hierarchies": "geo=a/b,cat=c/d,count\nA/1,X/u,3\nA/2,X/v,4\nB/1,Y/u,8\nB/3,Y/w,1\n",
    "uneven depths": "territory=arrondissement/commune,sex,count\nA/a1,F,2\nA/a2,M,9\noutside,F,4\nunknown,M,6\n",
    "a commune named as its arrondissement": (
        "territory=arrondissement/commune,sex,count\nArlon/Arlon,F,3\nArlon/Attert,M,12\nVirton/Virton,F,7\n"
    ),
    "letters beyond ASCII": (
        "territoire=arrondissement/commune,catégorie,sexe,count\n"
        "Neufchâteau/Léglise,à l’hôtel,é,3\nNeufchâteau/Libin,« rue »,ü,12\nVirton/Étalle,à l’hôtel,ü,1\n"
    ),
    "spaces, semicolons and a mark": "\ufeffregion ; sex;count\nA ;F;3\nA;M;12\n B;F;1\nB;M;20\n",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("method", ["rounding", "suppression"])
def test_tables_of_any_shape_are_protected_from_a_reader(tmp_path, capsys, name, method):
    path = tmp_path / "t.csv"
    path.write_text(ODD[name], encoding="utf-8")
    read = read_cells(path)
    assert benchmark.main(["--input", str(path), "--method", method, "--seed", "s", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    trees = read.table.hierarchies
    cells = list(Cube.whole(read.table).cells())
    spelt = {json.dumps(read.spelt(codes), sort_keys=True): codes for codes in cells}
    assert len(spelt) == len(cells) == len(printed["cells"])
    reader = Reader(trees, 5 * (1 + printed["summary"].get("slack", 0)) - 1)
    for row in printed["cells"]:
        value, status = row.pop("value"), Status(row.pop("status"))
        reader.hear(spelt[json.dumps(row, sort_keys=True)], value if value != "" else None, status)
    for codes in cells:
        if 0 < read.table.cell(**codes) < 5:
            low, high = reader.bounds(codes)
            assert low == 0 or high >= 5
