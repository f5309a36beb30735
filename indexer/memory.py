"""How the process keeps memory that it may need again."""

import ctypes
from contextlib import suppress

#: `M_ARENA_MAX` of glibc's <malloc.h>.
_ARENA_MAX = -8


def share_memory() -> None:
    """Let all threads take memory from one place; to be called before there are any.

    glibc keeps a place for each thread, and what one has given back is of no use to the others:
    25 MiB of a backlog. Where there is no glibc, nothing happens.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
