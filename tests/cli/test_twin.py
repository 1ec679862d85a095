"""The twin on the command line: only after protection, anywhere but in public/, with its risk and use said."""

import pandas as pd
import pyreadstat

TABLES = """
[[table]]
name = "arrondissement_category"
measure = "adults"
dimensions = { territory = "arrondissement", category = "category" }
[[table]]
name = "category_sex"
measure = "adults"
dimensions = { category = "category", sex = "all" }
[[table]]
name = "situation"
measure = "adults"
dimensions = { category = "situation" }
[[table]]
name = "duration"
measure = "adults"
dimensions = { duration = "all" }
[[table]]
name = "health"
measure = "adults"
each = "health"
dimensions = { health_answered = "all" }
"""


def test_a_twin_is_made_of_the_release_and_may_leave(said, counted, use_plan, tmp_path):
    use_plan(counted, TABLES)
    assert "PUB051" in said("twin", counted).err
    assert said("protect", counted, "--json").code == 0
    assert "PUB084" in said("twin", counted, "--out", counted / "public" / "jumeau").err
    out = tmp_path / "enseignement"
    done = said("twin", counted, "--out", out, "--labels", "nl", "--json")
    assert done.code == 0, done.err
    found = done.json
    assert found["utility"]["largest_difference"] == 0
    assert found["risk"]["met_by_chance"] <= found["risk"]["met_by_others"] + 15
    assert found["left"] == ["situation"]
    frame = pd.read_csv(out / "jumeau_synthetique.csv", sep=";", encoding="utf-8-sig")
    assert len(frame) == found["persons"]
    assert {"category", "arrondissement", "sex", "duration", "health_addiction"} <= set(frame.columns)
    _, meta = pyreadstat.read_sav(str(out / "jumeau_synthetique.sav"))
    assert "Man" in meta.variable_value_labels["sex"].values()
    assert '"twin"' in (counted / "journal.jsonl").read_text(encoding="utf-8")
    assert {file.name for file in out.iterdir()} == {
        "jumeau_synthetique.csv", "jumeau_synthetique.parquet", "jumeau_synthetique.sav", "jumeau_synthetique.dta",
        "codebook.xml", "LISEZMOI.md",
    }  # fmt: skip
    told = said("twin", counted, "--lang", "fr")
    assert "personnes inventées" in told.out
    assert (counted / "internal" / "jumeau-synthetique" / "LISEZMOI.md").is_file()
    kept = (counted / "internal" / "jumeau-qualite.txt").read_text(encoding="utf-8")
    assert "INTERNE" in kept
    assert "Risque" in kept
