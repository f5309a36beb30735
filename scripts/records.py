"""The record of a deployment: where the contracts of one chain are."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from ape import networks

from indexer.settings import IndexerSettings
from scripts.accounts import is_local
from scripts.deployment import CONTRACTS, DeploymentError, Record, Registry, registry_of


def recorded_registry() -> Registry:
    """The registry that the connected chain's record tells of; raises DeploymentError without."""
    record = recorded(record_path())
    missing = [name for name in CONTRACTS if name not in (record or {}).get("contracts", {})]
    if record is None or missing:
        raise DeploymentError(
            f"{record_path()} tells of no whole registry: `scripts/deploy` makes one, or names its "
            "folder with OGCR_DEPLOYMENTS."
        )
    return registry_of(record)


def record_path() -> Path:
    """Where the record of the connected chain is."""
    return IndexerSettings().deployments / f"{networks.provider.chain_id}.json"


def write_whole(path: Path, value: Any) -> None:
    """Write JSON so that the file is the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, 0o644)
    os.replace(name, path)


def recorded(path: Path) -> Record | None:
    """The record at a path, None when there is none yet.

    Raises DeploymentError for a broken one. Of a local chain that lost its last blocks, the record
    keeps what is still there.
    """
    if not path.exists():
        return None
    try:
        record: Record = json.loads(path.read_text())
    except ValueError as error:
        raise DeploymentError(f"{path} is no JSON ({error}): restore it, or delete it.") from error
    return _without_lost(record) if is_local() else record


def _without_lost(record: Record) -> Record | None:
    # A local chain that was killed may have lost its last blocks, contracts among them.
    provider = networks.provider
    kept = {}
    for name, entry in record.get("contracts", {}).items():
        if not bytes(provider.get_code(entry["address"])):
            break
        kept[name] = entry
    return {**record, "contracts": kept} if kept else None
