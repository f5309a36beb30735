"""Places in the storage of a contract."""

from ape import networks
from eth_utils import keccak, to_checksum_address, to_int


def erc1967(name: str) -> int:
    """The slot of a proxy's own value, such as `implementation`."""
    return to_int(keccak(text=f"eip1967.proxy.{name}")) - 1


def erc7201(namespace: str) -> int:
    """The slot at which the namespace begins, such as `ogcr.storage.CRU`."""
    inner = to_int(keccak(text=namespace)) - 1
    return to_int(keccak(inner.to_bytes(32, "big"))) & ~0xFF


def word(address: str, slot: int) -> int:
    """What stands in a slot now."""
    return to_int(bytes(networks.provider.get_storage(to_checksum_address(address), slot)))
