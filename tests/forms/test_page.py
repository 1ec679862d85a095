"""The page as a file: its size, its policy, its texts, and what it refuses to hold."""

from __future__ import annotations

import json
import re

import pytest

from denombrement.campaign import Service
from denombrement.errors import UsageProblem
from denombrement.forms.page import MAXIMUM_PAGE_BYTES, CampaignPage, page_html, page_policy, site_files
from denombrement.forms.page_definition import page_definition, read_texts, sleeping_tree
from denombrement.forms.page_script import content_hash, script_hash
from denombrement.intake.sealing_keys import make_private_key
from denombrement.survey.questionnaire import LANGUAGES, options

TOKEN = "un-jeton-de-service-assez-long"


def script_of(html):
    return html.rsplit("<script>", 1)[1].split("</script>", 1)[0]


def test_the_page_weighs_at_most_150_kilobytes(count):
    service = Service(
        "s" * 40,
        "Service d’accueil de jour et d’accompagnement social, antenne du Nord",
        "cpas",
        "81001",
        "invited",
    )
    campaign = count.campaign.model_copy(
        update={"id": "a" * 40, "name": "Dénombrement du sans-chez-soisme en province de Luxembourg"}
    )
    shared = CampaignPage(
        campaign, count.shared.recipients, count.shared.secret, count.tables, "denombrement@exemple.be"
    )
    assert len(shared.html(service, TOKEN * 2).encode()) <= MAXIMUM_PAGE_BYTES


def test_every_service_gets_the_same_script_and_the_policy_names_its_hash(count):
    other = Service(id="refuge-1", name="Refuge", type="refuge", commune="83034", state="promised")
    pages = [count.shared.html(each, f"{TOKEN}-{each.id}") for each in (count.service, other)]
    assert script_of(pages[0]) == script_of(pages[1])
    assert content_hash(script_of(pages[0])) == script_hash()
    assert all(f"script-src '{script_hash()}'" in html for html in pages)


def test_the_policy_refuses_every_connection_and_every_form():
    policy = page_policy()
    for rule in ("default-src", "connect-src", "form-action", "img-src", "base-uri"):
        assert f"{rule} 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_policy_comes_before_anything_that_it_rules(count):
    html = count.shared.html(count.service, TOKEN)
    assert html.index("Content-Security-Policy") < html.index("<script")


@pytest.mark.parametrize(
    "word",
    [
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "EventSource",
        "sendBeacon",
        "RTCPeer",
        "innerHTML",
        "eval(",
        "http:",
        "https:",
    ],
)
def test_no_module_names_a_way_out_or_reads_markup(word, modules):
    assert [name for name, text in modules.items() if word in text] == []


def test_the_contact_of_a_service_is_not_in_its_page(count):
    service = Service("s1", "Service", "cpas", "81001", "invited", contact="secret@example.org")
    assert "secret@example.org" not in count.shared.html(service, TOKEN)


def test_a_name_with_markup_stays_text(count):
    service = Service("s1", "</script><script>alert(1)</script>", "cpas", "81001", "invited")
    html = count.shared.html(service, TOKEN)
    assert "<script>alert" not in html
    assert content_hash(script_of(html)) == script_hash()


def test_a_private_key_never_goes_into_a_form(count):
    private = {**make_private_key().public.jwk(), "d": "AAAA"}
    with pytest.raises(UsageProblem, match="FRM003"):
        CampaignPage(count.campaign, [*count.shared.recipients, private], count.shared.secret, count.tables)


def test_a_form_seals_to_two_different_keys_or_is_not_made(count):
    key = count.shared.recipients[0]
    with pytest.raises(UsageProblem, match="FRM002"):
        CampaignPage(count.campaign, [key, key], count.shared.secret, count.tables)


def test_a_form_is_not_made_with_a_short_secret_or_token(count):
    with pytest.raises(UsageProblem, match="FRM004"):
        CampaignPage(count.campaign, count.shared.recipients, b"short", count.tables)
    with pytest.raises(UsageProblem, match="FRM005"):
        count.shared.html(count.service, "short")


def test_a_form_is_not_made_with_the_tables_of_another_recipe(count):
    tables = {**count.tables, "recipe": {**count.tables["recipe"], "name": "other-1"}}
    with pytest.raises(UsageProblem, match="FRM001"):
        page_definition(count.campaign, tables)


def test_one_page_alone_equals_one_of_many(count):
    alone = page_html(
        count.campaign,
        count.service,
        recipients=count.shared.recipients,
        secret=count.shared.secret,
        token=TOKEN,
        identity_tables=count.tables,
    )
    assert alone == count.shared.html(count.service, TOKEN)


def test_the_secret_shows_in_no_representation(count):
    assert repr(count.shared.secret) not in repr(count.shared)


def test_the_folder_for_a_host_has_the_page_and_its_worker(count):
    files = site_files(count.shared, count.service, TOKEN)
    assert set(files) == {"index.html", "worker.js"}
    assert content_hash(script_of(files["index.html"])) == script_hash()
    assert "{version}" not in files["worker.js"]
    assert "{files}" not in files["worker.js"]
    assert "worker-src 'self'" in files["index.html"]


# --- Texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page_texts", "sleeping_tree"])
def test_every_text_exists_in_four_languages_with_the_same_holes(name):
    for key, texts in read_texts(name).items():
        assert set(texts) == set(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        holes = {frozenset(re.findall(r"\{\w+\}", text)) for text in texts.values()}
        assert len(holes) == 1, key


def test_french_texts_have_narrow_spaces_before_double_signs():
    for name in ("page_texts", "sleeping_tree"):
        wrong = [
            key
            for key, texts in read_texts(name).items()
            if re.search(r"(?<!\u202f)[;?!»]|[ \u00a0]:|«(?!\u202f)", texts["fr"])
        ]
        assert wrong == []


def test_every_text_that_the_script_names_exists_and_none_is_left_over(modules):
    script = "".join(modules.values())
    known = set(read_texts("page_texts"))
    quoted = set(re.findall(r'"([a-z0-9_]+)"', script))
    patterns = [re.sub(r"\$\{[^}]*\}", "[a-z0-9_]+", each) for each in re.findall(r"t\(`([^`]*)`", script)]
    named = set(re.findall(r'\bt\(\s*"([a-z0-9_]+)"', script))
    assert named - known == set()
    unused = {key for key in known - quoted if not any(re.fullmatch(each, key) for each in patterns)}
    assert unused == set()


def test_the_tree_has_a_text_for_each_question_answer_and_reason():
    tree, texts = sleeping_tree(), read_texts("sleeping_tree")
    needed = {"hint.when", "hint.own_home"}
    for node, answers in tree["nodes"].items():
        needed |= {f"q.{node}", f"miss.{node}"} | {f"a.{node}.{code}" for code in answers}
        needed |= {f"why.{each['why']}" for each in answers.values() if "why" in each}
    assert set(texts) == needed


def test_the_tree_reaches_every_situation_and_every_node_and_has_no_dead_end():
    tree = sleeping_tree()
    nodes = tree["nodes"]
    reached, outcomes, waiting = set(), set(), [tree["start"]]
    while waiting:
        node = waiting.pop()
        if node in reached:
            continue
        reached.add(node)
        for answer in nodes[node].values():
            assert ("next" in answer) != ("situation" in answer)
            outcomes.add(answer.get("situation"))
            waiting += [answer["next"]] if "next" in answer else []
    assert reached == set(nodes)
    assert outcomes - {None} == set(options("situation"))


def test_the_tree_sets_and_offers_known_answers_only():
    from denombrement.survey.questionnaire import question

    tree = sleeping_tree()
    for answers in tree["nodes"].values():
        for answer in answers.values():
            for code, value in answer.get("set", {}).items():
                assert value in options(question(code).options)
    assert set().union(*tree["places"].values()) == set(options("place_detail")) - {"reception_centre"}


# --- The form part -----------------------------------------------------------------------------------------------------


def test_the_form_part_is_readable_json_without_the_definition(count):
    html = count.shared.html(count.service, TOKEN)
    form = json.loads(re.search(r'id="form">(.*?)</script>', html).group(1))
    assert form["service"] == {"id": "cpas-arlon", "name": "CPAS d’Arlon"}
    assert all("d" not in key for key in form["recipients"])
