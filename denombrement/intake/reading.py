"""Any file that may arrive, read into returns: what it is comes from its content, never from its name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from denombrement.campaign import Campaign
from denombrement.errors import DamagedInput
from denombrement.intake.lists import ReadMnemonic, is_known_header, read_list
from denombrement.intake.model import ReadReturn
from denombrement.intake.opening import read_clear_return as read_json_return
from denombrement.intake.opening import read_sealed
from denombrement.intake.readers import Kind, identify, read_clear_return, read_tables
from denombrement.intake.sealing_keys import PrivateKey

_LIST_KINDS = {Kind.DELIMITED: "csv", Kind.DELIMITED_ARCHIVE: "csv", Kind.RECORDS: "json"}


@dataclass(frozen=True)
class FileReader:
    """Reads one file of one campaign.

    Args:
        campaign: the campaign's settings.
        services: ids of the services that the officer knows.
        private_keys: keys that open sealed returns.
        token_of: service -> the token that authenticates its returns.
        list_service: service of lists that do not name one.
        read_mnemonic: turns codes written by hand into tokens; see `denombrement.intake.lists.read_list`.
    """

    campaign: Campaign
    services: Collection[str]
    private_keys: Sequence[PrivateKey]
    token_of: Callable[[str], str]
    list_service: str | None = None
    read_mnemonic: ReadMnemonic | None = None

    def __call__(self, name: str, data: bytes) -> list[ReadReturn]:
        """The returns of a file: one, or as many as a list has services.

        Raises:
            DamagedInput: with a coded reason; nothing of the file's content is repeated.
        """
        found = identify(data)
        if found.kind is Kind.SEALED:
            return [self._sealed(name, data)]
        if found.kind is Kind.CLEAR_RETURN:
            body = read_clear_return(data)
            return [read_json_return(name, data, body, campaign=self.campaign.id, services=self.services)]
        return self._list(name, data, _LIST_KINDS.get(found.kind, "workbook"))

    def _sealed(self, name: str, data: bytes) -> ReadReturn:
        return read_sealed(
            name,
            data,
            private_keys=self.private_keys,
            campaign=self.campaign.id,
            services=self.services,
            token_of=self.token_of,
        )

    def _list(self, name: str, data: bytes, kind: str) -> list[ReadReturn]:
        tables = read_tables(data, is_known_header=is_known_header)
        groups = read_list(
            tables,
            night=self.campaign.night,
            recipe=self.campaign.recipe,
            service=self.list_service,
            read_mnemonic=self.read_mnemonic,
        )
        if any(service not in self.services for service in groups):
            raise DamagedInput("INT102", where=name)
        digest = hashlib.sha256(data).hexdigest()
        return [
            ReadReturn(
                digest,
                name,
                kind,
                service,
                None,
                "",
                met_nobody=False,
                taken=rows.taken,
                rejected=rows.rejected,
            )
            for service, rows in sorted(groups.items())
        ]
