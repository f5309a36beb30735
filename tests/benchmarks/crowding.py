"""A crowd: readers, walkers, listeners and writers of an API, each a thread with a client of its
own, and the book in which they note what they were told."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

#: What says how sure an answer is, or when and where it was given; and what the indexer finds out
#: beside the chain, when it comes to it.
_VOLATILE = {"ogcr:index", "ogcr:finality", "finality", "timeStamp", "links"}
_VOLATILE |= {"ogcr:document_finding", "ogcr:document_status"}
READS = (
    ("projects", "/projects?limit=100"),
    ("units", "/credits?limit=1000"),
    ("held units", "/credits?status=held&sort=-quantity_kg&limit=100"),
    ("supply", "/statistics/supply"),
    ("features", "/collections/projects/items?limit=50"),
    ("reversals", "/reversals"),
    ("methodologies", "/methodologies"),
)


def digest(content: Any) -> str:
    """Equal for answers of one state, whoever gives them and when."""
    return sha256(json.dumps(_bare(content), sort_keys=True).encode()).hexdigest()


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(item) for name, item in value.items() if name not in _VOLATILE}
    return [_bare(item) for item in value] if isinstance(value, list) else value


@dataclass
class Book:
    """What everybody was told: by path and block the digests of answers, and how long each took.

    `gone` are the blocks that a reorganisation replaced, with the moment from which no API may
    name them any more.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    contents: dict[tuple[str, str], Any] = field(default_factory=dict)
    gone: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    known: int = 0
    lost_lists: list[str] = field(default_factory=list)
    whole_lists: int = 0

    def note(self, kind: str, path: str, began: float, answer: httpx.Response, held: Any) -> None:
        """An answer with its content, which a 304 leaves to the reader."""
        self.seconds[kind].append(time.perf_counter() - began)
        block = answer.headers["OGCR-Block-Hash"]
        if self.gone.get(block, began) < began:
            self.faults.append(f"{path} names {block}, which had gone before it was asked")
        self.told[path, block].add(digest(held))
        self.contents[path, block] = held
        self.known += answer.status_code == 304


class Person(threading.Thread, ABC):
    """Somebody who asks one of the APIs again and again until told to stop."""

    def __init__(self, base: str, book: Book, **headers: str) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=base, headers=headers, timeout=30)
        self.book, self.ends = book, threading.Event()

    def run(self) -> None:
        with self.client:
            while not self.ends.is_set():
                try:
                    self.turn()
                except Exception as error:
                    self.book.faults.append(f"{type(self).__name__}: {error!r}")

    @abstractmethod
    def turn(self) -> None:
        """One round of what this person does."""

    def asked(self, kind: str, method: str, path: str, *fit: int, **more: Any) -> httpx.Response:
        """An answer, which must be of one of these statuses."""
        began = time.perf_counter()
        answer = self.client.request(method, path, **more)
        self.book.seconds[kind].append(time.perf_counter() - began)
        if answer.status_code not in fit:
            said = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
            self.book.faults.append(said)
        return answer


class Reader(Person):
    """Reads whatever there is; a `conditional` one sends the tag of what it has."""

    def __init__(self, base: str, book: Book, *, conditional: bool, **headers: str) -> None:
        super().__init__(base, book, **headers)
        self.conditional = conditional
        self.held: dict[str, tuple[str, Any]] = {}

    def turn(self) -> None:
        for kind, path in READS:
            tag, content = self.held.get(path, ("", None))
            headers = {"If-None-Match": tag} if tag and self.conditional else {}
            began = time.perf_counter()
            answer = self.client.get(path, headers=headers)
            if answer.status_code not in ((200, 304) if headers else (200,)):
                self.book.faults.append(f"{path}: {answer.status_code} {answer.text[:300]}")
                continue
            content = answer.json() if answer.status_code == 200 else content
            self.held[path] = (answer.headers["ETag"], content)
            kind = f"{kind}, conditional" if self.conditional else kind
            self.book.note(kind, path, began, answer, content)


class Walker(Person):
    """Reads lists to their end by cursors: one state on all pages, or 410 once that is gone."""

    def turn(self) -> None:
        cursor, ids, blocks, matched = "*", [], set(), 0
        while cursor:
            query = {"limit": 7, "cursor": cursor}
            answer = self.asked("page by cursor", "GET", "/credits", 200, 410, params=query)
            if answer.status_code == 410:
                self.book.lost_lists.extend(blocks)
                return
            page = answer.json()
            blocks.add(page["ogcr:index"]["block_hash"])
            ids += [one["id"] for one in page["features"]]
            matched = page["numberMatched"]
            cursor = _cursor_of(page["links"])
            time.sleep(0.02)
        if len(blocks) != 1 or len(set(ids)) != len(ids) or len(ids) != matched:
            self.book.faults.append(f"a list of {matched} gave {len(ids)} rows of {blocks}")
        self.book.whole_lists += 1


class Listener(Person):
    """Keeps the rows of units by the event stream alone."""

    def __init__(self, base: str, book: Book) -> None:
        super().__init__(base, book)
        self.rows: dict[str, dict[str, Any]] = {}
        self.cursor = self.reorganised = 0
        self.last: int | None = None

    def turn(self) -> None:
        with self.client.stream("GET", f"/changes/stream?after={self.cursor}") as told:
            for line in told.iter_lines():
                if line.startswith("data: "):
                    self._take(json.loads(line.removeprefix("data: ")))
                if self.last is not None and self.cursor >= self.last:
                    self.ends.set()
                    return

    def _take(self, record: Mapping[str, Any]) -> None:
        if record["cursor"] <= self.cursor:
            self.book.faults.append(f"the stream went back from {self.cursor}: {record}")
        self.cursor = record["cursor"]
        self.reorganised += record["kind"] == "reorganised"
        if record["table"] != "unit":
            return
        key = str(record["key"]["token_id"])
        if record["after"] is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = record["after"]


class Writer(Person):
    """Hands in projects, each twice under one key, signs and delivers what the tasks ask for."""

    def __init__(
        self,
        base: str,
        book: Book,
        documents: Iterator[dict[str, Any]],
        sign: Callable[[Mapping[str, Any], int], str],
        **headers: str,
    ) -> None:
        super().__init__(base, book, **headers)
        self.documents, self.sign = documents, sign
        self.tasks: list[str] = []
        self.projects: list[str] = []

    def turn(self) -> None:
        document, key = next(self.documents), {"Idempotency-Key": str(uuid4())}
        self.asked("dry run", "POST", "/validate", 200, json=document)
        said = {"json": document, "headers": key}
        first = self.asked("project handed in", "POST", "/projects", 202, **said)
        again = self.asked("the same again", "POST", "/projects", 202, **said)
        if (first.content, again.headers.get("Idempotency-Replayed")) != (again.content, "true"):
            self.book.faults.append(f"another answer the second time: {again.text[:200]}")
        task = first.json()
        raw = self.sign(task["to_sign"], len(self.tasks))
        self.tasks.append(task["id"])
        self.projects.append(document["id"])
        path, body = f"/tasks/{task['id']}", {"signed_transaction": raw}
        # After a reorganisation the wallet is ahead of the chain until its last one is sent again.
        while self.asked("delivered", "POST", path, 202, 409, 422, json=body).status_code != 202:
            time.sleep(0.2)
        for _ in range(100):
            state = self.asked("task", "GET", path, 200).json()["state"]
            if state in ("indexed", "final") or self.ends.is_set():
                return
            time.sleep(0.2)


def _cursor_of(links: list[dict[str, str]]) -> str:
    for link in links:
        if link["rel"] == "next":
            with suppress(KeyError):
                return parse_qs(urlsplit(link["href"]).query)["cursor"][0]
    return ""
