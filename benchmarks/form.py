"""The count form: size, time to the first question, click to next page, sealing 200 declarations, making 100 pages.

``python -m benchmarks.form [--browser PATH] [--repeat N]`` prints one JSON object. Times are medians, in seconds, in
headless Chromium from file://, at full speed and with the processor slowed down six times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._form_page import BROWSER_ARGUMENTS, CHROMIUM, PASSPHRASE, SECRET, draft_file, draft_row
from denombrement.campaign import Campaign, Service
from denombrement.dedup.codes import Recipe, web_tables
from denombrement.forms.page import MAXIMUM_PAGE_BYTES, CampaignPage
from denombrement.intake.sealing_keys import make_private_key

TOKEN = "a-token-long-enough-for-a-service"  # noqa: S105 - of no service
SLOWER = 6
DECLARATIONS = 200
PAGES = 100
# From the click to the frame after the new title is there.
CLICK = """async (label) => {
  const button = [...document.querySelectorAll("button")].find((each) => each.innerText === label);
  const before = document.querySelector("h1");
  const begin = performance.now();
  button.click();
  while (document.querySelector("h1") === before) await new Promise(requestAnimationFrame);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return (performance.now() - begin) / 1000;
}"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", default=CHROMIUM)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args(arguments)
    shared, service = _campaign()
    html = shared.html(service, TOKEN)
    report: dict[str, Any] = {
        "page_bytes": len(html.encode()),
        "page_gzip_bytes": len(gzip.compress(html.encode())),
        "limit_bytes": MAXIMUM_PAGE_BYTES,
        "hundred_pages_seconds": _hundred_pages(shared),
    }
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder) / "form.html"
        place.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=options.browser, args=[*BROWSER_ARGUMENTS])
        report["browser"] = browser.version
        for name, rate in (("full_speed", 1), (f"{SLOWER}_times_slower", SLOWER)):
            runs = [_one_run(browser, place, rate, shared, service) for _ in range(options.repeat)]
            report[name] = {key: round(statistics.median(run[key] for run in runs), 3) for key in runs[0]}
        browser.close()
    print(json.dumps(report, indent=1))


def _campaign() -> tuple[CampaignPage, Service]:
    campaign = Campaign(id="benchmark-2026-000000", name="Dénombrement", night=date(2026, 10, 22))
    keys = [make_private_key().public.jwk() for _ in range(2)]
    service = Service("cpas-1", "CPAS", "cpas", "81001", "invited")
    return CampaignPage(campaign, keys, SECRET, web_tables(Recipe.load(campaign.recipe))), service


def _hundred_pages(shared: CampaignPage) -> float:
    begin = time.perf_counter()
    fresh = CampaignPage(shared.campaign, shared.recipients, shared.secret, shared.identity_tables)
    for rank in range(PAGES):
        fresh.html(Service(f"s{rank}", f"Service {rank}", "cpas", "81001", "invited"), f"{TOKEN}-{rank}")
    return round(time.perf_counter() - begin, 3)


def _one_run(
    browser: Browser, place: Path, rate: int, shared: CampaignPage, service: Service
) -> dict[str, float]:
    context = browser.new_context(locale="fr-BE")
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    begin = time.perf_counter()
    page.goto(place.as_uri())
    page.locator("#pass-in").wait_for()
    times = {"open_seconds": time.perf_counter() - begin}
    page.fill("#pass-in", PASSPHRASE)
    page.fill("#pass2-in", PASSPHRASE)
    times["passphrase_seconds"] = page.evaluate(CLICK, "Commencer")
    times["new_declaration_seconds"] = page.evaluate(CLICK, "Nouvelle fiche")
    times["first_question_seconds"] = sum(times.values())
    page.check("#identity-status-not_known")
    page.check("#q-sex-woman")
    times["next_page_seconds"] = _next_pages(page)
    times["seal_200_seconds"] = _seal(page, place.with_name("draft.json"), shared, service)
    context.close()
    return times


def _next_pages(page: Page) -> float:
    clicks: list[float] = [page.evaluate(CLICK, "Continuer")]
    for step in ("when-exact", "where-outside"):
        page.check(f"#tree-{step}")
    clicks.append(page.evaluate(CLICK, "Continuer"))
    page.select_option("#q-commune_night-in", "dont_know")
    page.check("#q-territory_link-dont_know")
    clicks.append(page.evaluate(CLICK, "Continuer"))
    page.select_option("#q-age_class-in", "dont_know")
    clicks += [page.evaluate(CLICK, "Continuer") for _ in range(4)]
    clicks.append(page.evaluate(CLICK, "La fiche est terminée"))
    return statistics.median(clicks)


def _seal(page: Page, draft: Path, shared: CampaignPage, service: Service) -> float:
    rows = [draft_row(rank, shared.campaign) for rank in range(DECLARATIONS)]
    draft.write_text(draft_file(rows, shared.campaign, service, 1), encoding="utf-8")
    page.evaluate(CLICK, "Ouvrir un fichier de brouillon")
    page.set_input_files("#draft-in", draft)
    page.fill("#pass-in", PASSPHRASE)
    page.evaluate(CLICK, "Ouvrir un fichier de brouillon")
    page.evaluate(CLICK, "Remettre…")
    with page.expect_download():
        seconds = page.evaluate(CLICK, "Faire le fichier scellé")
    return float(seconds)


if __name__ == "__main__":
    main()
