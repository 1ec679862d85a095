"""``denombrement schema``: the published contract and the specimen forms, regenerated or checked for drift."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import common_options, emit
from denombrement.cli.language import say
from denombrement.errors import UsageProblem
from denombrement.survey.contract import published_files

SCHEMAS, FORMS = "schemas", "forms"


@click.command("schema", help=say("schema"))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help=say("schema_out")
)
@click.option("--check", is_flag=True, help=say("schema_check"))
@common_options
def command(out: Path, *, check: bool, as_json: bool) -> None:
    """Writes all files, or checks those that are the same on every machine."""
    files = _texts()
    if check:
        stale = [name for name, text in files.items() if not _is_current(out / name, text)]
        if stale:
            raise UsageProblem("SUR020", files=", ".join(stale))
        emit({"checked": len(files)}, [], as_json=as_json)
        return
    written = {name: text.encode() for name, text in files.items()} | _binaries()
    for name, content in written.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    lines = [say("schema_done", number=len(written), folder=f"{SCHEMAS}/, {FORMS}/")]
    emit({"outputs": [str(out / name) for name in written]}, lines, as_json=as_json)


def _texts() -> dict[str, str]:
    from denombrement.forms.media.specimens import text_specimens

    schemas = {f"{SCHEMAS}/{name}": text for name, text in published_files().items()}
    return schemas | {f"{FORMS}/{name}": text for name, text in text_specimens().items()}


def _binaries() -> dict[str, bytes]:
    """What another version of a library may write otherwise; the tests compare what it holds."""
    from denombrement.cli.specimens import PAGE_SPECIMEN, page_specimen
    from denombrement.forms.media.specimens import binary_specimens

    files = binary_specimens() | {PAGE_SPECIMEN: page_specimen().encode()}
    return {f"{FORMS}/{name}": content for name, content in files.items()}


def _is_current(file: Path, text: str) -> bool:
    return file.is_file() and file.read_bytes() == text.encode()
