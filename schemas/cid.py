"""CIDs and hash spellings: one SHA-256 digest as `sha256:<hex>`, bytes32 and IPFS CIDv1."""

from __future__ import annotations

import base64
import re

_CONTENT_HASH = re.compile(r"sha256:[0-9a-f]{64}")
#: CIDv1, codec raw (0x55), multihash sha2-256 (0x12) of 32 bytes (0x20).
_RAW_SHA256 = bytes((0x01, 0x55, 0x12, 0x20))


def cid(content_hash: str) -> str:
    """The IPFS CIDv1 (raw, base32) of the bytes whose content hash is given.

    Raises ValueError when `content_hash` is not `sha256:` and 64 small hexadecimal digits.
    """
    encoded = base64.b32encode(_RAW_SHA256 + hash_to_bytes32(content_hash))
    return "b" + encoded.decode("ascii").lower().rstrip("=")


def cid_to_hash(text: str) -> str:
    """The content hash that a CIDv1 (raw, sha2-256, base32) names; ValueError for any other."""
    try:
        raw = base64.b32decode(text[1:].upper() + "=" * (-(len(text) - 1) % 8))
    except ValueError as error:
        raise ValueError(_not_a_cid(text)) from error
    if text[:1] != "b" or raw[:4] != _RAW_SHA256 or len(raw) != 36:
        raise ValueError(_not_a_cid(text))
    return bytes32_to_hash(raw[4:])


def hash_to_bytes32(content_hash: str) -> bytes:
    """The 32 bytes that a contract stores for `sha256:<hex>`; ValueError for another spelling."""
    if not _CONTENT_HASH.fullmatch(content_hash):
        raise ValueError(
            f"“{content_hash}” is no content hash; write “sha256:” and 64 small hexadecimal digits."
        )
    return bytes.fromhex(content_hash.removeprefix("sha256:"))


def bytes32_to_hash(digest: bytes | str) -> str:
    """`sha256:<hex>` of a contract's bytes32, given as 32 bytes or as `0x` and 64 digits."""
    raw = bytes.fromhex(digest.removeprefix("0x")) if isinstance(digest, str) else bytes(digest)
    if len(raw) != 32:
        raise ValueError(f"A content hash has 32 bytes, this one has {len(raw)}; give all 32.")
    return f"sha256:{raw.hex()}"


def _not_a_cid(text: str) -> str:
    return f"“{text}” is no CIDv1 of raw bytes under sha2-256; give one that begins with “bafkrei”."
