"""Who may call what: every state-changing function of every contract, tried by every role."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from .encoding import selector
from .ledger import Contract, Ledger, reverts
from .permissions import ANYBODY, MANAGER, MATRIX, ONCE, PROJECTS, admits, attempt
from .rules.calls import UNSTOPPED
from .samples import Contracts

ROWS = [(contract, function) for contract, rows in MATRIX.items() for function in rows]
DENIALS = ("AccessManagedUnauthorized", "AccessManagerUnauthorizedAccount")


@pytest.mark.parametrize("name", MATRIX)
def test_names_every_function_when_compared_with_the_abi(registry: Contracts, name: str) -> None:
    contract: Contract = getattr(registry, name)
    assert {one["name"] for one in contract.mutable()} == set(MATRIX[name])


@pytest.mark.parametrize(("name", "function"), ROWS, ids=lambda value: value)
class TestMatrix:
    """
    given the role the table names          it is let in
    given every account may                 it is let in, and decides by itself
    given any other role, or none           it is refused, naming the caller
    given the function is nobody's          it is refused for everybody
    given it is another contract's          it is refused for everybody else
    """

    def test_admits_only_whom_the_table_names_when_called(
        self,
        registry: Contracts,
        ledger: Ledger,
        callers: Mapping[str, str],
        name: str,
        function: str,
    ) -> None:
        contract: Contract = getattr(registry, name)
        permitted = MATRIX[name][function]
        for overload in contract.overloads(function):
            for who, address in callers.items():
                outcome = attempt(ledger, contract, overload, address)
                if permitted == ONCE:
                    assert outcome is not None
                    assert (outcome.error, outcome.arguments) == ("InvalidInitialization", ())
                elif permitted == PROJECTS:
                    assert outcome is not None
                    assert outcome.error == "MRVRegistryNotProjectRegistry"
                    assert outcome.arguments == (address,)
                elif permitted == ANYBODY or admits(permitted, who):
                    assert outcome is None or outcome.error not in DENIALS, who
                else:
                    assert outcome is not None, f"{who} was let in"
                    assert outcome.error in DENIALS, who
                    assert outcome.arguments[0] == address


PAUSABLE = [(contract, function) for contract, function in ROWS if contract != "access"]
#: What goes on in a pause, beside what the access manager calls.
GOES_ON = UNSTOPPED | {"unpause", "initialize", "setAuthority", "upgradeToAndCall"}
GOES_ON |= {"openProject", "closeProject"}


@pytest.mark.parametrize(("name", "function"), PAUSABLE, ids=lambda value: value)
class TestMatrixInAPause:
    """
    given the contract is paused and the role is not the table's    it is refused as ever
    given it is paused and the role is the table's                  it is refused as paused
    given the function is one that goes on in a pause               it is let in as ever
    """

    def test_admits_nobody_else_given_the_contract_is_paused(
        self,
        registry: Contracts,
        ledger: Ledger,
        callers: Mapping[str, str],
        guardian: str,
        name: str,
        function: str,
    ) -> None:
        contract: Contract = getattr(registry, name)
        contract.pause(sender=guardian)
        permitted = MATRIX[name][function]
        for overload in contract.overloads(function):
            for who, address in callers.items():
                outcome = attempt(ledger, contract, overload, address)
                said = outcome.error if outcome else None
                if function in GOES_ON:
                    assert said != "EnforcedPause", who
                elif permitted == ANYBODY or admits(permitted, who):
                    assert said == "EnforcedPause", who
                else:
                    assert said in DENIALS, who


RESTRICTED = [
    (contract, function)
    for contract, function in ROWS
    if contract != "access" and MATRIX[contract][function] not in (ANYBODY, ONCE, MANAGER, PROJECTS)
]


@pytest.mark.parametrize(("name", "function"), RESTRICTED, ids=lambda value: value)
def test_agrees_with_the_access_manager_when_it_is_asked(
    registry: Contracts, access: Contract, callers: Mapping[str, str], name: str, function: str
) -> None:
    contract: Contract = getattr(registry, name)
    (declared,) = contract.overloads(function)
    for who, address in callers.items():
        asked = access.canCall(address, contract.address, selector(declared))
        assert asked == (admits(MATRIX[name][function], who), 0), who


class TestAdministration:
    """
    given a role revoked      its functions are refused at once
    given a target closed     everybody is refused
    when an operator grants   it is refused
    """

    def test_refuses_at_once_given_the_role_was_revoked(
        self, access: Contract, methodologies: Contract, steward: str, administrator: str
    ) -> None:
        access.revokeRole(9, steward, sender=administrator)
        with reverts("AccessManagedUnauthorized", steward):
            methodologies.activateMethodology(bytes(32), sender=steward)

    def test_refuses_everybody_given_the_target_is_closed(
        self, access: Contract, methodologies: Contract, guardian: str, administrator: str
    ) -> None:
        access.setTargetClosed(methodologies.address, True, sender=administrator)
        for caller in (guardian, administrator):
            with reverts("AccessManagedUnauthorized", caller):
                methodologies.pause(sender=caller)

    def test_lets_nobody_else_become_issuer_when_an_operator_asks(
        self, access: Contract, operator: str
    ) -> None:
        with reverts("AccessManagerUnauthorizedAccount", operator, 0):
            access.grantRole(6, operator, 0, sender=operator)
