"""Keys of clients: which may be registered, and which one a signature is looked at with."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, JWKRegistry, Key, OctKey, OKPKey, RSAKey
from joserfc.util import base64_to_int, int_to_base64, urlsafe_b64encode

from api.oauth.client_keys import ALGORITHMS, UnfitKeysError, key_set, meant, require_public


def published(*keys: Key, **said: Any) -> dict[str, Any]:
    """A JWK Set as a client hands it in."""
    return {"keys": [{**key.as_dict(private=False), **said} for key in keys]}


def modulus_of(bits: int) -> dict[str, Any]:
    """An RSA key of so many bits, or what looks like one."""
    return {"keys": [{"kty": "RSA", "e": "AQAB", "n": int_to_base64((1 << bits) - 1)}]}


def signed(key: Key, algorithm: str, kid: str | None = None) -> str:
    """Something that a client signed."""
    header = {"alg": algorithm} | ({"kid": kid} if kid else {})
    return jws.serialize_compact(header, b"{}", key, algorithms=ALGORITHMS)


def accepted(jwks: dict[str, Any] | None, text: str) -> bool:
    """Whether the signature is one of these keys'."""
    try:
        jws.deserialize_compact(text, lambda found: meant(jwks, found), algorithms=ALGORITHMS)
    except BadSignatureError:
        return False
    return True


class TestRegistered:
    """
    given no JWK Set, or a key that is no public one   it says which are wanted
    given an RSA key that is too short or too long     it says how long it may be
    given no key that any algorithm is for             it says which there are
    """

    @pytest.mark.parametrize(
        ("jwks", "said"),
        [
            ({}, "Give a JWK Set"),
            ({"keys": []}, "Give a JWK Set"),
            ({"keys": [{"kty": "EC"}]}, "Give a JWK Set"),
            ({"keys": [OctKey.generate_key(256).as_dict(private=True)]}, "Give public keys alone"),
            ({"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}, "Give public keys"),
            (modulus_of(1024), "Give RSA keys of 2,048 to 8,192 bits"),
            (modulus_of(8200), "Give RSA keys of 2,048 to 8,192 bits"),
            ({"keys": [{"kty": "RSA", "e": "AQAB", "n": "+"}]}, "Give a JWK Set"),
            (published(OKPKey.generate_key("X25519"), ECKey.generate_key("P-521")), "to sign with"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:Key size")
    def test_are_refused_with_what_is_wanted(self, jwks: dict[str, Any], said: str) -> None:
        with pytest.raises(UnfitKeysError, match=said):
            require_public(jwks)

    def test_are_kept_with_a_name_and_without_leading_zeros(self) -> None:
        key = RSAKey.generate_key(2048)
        (written,) = published(key)["keys"]
        modulus = b"\0" + base64_to_int(str(written["n"])).to_bytes(256)
        zeros = {"keys": [{**written, "n": urlsafe_b64encode(modulus).decode()}]}
        require_public(zeros)
        assert key_set(zeros) == {"keys": [{**written, "kid": key.thumbprint()}]}
        assert accepted(key_set(zeros), signed(key, "PS256"))


class TestMeant:
    """
    given the only key, or the one that is named       its signature is taken
    given several keys and no name, or another's       it is not
    given a key that is not for this, by what it says  it is not
    """

    @pytest.mark.parametrize(
        ("kind", "size", "algorithm"),
        [
            ("EC", "P-256", "ES256"),
            ("EC", "P-384", "ES384"),
            ("OKP", "Ed25519", "EdDSA"),
            ("OKP", "Ed448", "EdDSA"),
            ("RSA", 2048, "RS256"),
            ("RSA", 2048, "PS256"),
        ],
    )
    @pytest.mark.filterwarnings("ignore:EdDSA")
    def test_is_the_only_one_or_the_one_that_is_named(
        self, kind: str, size: Any, algorithm: str
    ) -> None:
        key, other = (JWKRegistry.generate_key(kind, size) for _ in range(2))
        alone, both = key_set(published(key)), key_set(published(other, key))
        name = key.thumbprint()
        assert accepted(alone, signed(key, algorithm))
        assert accepted(alone, signed(key, algorithm, name))
        assert accepted(both, signed(key, algorithm, name))
        # Registered before keys were given names.
        assert accepted(published(other, key), signed(key, algorithm, name))
        assert not accepted(both, signed(key, algorithm))
        assert not accepted(both, signed(key, algorithm, other.thumbprint()))
        assert not accepted(alone, signed(key, algorithm, "another"))
        assert not accepted(alone, signed(other, algorithm))
        assert not accepted(None, signed(key, algorithm))

    @pytest.mark.parametrize(
        "said", [{"alg": "ES384"}, {"use": "enc"}, {"key_ops": ["deriveBits"]}]
    )
    def test_is_none_that_is_for_something_else(self, said: dict[str, Any]) -> None:
        key = ECKey.generate_key("P-256")
        assert accepted(published(key, alg="ES256", use="sig"), signed(key, "ES256"))
        assert not accepted(published(key, **said), signed(key, "ES256"))
