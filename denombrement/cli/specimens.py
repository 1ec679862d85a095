"""A specimen of the page, for the same made-up campaign as those of the other media; sealed to keys that are nobody's."""

from __future__ import annotations

from denombrement.campaign import Service
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.forms.media.specimens import SPECIMEN
from denombrement.forms.page import page_html
from denombrement.intake.sealing_keys import PrivateKey

PAGE_SPECIMEN = "page/specimen.html"
_SERVICE = Service("specimen", "Service (spécimen)", "cpas", "81001", "invited")
_SECRET = bytes(32)
_TOKEN = "specimen-specimen-specimen"  # noqa: S105 - of nobody's returns
_SCALARS = (2, 3)


def page_specimen() -> str:
    """The page as a service gets it. What is sealed with it can be opened by anybody: its keys are published here."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

    keys = [PrivateKey(derive_private_key(scalar, SECP256R1())) for scalar in _SCALARS]
    return page_html(
        SPECIMEN,
        _SERVICE,
        recipients=[key.public.jwk() for key in keys],
        secret=_SECRET,
        token=_TOKEN,
        identity_tables=web_tables(Recipe.load(SPECIMEN.recipe)),
    )
