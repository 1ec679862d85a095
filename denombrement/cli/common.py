"""What commands share: options, the campaign at hand, the passphrase, printing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from denombrement.campaign import Campaign, CampaignFolder, Service
from denombrement.cli.language import SPOKEN, say
from denombrement.errors import UsageProblem
from denombrement.intake.keyring import Keyring
from denombrement.intake.store import Store, open_store

PASSPHRASE_VARIABLE = "DENOMBREMENT_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable
# The file that marks a custodian's kit, and tells its holder what to do.
KIT_MARK = "GARDIEN-LISEZ-MOI.txt"
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class OpenCampaign:
    """A campaign's folder with its settings and services read."""

    folder: CampaignFolder
    settings: Campaign
    services: dict[str, Service]

    @property
    def keyring(self) -> Keyring:
        """Its keys."""
        return Keyring(self.folder.keys)

    @property
    def is_kit(self) -> bool:
        """Whether this is the custodian's kit, which has no store."""
        return (self.folder.path / KIT_MARK).is_file()

    def secret(self) -> bytes:
        """The campaign's secret.

        Raises:
            UsageProblem: CAM015 where a custodian keeps it on another computer, CAM012 where it is lost.
        """
        if self.settings.custodian and not self.keyring.holds_secret():
            raise UsageProblem("CAM015")
        return self.keyring.secret()

    @contextmanager
    def store(self, *, create: bool = False) -> Iterator[Store]:
        """Its store, open."""
        with open_store(self.folder.store, self.folder.journal, create=create) as store:
            yield store


def open_campaign(path: Path) -> OpenCampaign:
    """Reads the settings and the services of a campaign's folder."""
    folder = CampaignFolder(path)
    return OpenCampaign(folder, folder.load(), folder.load_services())


def campaign_argument(function: Decorated) -> Decorated:
    """The folder of the campaign."""
    return click.argument("path", metavar=say("dir"), type=click.Path(path_type=Path, file_okay=False))(
        function
    )


def common_options(function: Decorated) -> Decorated:
    """``--json`` and ``--lang``, on every command."""
    function = click.option("--lang", type=click.Choice(SPOKEN), help=say("lang"), expose_value=False)(
        function
    )
    return click.option("--json", "as_json", is_flag=True, help=say("json"))(function)


def passphrase_option(function: Decorated) -> Decorated:
    """``--passphrase-file``: a passphrase is never an argument."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option("--passphrase-file", type=kind, help=say("passphrase_file"))(function)


def passphrase(file: Path | None, *, confirm: bool = False) -> str:
    """The passphrase, from a file or the keyboard.

    Raises:
        UsageProblem: CAM011 where there is neither.
    """
    named = file or (Path(os.environ[PASSPHRASE_VARIABLE]) if os.environ.get(PASSPHRASE_VARIABLE) else None)
    if named is not None:
        if not named.is_file():
            raise UsageProblem("CAM011")
        return named.read_text(encoding="utf-8").strip()
    if not sys.stdin.isatty():
        raise UsageProblem("CAM011")
    typed: str = click.prompt(
        say("passphrase_prompt"), hide_input=True, confirmation_prompt=confirm, err=True
    )
    return typed


def write_text(file: Path, text: str, encoding: str = "utf-8") -> Path:
    """Writes beside, then renames: whoever reads sees the file as it was or as it is, never half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(file.name + ".part")
    beside.write_text(text, encoding=encoding)
    return beside.replace(file)


def write_internal(file: Path, lines: Sequence[str]) -> Path:
    """Writes exact figures for the team, under the line that says that they are not to be passed on."""
    return write_text(file, "\n".join([say("estimate_mark"), *lines]) + "\n")


def emit(result: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Prints a result: one JSON object for a machine, sentences for a person."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
    else:
        for line in lines:
            click.echo(line)


@contextmanager
def phases(number: int, text: str, *, as_json: bool) -> Iterator[Callable[[str], object]]:
    """A progress bar over the phases of one long computation, told of each as it begins; for people only."""
    hidden = as_json or not sys.stderr.isatty()
    with click.progressbar(length=number, label=text, file=sys.stderr, hidden=hidden) as bar:
        yield lambda _phase: bar.update(1)


@contextmanager
def progress(items: Sequence[Any], text: str, *, as_json: bool) -> Iterator[Iterator[Any]]:
    """A progress bar on standard error, for people only; it shows numbers, never an item."""
    hidden = as_json or not sys.stderr.isatty()
    with click.progressbar(items, label=text, file=sys.stderr, hidden=hidden) as bar:
        yield iter(bar)
