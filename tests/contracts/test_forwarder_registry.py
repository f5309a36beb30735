"""Actions of the registry itself, delivered for their signers: roles, callbacks, cost."""

from __future__ import annotations

from collections.abc import Callable

from .ledger import Contract, Ledger, reverts
from .reporting import Reporting, Retirement, Serial, UnitStatus
from .samples import Cast, Contracts, Pdd, Stage, content_hash
from .signing import EACH_FOR_ITSELF, Signing
from .test_forwarder_delivery import executed

#: The aim of the registry for a relayed retirement, gas.
RETIREMENT_AIM = 95_000


class TestRelayedActions:
    """
    when a developer signs        the project is the developer's, whoever delivers it
    given the role is missing     it reverts for the signer, whatever roles the deliverer has
    when a holder signs           the units retire for the holder, also while the registry is paused
    given a smart account holds   it retires by its owner's signature
    when a batch has it all       each signer's action counts for that signer
    """

    def test_is_the_developers_when_a_developer_signs(
        self, signing: Signing, projects: Contract, stage: Stage, developer: str, stranger: str
    ) -> None:
        pdd = Pdd(content_hash("first"), stage.methodology())
        request = signing.request(projects, "registerProject", "forest", pdd, signer=developer)
        receipt = signing.forwarder.execute(request, sender=stranger)
        (registered,) = receipt.named("PDDRegistered")
        assert registered["developer"] == developer

    def test_reverts_for_the_signer_given_the_role_is_missing(
        self, signing: Signing, projects: Contract, stage: Stage, developer: str, stranger: str
    ) -> None:
        pdd = Pdd(content_hash("first"), stage.methodology())
        request = signing.request(projects, "registerProject", "forest", pdd, signer=stranger)
        with reverts("AccessManagedUnauthorized", stranger):
            signing.forwarder.execute(request, sender=developer)

    def test_retires_for_the_holder_while_the_registry_is_paused(
        self,
        signing: Signing,
        reporting: Reporting,
        units: Contract,
        guardian: str,
        developer: str,
        stranger: str,
    ) -> None:
        token_id = reporting.issued()
        pause = signing.request(units, "pause", signer=guardian)
        retire = signing.request(units, "retire", token_id, 400, Retirement(), signer=developer)
        receipt = signing.forwarder.executeBatch([pause, retire], EACH_FOR_ITSELF, sender=stranger)
        assert receipt.named("Paused") == [{"account": guardian}]
        (retired,) = receipt.named("CRURetired")
        assert (retired["owner"], retired["actor"], retired["kg"]) == (developer, developer, 400)
        assert executed(receipt) == [(guardian, 0, True), (developer, 0, True)]

    def test_retires_by_its_owners_signature_given_a_smart_account_holds(
        self,
        signing: Signing,
        reporting: Reporting,
        units: Contract,
        ledger: Ledger,
        developer: str,
        holder: str,
        stranger: str,
    ) -> None:
        account = ledger.deploy("SmartAccount", holder, sender=stranger)
        token_id = reporting.issued()
        units.safeTransferFrom(developer, account.address, token_id, sender=developer)
        request = signing.request(
            units,
            "retire",
            token_id,
            1_000,
            Retirement(),
            signer=account.address,
            key=signing.keys[holder],
        )
        receipt = signing.forwarder.execute(request, sender=stranger)
        (retired,) = receipt.named("CRURetired")
        assert retired["owner"] == retired["actor"] == account.address
        assert units.unit(token_id).status == UnitStatus.Retired


class TestCallbacks:
    """
    when the receiver of units delivers the same request again   it is refused, the units move once
    when it delivers another one                                 that one counts for its own signer
    """

    def test_moves_once_when_the_receiver_delivers_the_same_again(
        self,
        signing: Signing,
        reporting: Reporting,
        units: Contract,
        developer: str,
        stranger: str,
    ) -> None:
        token_id, receiver = reporting.issued(), reporting.receiver()
        move = signing.request(
            units, "safeTransferFrom", developer, receiver.address, token_id, signer=developer
        )
        again = signing.forwarder.calldata("execute", move)
        receiver.setCall(signing.forwarder.address, again, sender=stranger)
        receipt = signing.forwarder.execute(move, sender=stranger)
        (answer,) = receipt.named("CalledBack")
        assert not answer["success"]
        assert len(receipt.named("Transfer")) == 1
        assert executed(receipt) == [(developer, 0, True)]

    def test_counts_for_its_own_signer_when_the_receiver_delivers_another(
        self,
        signing: Signing,
        reporting: Reporting,
        units: Contract,
        developer: str,
        holder: str,
        stranger: str,
    ) -> None:
        token_id, receiver = reporting.issued(), reporting.receiver()
        move = signing.request(
            units,
            "safeTransferFrom",
            developer,
            receiver.address,
            token_id,
            signer=developer,
            gas=1_000_000,
        )
        other = signing.request(units, "setApprovalForAll", stranger, True, signer=holder)
        inner = signing.forwarder.calldata("execute", other)
        receiver.setCall(signing.forwarder.address, inner, sender=stranger)
        receipt = signing.forwarder.execute(move, sender=stranger)
        assert executed(receipt) == [(holder, 0, True), (developer, 0, True)]
        (approval,) = receipt.named("ApprovalForAll")
        assert (approval["owner"], approval["operator"]) == (holder, stranger)
        assert units.ownerOf(token_id) == receiver.address


class TestCost:
    """
    when a holder's retirement is relayed   it costs what the registry aims at, at most
    """

    def test_is_within_the_aim_when_a_retirement_is_relayed(
        self,
        signing: Signing,
        reporting: Reporting,
        units: Contract,
        cast: Cast,
        record_property: Callable[[str, object], None],
    ) -> None:
        report_id = reporting.verified(1_000)
        for _ in range(2):
            units.mint(report_id, 2024, 500, sender=cast.operator)
        first, second = (Serial(report_id, 2024, at, 500).token_id for at in (0, 500))
        for token_id in (first, second):
            units.transferFrom(cast.developer, cast.holder, token_id, sender=cast.developer)
        direct = units.retire(first, 500, Retirement(), sender=cast.holder).gas_used
        # A signer's first nonce of 256 makes a slot of storage; every other one changes it.
        earlier = signing.request(
            units, "setApprovalForAll", cast.stranger, True, signer=cast.holder
        )
        signing.forwarder.execute(earlier, sender=cast.stranger)
        request = signing.request(
            units, "retire", second, 500, Retirement(), signer=cast.holder, nonce=1
        )
        relayed = signing.forwarder.execute(request, sender=cast.stranger).gas_used
        record_property("gas", f"{direct} direct, {relayed} relayed")
        assert relayed <= RETIREMENT_AIM


def test_every_module_trusts_the_forwarder_alone(
    registry: Contracts, forwarder: Contract, stranger: str
) -> None:
    for module in registry[1:]:
        assert module.isTrustedForwarder(forwarder.address)
        assert not module.isTrustedForwarder(stranger)
