"""Who is accredited, for what and for whom they act; what the access manager says of it."""

from __future__ import annotations

import pytest

from scripts.deployment import ROLE_IDS

from .ledger import Contract, Ledger, Receipt, reverts
from .samples import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Accreditation,
    Cast,
    ProjectType,
    Standing,
    accredit,
    content_hash,
)

VALIDATOR, VERIFIER = ROLE_IDS["validator"], ROLE_IDS["verifier"]
HOUSE = content_hash("a house")
EVIDENCE = content_hash("evidence of withdrawal")
NONE = (0, 0, 0, ZERO_HASH)
EVERY_TYPE = (1 << len(ProjectType)) - 1
BIOCHAR = 1 << ProjectType.Biochar


def withdraw(
    access: Contract,
    account: str,
    sender: str,
    role: int = VERIFIER,
    evidence: bytes = EVIDENCE,
    reason: str = "struck off",
) -> Receipt:
    receipt: Receipt = access.withdrawAccreditation(account, role, evidence, reason, sender=sender)
    return receipt


class TestAccredit:
    """
    when the caller is not an operator                 it reverts
    when the role is not validator or verifier         it reverts, naming it
    when account, scope, days, evidence are unsound    it reverts, naming what is
    given the account's organisation is not known      it reverts
    given it is accredited already                     the new accreditation replaces the old
    otherwise                                          it is kept for that role alone
    """

    def test_keeps_it_for_that_role_alone(
        self, access: Contract, cast: Cast, operator: str, stranger: str
    ) -> None:
        access.setOrganisation(stranger, HOUSE, sender=operator)
        given = Accreditation(BIOCHAR, 18_000, 20_000)
        receipt = accredit(access, stranger, "verifier", operator, given)
        assert [event.name for event in receipt.events] == ["AccreditationGranted"]
        assert receipt.events[0].arguments == {
            "account": stranger,
            "roleId": VERIFIER,
            "actor": operator,
            "projectTypes": BIOCHAR,
            "startDay": 18_000,
            "endDay": 20_000,
            "evidenceHash": given.evidence_hash,
            "uri": "ipfs://evidence",
        }
        assert access.accreditation(stranger, VERIFIER) == tuple(given)
        assert access.accreditation(stranger, VALIDATOR) == NONE
        assert access.accreditation(cast.holder, VERIFIER) == NONE

    def test_replaces_the_one_before(self, access: Contract, operator: str, verifier: str) -> None:
        narrower = Accreditation(BIOCHAR, 1, 2, content_hash("second"))
        accredit(access, verifier, "verifier", operator, narrower)
        assert access.accreditation(verifier, VERIFIER) == tuple(narrower)

    @pytest.mark.parametrize("who", ["administrator", "verifier", "guardian", "developer"])
    def test_reverts_when_the_caller_is_no_operator(
        self, request: pytest.FixtureRequest, access: Contract, verifier: str, who: str
    ) -> None:
        caller = request.getfixturevalue(who)
        with reverts("AccessManagerUnauthorizedAccount", caller, ROLE_IDS["registry_operator"]):
            accredit(access, verifier, "verifier", caller, Accreditation())

    @pytest.mark.parametrize("role", sorted(set(ROLE_IDS) - {"validator", "verifier"}))
    def test_reverts_when_the_role_is_not_accredited(
        self, access: Contract, operator: str, verifier: str, role: str
    ) -> None:
        with reverts("RegistryAccessControlInvalidRole", ROLE_IDS[role]):
            accredit(access, verifier, role, operator, Accreditation())
        with reverts("RegistryAccessControlInvalidRole", ROLE_IDS[role]):
            withdraw(access, verifier, operator, ROLE_IDS[role])

    def test_reverts_when_the_account_is_zero(self, access: Contract, operator: str) -> None:
        with reverts("RegistryAccessControlZeroAddress"):
            accredit(access, ZERO_ADDRESS, "verifier", operator, Accreditation())

    @pytest.mark.parametrize("types", [0, EVERY_TYPE + 1, 2**32 - 1])
    def test_reverts_when_the_scope_is_empty_or_unknown(
        self, access: Contract, operator: str, verifier: str, types: int
    ) -> None:
        with reverts("RegistryAccessControlInvalidScope", types):
            accredit(access, verifier, "verifier", operator, Accreditation(types))

    def test_reverts_when_it_ends_before_it_starts(
        self, access: Contract, operator: str, verifier: str
    ) -> None:
        with reverts("RegistryAccessControlInvalidPeriod", 20_001, 20_000):
            accredit(access, verifier, "verifier", operator, Accreditation(1, 20_001, 20_000))
        assert accredit(access, verifier, "verifier", operator, Accreditation(1, 20_000, 20_000))

    def test_reverts_when_the_evidence_has_no_hash(
        self, access: Contract, operator: str, verifier: str
    ) -> None:
        with reverts("RegistryAccessControlZeroHash"):
            accredit(access, verifier, "verifier", operator, Accreditation(evidence_hash=ZERO_HASH))

    def test_reverts_when_the_uri_is_longer_than_its_limit(
        self, access: Contract, operator: str, verifier: str
    ) -> None:
        given = (verifier, VERIFIER, Accreditation())
        with reverts("RegistryAccessControlTextTooLong", 513, 512):
            access.accredit(*given, "u" * 513, sender=operator)
        assert access.accredit(*given, "u" * 512, sender=operator)

    def test_reverts_given_the_organisation_is_not_known(
        self, access: Contract, operator: str, stranger: str
    ) -> None:
        with reverts("RegistryAccessControlOrganisationRequired", stranger):
            accredit(access, stranger, "validator", operator, Accreditation())


class TestWithdrawAccreditation:
    """
    when the caller is not an operator                 it reverts
    given there is no accreditation in that role       it reverts, naming account and role
    when evidence or reason are missing or too long    it reverts
    otherwise                                          it is gone, for that role alone
    """

    def test_ends_it_for_that_role_alone(
        self, access: Contract, operator: str, verifier: str
    ) -> None:
        accredit(access, verifier, "validator", operator, Accreditation())
        receipt = withdraw(access, verifier, operator)
        assert [event.name for event in receipt.events] == ["AccreditationWithdrawn"]
        assert receipt.events[0].arguments == {
            "account": verifier,
            "roleId": VERIFIER,
            "actor": operator,
            "evidenceHash": EVIDENCE,
            "reason": "struck off",
        }
        assert access.accreditation(verifier, VERIFIER) == NONE
        assert access.accreditation(verifier, VALIDATOR) == tuple(Accreditation())

    def test_reverts_given_there_is_none(
        self, access: Contract, operator: str, verifier: str, validator: str
    ) -> None:
        with reverts("RegistryAccessControlNotAccredited", validator, VERIFIER):
            withdraw(access, validator, operator)
        withdraw(access, verifier, operator)
        with reverts("RegistryAccessControlNotAccredited", verifier, VERIFIER):
            withdraw(access, verifier, operator)

    @pytest.mark.parametrize("who", ["administrator", "verifier", "guardian"])
    def test_reverts_when_the_caller_is_no_operator(
        self, request: pytest.FixtureRequest, access: Contract, verifier: str, who: str
    ) -> None:
        caller = request.getfixturevalue(who)
        with reverts("AccessManagerUnauthorizedAccount", caller, ROLE_IDS["registry_operator"]):
            withdraw(access, verifier, caller)

    def test_reverts_when_evidence_or_reason_are_unsound(
        self, access: Contract, operator: str, verifier: str
    ) -> None:
        with reverts("RegistryAccessControlZeroHash"):
            withdraw(access, verifier, operator, evidence=ZERO_HASH)
        with reverts("RegistryAccessControlReasonRequired"):
            withdraw(access, verifier, operator, reason="")
        with reverts("RegistryAccessControlTextTooLong", 501, 500):
            withdraw(access, verifier, operator, reason="r" * 501)
        assert withdraw(access, verifier, operator, reason="r" * 500)

    def test_lets_it_be_given_again(self, access: Contract, operator: str, verifier: str) -> None:
        withdraw(access, verifier, operator)
        again = Accreditation(BIOCHAR, evidence_hash=content_hash("again"))
        accredit(access, verifier, "verifier", operator, again)
        assert access.accreditation(verifier, VERIFIER) == tuple(again)


class TestSetOrganisation:
    """
    when the caller is not an operator, the account zero    it reverts
    when it is taken away given an accreditation            it reverts, naming the account
    otherwise                                               it is kept and told
    """

    @pytest.mark.parametrize("organisation", [HOUSE, ZERO_HASH])
    def test_keeps_and_tells_it(
        self, access: Contract, operator: str, developer: str, organisation: bytes
    ) -> None:
        receipt = access.setOrganisation(developer, organisation, sender=operator)
        assert receipt.named("OrganisationSet") == [
            {"account": developer, "organisation": organisation, "actor": operator}
        ]
        assert len(receipt.events) == 1
        assert access.organisationOf(developer) == organisation

    def test_reverts_when_the_account_is_zero(self, access: Contract, operator: str) -> None:
        with reverts("RegistryAccessControlZeroAddress"):
            access.setOrganisation(ZERO_ADDRESS, HOUSE, sender=operator)

    @pytest.mark.parametrize("who", ["administrator", "developer"])
    def test_reverts_when_the_caller_is_no_operator(
        self, request: pytest.FixtureRequest, access: Contract, developer: str, who: str
    ) -> None:
        caller = request.getfixturevalue(who)
        with reverts("AccessManagerUnauthorizedAccount", caller, ROLE_IDS["registry_operator"]):
            access.setOrganisation(developer, HOUSE, sender=caller)

    @pytest.mark.parametrize("who", ["validator", "verifier"])
    def test_reverts_when_taken_away_given_an_accreditation(
        self, request: pytest.FixtureRequest, access: Contract, operator: str, who: str
    ) -> None:
        account = request.getfixturevalue(who)
        with reverts("RegistryAccessControlOrganisationRequired", account):
            access.setOrganisation(account, ZERO_HASH, sender=operator)
        withdraw(access, account, operator, ROLE_IDS[who])
        assert access.setOrganisation(account, ZERO_HASH, sender=operator)


class TestStanding:
    """
    given the role is not held                               role not held
    given it is not accredited for that role                 not accredited
    given the scope lacks the project's type                 out of scope
    given today is before the first day, after the last      not yet valid, lapsed
    given account and developer act for one organisation     same organisation
    given the account is the developer                       same organisation
    otherwise                                                fit
    """

    def of(
        self, access: Contract, account: str, developer: str, kind: int = 0, role: int = VERIFIER
    ) -> Standing:
        return Standing(access.standing(account, role, kind, developer))

    def test_is_fit_given_all_is_well(self, access: Contract, cast: Cast) -> None:
        for kind in ProjectType:
            assert self.of(access, cast.verifier, cast.developer, kind) == Standing.Fit

    def test_says_so_given_the_role_is_not_held(self, access: Contract, cast: Cast) -> None:
        assert self.of(access, cast.validator, cast.developer) == Standing.RoleNotHeld
        access.revokeRole(VERIFIER, cast.verifier, sender=cast.administrator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.RoleNotHeld

    def test_says_so_given_the_role_begins_later(
        self, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        access.setGrantDelay(VERIFIER, 86_400, sender=cast.administrator)
        ledger.wait(6 * 86_400)
        access.grantRole(VERIFIER, cast.other_validator, 0, sender=cast.administrator)
        accredit(access, cast.other_validator, "verifier", cast.operator, Accreditation())
        assert self.of(access, cast.other_validator, cast.developer) == Standing.RoleNotHeld
        ledger.wait(86_400)
        assert self.of(access, cast.other_validator, cast.developer) == Standing.Fit

    def test_says_so_given_it_is_accredited_for_the_other_role_alone(
        self, access: Contract, cast: Cast
    ) -> None:
        access.grantRole(VERIFIER, cast.validator, 0, sender=cast.administrator)
        assert self.of(access, cast.validator, cast.developer) == Standing.NotAccredited
        assert self.of(access, cast.validator, cast.developer, role=VALIDATOR) == Standing.Fit

    @pytest.mark.parametrize("permitted", ProjectType)
    def test_is_fit_for_the_types_of_its_scope_alone(
        self, access: Contract, cast: Cast, permitted: int
    ) -> None:
        accredit(access, cast.verifier, "verifier", cast.operator, Accreditation(1 << permitted))
        for kind in ProjectType:
            expected = Standing.Fit if kind == permitted else Standing.OutOfScope
            assert self.of(access, cast.verifier, cast.developer, kind) == expected

    def test_is_fit_from_its_first_day_to_its_last(
        self, access: Contract, cast: Cast, ledger: Ledger
    ) -> None:
        first = ledger.today + 1
        accredit(
            access, cast.verifier, "verifier", cast.operator, Accreditation(1, first, first + 1)
        )
        to_midnight = first * 86_400 - ledger.now
        ledger.wait(to_midnight - 60)
        assert self.of(access, cast.verifier, cast.developer) == Standing.NotYetValid
        ledger.wait(120)
        assert ledger.today == first
        assert self.of(access, cast.verifier, cast.developer) == Standing.Fit
        ledger.wait(2 * 86_400 - 240)
        assert ledger.today == first + 1
        assert self.of(access, cast.verifier, cast.developer) == Standing.Fit
        ledger.wait(240)
        assert ledger.today == first + 2
        assert self.of(access, cast.verifier, cast.developer) == Standing.Lapsed

    def test_says_so_given_one_organisation(self, access: Contract, cast: Cast) -> None:
        house = access.organisationOf(cast.developer)
        access.setOrganisation(cast.verifier, house, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.SameOrganisation
        assert self.of(access, cast.verifier, cast.other_developer) == Standing.Fit
        access.setOrganisation(cast.developer, HOUSE, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.Fit
        access.setOrganisation(cast.verifier, HOUSE, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.SameOrganisation

    def test_says_so_given_it_was_accredited_in_both_roles_before_it_moved(
        self, access: Contract, cast: Cast
    ) -> None:
        access.grantRole(VALIDATOR, cast.verifier, 0, sender=cast.administrator)
        accredit(access, cast.verifier, "validator", cast.operator, Accreditation())
        house = access.organisationOf(cast.developer)
        access.setOrganisation(cast.verifier, house, sender=cast.operator)
        for role in (VALIDATOR, VERIFIER):
            found = self.of(access, cast.verifier, cast.developer, role=role)
            assert found == Standing.SameOrganisation

    def test_says_so_given_it_moved_before_it_was_accredited_again(
        self, access: Contract, cast: Cast
    ) -> None:
        withdraw(access, cast.verifier, cast.operator)
        house = access.organisationOf(cast.developer)
        access.setOrganisation(cast.verifier, house, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.NotAccredited
        accredit(access, cast.verifier, "verifier", cast.operator, Accreditation())
        assert self.of(access, cast.verifier, cast.developer) == Standing.SameOrganisation

    def test_says_so_given_it_is_the_developer(self, access: Contract, cast: Cast) -> None:
        access.setOrganisation(cast.stranger, HOUSE, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.verifier) == Standing.SameOrganisation

    def test_is_fit_given_the_developer_acts_for_itself(self, access: Contract, cast: Cast) -> None:
        access.setOrganisation(cast.developer, ZERO_HASH, sender=cast.operator)
        assert self.of(access, cast.verifier, cast.developer) == Standing.Fit
        assert self.of(access, cast.verifier, cast.holder) == Standing.Fit

    def test_reverts_when_the_project_type_is_unknown(self, access: Contract, cast: Cast) -> None:
        with reverts("0x"):
            access.standing(cast.verifier, VERIFIER, len(ProjectType), cast.developer)
