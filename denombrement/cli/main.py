"""The entry point: chooses the language, runs one command, turns errors into a sentence and an exit code."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from denombrement import __version__
from denombrement.cli.group import build_group
from denombrement.cli.language import choose_language, say, spoken, translate_library
from denombrement.errors import DenombrementError

DONE, DEFECT, USAGE, INTERRUPTED = 0, 1, 2, 130


def entry_point() -> None:
    """What the ``denombrement`` command calls."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs a command line and gives its exit code: 0 done, 1 defect, 2 usage, 3 undecided, 4 refused, 5 damaged."""
    choose_language(arguments)
    translate_library()
    try:
        code = build_group().main(list(arguments), prog_name="denombrement", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except DenombrementError as error:
        _show(error, as_json="--json" in arguments)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the last line of defence: nothing of a record may be printed
        _show_defect(error)
        return DEFECT
    return code if isinstance(code, int) else DONE


def _show(error: DenombrementError, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error.as_dict(spoken())}, ensure_ascii=False))
    place = f" [{error.where}]" if error.where else ""
    click.echo(say("error", code=error.code, place=place, text=error.text(spoken())), err=True)
    click.echo(say("mend", text=error.mend(spoken())), err=True)


def _show_defect(error: Exception) -> None:
    # Neither the message nor the values of the frames: either could hold what a record says.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    click.echo(say("defect", kind=type(error).__name__, place=place, version=__version__), err=True)
