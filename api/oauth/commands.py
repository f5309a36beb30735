"""Commands of whoever operates the server: clients, and the keys that sign tokens."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.errors import ApiError
from api.migrations import migrate
from api.oauth.clients import AUTH_METHODS, Registration, register, revoke
from api.oauth.keys import SigningKeys
from api.oauth.records import client_record
from api.queries import oauth as queries
from api.settings import ApiSettings
from indexer import database


def clients_command(arguments: Sequence[str]) -> int:
    """`python -m api clients create|list|revoke`: one JSON object a line; 1 with the faults."""
    options = _client_parser().parse_args(arguments)
    made = database.engine(ApiSettings().index_url)
    migrate(made)
    try:
        with database.transaction(made) as session:
            for record in options.run(session, options):
                print(json.dumps(record))
    except ApiError as error:
        print(error.message, file=sys.stderr)
        for detail in error.details:
            print(f"  {detail.field or '-'}: {detail.message}", file=sys.stderr)
        return 1
    finally:
        made.dispose()
    return 0


def signing_keys_command(arguments: Sequence[str]) -> int:
    """`python -m api signing-keys list|rotate`: the public keys, the one that signs first."""
    parser = argparse.ArgumentParser(prog="python -m api signing-keys")
    parser.add_argument("action", choices=("list", "rotate"))
    action = parser.parse_args(arguments).action
    settings = ApiSettings()
    keys = SigningKeys(settings.signing_key_file)
    if action == "rotate":
        # No token, and no page that waits for a decision, is older than this.
        keys.rotate(max(settings.access_token_seconds, settings.sign_in_seconds))
    for key in keys.published()["keys"]:
        print(json.dumps(key))
    return 0


def _client_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m api clients",
        description="Programs that may ask for tokens (OAuth 2.0). A secret is shown once.",
    )
    actions = parser.add_subparsers(required=True)
    create = actions.add_parser("create", help="register a client")
    create.add_argument("--name", required=True, help="as people will read it")
    create.add_argument("--scope", action="append", default=[], help="may be given several times")
    create.add_argument("--redirect", action="append", default=[], help="where people come back to")
    create.add_argument("--organization", help="whom it acts for: then it may ask for itself")
    create.add_argument("--auth", choices=AUTH_METHODS, help="how it proves itself")
    create.add_argument("--jwks", type=Path, help="file of its public keys, for private_key_jwt")
    create.set_defaults(run=_create)
    listed = actions.add_parser("list", help="every client")
    listed.set_defaults(run=_list)
    ended = actions.add_parser("revoke", help="end a client and all that was granted to it")
    ended.add_argument("client_id")
    ended.set_defaults(run=_revoke)
    return parser


def _create(session: Any, options: argparse.Namespace) -> list[dict[str, Any]]:
    row, secret = register(
        session,
        Registration(
            name=options.name,
            scopes=options.scope,
            auth_method=options.auth or ("client_secret" if options.organization else "none"),
            redirect_uris=options.redirect,
            organization=options.organization,
            jwks=json.loads(options.jwks.read_text()) if options.jwks else None,
        ),
    )
    return [client_record(row, secret)]


def _list(session: Any, _options: argparse.Namespace) -> list[dict[str, Any]]:
    return [client_record(row) for row in queries.clients(session).rows]


def _revoke(session: Any, options: argparse.Namespace) -> list[dict[str, Any]]:
    return [client_record(revoke(session, options.client_id, int(time.time())))]
