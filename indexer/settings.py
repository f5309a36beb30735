"""The indexer's settings: the only place of this room that reads the environment."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from indexer.placement import NAME_FORM, placed

FeedMode = Literal["off", "head", "all"]

#: Several values in one variable, separated by commas.
Listed = Annotated[tuple[str, ...], NoDecode]


class IndexerSettings(BaseSettings):
    """Where the chain, the database, the records and the documents are.

    Every field is read from `OGCR_<NAME>`, the database from `DATABASE_URL`. Relative paths are
    relative to the working folder. `rpc_urls` takes several endpoints, separated by commas.
    `deployment_name` keeps several deployments apart in one database: it names a schema on
    PostgreSQL and a file beside the one named on SQLite.
    With `subscribe` a head that an endpoint announces over WebSocket, at the same place, ends the
    wait of `poll_seconds` between two looks.
    `check_one_in` is how many of the settled blocks that others' contracts share are held against
    their blooms: every one unless told so.
    `feed` says when the change feed begins: near the `head`, with `all` of the past, or `off`;
    `feed_records` how many of its records stay, 0 for all. `failed_calls` searches every block
    for reverted calls of ours, also those through the contracts of `failed_calls_through` where
    the node keeps traces. `examine_documents` holds every anchored document against its rules and
    the chain, `fetch_documents` fetches anchored documents that the store lacks, from
    addresses that anybody may reach and those of `fetch_allow` (hosts, or networks as in
    10.0.0.0/8), within `fetch_seconds`, `fetch_bytes` and `fetch_redirects`, by https (with
    `fetch_http` also http) and through `ipfs_gateway`; what fails is tried again after
    `fetch_retry_seconds`, then ever later. An index that is more than `behind_blocks` behind is
    not ready, one whose troubles last `broken_seconds` is broken.
    """

    model_config = SettingsConfigDict(env_prefix="OGCR_", populate_by_name=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///.data/registry.db",
        validation_alias=AliasChoices("DATABASE_URL", "OGCR_DATABASE_URL"),
    )
    rpc_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("http://127.0.0.1:8545",),
        validation_alias=AliasChoices("OGCR_RPC_URLS", "OGCR_RPC_URL"),
        min_length=1,
    )
    chain_id: int | None = Field(default=None, gt=0)
    deployment_name: str = Field(default="", pattern=NAME_FORM)
    deployments: Path = Path(".data/deployments")
    documents: Path = Path(".data/documents")
    artifacts: Path = Path(".build/__local__.json")
    finality_depth: int = Field(default=64, ge=0)
    poll_seconds: float = Field(default=0.25, gt=0)
    subscribe: bool = True
    request_timeout: float = Field(default=15.0, gt=0)
    range_blocks: int = Field(default=10_000, ge=1)
    check_one_in: int = Field(default=1, ge=1)
    feed: FeedMode = "head"
    feed_records: int = Field(default=0, ge=0)
    failed_calls: bool = False
    failed_calls_through: Listed = ()
    examine_documents: bool = True
    fetch_documents: bool = True
    fetch_allow: Listed = ()
    fetch_http: bool = False
    fetch_seconds: float = Field(default=20.0, gt=0)
    fetch_bytes: int = Field(default=5_000_000, ge=1)
    fetch_redirects: int = Field(default=3, ge=0)
    fetch_retry_seconds: float = Field(default=30.0, gt=0)
    ipfs_gateway: str = ""
    errand_seconds: float = Field(default=1.0, gt=0)
    behind_blocks: int = Field(default=10, ge=0)
    broken_seconds: float = Field(default=30.0, gt=0)
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    json_logs: bool = False

    @property
    def index_url(self) -> str:
        """The URL of the deployment's own part of the database."""
        return placed(self.database_url, self.deployment_name)

    @field_validator("rpc_urls", "failed_calls_through", "fetch_allow", mode="before")
    @classmethod
    def _separated(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(url.strip() for url in value.split(",") if url.strip())
        return value
