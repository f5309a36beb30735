"""The API's settings: the indexer's, and what only a server needs to know."""

from pathlib import Path
from typing import Annotated, Any, Literal

from limits import parse_many
from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from api.oauth.settings import OAuthSettings
from indexer.placement import placed
from indexer.settings import Listed


class ApiSettings(OAuthSettings):
    """Where the API listens and what it promises.

    Every field is read from `OGCR_<NAME>`. `public_url` is how readers reach this API: it stands in
    links and in the `uri` that a call anchors; without it, host and port. `reads` says whether
    nobody in particular may read (`public`) or a credential is needed (`authenticated`);
    `submission_seconds` is
    how long an accepted but unsigned project keeps its ground against others. `rate_…` are what one
    client may ask for (`6000/minute`, several with a semicolon between), by what it asks for;
    `rate_member` and `rate_officer` how many times as often whoever shows a credential may, and
    whoever holds a role on chain; `rate_storage` where that is counted (`memory://` in each
    process, `redis://host:port/db` for several together), and `trusted_proxies` how many proxies of
    ours stand in front and say who asks. `most_streams` is how many readers one process tells at
    once as the feed grows. `replica_url` is a replica of the database that answers what is asked of
    the index; all else, and all writing, goes to the database itself.

    `idempotency_seconds` is how long the answer to a write is given again to the same
    `Idempotency-Key`. `seal_key_file` holds the server's own key, made when it is missing; API
    processes on one database share it. With `require_if_match` nobody changes a document without
    saying which version of it. A task that nobody signs ends after `unsigned_seconds`.

    `traces` is where a collector takes OpenTelemetry's spans (OTLP over HTTP, for example
    `http://127.0.0.1:4318/v1/traces`); none are made without it. With `json_logs` each line of the
    log is a JSON object.

    With `hooks` this process tells subscribers when no other one does: it looks every
    `hooks_seconds`, gives a receiver `hooks_timeout` seconds, tries again after
    `hooks_retry_seconds` and then ever later, and gives up after `hooks_attempts`. A principal has
    at most `hooks_most` subscriptions; `hooks_log` attempts of each are kept. For receivers inside,
    as in development, `hooks_allow` names hosts or networks, and `hooks_http` allows http.

    `relayer_keyfile` and `relayer_passphrase_file` name the account that pays for signed requests;
    without them only raw transactions are relayed. It pays for at most `relayer_request_gas` a
    request and `relayer_batch_gas` a transaction, at most `relayer_max_fee` wei per gas, keeps
    `relayer_pending` transactions on their way at once and `relayer_waiting` requests of one signer
    waiting, and raises the fees of a transaction after `relayer_stuck_seconds`. A request that this
    API proposes is good for `request_seconds`.
    """

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    replica_url: str = ""
    registry_code: str = Field(default="OGCR", pattern="^[A-Z0-9]+$")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ("*",)
    reads: Literal["public", "authenticated"] = "public"
    body_bytes: int = Field(default=5_000_000, ge=1)
    submission_seconds: int = Field(default=3600, ge=1)
    traces: str = ""
    rate_reads: str = "6000/minute"
    rate_writes: str = "600/minute"
    rate_checks: str = "60/minute"
    rate_signing_in: str = "120/minute"
    rate_wrong_credentials: str = "60/minute"
    rate_member: int = Field(default=2, ge=1)
    rate_officer: int = Field(default=5, ge=1)
    rate_storage: str = "memory://"
    most_streams: int = Field(default=500, ge=1)
    trusted_proxies: int = Field(default=0, ge=0)
    track_seconds: float = Field(default=0.5, gt=0)
    resend_seconds: float = Field(default=15.0, gt=0)
    idempotency_seconds: int = Field(default=86_400, ge=1)
    seal_key_file: Path = Path(".data/api.key")
    require_if_match: bool = False
    unsigned_seconds: int = Field(default=604_800, ge=1)

    hooks: bool = True
    hooks_most: int = Field(default=20, ge=0)
    hooks_seconds: float = Field(default=0.5, gt=0)
    hooks_timeout: float = Field(default=15.0, gt=0)
    hooks_attempts: int = Field(default=12, ge=1)
    hooks_retry_seconds: float = Field(default=5.0, gt=0)
    hooks_log: int = Field(default=1000, ge=1)
    hooks_allow: Listed = ()
    hooks_http: bool = False

    relayer_keyfile: Path | None = None
    relayer_passphrase_file: Path | None = None
    relayer_request_gas: int = Field(default=3_000_000, ge=1)
    relayer_batch_gas: int = Field(default=15_000_000, ge=1)
    relayer_max_fee: int = Field(default=500 * 10**9, ge=1)
    relayer_pending: int = Field(default=4, ge=1)
    relayer_waiting: int = Field(default=50, ge=1)
    relayer_stuck_seconds: float = Field(default=60.0, gt=0)
    request_seconds: int = Field(default=86_400, ge=60)

    @field_validator(
        "rate_reads", "rate_writes", "rate_checks", "rate_signing_in", "rate_wrong_credentials"
    )
    @classmethod
    def _is_rate(cls, value: str) -> str:
        parse_many(value)
        return value

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("traces")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("give the collector's address, as in http://127.0.0.1:4318/v1/traces")
        return value

    @property
    def reading_url(self) -> str:
        """The URL of the deployment's own part of the database that the index is read from."""
        return placed(self.replica_url or self.database_url, self.deployment_name)

    @property
    def address(self) -> str:
        """How readers reach this API, without a slash at the end."""
        return self.public_url or f"http://{self.api_host}:{self.api_port}"

    @field_validator("cors_origins", "hooks_allow", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(origin.strip() for origin in value.split(",") if origin.strip())
        return value
