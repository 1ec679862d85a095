"""The services: what they are, where, and what becomes of their return."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

from denombrement.survey.questionnaire import option_label, options
from denombrement.synthetic.draws import Flags, Floats, Generator, Integers, option_codes, pick, quota, spread
from denombrement.synthetic.parameters import Parameters
from denombrement.synthetic.places import Places

# What a service does with its form: ``declares`` includes those that, in the end, had met nobody.
ANSWERS = ("declares", "zero", "silent", "refused")
DECLARES, ZERO, SILENT, REFUSED = range(len(ANSWERS))
IN_TOWNS = ("shelter", "hospital", "psychiatry", "prison", "night_shelter", "refuge", "railway")
# Services that keep the register of a place always have someone to declare.
NEVER_ZERO = ("shelter", "night_shelter", "refuge", "hospital", "psychiatry", "prison")


@dataclass(frozen=True)
class Services:
    """One value per service: identifier, type (position in its option list), commune (position), weight, answer."""

    identifiers: tuple[str, ...]
    names: tuple[str, ...]
    type: Integers
    commune: Integers
    weight: Floats
    answer: Integers

    @property
    def size(self) -> int:
        """Services in all."""
        return len(self.identifiers)

    @property
    def declares(self) -> Flags:
        """Services that send declarations."""
        return np.asarray(self.answer == DECLARES, dtype=bool)

    def of_types(self, names: tuple[str, ...]) -> Flags:
        """Services of these types."""
        return np.isin(self.type, option_codes("service_type", names))


def make_services(rng: Generator, parameters: Parameters, places: Places, declarations: int) -> Services:
    """One CPAS per commune and a mix of others in the communes that take part.

    Beyond the province's size more services are made, so that none holds a return too heavy to open.
    """
    size = parameters.table("size")
    answering = max(
        round(size["services_answering"]), math.ceil(declarations / size["declarations_per_service_at_most"])
    )
    others = max(0, answering - int(places.takes_part.sum())) + round(size["services_silent"])
    type_, commune = _others(rng, parameters, places, others)
    cpas = option_codes("service_type", ("cpas",))
    type_ = np.concatenate([np.repeat(cpas, places.size), type_]).astype(np.int8)
    commune = np.concatenate([np.arange(places.size), commune]).astype(np.int16)
    answer = _answers(rng, parameters, places, type_, commune)
    identifiers, names = _labels(places, type_, commune)
    weight = rng.lognormal(0.0, 0.4, len(type_))
    return Services(identifiers, names, type_, commune, weight, answer)


def _others(rng: Generator, parameters: Parameters, places: Places, size: int) -> tuple[Integers, Integers]:
    shares = parameters.shares("services")
    kinds = option_codes("service_type", list(shares))
    each = np.arange(min(len(kinds), size))
    type_ = kinds[np.concatenate([each, quota(rng, list(shares.values()), size - len(each))])]
    table = parameters.table("geography")
    weights = np.where(places.takes_part, places.inhabitants, 0.0)
    anywhere = pick(rng, weights ** table["services_exponent"], size)
    towns = pick(rng, weights ** table["hospitals_and_prisons_exponent"], size)
    return type_, np.where(np.isin(type_, option_codes("service_type", IN_TOWNS)), towns, anywhere)


def _answers(
    rng: Generator, parameters: Parameters, places: Places, type_: Integers, commune: Integers
) -> Integers:
    answer = np.full(len(type_), DECLARES, dtype=np.int8)
    elsewhere = ~places.takes_part[commune]
    refuses = rng.random(len(type_)) < parameters.number("size", "refusal_share_elsewhere")
    answer[elsewhere] = np.where(refuses, REFUSED, SILENT)[elsewhere]
    cpas = option_codes("service_type", ("cpas",))[0]
    may_be_silent = (~elsewhere & (type_ != cpas)).astype(float)
    # The first service of each type stays, so that every situation has a service that sees it.
    _, first = np.unique(type_, return_index=True)
    may_be_silent[first] = 0.0
    answer[spread(rng, may_be_silent, round(parameters.number("size", "services_silent")))] = SILENT
    answering = answer == DECLARES
    may_be_zero = answering & ~np.isin(type_, option_codes("service_type", NEVER_ZERO))
    may_be_zero &= places.inhabitants[commune] < np.sort(places.inhabitants)[-2]
    zero = round(parameters.number("size", "zero_returns_share") * int(answering.sum()))
    answer[spread(rng, may_be_zero.astype(float), zero)] = ZERO
    return answer


def _labels(places: Places, type_: Integers, commune: Integers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Identifiers such as ``shelter-arlon-2`` and names to match."""
    kinds = options("service_type")
    seen: Counter[str] = Counter()
    identifiers, names = [], []
    for kind, place in zip(type_.tolist(), commune.tolist(), strict=True):
        label = f"{kinds[kind].replace('_', '-')}-{_slug(places.names[place])}"[:34]
        seen[label] += 1
        suffix = f"-{seen[label]}" if seen[label] > 1 else ""
        identifiers.append(label + suffix)
        # As a service would be called: the first of the names that its type goes by.
        said = option_label("service_type", kinds[kind], "fr").split(",")[0]
        names.append(f"{said} {places.names[place]}{suffix.replace('-', ' ')}")
    return tuple(identifiers), tuple(names)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
