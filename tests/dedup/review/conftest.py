"""Invented declarations in a store, and a deduplication of them that is written down rather than computed."""

import numpy as np
import pandas as pd
import pytest

from denombrement.dedup.campaign_links import declared_tokens, keep_links
from denombrement.dedup.codes import Identity, Recipe, identity_tokens
from denombrement.dedup.linkage.interval import interval
from denombrement.dedup.linkage.occupancy import Occupancy
from denombrement.dedup.linkage.result import Count, Draws, LinkageResult
from denombrement.dedup.linkage.settings import default_settings

ANNE, BRUNO, CHLOE, DAVID = (
    ("Anne", "Dupont", 1960, 3, 5),
    ("Bruno", "Leroy", 1971, 7, 21),
    ("Chloé", "Martin", 1982, 11, 30),
    ("David", "El Amrani", 1993, 9, 14),
)


@pytest.fixture
def coded(desk):
    """The identity that a form makes of a name and a birth date."""

    def make(given, family, year, month, day):
        identity = Identity(given, family, year, month, day, "man")
        made = identity_tokens(identity, desk.keys.secret(), desk.campaign.id, Recipe.load("denombrement-1"))
        content = {"status": "coded", "recipe": made.recipe, "tokens": dict(made.tokens)}
        return content if made.code is None else {**content, "code": made.code}

    return make


@pytest.fixture
def send(desk, coded):
    """Takes in one service's return: declaration id -> identity (a tuple, a whole identity, or nothing known)."""

    def take(store, service, people, number=1, **answers):
        declarations = []
        for identifier, who in people.items():
            identity = coded(*who) if isinstance(who, tuple) else who or {"status": "refused"}
            declarations.append({**desk.declaration(identifier, **answers), "identity": identity})
        name = f"{service}-{number}"
        desk.take(store, (name, desk.sealed(service, number, declarations)))

    return take


@pytest.fixture
def store(desk, send):
    """Anne and Bruno at one service, Anne misspelt and Chloé at another, Bruno again and David at a third."""
    with desk.store() as opened:
        send(opened, "cpas-arlon", {"a": ANNE, "b": BRUNO})
        send(opened, "abri-arlon", {"a2": ("Anne", "Dupond", 1960, 3, 5), "c": CHLOE}, situation="EL2.2")
        send(opened, "cpas-virton", {"b2": ("Bruno", "Leroy", 1971, 7, 22), "d": DAVID})
        yield opened


A, A2 = "cpas-arlon/a", "abri-arlon/a2"
B, B2 = "cpas-arlon/b", "cpas-virton/b2"
C, D = "abri-arlon/c", "cpas-virton/d"


@pytest.fixture
def link():
    """Writes down a deduplication: undecided pairs, and the draws as lists of groups."""

    def write(store, chances, draws, persons=()):
        records = sorted(declared_tokens(store)["record_id"])
        labels = np.array([_labels(records, groups) for groups in draws], dtype=np.int32)
        counts = np.array([len(set(row)) for row in labels], dtype=np.int64)
        low, high = interval(counts, len(records), default_settings())
        person = dict(zip(records, records, strict=True))
        for group in persons:
            person |= dict.fromkeys(group, min(group))
        pairs = sorted((*sorted(pair), chance) for pair, chance in chances.items())
        keep_links(store, LinkageResult(
            persons=pd.DataFrame({"record_id": records, "person_id": [person[each] for each in records]}),
            pairs=pd.DataFrame({
                "first_id": pd.Series([one for one, _, _ in pairs], dtype=object),
                "second_id": pd.Series([other for _, other, _ in pairs], dtype=object),
                "weight": 1.0, "posterior": pd.Series([chance for *_, chance in pairs], dtype=float),
                "undecided": pd.Series([0.05 < chance < 0.95 for *_, chance in pairs], dtype=bool),
                "passes": pd.Series([("all sounds",) if chance > 0.95 else () for *_, chance in pairs], dtype=object),
            }),
            count=Count(
                int(np.median(counts)), low, min(high, len(records)), low, high, len(records), len(records),
                Occupancy(float(np.median(counts)), 1.0, len(records)),
            ),
            draws=Draws(np.array(records, dtype=object), labels, counts), passes=(), notices=(), contradictions=(),
            keys=(), candidate_recall=1.0, r_hat=1.0, misses={}, seconds={}, version="test",
        ))  # fmt: skip

    return write


def _labels(records, groups):
    label = {record: place for place, record in enumerate(records)}
    for group in groups:
        label |= dict.fromkeys(group, label[group[0]])
    return [label[record] for record in records]


@pytest.fixture
def linked(store, link):
    """Anne and her misspelling undecided in half of the draws, Bruno in a fifth; the two are independent."""
    draws = [[*([(A, A2)] if rank % 2 else []), *([(B, B2)] if rank % 5 == 0 else [])] for rank in range(100)]
    link(store, {(A, A2): 0.5, (B, B2): 0.2}, draws)
    return store
