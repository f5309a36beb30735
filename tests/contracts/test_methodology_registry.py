"""Methodology versions: registered once, activated, deprecated, and what they permit."""

from __future__ import annotations

import string

import pytest
from eth_utils import keccak

from .ledger import Contract, reverts
from .samples import (
    ZERO_HASH,
    MethodologyStatus,
    ProjectType,
    Stage,
    Terms,
    UnitType,
    content_hash,
)

HASH = content_hash("methodology")
ALLOWED = {
    ("activateMethodology", MethodologyStatus.Registered): MethodologyStatus.Active,
    ("deprecateMethodology", MethodologyStatus.Registered): MethodologyStatus.Deprecated,
    ("deprecateMethodology", MethodologyStatus.Active): MethodologyStatus.Deprecated,
}
ALPHABET = string.ascii_letters + string.digits + "._-"
EVERY_TYPE = 2 ** len(ProjectType) - 1
#: Units that end with their monitoring period (Regulation (EU) 2024/3012 Art. 6(5), 12(5)).
TEMPORARY = (UnitType.CFS, UnitType.CSP)
PERMANENT = (UnitType.PCR, UnitType.SER)


def register(
    methodologies: Contract,
    sender: str,
    name: str = "biochar.v",
    version: str = "1.0",
    document_hash: bytes = HASH,
    uri: str = "ipfs://methodology",
    terms: Terms | None = None,
) -> bytes:
    """Register a methodology version; gives its key."""
    key: bytes = methodologies.registerMethodology(
        name, version, document_hash, uri, terms or Terms(), sender=sender
    ).value
    return key


class TestRegisterMethodology:
    """
    when the id or the version is malformed         it reverts, naming it
    when the hash is zero or the uri too long       it reverts
    when the terms are unsound                      it reverts, naming the term
    given the version is registered already         it reverts, naming its key
    otherwise                                       it stores the terms and emits both events
    """

    def test_stores_the_terms_when_called_by_a_steward(
        self, methodologies: Contract, steward: str
    ) -> None:
        terms = Terms(UnitType.PCR, 2000, 9999, True, False, 1000, EVERY_TYPE)
        receipt = methodologies.registerMethodology(
            "biochar.v", "2.1.0", HASH, "ipfs://m", terms, sender=steward
        )
        key = keccak(text="biochar.v@2.1.0")
        held = methodologies.methodology(key)
        assert receipt.value == key == methodologies.methodologyKeyOf("biochar.v", "2.1.0")
        assert held == (HASH, MethodologyStatus.Registered, tuple(terms))
        assert receipt.named("MethodologyRegistered") == [
            {
                "methodologyKey": key,
                "actor": steward,
                "methodologyId": "biochar.v",
                "version": "2.1.0",
                "documentHash": HASH,
                "uri": "ipfs://m",
                "terms": tuple(terms),
            }
        ]
        assert receipt.named("MethodologyStatusChanged") == [
            changed(key, MethodologyStatus(0), MethodologyStatus.Registered, steward)
        ]
        assert len(receipt.events) == 2

    @pytest.mark.parametrize("name", ["a", ALPHABET, "x" * 100])
    def test_accepts_the_id_when_it_is_within_the_alphabet(
        self, methodologies: Contract, steward: str, name: str
    ) -> None:
        assert register(methodologies, steward, name) == keccak(text=f"{name}@1.0")

    @pytest.mark.parametrize(
        "name", ["", "x" * 101, "a b", "a@1", "a/b", "a:b", "ä", "a\n", "a\x00"]
    )
    def test_reverts_when_the_id_is_malformed(
        self, methodologies: Contract, steward: str, name: str
    ) -> None:
        with reverts("MethodologyRegistryInvalidId", name):
            register(methodologies, steward, name)

    def test_reverts_when_the_id_holds_any_character_outside_the_alphabet(
        self, methodologies: Contract, steward: str
    ) -> None:
        for character in sorted(set(map(chr, range(128))) - set(ALPHABET)):
            with reverts("MethodologyRegistryInvalidId", f"a{character}"):
                register(methodologies, steward, f"a{character}")

    @pytest.mark.parametrize("version", ["0.1", "1.0", "10.20.30", "1." + "0" * 30])
    def test_accepts_the_version_when_it_is_semantic(
        self, methodologies: Contract, steward: str, version: str
    ) -> None:
        assert register(methodologies, steward, version=version)

    @pytest.mark.parametrize(
        "version",
        [
            "",
            "1",
            ".",
            "1.",
            ".1",
            "1..2",
            "1.2.",
            "1.2.3.4",
            "v1.0",
            "1.0-rc1",
            "1.x",
            "1 .0",
            "1." + "0" * 31,
        ],
    )
    def test_reverts_when_the_version_is_malformed(
        self, methodologies: Contract, steward: str, version: str
    ) -> None:
        with reverts("MethodologyRegistryInvalidVersion", version):
            register(methodologies, steward, version=version)

    def test_reverts_when_the_hash_is_zero(self, methodologies: Contract, steward: str) -> None:
        with reverts("MethodologyRegistryZeroHash"):
            register(methodologies, steward, document_hash=ZERO_HASH)

    def test_reverts_when_the_uri_is_longer_than_its_limit(
        self, methodologies: Contract, steward: str
    ) -> None:
        with reverts("MethodologyRegistryUriTooLong", 513, 512):
            register(methodologies, steward, uri="u" * 513)
        assert register(methodologies, steward, uri="u" * 512)

    @pytest.mark.parametrize(
        ("unit_type", "granularity"),
        [(unit, 0) for unit in UnitType]
        + [(unit, odd) for unit in UnitType if unit != UnitType.CRU for odd in (1, 999, 1001)],
    )
    def test_reverts_when_the_granularity_is_unsound(
        self, methodologies: Contract, steward: str, unit_type: int, granularity: int
    ) -> None:
        with reverts("MethodologyRegistryInvalidGranularity", unit_type, granularity):
            register(methodologies, steward, terms=Terms(unit_type, granularity))

    @pytest.mark.parametrize(
        ("unit_type", "granularity"),
        [(unit, 1000) for unit in UnitType]
        + [(UnitType.CRU, 1), (UnitType.CRU, 999), (UnitType.SER, 4_294_967_000)],
    )
    def test_accepts_the_granularity_when_it_is_sound(
        self, methodologies: Contract, steward: str, unit_type: int, granularity: int
    ) -> None:
        terms = Terms(unit_type, granularity, expires=unit_type in TEMPORARY)
        key = register(methodologies, steward, terms=terms)
        assert methodologies.methodology(key).terms.granularityKg == granularity

    def test_reverts_when_the_unit_type_is_unknown(
        self, methodologies: Contract, steward: str
    ) -> None:
        with reverts("0x"):
            register(methodologies, steward, terms=Terms(len(UnitType), 1000))

    @pytest.mark.parametrize("rate", [10_000, 65_535])
    def test_reverts_when_the_buffer_takes_all(
        self, methodologies: Contract, steward: str, rate: int
    ) -> None:
        with reverts("MethodologyRegistryInvalidBufferRate", rate):
            register(methodologies, steward, terms=Terms(buffer_rate_bps=rate))

    @pytest.mark.parametrize("types", [0, EVERY_TYPE + 1, 2**32 - 1])
    def test_reverts_when_the_project_types_are_none_or_unknown(
        self, methodologies: Contract, steward: str, types: int
    ) -> None:
        with reverts("MethodologyRegistryInvalidProjectTypes", types):
            register(methodologies, steward, terms=Terms(project_types=types))

    @pytest.mark.parametrize(
        ("unit_type", "expires"),
        [(unit, False) for unit in TEMPORARY] + [(unit, True) for unit in PERMANENT],
    )
    def test_reverts_when_the_expiry_is_not_that_of_the_unit_type(
        self, methodologies: Contract, steward: str, unit_type: int, expires: bool
    ) -> None:
        with reverts("MethodologyRegistryInvalidExpiry", unit_type, expires):
            register(methodologies, steward, terms=Terms(unit_type, 1000, expires=expires))
        key = register(methodologies, steward, terms=Terms(unit_type, 1000, expires=not expires))
        assert methodologies.methodology(key).terms.expires is not expires

    @pytest.mark.parametrize("expires", [True, False])
    def test_accepts_either_expiry_when_the_unit_is_fractional(
        self, methodologies: Contract, steward: str, expires: bool
    ) -> None:
        key = register(methodologies, steward, terms=Terms(expires=expires))
        assert methodologies.methodology(key).terms.expires is expires

    @pytest.mark.parametrize("years", [0, 1001, 65_535])
    def test_reverts_when_the_durability_is_out_of_range(
        self, methodologies: Contract, steward: str, years: int
    ) -> None:
        with reverts("MethodologyRegistryInvalidDurability", years):
            register(methodologies, steward, terms=Terms(durability_years=years))

    @pytest.mark.parametrize("years", [1, 1000])
    def test_accepts_the_durability_when_it_is_a_bound(
        self, methodologies: Contract, steward: str, years: int
    ) -> None:
        key = register(methodologies, steward, terms=Terms(durability_years=years))
        assert methodologies.methodology(key).terms.durabilityYears == years

    @pytest.mark.parametrize("status", [s for s in MethodologyStatus if s])
    def test_reverts_given_the_version_is_registered_already(
        self, methodologies: Contract, steward: str, stage: Stage, status: int
    ) -> None:
        key = stage.methodology("biochar.v", status=status)
        with reverts("MethodologyRegistryAlreadyRegistered", key):
            register(methodologies, steward, document_hash=content_hash("another"))

    def test_keeps_versions_apart_given_another_version(
        self, methodologies: Contract, steward: str
    ) -> None:
        keys = {register(methodologies, steward, version=v) for v in ("1.0", "1.0.0", "1.1")}
        assert len(keys) == 3


class TestTransitions:
    """
    given the status allows it    it changes the status and emits the change
    otherwise                     it reverts, naming the status
    """

    @pytest.mark.parametrize("function", ["activateMethodology", "deprecateMethodology"])
    @pytest.mark.parametrize("status", MethodologyStatus)
    def test_changes_the_status_only_given_the_table_allows_it(
        self, methodologies: Contract, steward: str, stage: Stage, function: str, status: int
    ) -> None:
        key = stage.methodology(status=status) if status else content_hash("nothing")
        act = getattr(methodologies, function)
        outcome = ALLOWED.get((function, status))
        if outcome is None:
            with reverts("MethodologyRegistryUnexpectedStatus", key, status):
                act(key, sender=steward)
            return
        receipt = act(key, sender=steward)
        assert methodologies.methodology(key).status == outcome
        assert [event.name for event in receipt.events] == ["MethodologyStatusChanged"]
        assert receipt.events[0].arguments == changed(key, status, outcome, steward)

    def test_leaves_the_terms_alone_when_the_status_changes(
        self, methodologies: Contract, stage: Stage
    ) -> None:
        terms = Terms(UnitType.CSP, 5000, 123, True, True, 35, EVERY_TYPE)
        key = stage.methodology(terms=terms, status=MethodologyStatus.Deprecated)
        assert methodologies.methodology(key).terms == tuple(terms)


class TestPermits:
    """
    given the methodology is active and names the project type    true
    otherwise                                                     false
    """

    @pytest.mark.parametrize("permitted", ProjectType)
    def test_permits_that_type_alone_given_it_is_active(
        self, methodologies: Contract, stage: Stage, permitted: int
    ) -> None:
        key = stage.methodology(terms=Terms(project_types=1 << permitted))
        answers = [methodologies.permits(key, one) for one in ProjectType]
        assert answers == [one == permitted for one in ProjectType]

    @pytest.mark.parametrize(
        "status", [s for s in MethodologyStatus if s != MethodologyStatus.Active]
    )
    def test_permits_nothing_given_it_is_not_active(
        self, methodologies: Contract, stage: Stage, status: int
    ) -> None:
        key = stage.methodology(status=status) if status else content_hash("nothing")
        assert not any(methodologies.permits(key, one) for one in ProjectType)


def changed(key: bytes, before: int, after: int, actor: str) -> dict[str, object]:
    """The arguments of `MethodologyStatusChanged`."""
    return {"methodologyKey": key, "from": before, "to": after, "actor": actor}
