"""``count --alternatives`` prints what other choices would give and writes it for the team alone."""

import pandas as pd

from denombrement.cli.count import alternatives_lines, count_lines
from denombrement.cli.simulate import MAILBOX


def test_the_table_is_printed_and_written_in_the_internal_folder_only(said, campaign):
    said("simulate", campaign, "--persons", 25, "--seed", 3)
    said("intake", campaign, campaign / MAILBOX)
    said("dedup", campaign)
    result = said("count", campaign, "--alternatives", "--json", "--lang", "fr").json
    rows = pd.DataFrame(result["alternatives"])
    assert rows.iloc[0]["kind"] == "in_force"
    assert (rows.iloc[0]["adults"], rows.iloc[0]["children"]) == (result["adults"], result["children"])
    folder = campaign / "internal" / "tableaux"
    written = pd.read_csv(folder / "variantes.csv", sep=";", encoding="utf-8-sig")
    assert written["adults"].tolist() == rows["adults"].tolist()
    shared = pd.read_csv(folder / "personnes_communes_aux_services.csv", sep=";", encoding="utf-8-sig")
    assert list(shared.columns[1:]) == shared["service"].tolist()
    assert list((campaign / "public").rglob("*")) == []
    spoken = "\n".join(alternatives_lines(rows, []))
    assert "dès une chance de 0,50" in spoken
    assert "d'abord : la situation la plus grave" in spoken
    assert not any("ATTENTION" in line for line in count_lines(result, campaign))
    by_code = count_lines({**result, "method": "exact_code"}, campaign)
    assert by_code[0].startswith("ATTENTION : compté par code exact")
