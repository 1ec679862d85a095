from __future__ import annotations

from datetime import UTC, datetime

import pytest

from denombrement.dedup.codes import Recipe
from denombrement.synthetic import default_parameters, generate
from denombrement.synthetic.returns import keyed_identities, returns

SECRET = b"a secret of 32 bytes, for tests."
CAMPAIGN = "luxembourg-2023"


@pytest.fixture(scope="session")
def recipe():
    return Recipe.load()


@pytest.fixture(scope="session")
def province():
    return generate(default_parameters(), 1021, 20231019)


@pytest.fixture(scope="session")
def larger():
    return generate(default_parameters(), 8000, 7)


@pytest.fixture(scope="session")
def sent(province, recipe):
    made_at = datetime(2023, 11, 2, 9, 0, tzinfo=UTC)
    return list(returns(province, CAMPAIGN, made_at, keyed_identities(SECRET, CAMPAIGN, recipe)))
