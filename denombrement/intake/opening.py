"""Opens one sealed return, and believes it only after its service's mark was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

from denombrement.errors import DamagedInput
from denombrement.intake.model import ReadReturn, Rejected, Taken
from denombrement.intake.sealing import SealLimits, open_sealed, verify_mac
from denombrement.intake.sealing_keys import PrivateKey
from denombrement.intake.validation import validate_return
from denombrement.survey.record import Return


def read_sealed(
    name: str,
    data: bytes,
    *,
    private_keys: Sequence[PrivateKey],
    campaign: str,
    services: Collection[str],
    token_of: Callable[[str], str],
    limits: SealLimits | None = None,
) -> ReadReturn:
    """A sealed return, authenticated and validated.

    Raises:
        DamagedInput: SEA001 to SEA009 for damage, INT101 for another campaign, INT102 for an unknown service, INT103
            for a wrong mark, INT108 for a body that is not a return.
    """
    sealed = open_sealed(data, private_keys, limits)

    def believe(claimed_campaign: str, service: str) -> None:
        check_origin(claimed_campaign, service, campaign=campaign, services=services, where=name)
        if not verify_mac(sealed, token_of(service)):
            raise DamagedInput("INT103", where=name)

    whole, taken, rejected = validate_return(sealed.body, believe)
    return as_read_return(name, data, whole, taken, rejected, kind="sealed")


def read_clear_return(
    name: str, data: bytes, body: str, *, campaign: str, services: Collection[str]
) -> ReadReturn:
    """A return in clear JSON: of this campaign and of a known service, but not authenticated.

    Raises:
        DamagedInput: INT101, INT102 or INT108.
    """

    def believe(claimed_campaign: str, service: str) -> None:
        check_origin(claimed_campaign, service, campaign=campaign, services=services, where=name)

    whole, taken, rejected = validate_return(body, believe)
    return as_read_return(name, data, whole, taken, rejected, kind="json")


def check_origin(
    claimed_campaign: str, service: str, *, campaign: str, services: Collection[str], where: str
) -> None:
    """Refuses another campaign's return, and one of a service that the officer does not know."""
    if claimed_campaign != campaign:
        raise DamagedInput("INT101", where=where)
    if service not in services:
        raise DamagedInput("INT102", where=where)


def as_read_return(
    name: str, data: bytes, whole: Return, taken: Sequence[Taken], rejected: Sequence[Rejected], *, kind: str
) -> ReadReturn:
    """The common form of what was read."""
    return ReadReturn(
        sha256=hashlib.sha256(data).hexdigest(),
        file=name,
        kind=kind,
        service=whole.service,
        number=whole.number,
        made_at=whole.made_at.isoformat(),
        met_nobody=whole.met_nobody,
        taken=taken,
        rejected=rejected,
        withdrawn=len(whole.withdrawn),
        withdrawn_ids=frozenset(each.declaration_id for each in whole.withdrawn),
    )
