"""Persons to count, built in a line."""

import pandas as pd
import pytest

from denombrement.dedup.exact import exact_members
from denombrement.intake.batches import children_table, declarations_table
from denombrement.survey.record import Child, Declaration, Identity


@pytest.fixture
def told():
    """From (service, code, answers) to declarations, children and members as the stages hand them on."""

    def build(*rows):
        services, records = [], []
        for rank, (service, code, answers) in enumerate(rows):
            status = {"status": "coded", "recipe": "r", "code": code * 22} if code else {"status": "refused"}
            kids = tuple(Child(**child) for child in answers.get("children", ()))
            services.append(service)
            content = {**answers, "identity": Identity(**status), "children": kids}
            records.append(Declaration(declaration_id=f"d{rank}", **content))
        declarations = declarations_table(services, records).to_pandas()
        children = children_table(services, records).to_pandas()
        return declarations, children, exact_members(declarations)

    return build


@pytest.fixture
def adults():
    """A frame of persons from keyword columns."""
    return lambda **columns: pd.DataFrame(columns)
