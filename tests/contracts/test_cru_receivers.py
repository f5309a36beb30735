"""Contracts that receive units: what they may refuse, and that calling back multiplies nothing."""

import pytest

from .ledger import Contract, Reverted, reverts
from .reporting import Reporting, ReportStatus, Retirement, Serial, Verification
from .samples import ZERO_ADDRESS, Accreditation, Cast, Stage, Terms, accredit, content_hash

ACCEPT, WRONG_VALUE, CUSTOM_ERROR, NOTHING, PANIC = range(5)
OPERATOR, DEVELOPER, VERIFIER = 1, 2, 4


@pytest.fixture
def receiver(stage: Stage) -> Contract:
    return Reporting(stage).receiver()


@pytest.fixture
def reporting(stage: Stage, receiver: Contract, access: Contract, cast: Cast) -> Reporting:
    """Reports whose developer is the receiver, which is an operator too."""
    for role in (OPERATOR, DEVELOPER):
        access.grantRole(role, receiver.address, 0, sender=cast.administrator)
    return Reporting(Stage(stage.registry, cast._replace(developer=receiver.address)))


class TestReceiverOfIssuance:
    """
    when it accepts          it is called once for each block, when all is done
    when it refuses          nothing is issued
    given two developers     each is asked for its own blocks alone
    """

    def test_is_called_when_all_is_done(
        self, reporting: Reporting, receiver: Contract, units: Contract, operator: str
    ) -> None:
        report_id = reporting.verified(1_000)
        requests = [(report_id, 2024, 600), (report_id, 2024, 400)]
        receipt = units.mintBatch(requests, sender=operator)
        assert [event.name for event in receipt.events] == [
            *["CRUMinted", "Transfer"] * 2,
            *["Received"] * 2,
        ]
        assert [one["tokenId"] for one in receipt.named("Received")] == receipt.value

    def test_is_asked_for_its_own_blocks_alone_given_two_developers(
        self, reporting: Reporting, stage: Stage, receiver: Contract, units: Contract, cast: Cast
    ) -> None:
        mine, theirs = reporting.verified(100, name="1"), Reporting(stage).verified(100, name="2")
        requests = [(theirs, 2024, 100), (mine, 2024, 100)]
        receipt = units.mintBatch(requests, sender=cast.operator)
        assert receipt.named("Received") == [
            {
                "operator": cast.operator,
                "from": ZERO_ADDRESS,
                "tokenId": receipt.value[1],
                "data": b"",
            }
        ]
        assert [units.ownerOf(one) for one in receipt.value] == [cast.developer, receiver.address]

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (WRONG_VALUE, "ERC721InvalidReceiver"),
            (NOTHING, "ERC721InvalidReceiver"),
            (CUSTOM_ERROR, "ReceiverRefuses"),
            (PANIC, "0x4e487b71" + "00" * 31 + "01"),
        ],
    )
    def test_stops_the_issuance_when_it_refuses(
        self,
        reporting: Reporting,
        receiver: Contract,
        units: Contract,
        cast: Cast,
        answer: int,
        error: str,
    ) -> None:
        report_id = reporting.verified(1_000)
        receiver.setAnswer(answer, sender=cast.stranger)
        for refused in (
            lambda: units.mint(report_id, 2024, 1_000, sender=cast.operator),
            lambda: units.mintBatch([(report_id, 2024, 1_000)], sender=cast.operator),
        ):
            with pytest.raises(Reverted) as caught:
                refused()
            assert caught.value.error == error
        assert units.issuedKg(report_id, 2024) == 0


class TestReentrantReceiver:
    """
    when it calls for more issuance while it receives     that call reverts
    when it verifies a report that issues at once         that call reverts
    when it calls for another guarded transfer            that call reverts
    when it moves, splits, merges or retires meanwhile    that is as if it were done afterwards
    whatever it calls                                     each kilogram stays in one block
    """

    @pytest.mark.parametrize("function", ["mint", "mintBatch"])
    def test_is_refused_when_it_issues_more(
        self,
        reporting: Reporting,
        receiver: Contract,
        units: Contract,
        cast: Cast,
        function: str,
    ) -> None:
        report_id = reporting.verified(1_000)
        again = {"mint": (report_id, 2024, 500), "mintBatch": ([(report_id, 2024, 500)],)}
        self.prepare(receiver, units.calldata(function, *again[function]), units, cast)
        receipt = units.mint(report_id, 2024, 500, sender=cast.operator)
        (called,) = receipt.named("CalledBack")
        assert not called["success"]
        # ReentrancyGuardReentrantCall()
        assert called["returned"] == bytes.fromhex("3ee5aeb5")
        assert units.issuedKg(report_id, 2024) == 500

    def test_is_refused_when_it_verifies_a_report_that_issues_at_once(
        self,
        reporting: Reporting,
        stage: Stage,
        receiver: Contract,
        reports: Contract,
        units: Contract,
        access: Contract,
        cast: Cast,
    ) -> None:
        access.grantRole(VERIFIER, receiver.address, 0, sender=cast.administrator)
        organisation = content_hash("receiver")
        access.setOrganisation(receiver.address, organisation, sender=cast.operator)
        accredit(access, receiver.address, "verifier", cast.operator, Accreditation())
        judged = Reporting(Stage(stage.registry, cast._replace(verifier=receiver.address)))
        project_id = judged.project(Terms(automatic_issuance=True), "project-2")
        pending = judged.pending(project_id, "report-2")
        verification = Verification(content_hash("report-2"), 500)
        call = reports.calldata("verifyReport", pending, verification)
        receiver.setCall(reports.address, call, sender=cast.stranger)
        receipt = units.mint(reporting.verified(1_000), 2024, 500, sender=cast.operator)
        (called,) = receipt.named("CalledBack")
        assert not called["success"]
        # ReentrancyGuardReentrantCall()
        assert called["returned"] == bytes.fromhex("3ee5aeb5")
        assert reports.report(pending).status == ReportStatus.PendingVerification

    @pytest.mark.parametrize("function", ["safeTransferFrom", "transferBatch"])
    def test_is_refused_when_it_enters_a_guarded_transfer_again(
        self,
        reporting: Reporting,
        receiver: Contract,
        units: Contract,
        cast: Cast,
        function: str,
    ) -> None:
        report_id = reporting.verified(1_000)
        block = Serial(report_id, 2024, 0, 1_000).token_id
        again = {
            "safeTransferFrom": (receiver.address, cast.holder, block),
            "transferBatch": (cast.holder, [block]),
        }
        self.prepare(receiver, units.calldata(function, *again[function]), units, cast)
        receipt = units.mint(report_id, 2024, 1_000, sender=cast.operator)
        (called,) = receipt.named("CalledBack")
        assert not called["success"]
        # ReentrancyGuardReentrantCall()
        assert called["returned"] == bytes.fromhex("3ee5aeb5")
        self.assert_held(units, receiver.address, [block], gone=[])

    def test_multiplies_nothing_when_it_splits(
        self, reporting: Reporting, receiver: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        block = Serial(report_id, 2024, 0, 1_000).token_id
        parts = [
            Serial(report_id, 2024, 0, 300).token_id,
            Serial(report_id, 2024, 300, 700).token_id,
        ]
        self.prepare(receiver, units.calldata("split", block, [300, 700]), units, cast)
        self.issue(units, report_id, cast)
        self.assert_held(units, receiver.address, parts, gone=[block])

    def test_multiplies_nothing_when_it_merges(
        self, reporting: Reporting, receiver: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        blocks = [Serial(report_id, 2024, at, 500).token_id for at in (0, 500)]
        self.prepare(receiver, units.calldata("merge", blocks), units, cast)
        requests = [(report_id, 2024, 500), (report_id, 2024, 500)]
        receipt = units.mintBatch(requests, sender=cast.operator)
        assert receipt.named("CalledBack")[0]["success"]
        whole = Serial(report_id, 2024, 0, 1_000).token_id
        self.assert_held(units, receiver.address, [whole], gone=blocks)

    def test_multiplies_nothing_when_it_transfers(
        self, reporting: Reporting, receiver: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        block = Serial(report_id, 2024, 0, 1_000).token_id
        onward = units.calldata("transferFrom", receiver.address, cast.holder, block)
        self.prepare(receiver, onward, units, cast)
        self.issue(units, report_id, cast)
        self.assert_held(units, cast.holder, [block], gone=[])
        assert units.balanceOf(receiver.address) == 0

    def test_multiplies_nothing_when_it_retires(
        self, reporting: Reporting, receiver: Contract, units: Contract, cast: Cast
    ) -> None:
        report_id = reporting.verified(1_000)
        block = Serial(report_id, 2024, 0, 1_000).token_id
        self.prepare(receiver, units.calldata("retire", block, 1_000, Retirement()), units, cast)
        self.issue(units, report_id, cast)
        with reverts("CRUUnitNotHeld", block, 2):
            units.transferFrom(receiver.address, cast.holder, block, sender=receiver.address)
        assert units.issuedKg(report_id, 2024) == 1_000

    @pytest.mark.parametrize("sent", ["safeTransferFrom", "transferBatch"])
    def test_multiplies_nothing_when_it_sends_back_what_it_was_sent(
        self, stage: Stage, receiver: Contract, units: Contract, cast: Cast, sent: str
    ) -> None:
        block = Reporting(stage).issued()
        back = units.calldata("transferFrom", receiver.address, cast.developer, block)
        self.prepare(receiver, back, units, cast)
        arguments = {
            "safeTransferFrom": (cast.developer, receiver.address, block),
            "transferBatch": (receiver.address, [block]),
        }[sent]
        receipt = getattr(units, sent)(*arguments, sender=cast.developer)
        assert receipt.named("CalledBack")[0]["success"]
        self.assert_held(units, cast.developer, [block], gone=[])
        assert units.balanceOf(receiver.address) == 0

    def prepare(self, receiver: Contract, call: bytes, units: Contract, cast: Cast) -> None:
        receiver.setCall(units.address, call, sender=cast.stranger)

    def issue(self, units: Contract, report_id: bytes, cast: Cast) -> None:
        receipt = units.mint(report_id, 2024, 1_000, sender=cast.operator)
        (called,) = receipt.named("CalledBack")
        assert called["success"], called["returned"]

    def assert_held(
        self, units: Contract, owner: str, blocks: list[int], *, gone: list[int]
    ) -> None:
        """All 1000 kg are in these blocks of that owner, and in no other."""
        assert [units.ownerOf(block) for block in blocks] == [owner] * len(blocks)
        assert sum(Serial.of(block).quantity_kg for block in blocks) == 1_000
        assert units.balanceOf(owner) == len(blocks)
        assert units.issuedKg(Serial.of(blocks[0]).report_id, 2024) == 1_000
        for block in gone:
            with reverts("ERC721NonexistentToken", block):
                units.ownerOf(block)
