"""What is published from the one definition: JSON Schemas and the codebook. Generated, never edited.

A JSON Schema is a contract on types, codes and ranges; it cannot hold the rules (``rules.json`` does).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from pydantic import BaseModel

from denombrement.survey.questionnaire import (
    LANGUAGES,
    Question,
    label,
    option_label,
    option_lists,
    options,
    questions,
)
from denombrement.survey.record import Child, Declaration, Identity, Return
from denombrement.survey.rules import load_rules, message

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
CODEBOOK_COLUMNS = (
    "variable", "of", "kind", "required", "minimum", "maximum", "unit", "code",
    *(f"label_{language}" for language in LANGUAGES),
)  # fmt: skip


def published_files() -> dict[str, str]:
    """File name -> content of everything that goes into ``schemas/``."""
    return {
        "declaration.schema.json": json_schema(Declaration),
        "return.schema.json": json_schema(Return),
        "codebook.csv": codebook_csv(),
        "codebook.md": codebook_markdown(),
    }


def json_schema(model: type[BaseModel]) -> str:
    """A model's JSON Schema, with its dialect."""
    schema = {"$schema": SCHEMA_DIALECT, **model.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def codebook_csv() -> str:
    """One row a question, then one row an option of it, in the order of the form; texts in four languages."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CODEBOOK_COLUMNS)
    for each in questions():
        writer.writerow(_question_row(each))
        for code in options(each.options) if each.options else ():
            texts = [option_label(each.options, code, language) for language in LANGUAGES]
            writer.writerow([each.code, each.of, "", "", "", "", "", code, *texts])
    return out.getvalue()


def codebook_markdown() -> str:
    """The codebook to read, in French with codes; the rules at the end."""
    lines = [
        "# Codebook",
        "",
        f"Généré par `denombrement schema`. {len(questions())} questions, {len(load_rules().checks)} règles.",
        "",
        "Une question sans réponse n’a pas été posée ; `dont_know` est une réponse.",
        "",
    ]
    for each in questions():
        lines += _question_section(each)
    lines += ["## Règles", "", "| code | niveau | question | message |", "|---|---|---|---|"]
    lines += [
        f"| `{check.code}` | {check.level} | `{check.question}` | {message(check.code, 'fr')} |"
        for check in load_rules().checks
    ]
    lines += ["", "## Autres listes", ""]
    used = {each.options for each in questions()}
    for name in option_lists():
        if name not in used:
            lines += [f"### `{name}`", "", *_option_table(name), ""]
    return "\n".join(lines).rstrip() + "\n"


def undocumented_fields() -> list[str]:
    """Fields of the record that no question describes, apart from those that the software fills in."""
    technical = {"declaration_id", "revision", "identity"}
    known = {each.code for each in questions()}
    fields: Iterable[str] = (*Declaration.model_fields, *Child.model_fields)
    return [name for name in fields if name not in known | technical | set(Identity.model_fields)]


def _question_row(question: Question) -> list[object]:
    texts = [label("question", question.code, language).text for language in LANGUAGES]
    bounds = ["" if bound is None else bound for bound in (question.minimum, question.maximum)]
    required = "yes" if question.required else "no"
    return [question.code, question.of, question.kind, required, *bounds, question.unit, "", *texts]


def _question_section(question: Question) -> list[str]:
    text = label("question", question.code, "fr")
    facts = [question.of, question.kind, "obligatoire" if question.required else ""]
    if question.minimum is not None:
        facts.append(f"de {question.minimum} à {question.maximum} {question.unit}".strip())
    if question.code in load_rules().asked:
        facts.append("posée sous condition")
    lines = [f"## `{question.code}`", "", f"{text.text}  ", f"*{', '.join(filter(None, facts))}*", ""]
    if question.options:
        lines += [*_option_table(question.options), ""]
    return lines


def _option_table(list_name: str) -> list[str]:
    rows = ["| code | libellé |", "|---|---|"]
    return rows + [f"| `{code}` | {option_label(list_name, code, 'fr')} |" for code in options(list_name)]
