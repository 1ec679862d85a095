from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from denombrement.counts.table import CountTable, Hierarchy

SHARED_CASES = Path(__file__).parents[3] / "shared" / "cases" / "protection"


@pytest.fixture(scope="session")
def cases() -> Path:
    if not SHARED_CASES.is_dir():
        pytest.skip("the folder ../shared/cases with the known answers is absent")
    return SHARED_CASES


def province_table(name: str, frame: pd.DataFrame) -> CountTable:
    """The invented province: the codes of its totals are PROV, TOT and T."""
    if "commune" in frame:
        below = {place: tuple(rows["commune"].unique()) for place, rows in frame.groupby("arrondissement")}
        frame = frame.drop(columns="arrondissement").rename(columns={"commune": "territory"})
    else:
        below = {}
        frame = frame.rename(columns={"arrondissement": "territory"})
    places = {"PROV": tuple(below) or tuple(frame["territory"].unique()), **below}
    trees = {
        "territory": Hierarchy("territory", places, "PROV"),
        "category": Hierarchy.flat("category", tuple(frame["category"].unique()), "TOT"),
    }
    if "sex" in frame:
        trees["sex"] = Hierarchy.flat("sex", ("F", "H"), "T")
    return CountTable.from_leaves(name, frame, trees)


@pytest.fixture(scope="session")
def province(cases):
    def load(name: str) -> CountTable:
        return province_table(name, pd.read_csv(cases / f"province_{name}.csv"))

    return {name: load(name) for name in ("arr3d", "2d", "3d")}
