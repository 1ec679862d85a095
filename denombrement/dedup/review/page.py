"""The review's page: one HTML text of ours, allowed by hash to run its own script and nothing else."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources

_NOTHING = ("default-src", "object-src", "frame-src", "form-action", "base-uri", "frame-ancestors")


@cache
def review_page() -> str:
    """The page, the same for every campaign: all it shows comes from the server, after it is open."""
    page, style, script = (_web(name) for name in ("page.html", "style.css", "review.js"))
    return page.replace("{style}", style).replace("{script}", script)


@cache
def page_policy() -> str:
    """The content security policy: our script, our style, our server, nothing else."""
    rules = [f"{name} 'none'" for name in _NOTHING]
    rules += [f"script-src '{_hash('review.js')}'", f"style-src '{_hash('style.css')}'"]
    rules += [
        "connect-src 'self'",
        "img-src data:",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    return "; ".join(rules)


def _hash(name: str) -> str:
    return "sha256-" + b64encode(sha256(_web(name).encode()).digest()).decode()


def _web(name: str) -> str:
    return (resources.files(__package__) / "web" / name).read_text(encoding="utf-8")
