"""The sheets of the XLSForm: survey, choices, settings, in all languages of the campaign."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from denombrement.campaign import Campaign, Service
from denombrement.errors import UsageProblem
from denombrement.forms.media import answer_options, media_questions, medium_text
from denombrement.forms.media.code_form import DEFAULT_CODE_FORM, CodeForm
from denombrement.forms.xlsform.checks import xlsform_problems
from denombrement.forms.xlsform.survey import Row, Survey, translated
from denombrement.survey.questionnaire import option_label

Sheets = dict[str, list[Row]]
CODE_STATES = ("coded", "refused", "not_known")
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)


def xlsform(
    campaign: Campaign,
    *,
    services: Sequence[Service] = (),
    code_form: CodeForm | None = DEFAULT_CODE_FORM,
    public_key: str = "",
    submission_url: str = "",
) -> bytes:
    """The XLSForm as a workbook (XLSX); see `xlsform_sheets`."""
    import xlsxwriter

    sheets = xlsform_sheets(
        campaign, services=services, code_form=code_form, public_key=public_key, submission_url=submission_url
    )
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": campaign.name, "created": _MADE_AT})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        for line, row in enumerate([dict(zip(columns, columns, strict=True)), *rows]):
            for place, column in enumerate(columns):
                sheet.write_string(line, place, row.get(column, ""))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 24)
    book.close()
    return file.getvalue()


def xlsform_sheets(
    campaign: Campaign,
    *,
    services: Sequence[Service] = (),
    code_form: CodeForm | None = DEFAULT_CODE_FORM,
    public_key: str = "",
    submission_url: str = "",
) -> Sheets:
    """The XLSForm as sheets of rows: ``survey``, ``choices``, ``settings``, ready for pyxform.

    Args:
        campaign: the night decides the dates of the rules and the communes; the languages those of the form.
        services: one: every record bears its id; several: the worker chooses; none: intake has to be told.
        code_form: the recipe's mnemonic, which is typed by hand; ``None`` takes any code of 4 to 128 signs, for campaigns
            whose codes are made elsewhere. A mnemonic is personal data: give a ``public_key`` too.
        public_key: RSA public key (base64) of ODK's own encryption; the server then sees no answer.
        submission_url: where encrypted records are sent, if the tool asks for it.

    Raises:
        UsageProblem: FRM503 where the form would not work: an unknown function, choice or question, a missing
            translation.
    """
    sheets = {
        "survey": Survey(campaign, services, code_form).rows(),
        "choices": _choices(campaign, services),
    }
    sheets["settings"] = [_settings(campaign, _version(campaign, sheets), public_key, submission_url)]
    problems = xlsform_problems(sheets, campaign.languages)
    if problems:
        raise UsageProblem("FRM503", where=problems[0].place, problem=problems[0].kind)
    return sheets


def choice_name(list_name: str, code: str) -> str:
    """A choice's name, a word even where the code is a number: exports turn ``81001`` into ``81001.0``."""
    return f"be{code}" if list_name == "commune" and code.isdigit() else code


def _choices(campaign: Campaign, services: Sequence[Service]) -> list[Row]:
    rows: dict[tuple[str, str], Row] = {}
    for of in ("declaration", "child"):
        for each in media_questions(of):
            if not each.options:
                continue
            by_language = [dict(answer_options(each, campaign, language)) for language in campaign.languages]
            for code in by_language[0]:
                name = choice_name(each.options, code)
                texts = [texts[code] for texts in by_language]
                rows[each.options, name] = {
                    "list_name": each.options,
                    "name": name,
                    **translated("label", campaign.languages, texts),
                }
    return [*rows.values(), *_code_states(campaign), *_services(campaign, services)]


def _code_states(campaign: Campaign) -> list[Row]:
    return [
        {
            "list_name": "identity_status",
            "name": code,
            **translated(
                "label",
                campaign.languages,
                [option_label("identity_status", code, language) for language in campaign.languages],
            ),
        }
        for code in CODE_STATES
    ]


def _services(campaign: Campaign, services: Sequence[Service]) -> list[Row]:
    if len(services) < 2:  # noqa: PLR2004 - one service is no choice
        return []
    return [
        {
            "list_name": "services",
            "name": each.id,
            **translated("label", campaign.languages, [each.name] * len(campaign.languages)),
        }
        for each in services
    ]


def _version(campaign: Campaign, sheets: Sheets) -> str:
    """Another content is another version: servers refuse a changed form under the same one."""
    content = json.dumps(sheets, ensure_ascii=False, sort_keys=True)
    return f"{campaign.night:%Y%m%d}-{sha256(content.encode()).hexdigest()[:8]}"


def _settings(campaign: Campaign, version: str, public_key: str, submission_url: str) -> Row:
    main = campaign.languages[0]
    settings = {
        "form_title": campaign.name,
        "form_id": campaign.id,
        "version": version,
        "default_language": f"{medium_text('language_name', main)} ({main})",
        "style": "pages",
        "public_key": public_key,
        "submission_url": submission_url,
    }
    return {name: value for name, value in settings.items() if value}
