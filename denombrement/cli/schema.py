"""``denombrement schema``: the published contract, regenerated or checked for drift."""

from __future__ import annotations

from pathlib import Path

import click

from denombrement.cli.common import common_options, emit
from denombrement.cli.language import say
from denombrement.errors import UsageProblem
from denombrement.survey.contract import published_files


@click.command("schema", help=say("schema"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("schemas"))
@click.option("--check", is_flag=True, help=say("schema_check"))
@common_options
def command(out: Path, *, check: bool, as_json: bool) -> None:
    """Writes or checks the files."""
    files = published_files()
    if check:
        stale = [name for name, text in files.items() if not _is_current(out / name, text)]
        if stale:
            raise UsageProblem("SUR020", where=out.name, files=", ".join(stale))
    else:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    lines = [say("schema_done", number=len(files), folder=out)]
    emit({"outputs": [str(out / name) for name in files]}, [] if check else lines, as_json=as_json)


def _is_current(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text
