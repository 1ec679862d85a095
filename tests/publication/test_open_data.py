"""The open data: what the Data Package standard asks for, and what this project promises of every row."""

import csv
import io
import json
import re

import jsonschema
import pytest

from denombrement.protection.knowledge import Status
from denombrement.publication.maps.wording import LANGUAGES
from denombrement.publication.public import labels, wall
from denombrement.publication.public.parts import build_part
from denombrement.publication.tiles import load_tiles

TYPES = [
    "string", "number", "integer", "boolean", "object", "array", "list", "datetime", "date", "time", "year",
    "yearmonth", "duration", "geopoint", "geojson", "any",
]  # fmt: skip
# The rules of the standard (datapackage.org, version 2.0) that concern what we write.
PACKAGE = {
    "type": "object",
    "required": ["resources", "$schema"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
        "title": {"type": "string"},
        "version": {"type": "string"},
        "keywords": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "sources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"path": {"type": "string", "pattern": "^https?://"}},
                "anyOf": [{"required": [key]} for key in ("title", "path", "email")],
            },
        },
        "resources": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/resource"}},
    },
    "$defs": {
        "resource": {
            "type": "object",
            "required": ["name", "path", "schema"],
            "properties": {
                "name": {"type": "string", "pattern": "^[-a-z0-9._/]+$"},
                "path": {"type": "string", "pattern": r"^(?!/|.*\.\./)[^\\\\]+$"},
                "type": {"const": "table"},
                "bytes": {"type": "integer", "minimum": 1},
                "hash": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "mediatype": {"type": "string", "pattern": "^(.+)/(.+)$"},
                "encoding": {"const": "utf-8"},
                "schema": {"$ref": "#/$defs/schema"},
            },
        },
        "schema": {
            "type": "object",
            "required": ["fields"],
            "properties": {
                "fields": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["name", "type"],
                        "properties": {
                            "type": {"enum": TYPES},
                            "categories": {"type": "array", "items": {"required": ["value"]}},
                            "constraints": {
                                "type": "object",
                                "propertyNames": {
                                    "enum": ["required", "unique", "minimum", "maximum", "enum", "pattern"]
                                },
                            },
                        },
                    },
                },
                "missingValues": {"type": "array", "items": {"type": "string"}},
                "primaryKey": {"type": "array", "minItems": 1, "items": {"type": "string"}},
            },
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def files(usual):
    return build_part("donnees", usual, load_tiles(usual.coverage.evening)).files


@pytest.fixture(scope="module")
def package(files):
    return json.loads(files["donnees/datapackage.json"])


def rows_of(files, resource):
    return list(csv.DictReader(io.StringIO(files[f"donnees/{resource['path']}"].decode())))


def test_the_description_keeps_the_standard_s_rules(package):
    jsonschema.Draft202012Validator(PACKAGE).validate(package)
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names))
    for resource in package["resources"]:
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert len(fields) == len(set(fields))
        assert set(resource["schema"].get("primaryKey", [])) <= set(fields)


def test_a_description_that_breaks_a_rule_is_noticed(package):
    for broken in (
        {**package, "name": "Nom avec espaces"},
        {**package, "resources": []},
        {**package, "resources": [{**package["resources"][0], "path": "../elsewhere.csv"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(PACKAGE).validate(broken)


def test_every_file_is_described_and_every_row_follows_its_description(files, package):
    assert {f"donnees/{each['path']}" for each in package["resources"]} == set(files) - {
        "donnees/datapackage.json"
    }
    for resource in package["resources"]:
        content = files[f"donnees/{resource['path']}"]
        assert resource["hash"] == f"sha256:{wall.sha256(content)}"
        assert resource["bytes"] == len(content)
        rows, fields = rows_of(files, resource), resource["schema"]["fields"]
        assert list(rows[0]) == [field["name"] for field in fields]
        key = resource["schema"].get("primaryKey", [])
        assert not key or len({tuple(row[name] for name in key) for row in rows}) == len(rows)
        for row in rows:
            for field in fields:
                value, limits = row[field["name"]], field.get("constraints", {})
                assert value or not limits.get("required")
                assert not value or value in limits.get("enum", [value])
                assert not value or field["type"] != "integer" or int(value) >= limits.get("minimum", 0)


def test_a_row_has_a_value_exactly_where_its_status_says_so(files, package, usual):
    for resource in package["resources"][:-1]:
        for row in rows_of(files, resource):
            assert (row["value"] == "") == (row["status"] in {"protected", "not_counted"})
            assert row["status"] != "rounded" or int(row["value"]) % usual.base == 0
            assert row["status"] != "true_zero" or row["value"] == "0"


def test_every_code_has_a_label_in_four_languages(files, package):
    for resource in package["resources"][:-1]:
        rows = rows_of(files, resource)
        coded = [name for name in rows[0] if f"{name}_fr" in rows[0]]
        assert coded or len(rows) == 1 or resource["path"].startswith("all")
        for row in rows:
            assert all(row[f"{name}_{each}"] for name in coded for each in LANGUAGES)


def test_the_table_of_codes_explains_every_status_and_measure(files, package):
    explained = {(row["column"], row["code"]): row for row in rows_of(files, package["resources"][-1])}
    measures = {row["measure"] for each in package["resources"][:-1] for row in rows_of(files, each)}
    assert explained.keys() == {
        *(("status", str(each)) for each in Status),
        *(("measure", m) for m in measures),
    }
    for (column, code), row in explained.items():
        for each in LANGUAGES:
            assert row[each] == labels.text(f"{column}.{code}", each)


def test_places_of_one_name_can_be_told_apart_by_their_label(files, package):
    resource = next(each for each in package["resources"] if each["path"] == "communes.csv")
    for language in LANGUAGES:
        named = [row[f"territory_{language}"] for row in rows_of(files, resource)]
        assert len(named) == len(set(named))


def test_nothing_in_the_data_names_a_service_or_a_person(files):
    for name, content in files.items():
        assert not re.search(r"cpas-|service=|@", content.decode()), name
