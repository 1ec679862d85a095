"""The open data: one CSV a table, and the package's description (Frictionless, ``datapackage.json``)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from denombrement.counts.counting import ADULTS
from denombrement.counts.table import TERRITORY
from denombrement.protection.knowledge import Status
from denombrement.protection.tables import ProtectedTable
from denombrement.publication.public.figures import PLACES, Figures
from denombrement.publication.public.labels import (
    code_label,
    dimension_label,
    measure_label,
    place_label,
    table_label,
    text,
)
from denombrement.publication.public.planned import ANSWERED
from denombrement.publication.public.wall import sha256
from denombrement.publication.shapes import Geometry

LANGUAGES = ("fr", "nl", "de", "en")
ANSWER, MENTIONED, GIVEN = "answer", "mentioned", "answered"
CODES = "codes"
INHABITANTS = "inhabitants"
RATES = ("rate_per_1000", "rate_low", "rate_high")
Row = dict[str, str]


@dataclass(frozen=True)
class Column:
    """A column of codes; its labels follow it in four languages."""

    name: str
    titles: Mapping[str, str]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One CSV.

    Args:
        name: of the file, without extension.
        measure: who is counted.
        titles: by language.
        columns: of codes.
        rows: codes, labels, ``value`` and ``status``.
        rated: whether inhabitants and rates follow.
    """

    name: str
    measure: str
    titles: Mapping[str, str]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rated: bool = False

    @property
    def header(self) -> list[str]:
        """Names of all columns."""
        coded = [name for column in self.columns for name in (column.name, *_labels_of(column.name))]
        return ["measure", *coded, "value", "status", *((INHABITANTS, *RATES) if self.rated else ())]

    def to_csv(self) -> bytes:
        """UTF-8, comma, one line a cell."""
        out = io.StringIO()
        writer = csv.DictWriter(out, self.header, lineterminator="\n")
        writer.writeheader()
        writer.writerows({"measure": self.measure, **row} for row in self.rows)
        return out.getvalue().encode()


def build(figures: Figures, geometry: Geometry, languages: Sequence[str] = LANGUAGES[:1]) -> dict[str, bytes]:
    """File name -> content; labels are in all four languages whichever are asked for."""
    del geometry, languages
    sheets = open_sheets(figures)
    files = {f"{sheet.name}.csv": sheet.to_csv() for sheet in sheets}
    description = data_package(figures, sheets, files)
    files[f"{CODES}.csv"] = _codes_csv(sheets)
    description["resources"].append(_codes_resource(files[f"{CODES}.csv"]))
    files["datapackage.json"] = (json.dumps(description, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def open_sheets(figures: Figures) -> list[Sheet]:
    """One sheet a table; the tables of one question with several answers share theirs."""
    sheets: dict[str, Sheet] = {}
    for table in figures.release.tables.values():
        asked = _question(table)
        sheet = _answers_sheet(figures, table, asked) if asked else _plain_sheet(figures, table)
        before = sheets.get(sheet.name)
        sheets[sheet.name] = sheet if before is None else _joined(before, sheet)
    return list(sheets.values())


def _question(table: ProtectedTable) -> str:
    """The question with several answers that a table is about; empty for other tables."""
    return next((name.split(".")[0] for name in table.dimensions if "." in name), "")


def _plain_sheet(figures: Figures, table: ProtectedTable) -> Sheet:
    columns = tuple(_column(table, name, name) for name in table.dimensions)
    titles = {each: table_label(table.name, table.dimensions, table.measure, each) for each in LANGUAGES}
    rows = tuple(_rows(figures, table, {}, {}))
    rated = table.name in figures.rated and not figures.few
    if rated:
        rows = tuple({**row, **_rates(figures, row[TERRITORY])} for row in rows)
    return Sheet(table.name, table.measure, titles, columns, rows, rated)


def _rates(figures: Figures, code: str) -> Row:
    """Inhabitants of a territory, and its rate from the published count; the ends of its range even where it is too vague."""
    found, people = figures.in_territory(ADULTS, code), figures.coverage.inhabitants.get(code)
    rate = figures.rate(found, code)
    told = figures.tells_rate(rate)
    ends = (None, None, None) if rate is None else (rate.value if told else None, rate.low, rate.high)
    shown = ["" if end is None else f"{end:.2f}" for end in ends]
    return {INHABITANTS: str(people or ""), **dict(zip(RATES, shown, strict=True))}


def _answers_sheet(figures: Figures, table: ProtectedTable, asked: str) -> Sheet:
    dimension = next(name for name in table.dimensions if "." in name)
    answer = dimension.split(".")[1]
    fixed = {ANSWER: answer}
    fixed |= {f"{ANSWER}_{each}": dimension_label(dimension, each) for each in LANGUAGES}
    names = {dimension: MENTIONED, f"{asked}{ANSWERED}": GIVEN}
    columns = [Column(ANSWER, {each: dimension_label(asked, each) for each in LANGUAGES}, (answer,))]
    columns += [_column(table, name, names.get(name, name)) for name in table.dimensions]
    titles = {
        each: f"{measure_label(table.measure, each)}, {dimension_label(asked, each)}" for each in LANGUAGES
    }
    return Sheet(asked, table.measure, titles, tuple(columns), tuple(_rows(figures, table, fixed, names)))


def _joined(one: Sheet, other: Sheet) -> Sheet:
    columns = tuple(
        Column(mine.name, mine.titles, tuple(dict.fromkeys((*mine.codes, *theirs.codes))))
        for mine, theirs in zip(one.columns, other.columns, strict=True)
    )
    return Sheet(one.name, one.measure, one.titles, columns, one.rows + other.rows)


def _column(table: ProtectedTable, dimension: str, name: str) -> Column:
    titles = {each: dimension_label(dimension, each) for each in LANGUAGES}
    place = table.dimensions.index(dimension)
    return Column(name, titles, tuple(dict.fromkeys(codes[place] for codes, _, _ in table.rows)))


def _rows(
    figures: Figures, table: ProtectedTable, fixed: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[Row]:
    for codes, figure in figures.rows(table):
        row = dict(fixed)
        for dimension, code in zip(table.dimensions, codes, strict=True):
            name = names.get(dimension, dimension)
            row[name] = code
            row |= {f"{name}_{each}": _label(dimension, code, each) for each in LANGUAGES}
        yield {
            **row,
            "value": "" if figure.value is None else str(figure.value),
            "status": str(figure.status),
        }


def _label(dimension: str, code: str, language: str) -> str:
    """A code's label; a column of places holds several levels, so a name says its own where another has the same."""
    return place_label(code, language) if dimension in PLACES else code_label(dimension, code, language)


def _labels_of(name: str) -> list[str]:
    return [f"{name}_{language}" for language in LANGUAGES]


def data_package(figures: Figures, sheets: Iterable[Sheet], files: Mapping[str, bytes]) -> dict[str, Any]:
    """The description of the package, after the Data Package standard (datapackage.org)."""
    coverage = figures.coverage
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": _slug(coverage.campaign),
        "title": coverage.name,
        "description": " ".join(text(f"data.{key}", "fr") for key in ("description", "rounding", "shares")),
        "version": coverage.night,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0",
            }
        ],
        "sources": [
            {"title": coverage.name},
            {"title": "Statbel, population au 1er janvier", "path": "https://statbel.fgov.be"},
        ],
        "keywords": ["homelessness", "ETHOS Light", "sans chez-soi", "dénombrement"],
        "spatial": "Province de Luxembourg (NIS 80000)",
        "coverage": {
            "night": coverage.night,
            "communes_participating": list(coverage.participating),
            "communes_not_participating": list(coverage.silent),
        },
        "protection": figures.verdict(),
        "resources": [_resource(sheet, files[f"{sheet.name}.csv"]) for sheet in sheets],
    }


def _resource(sheet: Sheet, content: bytes) -> dict[str, Any]:
    key = [column.name for column in sheet.columns]
    return _described(sheet.name, sheet.titles, content, list(_fields(sheet)), key)


def _described(
    name: str, titles: Mapping[str, str], content: bytes, fields: list[dict[str, Any]], key: list[str]
) -> dict[str, Any]:
    return {
        "name": _slug(name),
        "type": "table",
        "path": f"{name}.csv",
        "title": titles["fr"],
        "titles": dict(titles),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        "schema": {"fields": fields, "missingValues": [""], **({"primaryKey": key} if key else {})},
    }


def _codes_csv(sheets: Iterable[Sheet]) -> bytes:
    """What the codes of ``measure`` and ``status`` mean, in four languages."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["column", "code", *LANGUAGES])
    measures = dict.fromkeys(sheet.measure for sheet in sheets)
    writer.writerows(
        ["measure", code, *(measure_label(code, each) for each in LANGUAGES)] for code in measures
    )
    writer.writerows(
        ["status", code, *(text(f"status.{code}", each) for each in LANGUAGES)] for code in Status
    )
    return out.getvalue().encode()


def _codes_resource(content: bytes) -> dict[str, Any]:
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "title": text(f"data.{name}", "fr")} for name in ("column", "code")
    ]
    fields += [
        {"name": each, "type": "string", "title": f"{text('data.label', each)} ({each})"}
        for each in LANGUAGES
    ]
    for field in fields:
        field["constraints"] = {"required": True}
    titles = {each: text("data.codes", each) for each in LANGUAGES}
    return _described(CODES, titles, content, fields, ["column", "code"])


def _fields(sheet: Sheet) -> Iterator[dict[str, Any]]:
    yield {
        "name": "measure",
        "type": "string",
        "title": text("data.measure", "fr"),
        "categories": [{"value": sheet.measure, "label": measure_label(sheet.measure, "fr")}],
        "constraints": {"required": True, "enum": [sheet.measure]},
    }
    for column in sheet.columns:
        yield {
            "name": column.name,
            "type": "string",
            "title": column.titles["fr"],
            "constraints": {"required": True, "enum": list(column.codes)},
        }
        for language in LANGUAGES:
            yield {
                "name": f"{column.name}_{language}",
                "type": "string",
                "title": f"{column.titles[language]} ({language})",
                "constraints": {"required": True},
            }
    yield {
        "name": "value",
        "type": "integer",
        "title": text("data.value", "fr"),
        "constraints": {"minimum": 0},
    }
    yield {
        "name": "status",
        "type": "string",
        "title": text("data.status", "fr"),
        "categories": [{"value": str(each), "label": text(f"status.{each}", "fr")} for each in Status],
        "constraints": {"required": True, "enum": [str(each) for each in Status]},
    }
    for name in (INHABITANTS, *RATES) if sheet.rated else ():
        yield {
            "name": name,
            "type": "integer" if name == INHABITANTS else "number",
            "title": text(f"data.{name}", "fr"),
            "constraints": {"minimum": 0},
        }


def _slug(name: str) -> str:
    return name.lower().replace("_", "-")
