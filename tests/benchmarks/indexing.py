"""One run of the indexer in a process of its own, so that its memory is its own as well.

`python indexing.py SETTINGS` with the settings as JSON; prints seconds, CPU seconds and MiB.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from indexer.follower import Follower
from indexer.logs import configure_logs
from indexer.memory import share_memory
from indexer.settings import IndexerSettings


def main() -> None:
    share_memory()
    configure_logs(json_logs=False)
    settings = IndexerSettings(**json.loads(sys.argv[1]))
    started, used = time.perf_counter(), time.process_time()
    with Follower(settings) as follower:
        follower.catch_up()
        found = {
            "seconds": time.perf_counter() - started,
            "cpu_seconds": time.process_time() - used,
            "peak_mib": _peak_kib() / 1024,
        }
    sys.stdout.write(json.dumps(found) + "\n")


def _peak_kib() -> int:
    """`getrusage` would tell the peak of the process that started this one, if that is higher."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
