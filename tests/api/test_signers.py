"""Who signed: found out by libsecp256k1, which must agree with arithmetic in Python."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.backends import CoinCurveECCBackend, NativeECCBackend, get_backend
from eth_keys.datatypes import PrivateKey, Signature
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils import keccak

#: The order of secp256k1 (SEC 2, 2.4.1).
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SAID = keccak(b"what was said")
KEYS = [PrivateKey(keccak(b"%d" % number)) for number in range(4)]


def signer(backend: CoinCurveECCBackend | NativeECCBackend, vrs: tuple[int, int, int]) -> str:
    """The address, or nothing for what is no signature."""
    try:
        found = backend.ecdsa_recover(SAID, Signature(vrs=vrs, backend=backend))
    except (BadSignature, ValidationError):
        return ""
    return str(found.to_address())


def altered(v: int, r: int, s: int) -> list[tuple[int, int, int]]:
    """What one might make of a signature: all that Ethereum has met."""
    turned = [(v, r, s), (1 - v, r, s), (v, r, ORDER - s), (1 - v, r, ORDER - s), (v, s, r)]
    edges = [(v, x, s) for x in (0, 1, 5, ORDER - 1, ORDER)] + [
        (v, r, x) for x in (0, 1, ORDER - 1, ORDER)
    ]
    return [*turned, *edges, (v ^ 1, 5, 5), (v, int.from_bytes(SAID), s)]


class TestSigners:
    """
    by default                                     libsecp256k1 is what is used
    given a signature, right or altered in any way both find the same signer, or none
    given a key and a message                      both make the same signature (RFC 6979)
    """

    def test_are_found_by_the_library(self) -> None:
        assert isinstance(get_backend(), CoinCurveECCBackend)
        account = Account.create()
        message = encode_defunct(text="what was said")
        signed = account.sign_message(message)
        assert Account.recover_message(message, signature=signed.signature) == account.address

    @pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
    def test_are_the_same_by_both(self, key: PrivateKey) -> None:
        fast, plain = CoinCurveECCBackend(), NativeECCBackend()
        made = fast.ecdsa_sign(SAID, key)
        assert made.vrs == plain.ecdsa_sign(SAID, key).vrs
        for vrs in altered(*made.vrs):
            assert signer(fast, vrs) == signer(plain, vrs), vrs
        assert signer(fast, made.vrs) == str(key.public_key.to_address())
