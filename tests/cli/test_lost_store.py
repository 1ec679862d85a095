"""A store that is removed comes back from inbox and journal: same declarations, same answers, same persons."""

import duckdb
import pytest

from denombrement.cli.simulate import MAILBOX

TABLES = {
    "declarations": "SELECT service, declaration_id, code, situation FROM declarations ORDER BY ALL",
    "linked": "SELECT * FROM linked ORDER BY ALL",
    "review_answers": "SELECT * FROM review_answers ORDER BY number",
    "unheard": "SELECT * FROM unheard ORDER BY ALL",
}


def content(folder):
    with duckdb.connect(str(folder / "campaign.duckdb"), read_only=True) as store:
        made = {
            name for (name,) in store.execute("SELECT table_name FROM information_schema.tables").fetchall()
        }
        return {name: store.execute(sql).fetchall() for name, sql in TABLES.items() if name in made}


@pytest.fixture
def answered(said, campaign):
    """A campaign with two lists of one service, the second in place of the first, linked, with three answers."""
    said("simulate", campaign, "--persons", 40, "--seed", 7)
    said("intake", campaign, campaign / MAILBOX)
    service = content(campaign)["declarations"][0][0]
    for rank, age in enumerate((40, 50)):
        listed = campaign / f"liste-{rank}.csv"
        rows = [f"{number},EL1.1,man,{age},refused" for number in range(1, 4)]
        listed.write_text("\n".join(["declaration_id,situation,sex,age_years,identity_status", *rows]))
        assert (
            said("intake", campaign, listed, "--service", service, "--replace", "--json").json["declarations"]
            == 3
        )
    said("dedup", campaign)
    records = [record for record, _ in content(campaign)["linked"]]
    said("review", campaign, "--same", records[0], records[-1], "--who", "AB")
    said("review", campaign, "--different", records[1], records[-2], "--unsure", records[2], records[-3])
    said("dedup", campaign)
    return campaign


def test_the_store_comes_back_as_it_was(said, answered):
    before = content(answered)
    assert len(before["review_answers"]) == 3
    (answered / "campaign.duckdb").unlink()
    made = said("intake", answered, "--lang", "fr", "--json")
    assert "3 réponses de relecture retrouvées" in made.err
    assert made.json["declarations"] == len(before["declarations"])
    said("dedup", answered)
    assert content(answered) == before
    assert said("journal", answered, "--verify").code == 0
    assert said("intake", answered).err == ""


def test_status_says_what_a_second_computer_handed_over(said, answered):
    with duckdb.connect(str(answered / "campaign.duckdb")) as store:
        ((service,),) = store.execute("SELECT min(service) FROM declarations").fetchall()
        store.execute("INSERT INTO unheard VALUES (?, 'x', 'sha')", [service]).fetchall()
    assert said("status", answered, "--json").json["unheard"] == {service: 1}
    assert f"{service} : 1 fiche(s) d'un autre fichier" in said("status", answered, "--lang", "fr").out
