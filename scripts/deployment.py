"""Puts the registry's contracts on a chain behind proxies and sets who may call what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ape import networks, project
from ape.api import AccountAPI, ReceiptAPI
from ape.contracts import ContractInstance
from ape.utils import ZERO_ADDRESS
from eth_utils import function_signature_to_4byte_selector, to_checksum_address, to_int

Record = dict[str, Any]
Save = Callable[[Record], object]
Settle = Callable[["Registry"], object]
#: A transaction that is still to be sent: the function and its arguments.
Due = tuple[Callable[..., object], tuple[object, ...]]

ACCESS = "RegistryAccessControl"
#: No proxy: what people sign for it means the same for ever.
FORWARDER = "RegistryForwarder"

#: Each contract in order of creation, with the contracts whose addresses its `initialize` takes.
CONTRACTS: dict[str, tuple[str, ...]] = {
    ACCESS: (),
    "MethodologyRegistry": (ACCESS,),
    "ProjectRegistry": (ACCESS, "MethodologyRegistry"),
    "MRVRegistry": (ACCESS, "ProjectRegistry", "MethodologyRegistry"),
    "CRU": (ACCESS, "MRVRegistry"),
    "ReversalRegistry": (ACCESS, "MRVRegistry", "CRU"),
    "UnitExchange": (ACCESS, "CRU"),
}

#: Whatever this deployment puts on a chain, so whatever explorers can verify.
PUBLISHED = (FORWARDER, *CONTRACTS, "RegistryProxy", "UnitRenderer")

#: The ids of `contracts/libraries/Roles.sol`; `public` is OpenZeppelin's role that everybody has.
ROLE_IDS: dict[str, int] = {
    "administrator": 0,
    "registry_operator": 1,
    "developer": 2,
    "validator": 3,
    "verifier": 4,
    "guardian": 5,
    "issuer": 6,
    "reversal_ledger": 7,
    "exchange": 8,
    "methodology_steward": 9,
    "public": 2**64 - 1,
}

#: Who may call which restricted function (OGCR 5.2.4); every other one is the administrator's.
FUNCTION_ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    ACCESS: {"registry_operator": ("accredit", "withdrawAccreditation", "setOrganisation")},
    "MethodologyRegistry": {
        "guardian": ("pause",),
        "methodology_steward": (
            "registerMethodology",
            "activateMethodology",
            "deprecateMethodology",
        ),
    },
    "ProjectRegistry": {
        "guardian": ("pause",),
        "developer": (
            "draftProject",
            "registerProject",
            "updatePDD",
            "submitProject",
            "resubmitProject",
            "redraftProject",
            "updateMetadata",
        ),
        "registry_operator": ("assignValidator",),
        "validator": ("validateProject", "rejectProject", "requestRevision"),
        "public": ("archiveProject",),
    },
    "MRVRegistry": {
        "guardian": ("pause",),
        "developer": ("submitReport", "resubmitReport", "withdrawReport"),
        "registry_operator": ("assignVerifier",),
        "verifier": ("verifyReport", "rejectReport"),
        "public": ("archiveReport",),
    },
    "CRU": {
        "guardian": ("pause",),
        "registry_operator": (
            "mint",
            "mintBatch",
            "cancelSuspended",
            "prolong",
            "releaseBuffer",
            "suspendAccount",
            "reinstateAccount",
        ),
        "issuer": ("mintOnVerification",),
        "reversal_ledger": ("cancelForReversal", "setDeficit"),
        "exchange": ("lockForExport", "unlock", "endExported", "issueImported"),
    },
    "ReversalRegistry": {
        "guardian": ("pause",),
        "registry_operator": ("recordReversal", "drawOnLiable", "markImpaired"),
        "public": ("compensate", "markCompensated"),
    },
    "UnitExchange": {
        "guardian": ("pause",),
        "registry_operator": ("completeExport", "importUnits"),
        "public": ("startExport", "abortExport"),
    },
}

#: The contracts that alone hold a role, for what they do in others.
HOLDERS: dict[str, str] = {
    "issuer": "MRVRegistry",
    "reversal_ledger": "ReversalRegistry",
    "exchange": "UnitExchange",
}

#: ERC-1967: keccak256("eip1967.proxy.implementation") - 1
_IMPLEMENTATION_SLOT = 0x360894A13BA1A3210667C828492DB98DCA3E2076CC3735A920A3CA505D382BBC


class DeploymentError(Exception):
    """What the record says and what the chain holds do not fit; the message says how to mend it."""


@dataclass(frozen=True)
class Placement:
    """Where a contract is: its proxy, the code behind it, the block in which the proxy began."""

    address: str
    implementation: str
    block: int


class Registry:
    """The registry's contracts on one chain, by name, each at its proxy's address."""

    def __init__(
        self,
        chain_id: int,
        forwarder: str,
        placements: Mapping[str, Placement],
        safe: str | None = None,
    ) -> None:
        self.chain_id = chain_id
        self.forwarder = forwarder
        self.placements = dict(placements)
        self.safe = safe

    def __getitem__(self, name: str) -> ContractInstance:
        return project.get_contract(name).at(self.placements[name].address)

    def record(self) -> Record:
        """The deployments record, as `indexer/deployments.py` reads it."""
        return {
            "chain_id": self.chain_id,
            "forwarder": self.forwarder,
            **({"safe": self.safe} if self.safe else {}),
            "contracts": {
                name: {
                    "address": placement.address,
                    "block": placement.block,
                    "implementation": placement.implementation,
                }
                for name, placement in self.placements.items()
            },
        }


def deploy_registry(
    account: AccountAPI,
    *,
    forwarder: str | None = None,
    administrator: str | None = None,
    delay: int = 0,
    existing: Record | None = None,
    settle: Settle = lambda registry: None,
    save: Save = lambda record: None,
) -> Registry:
    """Deploy what the record lacks, wire the roles, and hand the administration over.

    `forwarder` is an ERC-2771 forwarder that is there already, zero for none; without it ours is
    deployed. `delay` is the administrator's execution delay in seconds; `settle` is called while
    the account still administrates, and may name the Safe to hand over to; `save` is given the
    record after each contract, so that a broken run goes on where it stopped. Run again, it sends
    no transaction. Raises DeploymentError when the record and the chain do not fit.
    """
    registry = _recorded(existing or _first_record(account, forwarder), forwarder)
    save(registry.record())
    for name in CONTRACTS:
        if name not in registry.placements:
            registry.placements[name] = _deploy(account, registry, name)
            save(registry.record())
    _wire(account, registry)
    if _administrates(account, registry):
        settle(registry)
        save(registry.record())
        _hand_over(account, registry, registry.safe or administrator, delay)
    return registry


def registry_of(record: Record) -> Registry:
    """The registry that a record tells of, with the code that its proxies run now."""
    placements = {
        name: _placement(name, entry)
        for name, entry in record.get("contracts", {}).items()
        if name in CONTRACTS or name == FORWARDER
    }
    forwarder = to_checksum_address(record["forwarder"])
    return Registry(networks.provider.chain_id, forwarder, placements, record.get("safe"))


def _first_record(account: AccountAPI, forwarder: str | None) -> Record:
    if forwarder is None:
        created = _create(account, FORWARDER)
        address = to_checksum_address(created.contract_address)
        block = created.block_number
    else:
        address = to_checksum_address(forwarder)
        block = networks.provider.get_block("latest").number
    ours = {FORWARDER: {"address": address, "block": block}} if _runs(address, FORWARDER) else {}
    return {"forwarder": address, "contracts": ours}


def _recorded(record: Record, forwarder: str | None) -> Registry:
    chain_id = networks.provider.chain_id
    faults = []
    if record.get("chain_id", chain_id) != chain_id:
        faults.append(f"The record is of chain {record['chain_id']}, the node is on {chain_id}.")
    trusted = to_checksum_address(record["forwarder"])
    if forwarder is not None and trusted != to_checksum_address(forwarder):
        faults.append(f"The record has the forwarder {record['forwarder']}, not {forwarder}.")
    registry = registry_of(record)
    placements = registry.placements
    behind_proxies = [name for name in placements if name != FORWARDER]
    missing = [name for name in CONTRACTS if name not in placements]
    if set(missing) != set(list(CONTRACTS)[len(behind_proxies) :]):
        faults.append(f"The record lacks {', '.join(missing)}, which later ones are linked to.")
    faults += [fault for name, held in placements.items() for fault in _code_faults(name, held)]
    if faults:
        advice = "Give the record of this chain and this code, or deploy anew without one."
        raise DeploymentError(" ".join([*faults, advice]))
    return registry


def _placement(name: str, entry: Mapping[str, Any]) -> Placement:
    address = to_checksum_address(entry["address"])
    if name == FORWARDER:
        return Placement(address, address, entry["block"])
    word = networks.provider.get_storage(address, _IMPLEMENTATION_SLOT)
    return Placement(address, to_checksum_address(bytes(word)[-20:]), entry["block"])


def _code_faults(name: str, placement: Placement) -> list[str]:
    if name != FORWARDER and not _runs(placement.address, "RegistryProxy"):
        return [f"{name} is recorded at {placement.address}, where no proxy of ours stands."]
    if not _runs(placement.implementation, name):
        return [f"{name} runs other code at {placement.implementation} than contracts/ is now."]
    return []


def _runs(address: str, name: str) -> bool:
    """Whether the code at the address is the compiled one, its immutables and metadata aside."""
    compiled = project.get_contract(name).contract_type.get_runtime_bytecode()
    expected = _without_metadata(bytes(compiled))
    held = _without_metadata(bytes(networks.provider.get_code(address)))
    blank = b"\x7f" + bytes(32)
    if len(held) != len(expected):
        return False
    start = expected.find(blank)
    while start >= 0:
        held = held[: start + 1] + bytes(32) + held[start + 33 :]
        start = expected.find(blank, start + 33)
    return held == expected


def _without_metadata(code: bytes) -> bytes:
    """The code less its CBOR trailer (a hash of the sources); the last two bytes are its length."""
    return code[: max(0, len(code) - 2 - to_int(code[-2:]))] if code else code


def create_implementation(account: AccountAPI, registry: Registry, name: str) -> str:
    """Put the compiled code of a contract on the chain, for no proxy yet; gives its address."""
    return str(_create(account, name, *_constructor_arguments(registry, name)).contract_address)


def _constructor_arguments(registry: Registry, name: str) -> tuple[str, ...]:
    return () if name == ACCESS else (registry.forwarder,)


def _deploy(account: AccountAPI, registry: Registry, name: str) -> Placement:
    implementation = create_implementation(account, registry, name)
    linked = [registry.placements[other].address for other in CONTRACTS[name]]
    initialize = project.get_contract(name).at(implementation).initialize
    initialization = initialize.encode_input(*(linked or [account.address]))
    created = _create(account, "RegistryProxy", implementation, initialization)
    return Placement(created.contract_address, implementation, created.block_number)


def _create(account: AccountAPI, name: str, *arguments: object) -> ReceiptAPI:
    # Not `account.deploy`, which takes a proxy for its implementation and so loses the receipt.
    constructor = project.get_contract(name).constructor
    return account.call(constructor.serialize_transaction(*arguments))


def _wire(account: AccountAPI, registry: Registry) -> None:
    due = [*_function_roles_due(registry), *_links_due(registry)]
    if due and not _administrates(account, registry):
        raise DeploymentError(
            f"{account.address} may not make the {len(due)} settings that are due; "
            "run this with the account of an administrator who has no delay."
        )
    for function, arguments in due:
        function(*arguments, sender=account)


def _function_roles_due(registry: Registry) -> Iterator[Due]:
    access = registry[ACCESS]
    for name, roles in FUNCTION_ROLES.items():
        target = registry[name]
        for role, functions in roles.items():
            selectors = [_selector(target, function) for function in functions]
            role_id = ROLE_IDS[role]
            held = [access.getTargetFunctionRole(target.address, one) for one in selectors]
            wrong = [one for one, holder in zip(selectors, held, strict=True) if holder != role_id]
            if wrong:
                yield access.setTargetFunctionRole, (target.address, wrong, role_id)


def _links_due(registry: Registry) -> Iterator[Due]:
    access, reports, units = registry[ACCESS], registry["MRVRegistry"], registry["CRU"]
    for role, name in HOLDERS.items():
        if not access.hasRole(ROLE_IDS[role], registry[name].address)[0]:
            yield access.grantRole, (ROLE_IDS[role], registry[name].address, 0)
    if registry["ProjectRegistry"].reports() == ZERO_ADDRESS:
        yield registry["ProjectRegistry"].connectReports, (reports.address,)
    if reports.units() == ZERO_ADDRESS:
        yield reports.connectUnits, (units.address,)


def _selector(target: ContractInstance, function: str) -> bytes:
    methods = [m for m in target.contract_type.mutable_methods if m.name == function]
    (method,) = methods
    return function_signature_to_4byte_selector(method.selector)


def _hand_over(
    account: AccountAPI, registry: Registry, administrator: str | None, delay: int
) -> None:
    """Make the administrator the only one who is, so that the deployer's key holds nothing."""
    access, role = registry[ACCESS], ROLE_IDS["administrator"]
    chosen = administrator or account.address
    since, current, pending, effect = access.getAccess(role, chosen)
    if not since or delay != (pending if effect else current):
        access.grantRole(role, chosen, delay, sender=account)
    if chosen != account.address:
        _require_in_office(access, chosen)
        access.renounceRole(role, account.address, sender=account)


def _require_in_office(access: ContractInstance, administrator: str) -> None:
    if access.hasRole(ROLE_IDS["administrator"], administrator)[0]:
        return
    since = access.getAccess(ROLE_IDS["administrator"], administrator)[0]
    raise DeploymentError(
        f"{administrator} administrates from {datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M} "
        "UTC on, because grants of that role wait: run this again then."
    )


def _administrates(account: AccountAPI, registry: Registry) -> bool:
    return tuple(registry[ACCESS].hasRole(ROLE_IDS["administrator"], account.address)) == (True, 0)
