"""Ids that follow from content alone: projects, reports, methodologies, units and their serials."""

import re
from dataclasses import dataclass
from typing import Self

from eth_abi.abi import encode
from eth_utils.crypto import keccak

UNKNOWN_COUNTRY = "ZZ"
_AMOUNT = (1 << 64) - 1
_ANY_REPORT = "0x" + "0" * 28
_TOKEN = re.compile(r"0x[0-9a-fA-F]{64}|0|[1-9][0-9]{0,77}")
_REPORT = re.compile(r"0x[0-9a-f]{28}")
_NUMBER = r"(0|[1-9][0-9]*)"
_DOCUMENT = r"([A-Za-z0-9_-]{1,100})"
_SERIAL = re.compile(
    rf"([A-Za-z0-9]+)-([A-Z]{{2}})-(?:{_DOCUMENT}\.{_DOCUMENT}|\.(0x[0-9a-f]{{28}}))"
    rf"-([A-Z]+)-{_NUMBER}-{_NUMBER}-{_NUMBER}"
)


def project_id(document_id: str) -> str:
    """`0x` + 64 hex digits: keccak256 of the PDD's id as UTF-8."""
    return "0x" + keccak(text=document_id).hex()


def report_id(project_id: str, document_id: str) -> str:
    """`0x` + 28 hex digits: the first 112 bits of keccak256(project id, MRV document's id)."""
    packed = bytes.fromhex(project_id.removeprefix("0x")) + document_id.encode()
    return "0x" + keccak(packed)[:14].hex()


def methodology_key(methodology_id: str, version: str) -> str:
    """`0x` + 64 hex digits: keccak256 of `<id>@<version>`."""
    return "0x" + keccak(text=f"{methodology_id}@{version}").hex()


def reversal_id(report_id: str, evidence_hash: str) -> str:
    """`0x` + 64 hex digits: keccak256(abi.encode(report id, evidence hash)), both as `0x…`."""
    values = (bytes.fromhex(report_id[2:]), bytes.fromhex(evidence_hash[2:]))
    return "0x" + keccak(encode(["bytes14", "bytes32"], values)).hex()


def imported_report_id(registry: str, key: str) -> str:
    """`0x` + 28 hex digits: stands for a serial number of another registry, in any spelling."""
    return _foreign_id("import", registry, key)[:30]


def imported_project_id(registry: str, project: str) -> str:
    """`0x` + 64 hex digits: stands for a project of another registry, in any spelling."""
    return _foreign_id("import project", registry, project)


def _foreign_id(domain: str, registry: str, name: str) -> str:
    texts = (domain, registry.lower(), name.lower())
    return "0x" + keccak(encode(["string", "string", "string"], texts)).hex()


@dataclass(frozen=True, order=True)
class UnitId:
    """A block of units: its token id is its serial number, and nothing else.

    `report_id` is `0x` + 28 hex digits, `vintage` a calendar year below 2^16, `first_kg` and
    `quantity_kg` are kg CO2e below 2^64. Raises `ValueError` outside of these.
    """

    report_id: str
    vintage: int
    first_kg: int
    quantity_kg: int

    def __post_init__(self) -> None:
        if not _REPORT.fullmatch(self.report_id):
            raise ValueError(f"{self.report_id} is no report id: 0x and 28 lower-case hex digits.")
        if not 0 <= self.vintage < 1 << 16:
            raise ValueError(f"{self.vintage} is no vintage: give a year below 65536.")
        if not (0 <= self.first_kg < 1 << 64 and 0 <= self.quantity_kg < 1 << 64):
            raise ValueError("First and quantity of a unit are whole kilograms below 2^64.")

    @property
    def token_id(self) -> int:
        """The ERC-721 token id, below 2^256."""
        head = int(self.report_id, 16) << 144 | self.vintage << 128
        return head | self.first_kg << 64 | self.quantity_kg

    @property
    def hex(self) -> str:
        """The token id as the index keeps it: `0x` + 64 lower-case hex digits."""
        return f"0x{self.token_id:064x}"

    @property
    def last_kg(self) -> int:
        """Serial number of the last kilogram of the block."""
        return self.first_kg + self.quantity_kg - 1

    @classmethod
    def from_token_id(cls, token_id: int | str) -> Self:
        """From a number, decimal text or `0x` + 64 hex digits; raises `ValueError` for the rest."""
        if isinstance(token_id, str):
            if not _TOKEN.fullmatch(token_id):
                raise ValueError(
                    f"{token_id} is no token id: decimal digits or 0x + 64 hex digits."
                )
            token_id = int(token_id, 0)
        if not 0 <= token_id < 1 << 256:
            raise ValueError(f"{token_id} is no token id: it lies outside of 0 to 2^256 - 1.")
        return cls(*parts_of(token_id))


def parts_of(token_id: int) -> tuple[str, int, int, int]:
    """Report id, vintage, first and quantity in kg CO2e that a token id below 2^256 is made of."""
    low = token_id & (1 << 144) - 1
    first = low >> 64 & _AMOUNT
    return f"0x{token_id >> 144:028x}", low >> 128, first, low & _AMOUNT


@dataclass(frozen=True)
class Serial:
    """The human form of a unit:
    `{registry}-{ISO2}-{project}.{report}-{type}-{vintage}-{first}-{last}`.

    `project` and `report` are document ids; `first` and `last` are the serial numbers of the
    block's first and last kilogram CO2e of that report and vintage; the country is `ZZ` when
    unknown. The report stands in it because two reports of one project may share a vintage.
    Imported units have no project here: that part is empty, so that no document id can pass for it,
    and `report` is the id that stands for their key.
    """

    registry: str
    country: str
    project: str
    report: str
    unit_type: str
    vintage: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if not _SERIAL.fullmatch(str(self)):
            raise ValueError(f"{self} is no serial: {_FORM}.")
        if self.last < self.first:
            raise ValueError(f"{self} is no serial: its last kilogram comes before its first.")
        # Its numbers are those of a unit; names need no hashing for that, as any have an id.
        UnitId(_ANY_REPORT, self.vintage, self.first, self.last - self.first + 1)

    def __str__(self) -> str:
        numbers = f"{self.vintage}-{self.first}-{self.last}"
        documents = f"{self.project}.{self.report}"
        return f"{self.registry}-{self.country}-{documents}-{self.unit_type}-{numbers}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str`; raises `ValueError` for any other text."""
        found = _SERIAL.fullmatch(text)
        if found is None:
            raise ValueError(f"{text} is no serial: {_FORM}.")
        registry, country, project, report, foreign, unit_type, *numbers = found.groups()
        vintage, first, last = (int(number) for number in numbers)
        names = ("", foreign) if foreign else (project, report)
        return cls(registry, country, *names, unit_type, vintage, first, last)

    @classmethod
    def of(
        cls,
        unit: UnitId,
        *,
        registry: str,
        country: str | None,
        project: str,
        report: str,
        unit_type: str,
    ) -> Self:
        """The serial of a unit whose project and report have these document ids; of an imported one
        without a project."""
        place = country or UNKNOWN_COUNTRY
        return cls(
            registry, place, project, report, unit_type, unit.vintage, unit.first_kg, unit.last_kg
        )

    @property
    def unit(self) -> UnitId:
        """The unit it names; registry, country and unit type are not part of a unit's id."""
        report = self.report
        if self.project:
            report = report_id(project_id(self.project), self.report)
        return UnitId(report, self.vintage, self.first, self.last - self.first + 1)


_FORM = "registry-CC-project.report-TYPE-vintage-first-last"
