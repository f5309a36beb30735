"""Cutting a block and joining blocks: the same kilograms, the same owner, other ids."""

import pytest

from .ledger import Contract, reverts
from .reporting import YEAR_2023, YEAR_2024, Reporting, Retirement, Serial, UnitStatus
from .samples import ZERO_ADDRESS, Cast, Terms

HUGE = 2**64 - 1


@pytest.fixture
def block(reporting: Reporting) -> int:
    """1000 kg that the developer holds."""
    return reporting.issued(1_000)


def parts_of(block: int, *quantities: int) -> list[int]:
    whole, parts = Serial.of(block), []
    first = whole.first_kg
    for kg in quantities:
        parts.append(whole._replace(first_kg=first, quantity_kg=kg).token_id)
        first += kg
    return parts


class TestSplit:
    """
    when the caller is neither the owner nor approved       it reverts
    given the block is retired, in the buffer or unknown    it reverts
    when there are fewer than two parts                     it reverts
    when a part is zero or no whole granule                 it reverts
    when the parts sum to more or less, beyond 2^64 too     it reverts, naming the sum
    otherwise                                               consecutive parts replace the block
    """

    def test_puts_consecutive_parts_in_place_of_the_block(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        parts = parts_of(block, 300, 1, 699)
        receipt = units.split(block, [300, 1, 699], sender=cast.developer)
        assert receipt.value == parts
        assert receipt.events[0].name == "CRUSplit"
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": cast.developer,
            "parts": parts,
        }
        assert receipt.named("Transfer") == [
            {"from": cast.developer, "to": ZERO_ADDRESS, "tokenId": block},
            *({"from": ZERO_ADDRESS, "to": cast.developer, "tokenId": part} for part in parts),
        ]
        assert units.balanceOf(cast.developer) == 3
        with reverts("ERC721NonexistentToken", block):
            units.unit(block)
        assert [units.unit(part).quantityKg for part in parts] == [300, 1, 699]

    def test_leaves_the_parts_with_the_owner_when_an_approved_splits(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        units.approve(cast.stranger, block, sender=cast.developer)
        parts = units.split(block, [500, 500], sender=cast.stranger).value
        assert {units.ownerOf(part) for part in parts} == {cast.developer}
        assert {units.getApproved(part) for part in parts} == {ZERO_ADDRESS}

    @pytest.mark.parametrize("who", ["stranger", "operator", "administrator"])
    def test_reverts_when_the_caller_may_not(
        self, units: Contract, block: int, cast: Cast, who: str
    ) -> None:
        with reverts("ERC721InsufficientApproval", getattr(cast, who), block):
            units.split(block, [500, 500], sender=getattr(cast, who))

    @pytest.mark.parametrize("quantities", [[], [1_000]])
    def test_reverts_when_there_are_too_few_parts(
        self, units: Contract, block: int, developer: str, quantities: list[int]
    ) -> None:
        with reverts("CRUTooFewParts", len(quantities)):
            units.split(block, quantities, sender=developer)

    @pytest.mark.parametrize("quantities", [[0, 1_000], [1_000, 0], [500, 0, 500]])
    def test_reverts_when_a_part_is_zero(
        self, units: Contract, block: int, developer: str, quantities: list[int]
    ) -> None:
        with reverts("CRUZeroAmount"):
            units.split(block, quantities, sender=developer)

    @pytest.mark.parametrize(
        "quantities",
        [
            [500, 499],
            [500, 501],
            [HUGE, HUGE],
            [HUGE, 1],
            # Their sum is 1000 in 64 bits.
            [HUGE, 1_001],
            [2**63, 2**63, 1_000],
        ],
    )
    def test_reverts_when_the_sum_is_another(
        self, units: Contract, block: int, developer: str, quantities: list[int]
    ) -> None:
        with reverts("CRUSumMismatch", block, sum(quantities)):
            units.split(block, quantities, sender=developer)

    def test_reverts_when_a_part_is_no_whole_granule(
        self, reporting: Reporting, units: Contract, developer: str
    ) -> None:
        block = reporting.issued(3_000, Terms(granularity_kg=1_000))
        with reverts("CRUNotMultipleOfGranularity", 1_500, 1_000):
            units.split(block, [1_500, 1_500], sender=developer)
        units.split(block, [1_000, 2_000], sender=developer)

    def test_reverts_given_it_is_retired(
        self, reporting: Reporting, units: Contract, developer: str
    ) -> None:
        block = reporting.retired()
        with reverts("CRUUnitNotHeld", block, UnitStatus.Retired):
            units.split(block, [500, 500], sender=developer)

    @pytest.mark.parametrize("who", ["developer", "operator", "administrator"])
    def test_reverts_given_it_is_in_the_buffer(
        self, reporting: Reporting, units: Contract, cast: Cast, who: str
    ) -> None:
        block = reporting.buffered()
        with reverts("CRUUnitNotHeld", block, UnitStatus.Buffer):
            units.split(block, [50, 50], sender=getattr(cast, who))

    def test_reverts_given_it_does_not_exist(
        self, units: Contract, block: int, developer: str
    ) -> None:
        (inner,) = parts_of(block, 500)
        with reverts("ERC721NonexistentToken", inner):
            units.split(inner, [250, 250], sender=developer)
        with reverts("ERC721NonexistentToken", 0):
            units.split(0, [1, 1], sender=developer)


class TestMerge:
    """
    when there are fewer than two blocks                      it reverts
    when the blocks are not consecutive, or repeat            it reverts, naming the two
    given other reports or vintages                           it reverts, naming the two
    given another owner                                       it reverts, naming block and owner
    when the caller is neither the owner nor approved         it reverts
    given one is retired, in the buffer or unknown            it reverts
    otherwise                                                 one block replaces them
    """

    @pytest.fixture
    def parts(self, units: Contract, block: int, developer: str) -> list[int]:
        parts: list[int] = units.split(block, [300, 300, 400], sender=developer).value
        return parts

    def test_puts_one_block_in_their_place(
        self, units: Contract, block: int, parts: list[int], developer: str
    ) -> None:
        receipt = units.merge(parts, sender=developer)
        assert receipt.value == block
        assert receipt.events[0].name == "CRUMerged"
        assert receipt.events[0].arguments == {
            "tokenId": block,
            "owner": developer,
            "parts": parts,
        }
        assert [one["tokenId"] for one in receipt.named("Transfer")] == [*parts, block]
        assert units.balanceOf(developer) == 1
        assert units.unit(block).status == UnitStatus.Held
        for part in parts:
            with reverts("ERC721NonexistentToken", part):
                units.ownerOf(part)

    def test_joins_what_was_issued_apart(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000, name="2")
        requests = [(report_id, 2024, 600), (report_id, 2024, 400)]
        blocks = units.mintBatch(requests, sender=cast.operator).value
        whole = Serial(report_id, 2024, 0, 1_000).token_id
        assert units.merge(blocks, sender=cast.developer).value == whole

    @pytest.mark.parametrize("count", [0, 1])
    def test_reverts_when_there_are_too_few(
        self, units: Contract, parts: list[int], developer: str, count: int
    ) -> None:
        with reverts("CRUTooFewParts", count):
            units.merge(parts[:count], sender=developer)

    @pytest.mark.parametrize("order", [(1, 0), (0, 2), (0, 0), (0, 1, 1), (2, 1, 0)])
    def test_reverts_when_they_are_not_consecutive(
        self, units: Contract, parts: list[int], developer: str, order: tuple[int, ...]
    ) -> None:
        named = [parts[index] for index in order]
        wrong = (0, 1) if order != (0, 1, 1) else (1, 2)
        with reverts("CRUNotAdjacent", named[wrong[0]], named[wrong[1]]):
            units.merge(named, sender=developer)

    def test_reverts_given_other_vintages(
        self, reporting: Reporting, units: Contract, cast: Cast
    ) -> None:
        days = (YEAR_2023[0], YEAR_2024[1])
        report_id = reporting.pending(reporting.project(name="2"), days=days)
        reporting.verify(report_id, 1_000, ((2023, 500), (2024, 500)))
        blocks = units.mintBatch(
            [(report_id, 2023, 500), (report_id, 2024, 500)], sender=cast.operator
        ).value
        with reverts("CRUNotAdjacent", *blocks):
            units.merge(blocks, sender=cast.developer)

    def test_reverts_given_other_reports(
        self, reporting: Reporting, units: Contract, parts: list[int], cast: Cast
    ) -> None:
        other = units.split(
            reporting.issued(1_000, name="2"), [300, 700], sender=cast.developer
        ).value
        with reverts("CRUNotAdjacent", parts[0], other[1]):
            units.merge([parts[0], other[1]], sender=cast.developer)

    def test_reverts_given_another_owner(
        self, units: Contract, parts: list[int], cast: Cast
    ) -> None:
        units.transferFrom(cast.developer, cast.holder, parts[1], sender=cast.developer)
        with reverts("CRUNotSameOwner", parts[1], cast.holder):
            units.merge(parts, sender=cast.developer)
        units.setApprovalForAll(cast.developer, True, sender=cast.holder)
        with reverts("CRUNotSameOwner", parts[1], cast.holder):
            units.merge(parts, sender=cast.developer)

    def test_reverts_when_the_caller_may_not_for_one(
        self, units: Contract, parts: list[int], cast: Cast
    ) -> None:
        with reverts("ERC721InsufficientApproval", cast.stranger, parts[0]):
            units.merge(parts, sender=cast.stranger)
        for part in parts[:2]:
            units.approve(cast.stranger, part, sender=cast.developer)
        with reverts("ERC721InsufficientApproval", cast.stranger, parts[2]):
            units.merge(parts, sender=cast.stranger)
        units.approve(cast.stranger, parts[2], sender=cast.developer)
        whole = units.merge(parts, sender=cast.stranger).value
        assert units.ownerOf(whole) == cast.developer
        assert units.getApproved(whole) == ZERO_ADDRESS

    @pytest.mark.parametrize("index", [0, 1, 2])
    def test_reverts_given_one_is_retired(
        self, units: Contract, parts: list[int], developer: str, index: int
    ) -> None:
        units.retire(
            parts[index], Serial.of(parts[index]).quantity_kg, Retirement(), sender=developer
        )
        with reverts("CRUUnitNotHeld", parts[index], UnitStatus.Retired):
            units.merge(parts, sender=developer)

    def test_reverts_given_one_is_in_the_buffer(
        self, reporting: Reporting, units: Contract, developer: str
    ) -> None:
        buffered = reporting.buffered()
        own = Serial.of(buffered)._replace(first_kg=0, quantity_kg=900).token_id
        with reverts("CRUNotSameOwner", buffered, units.address):
            units.merge([own, buffered], sender=developer)
        (first, second) = parts_of(buffered, 50, 50)
        with reverts("ERC721NonexistentToken", first):
            units.merge([first, second], sender=developer)

    def test_reverts_given_one_does_not_exist(
        self, units: Contract, parts: list[int], developer: str
    ) -> None:
        beyond = Serial.of(parts[2])._replace(first_kg=1_000, quantity_kg=5).token_id
        with reverts("ERC721NonexistentToken", beyond):
            units.merge([parts[2], beyond], sender=developer)

    def test_reverts_when_ids_wrap_around(
        self, units: Contract, block: int, developer: str
    ) -> None:
        edge = Serial.of(block)._replace(first_kg=HUGE, quantity_kg=1).token_id
        start = Serial.of(block)._replace(first_kg=0, quantity_kg=1).token_id
        with reverts("ERC721NonexistentToken", edge):
            units.merge([edge, start], sender=developer)


class TestPausedBlocks:
    """
    given the units are paused   nothing is split or merged
    """

    def test_reverts_given_the_units_are_paused(
        self, units: Contract, block: int, cast: Cast
    ) -> None:
        parts = units.split(block, [500, 500], sender=cast.developer).value
        units.pause(sender=cast.guardian)
        with reverts("EnforcedPause"):
            units.merge(parts, sender=cast.developer)
        with reverts("EnforcedPause"):
            units.split(parts[0], [250, 250], sender=cast.developer)
