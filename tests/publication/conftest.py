from datetime import date

import pytest

from denombrement.publication.maps import MapCell, MapTable, State, territory_names

NIGHT = date(2023, 10, 19)
ABSENT = ("81003", "81013", "82009", "82038", "83013", "84016", "84029", "84075", "85026", "85047")


def state_of(rank):
    """Every fifth cell is a true zero, the next one protected, so that each state is on each map."""
    return {3: State.TRUE_ZERO, 4: State.PROTECTED}.get(rank % 5, State.VALUE)


def cells_of(level, on, categories, absent, value_of):
    for shift, category in enumerate(categories):
        for rank, code in enumerate(territory_names(level, on)):
            state = State.NOT_COUNTED if code in absent else state_of(rank + shift)
            value = {State.VALUE: value_of(rank), State.TRUE_ZERO: 0}.get(state)
            yield MapCell(code, value, state, category)


@pytest.fixture
def map_table():
    def build(level="commune", measure_name="persons", categories=(), value_of=None, **fields):
        on = fields.get("vintage") or fields.get("night") or NIGHT
        codes = tuple(code for code, _ in categories) or ("",)
        cells = cells_of(level, on, codes, ABSENT, value_of or (lambda rank: 5 * rank + 5))
        return MapTable(
            **{
                "title": "Personnes sans chez-soi",
                "measure_name": measure_name,
                "level": level,
                "night": NIGHT,
                "cells": tuple(cells),
                "communes_participating": 34,
                "communes_total": 44,
                "categories": categories,
                "absent_communes": ABSENT,
                "sources": ("dénombrement 2023",),
                "rounding_base": 5,
                "audit": "sha256:verdict",
            }
            | fields
        )

    return build
