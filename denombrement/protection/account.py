"""The auditor's verdict as a page that a data protection officer can read (Markdown; words in ``data/account.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from denombrement.protection.verdict import AuditVerdict


@cache
def _words(language: str) -> dict[str, str]:
    file = resources.files("denombrement.protection") / "data" / "account.toml"
    texts: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return texts.get(language, texts["en"])


def verdict_page(verdict: AuditVerdict, language: str = "fr") -> str:
    """What is published, who attacked, and what each could infer at best.

    Args:
        verdict: the audit.
        language: ``fr``; any other gives English.

    Returns:
        Markdown for the campaign's internal folder: it names cells, so it must not be published.
    """
    words = _words(language)
    parts = [_summary(verdict, words), _attackers(verdict, words)]
    parts.append(_narrowest(verdict, words) if verdict.passed else _findings(verdict, words))
    return (
        "\n".join([words["title"], "", words["internal"], "", *(line for part in parts for line in part)])
        + "\n"
    )


def _summary(verdict: AuditVerdict, words: dict[str, str]) -> list[str]:
    facts = {**verdict.as_dict(), "findings": len(verdict.findings)}
    facts["reach"] = verdict.base * (1 + verdict.slack) - 1
    keys = ["passed" if verdict.passed else "failed", f"method_{verdict.method}"]
    if verdict.method == "rounding":
        keys.append("slack_some" if verdict.slack else "slack_none")
    keys += ["system", "services_yes" if verdict.services_known else "services_no"]
    return [line for key in keys for line in (words[key].format(**facts), "")]


def _attackers(verdict: AuditVerdict, words: dict[str, str]) -> list[str]:
    rows = [
        (words.get(one.name, one.name), one.judged, one.exact, one.small, one.group)
        for one in verdict.attackers
    ]
    head = words["attackers_head"].format(most=verdict.threshold - 1)
    return [words["attackers"], "", *_table(head, rows), ""]


def _narrowest(verdict: AuditVerdict, words: dict[str, str]) -> list[str]:
    if not verdict.narrowest:
        return [words["narrowest"], "", words["narrowest_none"]]
    rows = [(one.cell, one.low, one.high) for one in verdict.narrowest]
    return [words["narrowest"], "", *_table(words["narrowest_head"], rows)]


def _findings(verdict: AuditVerdict, words: dict[str, str]) -> list[str]:
    rows = [
        (
            words.get(one.attacker, one.attacker),
            one.cell,
            words[one.kind].format(shared=one.shared),
            one.low,
            one.high,
        )
        for one in verdict.findings
    ]
    return [words["findings_title"], "", *_table(words["findings_head"], rows)]


def _table(head: str, rows: Iterable[tuple[str | int, ...]]) -> list[str]:
    rule = "|" + " --- |" * (head.count("|") - 1)
    return [head, rule, *("| " + " | ".join(str(value) for value in row) + " |" for row in rows)]
