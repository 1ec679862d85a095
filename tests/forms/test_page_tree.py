"""The screens of the night: each question that waits says so itself, nothing is passed over unseen, plain words lead right."""

from __future__ import annotations

import pytest

from denombrement.forms.page_definition import TERRITORY_PAGE, read_texts, sleeping_tree
from denombrement.survey.questionnaire import question

pytestmark = pytest.mark.browser


def at_the_night(worker):
    worker.start()
    worker.describe_without_code()


def ways_to_each_node():
    """The shortest answers that make a question of the tree the one that waits."""
    tree = sleeping_tree()
    ways, waiting = {}, [(tree["start"], [])]
    while waiting:
        node, steps = waiting.pop(0)
        if node in ways:
            continue
        ways[node] = steps
        for code, answer in tree["nodes"][node].items():
            if "next" in answer:
                waiting.append((answer["next"], [*steps, f"{node}-{code}"]))
    return ways


def test_each_question_of_the_tree_without_an_answer_has_its_own_error_and_link(worker):
    at_the_night(worker)
    page, texts = worker.page, read_texts("sleeping_tree")
    ways = ways_to_each_node()
    assert ways.keys() == sleeping_tree()["nodes"].keys()
    for node, steps in ways.items():
        for step in steps:
            worker.check("tree", step)
        worker.is_held_back()
        link = page.locator("#summary a")
        assert link.count() == 1, node
        expected = texts[f"miss.{node}"]["fr"].split("{")[0]
        assert link.inner_text().startswith(expected), node
        assert page.locator(".field.wrong").evaluate_all("each => each.map(({id}) => id)") == [f"tree-{node}"]
        link.click()
        assert page.evaluate("document.activeElement.id").startswith(f"tree-{node}-"), node


def test_the_worker_can_say_that_the_reason_or_the_kind_is_not_known(worker):
    at_the_night(worker)
    for steps, situation, said in (
        (
            ("where-with_others", "others-dont_know", "others_home-no"),
            "Situation inconnue",
            "ne sait pas si elle y dort",
        ),
        (
            ("where-with_others", "others-dont_know", "others_home-yes"),
            "Pas sans chez-soi",
            "logement ailleurs",
        ),
        (("where-makeshift", "makeshift-dont_know"), "Sous tente, en voiture", "quel qu’il soit"),
        (("where-shelter", "shelter-dont_know"), "Situation inconnue", "de quelle façon"),
    ):
        worker.sleep("when-exact", *steps)
        box = worker.page.inner_text(".outcome")
        assert situation in box
        assert said in box


def test_every_question_of_the_tree_but_the_first_can_be_answered_with_dont_know():
    nodes = sleeping_tree()["nodes"]
    assert [node for node, answers in nodes.items() if "dont_know" not in answers] == ["when"]
    assert "no" in nodes["when"]


@pytest.mark.parametrize(
    ("lives", "answer", "situation"),
    [
        ("tente", "makeshift-tent", "EL5.11"),
        ("voiture", "makeshift-car", "EL5.11"),
        ("parc résidentiel", "makeshift-holiday_park", "EL5.9"),
        ("camping", "makeshift-campsite", "EL5.9"),
    ],
)
def test_a_tent_in_a_wood_or_a_caravan_on_a_campsite_is_named_in_one_answer_only(lives, answer, situation):
    texts, nodes = read_texts("sleeping_tree"), sleeping_tree()["nodes"]
    naming = [code for code in nodes["where"] if lives in texts[f"a.where.{code}"]["fr"]]
    assert naming[:1] == ["outside"] * (lives == "tente") + ["makeshift"] * (lives != "tente")
    assert "sans tente ni véhicule" in texts["a.where.outside"]["fr"]
    node, code = answer.split("-")
    step = nodes[node][code]
    reached = step if "situation" in step else nodes[step["next"]]["lack"]
    assert reached["situation"] == situation


def test_the_commune_and_the_link_have_a_screen_that_waits_for_an_answer(worker):
    at_the_night(worker)
    worker.sleep("when-exact", "where-outside")
    for code in TERRITORY_PAGE:
        assert worker.page.locator(f"#q-{code}").count() == 0
    worker.goes_on("La commune et le territoire")
    assert "la province de Luxembourg" in worker.page.inner_text("#q-territory_link")
    worker.is_held_back()
    links = worker.page.locator("#summary a").evaluate_all(
        "each => each.map((link) => link.getAttribute('href'))"
    )
    assert links == ["#q-commune_night", "#q-territory_link"]
    worker.page.select_option("#q-commune_night-in", "dont_know")
    worker.check("q-territory_link", "dont_know")
    worker.goes_on("La personne")


def test_of_someone_with_a_home_nothing_more_is_asked(worker):
    at_the_night(worker)
    worker.sleep("when-no", "home-yes")
    assert "vous arrêter ici" in worker.page.inner_text(".outcome")
    worker.goes_on("Vérifiez")
    assert "Étape 3 sur 3" in worker.page.inner_text("main")


def test_what_may_be_left_out_says_so_and_what_may_not_does_not(worker):
    at_the_night(worker)
    worker.sleep("when-exact", "where-outside")
    worker.say_place()
    worker.goes_on("La personne")
    marked = worker.page.locator(".field:visible").evaluate_all(
        "each => each.map((field) => [field.id, Boolean(field.querySelector('.optional'))])"
    )
    assert dict(marked) == {
        "q-age_years": False,
        "q-age_class": False,
        "q-nationality": True,
        "q-birth_country": True,
        "q-residence_status": True,
    }


def test_a_situation_taken_from_paper_shows_itself_instead_of_an_empty_tree(worker):
    worker.start()
    worker.press("Saisie rapide de fiches papier")
    worker.page.fill("#identity-mnemonic-in", "JE-BER-14031987-M")
    worker.page.select_option("#q-situation-in", "EL3.3")
    worker.press("Enregistrer et passer à la suivante")
    worker.page.locator("p[role=status]", has_text="enregistrée").wait_for()
    worker.press("Toutes les fiches")
    worker.page.locator(".card button").first.click()
    worker.page.get_by_role("button", name="Modifier Où la personne").click()
    assert worker.page.input_value("#q-situation-in") == "EL3.3"
    worker.page.select_option("#q-situation-in", "EL2.2")
    assert worker.page.locator("#q-place_detail").is_visible()


def test_the_page_of_the_territory_is_of_questions_that_exist():
    assert {question(code).section for code in TERRITORY_PAGE} == {"situation"}
