"""Words: what a text says to somebody who searches, alike on every database."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD, _MOST_WORDS = 60, 400


def words_of(texts: Iterable[str | None]) -> list[str]:
    """The words of texts, each once, without case and accents: letters and digits alone."""
    found = {word for text in texts if text for word in _WORD.findall(_plain(text))}
    return sorted(word[:_LONGEST_WORD] for word in found)[:_MOST_WORDS]


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFKC", bare.casefold())
