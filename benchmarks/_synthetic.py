"""The package's own province as a linkage campaign, with its typing errors made rarer or more frequent."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.linkage import linkage_frame

ERRORS = "errors"


def synthetic_campaign(persons: int, seed: int, errors: float) -> pd.DataFrame:
    """Declarations that stand, with their true person in ``cluster``."""
    parameters = default_parameters()
    if errors != 1.0:
        tables = dict(parameters.tables)
        tables[ERRORS] = {name: min(0.9, rate * errors) for name, rate in tables[ERRORS].items()}
        parameters = replace(parameters, tables=tables)
    return linkage_frame(generate(parameters, persons, seed))
