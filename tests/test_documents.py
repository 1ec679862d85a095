"""What the documents say of the code is true: links, commands, folders, words, errors, figures."""

import re
import unicodedata
from pathlib import Path

import click
import pytest

from denombrement.cli.group import COMMANDS, build_group
from denombrement.dedup.codes import Recipe
from denombrement.errors import catalogue
from denombrement.survey.questionnaire import questions
from denombrement.survey.rules import load_rules

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "denombrement"
NAMED = ("README", "CONTRIBUTING", "GLOSSARY", "SECURITY", "DECISIONS", "CHANGELOG")
DOCUMENTS = [
    *(f"{name}.md" for name in NAMED),
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")),
]
GUIDES = [name for name in DOCUMENTS if name.startswith("docs/fr/")]
OFFICER = "docs/fr/guide-charge-de-projet.md"
CODE = (".py", ".js", ".css", ".toml", ".csv", ".json", ".html", ".j2")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MISSING_TITLE = "## Ce qui n’existe pas encore"


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def section(name, title):
    return text_of(name).split(f"{title}\n", 1)[1].split("\n## ", 1)[0]


def anchors(name):
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(name)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def commands_of(text):
    """Command lines of this program in a document: in fences and between back quotes."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    lines += QUOTED.findall(FENCE.sub("", text))
    return [line.split()[1:] for line in lines if line.startswith("denombrement ")]


def command_at(words):
    """The click command and the words after it, global options passed over."""
    if words[0] == "--lang":
        words = words[2:]
    context = click.Context(build_group())
    return build_group().get_command(context, words[0]), words[1:]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(name):
    for target in LINK.findall(FENCE.sub("", text_of(name))):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(str(file.resolve().relative_to(ROOT))), target


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_of_the_repository_named_exists(name):
    for quoted in QUOTED.findall(FENCE.sub("", text_of(name))):
        if re.match(
            r"(denombrement|tests|schemas|docs|benchmarks|survey|intake|dedup|cli)/[\w./-]*$", quoted
        ):
            assert (ROOT / quoted).exists() or (PACKAGE / quoted).exists(), quoted


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_error_named_is_in_the_catalogue(name):
    for code in re.findall(
        r"\b(?:REF|SUR|COD|LNK|SEA|INT|CAM|CNT|PRO|PUB|EST|SYN|FRM)\d{3}\b", text_of(name)
    ):
        assert code in catalogue(), code


def test_the_readme_lists_every_command_and_nothing_else():
    rows = re.findall(r"^\| `denombrement (\w+)` \|", text_of("README.md"), re.MULTILINE)
    assert rows == list(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_on_itself_and_its_options(name):
    command, _ = command_at([name])
    assert command.help
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert all(each.help for each in options if each.name != "out"), name


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", *GUIDES])
def test_every_command_line_shown_could_be_typed(name):
    text = text_of(name)
    if name == OFFICER:
        text = text.replace(section(name, MISSING_TITLE), "")
    for words in commands_of(text):
        command, rest = command_at(words)
        assert command is not None, words
        known = {option for each in command.params for option in each.opts}
        assert {word for word in rest if word.startswith("--")} <= known, words


def test_what_the_guide_says_is_missing_is_missing():
    named = [words[0] for words in commands_of(section(OFFICER, MISSING_TITLE))]
    assert not set(named) & set(COMMANDS), (
        "the guide says that this command does not exist yet: tell what it does"
    )


def test_the_map_of_the_modules_names_every_folder_of_code():
    named = set(re.findall(r"^\| `denombrement/([\w/]+)/` \|", text_of("README.md"), re.MULTILINE))
    files = [file.relative_to(PACKAGE) for suffix in CODE for file in PACKAGE.rglob(f"*{suffix}")]
    top = {file.parts[0] for file in files if len(file.parts) > 1}
    code = {file.parent.as_posix() for file in files if file.suffix in {".py", ".js"} and len(file.parts) > 1}
    assert named == top | code


def test_the_two_commands_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        shown = set(re.findall(r"^make (\w+)", text_of(name), re.MULTILINE))
        assert {"test"} <= shown <= targets
    assert re.findall(r"^make (\w+)", text_of("README.md"), re.MULTILINE) == ["demo", "test"]


def glossary():
    rows = [
        line.strip("|").split("|") for line in text_of("GLOSSARY.md").splitlines() if line.startswith("| ")
    ]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def test_every_word_of_the_glossary_has_four_languages_and_stands_once():
    assert all(len(row) == 5 and all(row) for row in glossary())
    identifiers = [row[4] for row in glossary()]
    assert len(identifiers) == len(set(identifiers))


def test_every_identifier_of_the_glossary_is_in_the_code():
    files = [file for suffix in CODE for file in PACKAGE.rglob(f"*{suffix}")]
    code = "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
    for row in glossary():
        identifier = row[4].strip("`")
        assert re.search(rf"(?<!\w){re.escape(identifier)}(?!\w)", code), identifier


@pytest.mark.parametrize("name", GUIDES)
def test_french_signs_stand_after_a_narrow_space(name):
    prose = QUOTED.sub("", FENCE.sub("", text_of(name))).replace("![", "[")  # a picture is no exclamation
    assert re.findall(r"[ \u00a0][;:?!»%]|«[ \u00a0]|\w'\w", prose) == []
    assert unicodedata.is_normalized("NFC", prose)


def test_figures_that_the_code_can_recount_are_right():
    recipe = Recipe.load("denombrement-1")
    domains = {token.domain or token.name for token in recipe.tokens}
    assert f"{len(recipe.tokens)} keyed values" in text_of("DECISIONS.md")
    assert f"({len(domains)} of them)" in text_of("DECISIONS.md")
    assert f"{len(questions())} questions, {len(load_rules().checks)} rules" in text_of("CHANGELOG.md")
