"""A wallet: makes and signs transactions with Ape accounts; it sends nothing."""

from ape import networks
from ape.api import AccountAPI
from eth_typing import HexStr
from eth_utils import to_checksum_address
from web3.exceptions import ContractLogicError
from web3.types import TxParams

PRIORITY_FEE = 10**9
GAS_MARGIN_PERCENT = 20
#: For a call that would revert: the relay says why in words, and does not send it.
HOPELESS_GAS = 1_000_000


def sign_call(account: AccountAPI, to: str, data: HexStr) -> str:
    """The raw signed transaction (`0x…`) of a call, with the account's next nonce."""
    web3 = networks.provider.web3
    target = to_checksum_address(to)
    base_fee = web3.eth.get_block("latest")["baseFeePerGas"]
    transaction = networks.provider.network.ecosystem.create_transaction(
        type=2,
        chainId=networks.provider.chain_id,
        nonce=web3.eth.get_transaction_count(account.address, "pending"),
        to=target,
        data=data,
        value=0,
        gas=_gas({"from": account.address, "to": target, "data": data}),
        maxFeePerGas=2 * base_fee + PRIORITY_FEE,
        maxPriorityFeePerGas=PRIORITY_FEE,
    )
    signed = account.sign_transaction(transaction)
    if signed is None:
        raise PermissionError(f"{account.address} did not sign.")
    return "0x" + bytes(signed.serialize_transaction()).hex()


def _gas(call: TxParams) -> int:
    try:
        estimate = int(networks.provider.web3.eth.estimate_gas(call))
    except ContractLogicError:
        return HOPELESS_GAS
    return estimate * (100 + GAS_MARGIN_PERCENT) // 100
