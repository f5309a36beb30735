"""What a person signs: one EIP-712 type for each action, from the ABIs, and the same on chain."""

from __future__ import annotations

import json
from typing import Any

import eth_abi
import pytest
from eth_utils import to_checksum_address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.deployment import ACCESS, CONTRACTS
from scripts.signing.actions import NOT_RELAYED, UnsupportedAction, actions
from scripts.signing.published import DOMAIN_NAME, DOMAIN_VERSION
from scripts.signing.solidity import layout
from scripts.typed_data import (
    LIBRARY,
    PUBLISHED,
    between_contracts,
    compiled_actions,
    library,
    published,
)

from .encoding import types
from .ledger import Contract, Ledger
from .signing import FAR, FILES, Request, Signing, named, sign

ACTIONS = {action.type_name: action for action in compiled_actions()}


class TestPublishedTypes:
    """
    for every function that changes state   it is an action, or the reason why not is written down
    for every action                        the committed file and library are what the ABIs give
    for every action                        no other action has its type
    """

    @pytest.mark.parametrize("name", [name for name in CONTRACTS if name != ACCESS])
    def test_is_an_action_or_left_out_for_a_reason(self, name: str, ledger: Ledger) -> None:
        contract = ledger.contract(name, "0x" + "00" * 20)
        functions = {one["name"] for one in contract.mutable()}
        signed = {action.function for action in ACTIONS.values() if name in action.contracts}
        left_out = {*NOT_RELAYED, *between_contracts()[name]}
        assert functions <= signed | left_out
        assert not signed & left_out

    def test_is_committed_as_the_abis_give_it(self) -> None:
        found = list(ACTIONS.values())
        assert LIBRARY.read_text() == library(found)
        held = {path.name: path.read_text() for path in PUBLISHED.glob("*.json")}
        assert held == published(found)

    def test_differs_from_every_other_type(self) -> None:
        assert len({action.encoded_type for action in ACTIONS.values()}) == len(ACTIONS)
        assert len({action.selector for action in ACTIONS.values()}) == len(ACTIONS)

    def test_shows_what_is_retired_and_for_whom(self) -> None:
        assert ACTIONS["Retire"].encoded_type == (
            "Retire(address signer,address contractAddress,uint256 tokenId,uint64 kg,"
            "Retirement retirement,uint256 nonce,uint48 deadline,uint256 gas)"
            "Retirement(uint8 reason,bytes32 beneficiary,string purpose,uint16 claimStartDay,"
            "uint16 claimEndDay)"
        )

    def test_tells_overloads_apart(self) -> None:
        plain, longer = ACTIONS["SafeTransferFrom"], ACTIONS["SafeTransferFromWithData"]
        assert plain.signature == "safeTransferFrom(address,address,uint256)"
        assert longer.signature == "safeTransferFrom(address,address,uint256,bytes)"


class TestDomain:
    """
    the domain of the files   is that of the contract, on this chain
    """

    def test_is_the_contracts_own(self, forwarder: Contract, ledger: Ledger) -> None:
        chain_id = int(ledger._result("eth_chainId", []), 16)
        _, name, version, chain, contract, salt, extensions = forwarder.eip712Domain()
        assert (name, version, chain) == (DOMAIN_NAME, DOMAIN_VERSION, chain_id)
        assert (contract, salt, extensions) == (forwarder.address, bytes(32), [])


class TestDigest:
    """
    for any arguments of any action   what a wallet library signs is what the contract checks,
                                      and the target is called with exactly that
    """

    @pytest.mark.parametrize("type_name", sorted(ACTIONS))
    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_is_that_of_a_wallet_library(
        self, type_name: str, data: st.DataObject, signing: Signing, target: Contract, holder: str
    ) -> None:
        action = ACTIONS[type_name]
        kinds = types(list(action.inputs))
        values = data.draw(st.tuples(*(arguments(one) for one in action.inputs)))
        meta = {
            "nonce": data.draw(st.integers(0, 2**256 - 1)),
            "deadline": data.draw(st.integers(2**40, FAR)),
            "gas": data.draw(st.integers(100_000, 10_000_000)),
        }
        message = {
            "signer": holder,
            "contractAddress": target.address,
            **named(list(action.inputs), values),
            **meta,
        }
        file = FILES[f"{action.contracts[0]}.{type_name[0].lower()}{type_name[1:]}"]
        signature = sign(signing.keys[holder], signing.typed(file, message))
        call = action.selector + eth_abi.encode(kinds, values)
        nonce = meta["nonce"].to_bytes(32, "big")
        request = Request(
            holder, target.address, 0, meta["gas"], meta["deadline"], call, nonce + signature
        )
        assert signing.forwarder.verify(request)
        changed = request._replace(gas=request.gas + 1)
        assert not signing.forwarder.verify(changed)


class TestUnsupportedActions:
    """
    given an argument named like a field of every request   it is refused
    given an array of arrays, or more than fits a layout    it is refused
    given two types of one name                             they are refused
    """

    def test_refuses_an_argument_named_like_a_field_of_every_request(self) -> None:
        with pytest.raises(UnsupportedAction, match="an argument named “nonce”"):
            actions(abis(function("act", ("uint256", "nonce"))), {})

    def test_refuses_a_nameless_argument(self) -> None:
        with pytest.raises(UnsupportedAction, match="an argument named “”"):
            actions(abis(function("act", ("uint256", ""))), {})

    @pytest.mark.parametrize("kind", ["uint256[][]", "int8", "function", "uint8[3]"])
    def test_refuses_a_type_that_no_layout_knows(self, kind: str) -> None:
        with pytest.raises(UnsupportedAction):
            layout(function("act", (kind, "thing"))["inputs"], {})

    def test_refuses_more_arguments_than_fit(self) -> None:
        many = [("uint8", f"n{number}") for number in range(32)]
        with pytest.raises(UnsupportedAction, match="do not fit"):
            layout(function("act", *many)["inputs"], {})

    def test_refuses_two_types_of_one_name(self) -> None:
        one = function("act", ("uint256", "a"))
        other = function("act", ("address", "a"))
        with pytest.raises(UnsupportedAction, match="Two types are named Act"):
            actions(abis(one, other), {})


def function(name: str, *inputs: tuple[str, str]) -> dict[str, Any]:
    named_inputs = [{"type": kind, "name": name, "internalType": kind} for kind, name in inputs]
    return {
        "type": "function",
        "name": name,
        "inputs": named_inputs,
        "outputs": [],
        "stateMutability": "nonpayable",
    }


def abis(*entries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"Thing": list(entries), "IThing": json.loads(json.dumps(entries))}


def arguments(parameter: Any) -> st.SearchStrategy[Any]:
    """Any value of an ABI type."""
    kind: str = parameter["type"]
    if kind.endswith("[]"):
        return st.lists(arguments({**parameter, "type": kind[:-2]}), max_size=4)
    if kind == "tuple":
        return st.tuples(*(arguments(one) for one in parameter["components"]))
    return _value(kind)


def _value(kind: str) -> st.SearchStrategy[Any]:
    if kind == "string":
        return st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
    if kind == "bytes":
        return st.binary(max_size=80)
    if kind == "bool":
        return st.booleans()
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(to_checksum_address)
    if kind.startswith("bytes"):
        length = int(kind.removeprefix("bytes"))
        return st.binary(min_size=length, max_size=length)
    return st.integers(0, 2 ** int(kind.removeprefix("uint")) - 1)
