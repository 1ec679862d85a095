"""From the first click to the sealed file, from file://; what is opened is what was typed."""

from __future__ import annotations

import dataclasses
import re

import pytest
from playwright.sync_api import expect

from benchmarks._form_page import PASSPHRASE, draft_file, draft_row
from denombrement.dedup.codes import Identity, Recipe, file_mark, identity_tokens, mnemonic_tokens
from denombrement.forms.page_definition import sleeping_tree
from denombrement.survey.questionnaire import option_label, options
from denombrement.survey.rules import RuleContext, findings, load_rules

pytestmark = pytest.mark.browser
TOKEN = "un-jeton-de-service-assez-long"
SAVED = "Le fichier est enregistré, pas encore envoyé"


def accepted(envoi, night):
    """Every declaration passes the rules that intake applies."""
    for each in envoi.declarations:
        answers = each.model_dump()
        own, children = findings(answers, load_rules(), RuleContext(night))
        assert [check.code for check in own if check.level == "error"] == []
        assert [check.code for _, check in children if check.level == "error"] == []


def test_a_whole_declaration_arrives_as_typed(worker, count):
    page = worker.page
    worker.start()
    worker.press("Nouvelle fiche")
    mark = worker.make_code(given="Jean-Pierre", family="van den Berghe", birth=("3", "4", "1987"), sex="man")
    worker.goes_on("Où la personne a dormi")
    worker.check("q-person_present", "with_person")
    worker.sleep("when-two_weeks", "where-with_others", "others-friends")
    worker.goes_on("La commune et le territoire")
    worker.check("q-situation_source", "person_said")
    page.select_option("#q-commune_night-in", "81001")
    page.select_option("#q-commune_origin-in", "outside")
    worker.check("q-territory_link", "lives_here")
    worker.goes_on("La personne")
    assert page.input_value("#q-age_years-in") == "39"
    worker.check("q-nationality", "belgian")
    worker.check("q-birth_country", "eu")
    worker.goes_on("Le ménage")
    page.select_option("#q-household-in", "with_children")
    worker.check("q-has_children", "yes")
    page.fill("#q-child0-birth_year-in", "2015")
    worker.check("q-child0-child_sex", "woman")
    worker.check("q-child0-link", "direct")
    worker.check("q-child0-other_parent", "housed")
    worker.goes_on("Revenus")
    for field, code in (
        ("income", "work"),
        ("income", "other"),
        ("health", "none"),
        ("reasons", "financial"),
    ):
        worker.check(f"q-{field}", code)
    page.select_option("#q-duration-in", "over_five_years")
    worker.goes_on("Votre service")
    page.fill("#q-case_number-in", "412")
    worker.goes_on("Vérifiez")
    worker.press("Mettre «\u202fje ne sais pas\u202f» partout où c’est vide")
    worker.finish()
    sent = worker.hand_over()
    (made,) = sent.envoi.declarations
    expected = identity_tokens(
        Identity("Jean-Pierre", "van den Berghe", 1987, 4, 3, "man"),
        bytes(range(32)),
        count.campaign.id,
        Recipe.load(count.campaign.recipe),
    )
    assert (made.identity.code, made.identity.tokens) == (expected.code, expected.tokens)
    assert mark == file_mark(expected)
    answers = made.model_dump(exclude={"declaration_id", "identity"}, exclude_none=True)
    child = {"birth_year": 2015, "child_sex": "woman", "link": "direct", "other_parent": "housed"}
    assert answers == {
        "revision": 1,
        "person_present": "with_person",
        "situation": "EL6.12",
        "place_detail": "friends",
        "night_precision": "within_two_weeks",
        "situation_source": "person_said",
        "commune_night": "81001",
        "commune_origin": "outside",
        "territory_link": "lives_here",
        "sex": "man",
        "age_years": 39,
        "nationality": "belgian",
        "birth_country": "eu",
        "household": "with_children",
        "has_children": "yes",
        "children": (child,),
        "income": ("work", "other"),
        "health": ("none",),
        "duration": "over_five_years",
        "institutions": ("dont_know",),
        "reasons": ("financial",),
        "service_relation": "dont_know",
        "cpas_contact": "dont_know",
        "origin_of_demand": "dont_know",
        "case_number": 412,
    }
    accepted(sent.envoi, count.campaign.night)


def test_the_file_tells_nothing_outside_and_the_receipt_is_its_hash(worker):
    worker.start()
    worker.describe()
    sent = worker.hand_over()
    assert re.fullmatch(r"cpas-arlon-[0-9a-f]{8}\.jwe\.json", sent.name)
    assert sent.shown == sent.receipt
    worker.back_to_list()
    worker.describe(given="Paul", family="Martin", birth=("1", "2", "1970"), sex="man")
    again = worker.hand_over()
    assert len(again.data) == len(sent.data)
    assert len(again.envoi.declarations) == 2


def test_a_correction_raises_the_number_and_the_revision_and_a_look_does_not(worker):
    worker.start()
    worker.describe()
    first = worker.hand_over()
    worker.back_to_list()
    assert "dans aucun fichier" not in worker.page.inner_text("main")
    worker.page.locator(".card button").first.click()
    worker.await_title("Vérifiez")
    worker.page.get_by_role("button", name="Modifier La personne").click()
    worker.put_aside()
    assert "dans aucun fichier" not in worker.page.inner_text("main")
    worker.page.locator(".card button").first.click()
    worker.page.get_by_role("button", name="Modifier La personne").click()
    worker.check("q-nationality", "eu")
    worker.put_aside()
    assert "dans aucun fichier" in worker.page.locator(".banner").first.inner_text()
    assert "Modifiée" in worker.page.inner_text(".card")
    second = worker.hand_over()
    assert [each.envoi.number for each in (first, second)] == [1, 2]
    assert [each.envoi.declarations[0].revision for each in (first, second)] == [1, 2]


def test_what_was_handed_over_is_withdrawn_and_what_was_not_is_deleted(worker):
    worker.start()
    worker.describe()
    first = worker.hand_over()
    worker.back_to_list()
    worker.page.get_by_role("button", name="Retirer").first.click()
    worker.press("Oui, retirer")
    worker.describe(given="Paul", family="Martin", birth=("1", "2", "1970"), sex="man")
    worker.page.get_by_role("button", name="Supprimer").first.click()
    worker.press("Oui, supprimer")
    worker.await_title("Vos fiches")
    assert worker.page.locator(".card").count() == 0
    second = worker.hand_over()
    assert second.envoi.declarations == ()
    (withdrawal,) = second.envoi.withdrawn
    assert withdrawal.declaration_id == first.envoi.declarations[0].declaration_id
    assert withdrawal.revision == 2


def test_a_withdrawal_can_be_taken_back(worker):
    worker.start()
    worker.describe()
    worker.hand_over()
    worker.back_to_list()
    worker.page.get_by_role("button", name="Retirer").first.click()
    worker.press("Oui, retirer")
    worker.page.locator("summary", has_text="retirées").click()
    worker.page.get_by_role("button", name="Rétablir").click()
    worker.page.locator(".card").wait_for()
    sent = worker.hand_over()
    assert [each.revision for each in sent.envoi.declarations] == [2]


def test_nobody_met_is_confirmed_once_in_plain_words_and_needs_no_passphrase(worker):
    worker.press("Nous n’avons rencontré personne")
    said = worker.page.inner_text("main")
    assert "CPAS d’Arlon\u202f: aucune personne sans chez-soi rencontrée" in said
    worker.press("Annuler")
    worker.press("Nous n’avons rencontré personne")
    with worker.page.expect_download() as waited:
        worker.press("Oui, faire ce fichier")
    worker.await_title(SAVED)
    first = worker.sealed(waited.value)
    assert first.envoi.met_nobody
    assert first.envoi.declarations == ()
    worker.press("Je l’enverrai plus tard")
    worker.await_title("Dénombrement")
    assert first.name in worker.page.inner_text(".banner")
    worker.press("Je l’ai envoyé")
    worker.page.locator(".banner.calm", has_text=first.receipt).wait_for()
    worker.start()
    worker.describe()
    assert worker.hand_over().envoi.number == 2


def test_a_file_is_called_sent_only_once_the_worker_says_so(hire, page_file, count, tmp_path):
    place = tmp_path / "avec-adresse.html"
    form = dataclasses.replace(count.shared, address="denombrement@exemple.invalid")
    place.write_text(form.html(count.service, TOKEN), encoding="utf-8")
    with hire(place.as_uri()) as worker:
        worker.start()
        worker.describe()
        sent = worker.hand_over()
        assert "denombrement@exemple.invalid" in worker.page.inner_text(".steps")
        worker.back_to_list()
        assert "à envoyer" in worker.page.inner_text(".card")
        worker.page.reload()
        worker.await_title("Reprendre vos fiches")
        assert sent.name in worker.page.inner_text(".banner")
        worker.unlock()
        worker.await_title("Vos fiches")
        banner = worker.page.inner_text(".banner")
        assert "attend d’être envoyé" in banner
        assert "denombrement@exemple.invalid" in banner
        worker.press("Je l’ai envoyé")
        worker.page.locator(".banner.calm", has_text=sent.receipt).wait_for()
        worker.page.go_back()
        worker.await_title("Vos fiches")
        assert "Envoyée" in worker.page.inner_text(".card")
        worker.page.locator(".card button").first.click()
        worker.page.get_by_role("button", name="Modifier La personne").click()
        worker.check("q-nationality", "eu")
        worker.press("Enregistrer et finir plus tard")
        worker.page.locator(".card", has_text="Modifiée").wait_for()


def test_someone_who_refuses_is_counted_by_category_only(worker, count):
    worker.start()
    worker.describe_without_code("refused")
    assert worker.page.locator("#q-person_present").count() == 0
    worker.sleep("when-exact", "where-shelter", "shelter-refuge")
    worker.say_place(commune="83034")
    worker.goes_on("Vérifiez")
    worker.finish()
    sent = worker.hand_over()
    (made,) = sent.raw["declarations"]
    made.pop("declaration_id")
    assert made == {
        "revision": 1,
        "identity": {"status": "refused"},
        "situation": "EL3.6",
        "night_precision": "exact_night",
        "commune_night": "83034",
        "sex": "dont_know",
        "age_class": "dont_know",
    }
    accepted(sent.envoi, count.campaign.night)


def test_a_name_first_coded_and_then_refused_leaves_no_code(worker):
    worker.start()
    worker.press("Nouvelle fiche")
    worker.make_code(given="Marie", family="Dupont", birth=("14", "3", "1987"))
    worker.press("Refaire le code")
    worker.check("identity-status", "refused")
    worker.goes_on("Où la personne a dormi")
    worker.sleep("when-exact", "where-outside")
    worker.say_place()
    worker.goes_on("Vérifiez")
    worker.finish()
    (made,) = worker.hand_over().raw["declarations"]
    assert made["identity"] == {"status": "refused"}
    assert {"age_years", "territory_link"} & made.keys() == set()


def test_an_unfinished_declaration_stays_behind_and_is_said_so(worker):
    worker.start()
    worker.describe()
    worker.describe_without_code(sex="dont_know")
    worker.put_aside()
    worker.press("Remettre…")
    assert "ne seront pas comptées" in worker.page.inner_text(".warning")
    assert "identité inconnue – Situation à remplir" in worker.page.inner_text(".warning")
    worker.press("Toutes les fiches")
    sent = worker.hand_over()
    assert len(sent.envoi.declarations) == 1
    worker.back_to_list()
    assert "aucun fichier : 1".replace(" :", "\u202f:") in worker.page.locator(".banner").first.inner_text()


def test_another_situation_than_the_tree_needs_a_reason(worker):
    worker.start()
    worker.describe_without_code()
    worker.sleep("when-exact", "where-makeshift", "makeshift-tent")
    worker.page.locator("summary", has_text="pas la bonne").click()
    worker.page.select_option("#q-overruled-in", "EL1.1")
    worker.press("Continuer")
    assert (
        worker.page.locator("#summary")
        .inner_text()
        .endswith("Dites pourquoi vous choisissez une autre situation.")
    )
    worker.page.select_option("#q-overrule_reason-in", "know_better")
    worker.say_place()
    worker.goes_on("La personne")
    worker.page.select_option("#q-age_class-in", "dont_know")
    worker.goes_on("Le ménage", "Revenus", "Votre service", "Vérifiez")
    worker.finish()
    (made,) = worker.hand_over().envoi.declarations
    assert (made.situation, made.overrule_reason, made.place_detail) == ("EL1.1", "know_better", None)


def test_two_declarations_of_one_person_are_warned_of_before_sending(worker):
    worker.start()
    first = worker.describe(given="Anne", family="Dupont", birth=("14", "3", "1987"))
    worker.press("Nouvelle fiche")
    worker.make_code(given="ANNE-Marie", family="Du Pont", birth=("14", "3", "1987"))
    assert first in worker.page.inner_text("#twins").replace("\u00a0", "")
    worker.press("Refaire le code")
    worker.make_code(given="Lucie", family="Lambert", birth=("2", "9", "1961"))
    assert worker.page.locator("#twins").count() == 0
    worker.press("Refaire le code")
    worker.make_code(given="Dupont", family="Anne", birth=("14", "3", "1987"))
    assert worker.page.locator("#twins").count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"given": "DUPONT", "family": "Marie"}, "bonne case"),
        ({"given": "Marie", "family": "Dupont-Lambert"}, "Nom double"),
        ({"given": "Youssef", "family": "El Amrani"}, "particule"),
        ({"given": "Marie", "family": "Lambert épouse Dupont"}, "nom de naissance"),
        ({"given": "Marie", "family": "Dupont", "birth": ("1", "1", "1980")}, "traité comme inconnu"),
        ({"given": "Marie", "family": "El Amrani ou Amrani ?"}, "ni barre"),
        ({"given": "Marie", "family": "Dupont", "birth": ("4", "13", "1980")}, "dépasse 12"),
        ({"given": "Marie, Dupont", "family": ""}, "sans virgule"),
    ],
)
def test_classic_errors_of_names_and_dates_are_hinted_at(hints, typed, said):
    whole = {"given": "", "family": "", "birth": ("", "", ""), **typed}
    assert said in hints(whole)


@pytest.fixture(scope="module")
def hints(hire):
    with hire() as worker:
        worker.start()
        worker.press("Nouvelle fiche")

        def read(typed):
            worker.type_identity(**typed)
            return worker.page.inner_text("#identity-hints")

        yield read


def test_fast_entry_takes_paper_forms_one_after_the_other(worker, count):
    worker.start()
    worker.press("Saisie rapide de fiches papier")
    for code, situation in (("JE-BER-14031987-M", "EL1.1"), ("MA 0UP 00001990 f", "EL3.3")):
        worker.page.fill("#identity-mnemonic-in", code)
        worker.page.select_option("#q-situation-in", situation)
        worker.check("q-night_precision", "exact_night")
        if worker.page.locator("#q-age_class-in").is_visible() and code.startswith("MA"):
            worker.page.select_option("#q-age_class-in", "from_30_to_39")
        worker.press("Enregistrer et passer à la suivante")
        worker.page.locator("p[role=status]", has_text="enregistrée").wait_for()
        expect(worker.page.locator("#identity-mnemonic-in")).to_have_value("")
    worker.press("Toutes les fiches")
    sent = worker.hand_over()
    by_situation = {each.situation: each for each in sent.envoi.declarations}
    paper = mnemonic_tokens(
        "JE-BER-14031987-M", bytes(range(32)), count.campaign.id, Recipe.load("denombrement-1")
    )
    assert by_situation["EL1.1"].identity.tokens == paper.tokens
    assert (by_situation["EL1.1"].sex, by_situation["EL1.1"].age_years) == ("man", 39)
    assert (by_situation["EL3.3"].sex, by_situation["EL3.3"].age_class) == ("woman", "from_30_to_39")
    accepted(sent.envoi, count.campaign.night)


def tree_paths():
    """Every way through the tree, with its outcome."""
    nodes = sleeping_tree()["nodes"]
    paths = []

    def follow(node, steps):
        for code, answer in nodes[node].items():
            here = [*steps, f"{node}-{code}"]
            if "next" in answer:
                follow(answer["next"], here)
            else:
                paths.append((here, answer["situation"]))

    follow("when", [])
    return paths


def test_every_way_through_the_tree_ends_in_its_situation_and_says_why(worker):
    worker.start()
    worker.describe_without_code()
    paths = [path for path in tree_paths() if path[0][0] == "when-exact"] + [
        (["when-earlier", "home-no"], "unknown"),
        (["when-no", "home-yes"], "not_homeless"),
    ]
    outcomes = worker.page.evaluate(
        """(paths) => paths.map((steps) => {
          for (const step of steps) document.getElementById(`tree-${step}`).click();
          return [document.querySelector(".outcome-name").textContent, document.querySelector(".outcome").innerText];
        })""",
        [path for path, _ in paths],
    )
    names = {option_label("situation", code, "fr"): code for code in options("situation")}
    assert [names[name] for name, _ in outcomes] == [situation for _, situation in paths]
    assert {situation for _, situation in paths} == set(options("situation"))
    assert all("Pourquoi" in text for _, text in outcomes)


def test_two_hundred_declarations_are_taken_up_listed_and_handed_over(worker, count, tmp_path):
    file = tmp_path / "brouillon.json"
    rows = [draft_row(rank, count.campaign) for rank in range(200)]
    file.write_text(draft_file(rows, count.campaign, count.service, 7), encoding="utf-8")
    worker.press("Ouvrir un fichier de brouillon")
    worker.page.set_input_files("#draft-in", file)
    worker.page.fill("#pass-in", PASSPHRASE)
    worker.press("Ouvrir un fichier de brouillon")
    worker.await_title("Vos fiches")
    assert worker.page.locator(".card").count() == 200
    sent = worker.hand_over()
    assert len(sent.envoi.declarations) == 200
    assert sent.envoi.number == 8
    codes = {each.identity.code for each in sent.envoi.declarations}
    assert codes == {row["identity"]["code"] for row in rows}
