"""A campaign's settings and services: plain files that people mend, read without surprise."""

from datetime import date

import pytest

from denombrement.campaign import (
    Campaign,
    CampaignFolder,
    Service,
    campaign_text,
    decode_text,
    new_campaign_id,
    read_campaign,
    read_services,
    services_text,
)
from denombrement.errors import DamagedInput, UsageProblem

CAMPAIGN = Campaign(
    id="luxembourg-2023-abc", name='Dénombrement "2023" \\ Luxembourg', night=date(2023, 10, 19)
)
LINE = "cpas-arlon;CPAS d’Arlon;cpas;81001;invited;a@b.be"


def test_settings_written_are_settings_read():
    assert read_campaign(campaign_text(CAMPAIGN)) == CAMPAIGN


def test_a_name_with_a_line_break_cannot_add_a_setting():
    tricky = CAMPAIGN.model_copy(update={"name": 'x"\nid = "other'})
    assert read_campaign(campaign_text(tricky)).id == CAMPAIGN.id


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        (("night = 2023-10-19", "night = hier"), "TOML"),
        (('territory = "80000"', 'territory = "Luxembourg"'), "territory"),
        (('format = "1"', 'format = "2"'), "format"),
        (("[publication]", "colour = 1\n[publication]"), "colour"),
    ],
)
def test_a_wrong_setting_is_named(change, setting):
    with pytest.raises(DamagedInput, match="CAM002") as caught:
        read_campaign(campaign_text(CAMPAIGN).replace(*change))
    assert caught.value.facts["setting"] == setting


def test_a_folder_without_settings_is_no_campaign(tmp_path):
    with pytest.raises(UsageProblem, match="CAM001"):
        CampaignFolder(tmp_path).load()
    with pytest.raises(DamagedInput, match="CAM003"):
        CampaignFolder(tmp_path).load_services()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_services_are_read_as_a_spreadsheet_saved_them(tmp_path, encoding):
    folder = CampaignFolder(tmp_path)
    night = date(2023, 10, 19)
    settings = Campaign(id=new_campaign_id("x", night), name="x", night=night)
    folder.settings.write_text(campaign_text(settings), encoding="utf-8")
    service = Service("cpas-arlon", "CPAS d’Arlon", "cpas", "81001", "invited", "a@b.be")
    folder.services.write_bytes(services_text([service]).encode(encoding))
    assert folder.load_services() == {"cpas-arlon": service}


def test_commas_do_as_well_as_semicolons():
    text = services_text([]) + LINE
    assert read_services(text.replace(";", ",")) == read_services(text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("cpas-arlon", "cpas arlon", "CAM005"),
        (";cpas;", ";café;", "CAM005"),
        ("81001", "Arlon", "CAM005"),
        ("invited", "perhaps", "CAM005"),
    ],
)
def test_a_wrong_cell_is_placed_by_line_and_column(old, new, code):
    with pytest.raises(DamagedInput, match=code) as caught:
        read_services(services_text([]) + LINE.replace(old, new, 1))
    assert caught.value.facts["line"] == 2


def test_a_service_stands_once():
    with pytest.raises(DamagedInput, match="CAM006"):
        read_services(services_text([]) + LINE + "\n" + LINE)


def test_missing_columns_are_named():
    with pytest.raises(DamagedInput, match="CAM004"):
        read_services("id;name\nx;y\n")


def test_identifiers_are_readable_and_never_the_same():
    first, second = (new_campaign_id("Province de Luxembourg !", date(2025, 10, 16)) for _ in range(2))
    assert first.startswith("province-de-luxembourg-2025-")
    assert first != second
    assert new_campaign_id("Dénombrement", date(2025, 1, 1)).startswith("denombrement-2025-")
    assert Campaign(id=new_campaign_id("…", date(2025, 1, 1)), name="x", night=date(2025, 1, 1))


def test_bytes_that_are_no_text_become_text_all_the_same():
    assert decode_text(b"\x81\xff") == "\ufffdÿ"


@pytest.mark.parametrize(("nis", "code", "mend"), [
    ("82003", "CAM007", "82039"),
    ("99999", "CAM008", "NIS"),
    ("80000", "CAM008", "NIS"),
])  # fmt: skip
def test_a_service_in_a_commune_that_is_none_on_the_night_is_named_by_its_line(nis, code, mend):
    text = f"id;name;type;commune;state\nx;X;cpas;81001;invited\ny;Y;cpas;{nis};invited\n"
    assert set(read_services(text)) == {"x", "y"}
    with pytest.raises(DamagedInput) as refused:
        read_services(text, date(2026, 10, 15))
    assert refused.value.code == code
    assert "3" in refused.value.text("fr")
    assert mend in refused.value.mend("fr")


def test_a_night_before_the_register_of_communes_is_no_fault_of_the_services():
    with pytest.raises(UsageProblem, match="REF015"):
        read_services("id;name;type;commune;state\nx;X;cpas;81001;invited\n", date(1950, 1, 1))
