"""Credentials: what a request shows, and what a refusal says of what would do."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import Headers

from api.access.authentication import authenticate
from api.access.challenges import challenge
from api.access.scopes import PUBLIC, SCOPES, beyond, covers, unknown
from api.errors import AuthenticationError, PermissionsError
from api.registry import Registry
from api.settings import ApiSettings

ADDRESS = "https://registry.example"


def registry(**settings: Any) -> Registry:
    """The parts of an API whose database nobody opens."""
    return Registry(ApiSettings(database_url="sqlite://", **settings))


def shown(*headers: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.lower().encode(), value.encode()) for name, value in headers])


class TestAuthenticate:
    """
    when nothing is shown                    the principal is anonymous and may read what is public
    when reads are closed                    it may read nothing
    when two credentials are shown           401, whichever of them is good
    when the header is of no form we know    401
    """

    def test_is_anonymous_when_nothing_is_shown(self) -> None:
        found = authenticate(registry(), shown())
        assert found.is_anonymous
        assert (found.id, found.scopes, found.wallets) == ("anonymous", PUBLIC, frozenset())

    def test_may_read_nothing_when_reads_are_closed(self) -> None:
        assert authenticate(registry(reads="authenticated"), shown()).scopes == frozenset()

    @pytest.mark.parametrize(
        "headers",
        [
            (("Authorization", "Bearer one"), ("authorization", "Bearer two")),
            (("Authorization", "Bearer one"), ("X-API-Key", "ogcr_two")),
            (("X-API-Key", "ogcr_one"), ("x-api-key", "ogcr_one")),
            (("Authorization", "Basic b25lOnR3bw=="),),
            (("Authorization", "Bearer"),),
            (("Authorization", "Bearer one two"),),
            (("Authorization", ""),),
        ],
    )
    def test_refuses_when_it_is_not_one_credential(self, headers: Any) -> None:
        with pytest.raises(AuthenticationError) as refused:
            authenticate(registry(), shown(*headers))
        assert refused.value.error == "invalid_request"
        assert refused.value.status == 401


class TestScopes:
    """
    given admin:*     it covers all that stands under it, and nothing beside it
    given a scope     it covers itself alone, and can be handed on alone
    """

    def test_covers_what_stands_under_it_given_admin(self) -> None:
        assert covers(["admin:*"], "admin:keys")
        assert not covers(["admin:*"], "projects:write")
        assert not covers(["admin:keys"], "admin:*")
        assert beyond(["admin:audit", "mrv:read"], ["admin:*"]) == ["mrv:read"]
        assert beyond(["admin:*"], ["admin:keys"]) == ["admin:*"]

    def test_says_what_every_scope_lets_its_holder_do(self) -> None:
        assert all(said.endswith(".") for said in SCOPES.values())
        assert unknown(["projects:read", "projects:own"]) == ["projects:own"]


class TestChallenge:
    """
    when nothing was shown         it names the scopes and no error (RFC 6750, 3)
    when it cannot be used         it names the error, in the characters that may stand there
    given a scope that is missing  insufficient_scope, with the scope
    given anything else            nothing
    """

    def test_names_no_error_when_nothing_was_shown(self) -> None:
        said = challenge(AuthenticationError("Sign in.", scopes=["mrv:write"]), ADDRESS)
        assert said == {
            "WWW-Authenticate": 'Bearer realm="https://registry.example", resource_metadata="'
            'https://registry.example/.well-known/oauth-protected-resource", scope="mrv:write"'
        }

    def test_names_the_error_when_it_cannot_be_used(self) -> None:
        error = AuthenticationError('Show “Bearer …”, not "\\x\n".', error="invalid_token")
        said = challenge(error, ADDRESS)["WWW-Authenticate"]
        assert 'error="invalid_token", error_description="Show \'Bearer ...\', not x."' in said

    def test_names_the_scope_given_one_is_missing(self) -> None:
        error = PermissionsError("The key lacks it.")
        assert challenge(error, ADDRESS) == {}
        error.scopes = ("projects:write",)
        said = challenge(error, ADDRESS)["WWW-Authenticate"]
        assert 'error="insufficient_scope"' in said
        assert 'scope="projects:write"' in said
