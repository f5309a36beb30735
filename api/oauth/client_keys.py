"""Keys of clients: the one that a signature is looked at with, or one of nobody's that is like it.

What that takes is up to the signature alone, never to the client, or whether there is one.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet, import_key
from joserfc.jws import CompactSignature
from joserfc.util import base64_to_int, int_to_base64, urlsafe_b64decode

ALGORITHMS = ["ES256", "ES384", "PS256", "RS256", "EdDSA"]
#: Bits: shorter ones can be broken, longer ones keep the server busy.
SHORTEST_RSA, LONGEST_RSA = 2_048, 8_192
_CURVES = {"ES256": "P-256", "ES384": "P-384"}
#: An Ed448 signature's bytes; any other one by EdDSA is looked at as if by Ed25519.
_ED448_BYTES = 114


@dataclass(frozen=True)
class Kind:
    """What two keys have in common that take the same work: a type, and the curve or the bytes."""

    key_type: str
    curve: str = ""
    length: int = 0

    @classmethod
    def of_key(cls, key: Mapping[str, Any]) -> Kind:
        """That of a JWK as it is kept."""
        if key["kty"] == "RSA":
            return cls("RSA", length=len(key["n"]) * 3 // 4)
        return cls(key["kty"], key.get("crv", ""))

    @classmethod
    def of_signature(cls, algorithm: str, length: int) -> Kind:
        """That of the key that would make a signature of so many bytes."""
        if algorithm in _CURVES:
            return cls("EC", _CURVES[algorithm])
        if algorithm == "EdDSA":
            return cls("OKP", "Ed448" if length == _ED448_BYTES else "Ed25519")
        fits = SHORTEST_RSA <= 8 * length <= LONGEST_RSA
        return cls("RSA", length=length if fits else SHORTEST_RSA // 8)

    @property
    def signs(self) -> bool:
        """True for a kind that one of the algorithms is for."""
        if self.key_type == "RSA":
            return SHORTEST_RSA <= 8 * self.length <= LONGEST_RSA
        return self.curve in {*_CURVES.values(), "Ed25519", "Ed448"}


class UnfitKeysError(ValueError):
    """Nobody can authenticate itself by keys like these; the message says how to mend it."""


def require_public(jwks: Mapping[str, Any]) -> None:
    """Raises `UnfitKeysError` unless these are public keys (RFC 7517), and one is of use."""
    try:
        keys = _read(jwks)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise UnfitKeysError(_KEYS) from None
    if any(key.is_private or key.key_type == "oct" for key in keys):
        raise UnfitKeysError(_PRIVATE)
    kinds = [Kind.of_key(key.as_dict()) for key in keys]
    if any(kind.key_type == "RSA" and not kind.signs for kind in kinds):
        raise UnfitKeysError(_RSA)
    if not any(kind.signs for kind in kinds):
        raise UnfitKeysError(_USELESS)


def key_set(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """The keys as they are kept, each with a name: its thumbprint (RFC 7638) if it had none."""
    return dict(_read(jwks).as_dict())


def meant(jwks: Mapping[str, Any] | None, signed: CompactSignature) -> Key:
    """The key of a JWK Set that a signature is to be looked at with.

    One of nobody's where none of them can have made it.
    """
    keys, header = jwks["keys"] if jwks else [], signed.headers()
    length = len(urlsafe_b64decode(signed.segments["signature"]))
    kind, kid = Kind.of_signature(header["alg"], length), header.get("kid")
    # Without a name, one that has no others beside it (RFC 7515, 4.1.4 leaves it to us).
    named = keys if kid is None and len(keys) == 1 else [k for k in keys if _name(k) == kid]
    fitting = (key for key in named if _may_sign(key, header["alg"]) and Kind.of_key(key) == kind)
    return import_key(next(fitting, None) or _nobodys(kind))


def _read(jwks: Mapping[str, Any]) -> KeySet:
    # A modulus that begins with no byte of zeros shows its length.
    keys = [
        {**key, "n": int_to_base64(base64_to_int(key["n"]))} if key.get("kty") == "RSA" else key
        for key in jwks["keys"]
    ]
    return KeySet.import_key_set({"keys": keys})


def _name(key: dict[str, Any]) -> str:
    # Only those that were registered without one before names were given have none.
    return key.get("kid") or import_key(key).thumbprint()


def _may_sign(key: Mapping[str, Any], algorithm: str) -> bool:
    """What the key says of its own use (RFC 7517, 4)."""
    asked = (("alg", algorithm), ("use", "sig"))
    said = all(key.get(name, wanted) == wanted for name, wanted in asked)
    return said and "verify" in key.get("key_ops", ["verify"])


@cache
def _nobodys(kind: Kind) -> dict[str, Any]:
    """A public key whose private half nobody has, or that there is none of."""
    if kind.key_type == "RSA":
        # No product of two primes, which only who signs would notice; of its full length, and odd.
        modulus = int.from_bytes(secrets.token_bytes(kind.length)) | 1 << 8 * kind.length - 1 | 1
        return {"kty": "RSA", "e": "AQAB", "n": int_to_base64(modulus)}
    return dict(JWKRegistry.generate_key(kind.key_type, kind.curve).as_dict(private=False))


_KEYS = "Give a JWK Set (RFC 7517) with the client's public keys."
_PRIVATE = "Give public keys alone, and keep the private ones to yourself."
_RSA = f"Give RSA keys of {SHORTEST_RSA:,} to {LONGEST_RSA:,} bits."
_USELESS = (
    "Give a key to sign with by ES256 (P-256), ES384 (P-384), EdDSA (Ed25519, Ed448), PS256 or "
    "RS256 (RSA)."
)
