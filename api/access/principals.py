"""Principals: who asks, as every route and rule sees them (OGCR 4.3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

ANONYMOUS_ID = "anonymous"


@dataclass(frozen=True)
class Principal:
    """Who asks, and what was granted to the credential that was shown.

    `id` is `anonymous`, `eip155:<chain id>:0x…` (a wallet), `client:<id>`, `key:<id>`, or that of
    an external subject; `kind` says which: anonymous, wallet, client, key, subject. `wallets` are
    the lower-case addresses whose control was proven: the principal may sign for these and no
    others. `credential` is the id, never the secret, of the token or key, `grant` that of the grant
    behind one of our tokens. `by_operator` is true
    for a key that the operator made on the machine itself. `rate` replaces the limit of its kind.
    """

    id: str
    kind: str
    scopes: frozenset[str] = field(default_factory=frozenset)
    wallets: frozenset[str] = field(default_factory=frozenset)
    organization: str | None = None
    credential: str | None = None
    grant: str | None = None
    by_operator: bool = False
    rate: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Nobody has shown anything."""
        return self.kind == "anonymous"

    def with_scopes(self, more: frozenset[str]) -> Principal:
        """The same, with scopes that everybody has."""
        return replace(self, scopes=self.scopes | more)


#: Whoever shows no credential.
ANONYMOUS = Principal(ANONYMOUS_ID, "anonymous")
