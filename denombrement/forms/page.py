"""The count form: one HTML file per service that runs from a double click, without a network, an account or an install.

Pure functions of values: whoever calls holds the keys. The file carries the campaign's secret and the service's token
(that is what makes the codes and proves the return): it is given to that service alone.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Any

from denombrement.campaign import Campaign, Service
from denombrement.errors import UsageProblem
from denombrement.forms.page_definition import page_definition
from denombrement.forms.page_packing import packed
from denombrement.forms.page_script import content_hash, page_script, page_style, web_text

MAXIMUM_PAGE_BYTES = 150_000
SECRET_BYTES = 32
MINIMUM_TOKEN_BYTES = 16
MINIMUM_RECIPIENTS = 2
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "kid")
_NOTHING = (
    "default-src",
    "connect-src",
    "img-src",
    "font-src",
    "object-src",
    "frame-src",
    "form-action",
    "base-uri",
)


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """What all services' pages of a campaign share; make it once, then one page per service.

    Args:
        campaign: the count.
        recipients: public JSON Web Keys (P-256) of at least two officers; a private member is refused.
        secret: the campaign's secret, 32 bytes.
        identity_tables: ``dedup.codes.web_tables`` of the campaign's recipe.
        address: where services send their file (an e-mail address or a sentence); shown after handing over.

    Raises:
        UsageProblem: FRM001 tables of another recipe; FRM002 fewer than two keys; FRM003 a private or unusable key;
            FRM004 a secret of another length.
    """

    campaign: Campaign
    recipients: Sequence[Mapping[str, str]]
    secret: bytes = field(repr=False)
    identity_tables: Mapping[str, Any] = field(repr=False)
    address: str = ""
    _definition: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len({(key.get("x"), key.get("y")) for key in self.recipients}) < MINIMUM_RECIPIENTS:
            raise UsageProblem("FRM002")
        if any("d" in key or key.get("crv") != "P-256" for key in self.recipients):
            raise UsageProblem("FRM003")
        if len(self.secret) != SECRET_BYTES:
            raise UsageProblem("FRM004", bytes=SECRET_BYTES)
        object.__setattr__(self, "_definition", packed(page_definition(self.campaign, self.identity_tables)))

    def html(self, service: Service, token: str, *, offline: bool = False) -> str:
        """The page of one service.

        Args:
            service: whose page it is; its name is shown, its contact is not in the page.
            token: proves inside the sealed file that this service wrote it, at least 16 bytes.
            offline: registers ``worker.js`` beside the page (https folder only; see :func:`site_files`).

        Raises:
            UsageProblem: FRM005 where the token is too short.
        """
        if len(token.encode()) < MINIMUM_TOKEN_BYTES:
            raise UsageProblem("FRM005", bytes=MINIMUM_TOKEN_BYTES)
        parts = {
            "policy": page_policy(offline=offline),
            "title": escape(self.campaign.name),
            "form": _inert(self._form(service, token, offline=offline)),
            "definition": self._definition,
            "script": page_script(),
        }
        return _filled(web_text("page.html"), parts)

    def _form(self, service: Service, token: str, *, offline: bool) -> dict[str, Any]:
        return {
            "campaign": {"id": self.campaign.id, "name": self.campaign.name},
            "service": {"id": service.id, "name": service.name},
            "recipients": [
                {name: key[name] for name in _PUBLIC_MEMBERS if name in key} for key in self.recipients
            ],
            "secret": urlsafe_b64encode(self.secret).rstrip(b"=").decode(),
            "token": token,
            "address": self.address,
            "offline": offline,
        }


def page_html(
    campaign: Campaign,
    service: Service,
    *,
    recipients: Sequence[Mapping[str, str]],
    secret: bytes,
    token: str,
    identity_tables: Mapping[str, Any],
    address: str = "",
) -> str:
    """The page of one service, when there is only one to make; see :class:`CampaignPage`."""
    return CampaignPage(campaign, recipients, secret, identity_tables, address).html(service, token)


def site_files(shared: CampaignPage, service: Service, token: str) -> dict[str, str]:
    """The same page as a static folder for any https host, kept for use without a network by a service worker.

    The folder holds the campaign's secret: its address must be as hard to guess as the token, and told to that
    service alone.
    """
    page = shared.html(service, token, offline=True)
    files = ["./", "index.html"]
    worker = web_text("worker.js").replace("{version}", sha256(page.encode()).hexdigest()[:16])
    return {"index.html": page, "worker.js": worker.replace("{files}", json.dumps(files))}


def page_policy(*, offline: bool = False) -> str:
    """The content security policy: no connection, no script but ours.

    ``script-src`` names the hash published with :func:`~denombrement.forms.page_script.script_hash`.
    """
    rules = [f"{name} 'none'" for name in _NOTHING]
    rules.append(f"script-src '{content_hash(page_script())}'")
    rules.append(f"style-src '{content_hash(page_style())}'")
    rules.append("worker-src 'self'" if offline else "worker-src 'none'")
    if not offline:  # registering a worker is refused under trusted types
        rules += ["require-trusted-types-for 'script'", "trusted-types 'none'"]
    return "; ".join(rules)


def _inert(value: Mapping[str, Any]) -> str:
    """JSON that cannot end its script element, whatever a campaign or a service is called."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _filled(template: str, parts: Mapping[str, str]) -> str:
    pieces = template.split("{{ ")
    named = [piece.split(" }}", 1) for piece in pieces[1:]]
    return pieces[0] + "".join(parts[name] + rest for name, rest in named)
