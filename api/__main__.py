"""`python -m api`: serve the registry over HTTP until told to stop."""

from __future__ import annotations

import argparse
import json
import logging
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from api.commands import audit, keys
from api.main import create_app
from api.memory import settle
from api.migrations import migrate
from api.oauth.commands import clients_command, signing_keys_command
from api.oauth.keys import SigningKeys
from api.refused import trail
from api.relayer import Relayer
from api.sealing import Seal
from api.settings import ApiSettings
from api.telemetry.logs import configure_logs
from indexer import database
from indexer.abi import Abi
from indexer.errors import IndexerError

#: What else can be done by whoever operates the server; without any, it serves.
COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "audit": audit.main,
    "keys": keys.main,
    "clients": clients_command,
    "signing-keys": signing_keys_command,
}


def main() -> int:
    """Read the options, see that the port is free, and serve; 1 with one sentence otherwise."""
    try:
        command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
        if command is not None:
            return command(sys.argv[2:])
        settings, wants_trail = _settings()
        _require_database(settings)
        if wants_trail:
            return _print_trail(settings)
        Abi.load(settings.artifacts)
        Relayer.load(settings)
        Seal.load(settings.seal_key_file)
        SigningKeys(settings.signing_key_file).published()
        _require_free(settings.api_host, settings.api_port)
    except (IndexerError, OSError, ValidationError) as error:
        print(error, file=sys.stderr)
        return 1
    configure_logs(sys.stderr, json_logs=settings.json_logs)
    logging.getLogger("api").info("serving %s", settings.address)
    app = create_app(settings)
    settle()
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        # There are none here: who asks for one is answered as HTTP, in the API's own words.
        ws="none",
        timeout_graceful_shutdown=5,
    )
    return 0


def _print_trail(settings: ApiSettings) -> int:
    made = database.engine(settings.index_url)
    migrate(made)
    for row in trail(made):
        print(json.dumps(row))
    made.dispose()
    return 0


def _settings() -> tuple[ApiSettings, bool]:
    parser = argparse.ArgumentParser(
        prog="python -m api",
        description="Serve the registry's REST API. Everything else is set by OGCR_… variables.",
        epilog=f"Or run a command: {', '.join(COMMANDS)}; each says with --help what it does.",
    )
    known = ApiSettings()
    parser.add_argument("--host", default=known.api_host, help="address to listen on")
    parser.add_argument("--port", type=int, default=known.api_port, help="port to listen on")
    parser.add_argument(
        "--refused",
        action="store_true",
        help="print every call that the contracts refused here, as JSON lines, and end",
    )
    options = parser.parse_args()
    settings = known.model_copy(update={"api_host": options.host, "api_port": options.port})
    return settings, bool(options.refused)


def _require_database(settings: ApiSettings) -> None:
    try:
        made = database.engine(settings.index_url)
        with made.connect():
            made.dispose()
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
        raise OSError(
            f"The database cannot be opened ({reason}): start it, or name another one with "
            "DATABASE_URL."
        ) from error


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"Cannot listen on {host}:{port} ({error.strerror}): end what uses it, or choose "
                "another with --port."
            ) from error


if __name__ == "__main__":
    sys.exit(main())
