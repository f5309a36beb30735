"""Several deployments in one database: a schema for each on PostgreSQL, a file for each of SQLite.

Whatever works on tables works within one of them, so that checkpoint, lock, digest, undo, feed and
the API's own tables are of one deployment without knowing it.
"""

import re
import zlib
from pathlib import Path

from sqlalchemy import URL, make_url

NAME_FORM = r"^([a-z][a-z0-9_]{0,30})?$"
_SCHEMA = re.compile(r"search_path=([a-z][a-z0-9_]*)")


def placed(url: str, name: str) -> str:
    """The URL of a deployment's part of a database; of the whole without a name."""
    if not name:
        return url
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        file = Path(target.database or "registry.db")
        target = target.set(database=str(file.with_name(f"{file.stem}.{name}{file.suffix}")))
    else:
        target = target.update_query_dict({"options": f"-csearch_path={name}"})
    return target.render_as_string(hide_password=False)


def schema_of(url: URL) -> str | None:
    """The PostgreSQL schema that a URL names, None for the server's own choice."""
    options = url.query.get("options", "")
    found = _SCHEMA.search(options if isinstance(options, str) else " ".join(options))
    return found[1] if found else None


def lock_key(url: URL, word: bytes) -> int:
    """The number of an advisory lock: `word` (8 bytes), and another one for each schema."""
    schema = schema_of(url)
    key = int.from_bytes(word)
    return key if schema is None else key ^ zlib.crc32(schema.encode())
