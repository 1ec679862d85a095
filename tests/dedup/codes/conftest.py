"""The default recipe and the published test secret."""

from __future__ import annotations

import pytest

from denombrement.dedup.codes import Recipe


@pytest.fixture(scope="session")
def recipe():
    return Recipe.load("denombrement-1")


@pytest.fixture(scope="session")
def secret():
    return bytes(range(32))
