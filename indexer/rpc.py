"""JSON-RPC over HTTP: batches, several endpoints, every trouble sorted by what to do about it."""

import random
import re
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from indexer.errors import RangeTooLarge, TryLater

Request = tuple[str, list[Any]]
_TOO_LARGE = re.compile(
    r"range|too many|too large|too big|exceed|more than \d+|response size|limit|timed? ?out"
    r"|maximum allowed|far apart",
    re.I,
)
_RATE = re.compile(r"rate|per second|capacity|throttl|quota|credits", re.I)
_BUSY = re.compile(r"rate|per second|capacity|busy|overload|temporar|try again|not found$", re.I)
FIRST_BATCH = 100
#: No answer may have more bytes than this, whatever is asked.
MOST_BYTES = 256 * 2**20
#: Seconds before an endpoint is asked again for what it did not answer at all.
RETRY_PAUSES = (0.05, 0.2)


@dataclass(frozen=True)
class RpcError:
    """A node's own error answer to one request; `data` is what it says beside, as it came."""

    code: int
    message: str
    data: Any = None

    def as_trouble(self, where: str) -> TryLater:
        """The exception for a refused log query: too large a one, or any other."""
        text = f"The node refuses the logs of {where}: {self}."
        if _TOO_LARGE.search(self.message) and not _RATE.search(self.message):
            return RangeTooLarge(text)
        return TryLater(text)

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


class Rpc:
    """Endpoints of one chain. After a trouble the next request goes to the next endpoint."""

    def __init__(
        self,
        urls: Sequence[str],
        timeout: float = 15.0,
        on_error: Callable[[str], None] = lambda _kind: None,
    ) -> None:
        self._urls = list(urls)
        self._current = 0
        self._batch_size = FIRST_BATCH
        self._on_error = on_error
        headers = {"Content-Type": "application/json"}
        self._client = httpx.Client(verify=_trusted(), timeout=timeout, headers=headers)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def call(self, method: str, params: list[Any]) -> Any:
        """The result of one request; raises `TryLater` for an error answer as well."""
        asked = self._current
        answer = self.batch([(method, params)])[0]
        if isinstance(answer, RpcError):
            raise self._moved_on(TryLater(f"{self.endpoint} refuses {method}: {answer}."), asked)
        return answer

    def batch(self, requests: Sequence[Request], most_bytes: int | None = None) -> list[Any]:
        """Results in the order of the requests, an `RpcError` where the node refused one.

        Raises `TryLater` when the endpoint does not answer all of them, `RangeTooLarge` when the
        answer has more than `most_bytes`, which is noticed before it is read to the end.
        """
        answers: list[Any] = []
        while len(answers) < len(requests):
            part = requests[len(answers) : len(answers) + self._batch_size]
            answers += self._answers(part, most_bytes)
        return answers

    def turn(self) -> None:
        """Ask the next endpoint from now on."""
        self._current = (self._current + 1) % len(self._urls)

    def turn_from(self, place: int) -> None:
        """Ask the next endpoint, unless the one at this place is left already."""
        if self._current == place:
            self.turn()

    @property
    def place(self) -> int:
        """Which of the endpoints is in use."""
        return self._current

    @property
    def endpoint(self) -> str:
        """The host of the endpoint in use (its path may hold a key)."""
        return urlsplit(self._urls[self._current]).netloc

    def _answers(self, requests: Sequence[Request], most_bytes: int | None) -> list[Any]:
        for pause in _pauses(requests):
            try:
                answers = self._attempt(requests, most_bytes)
                if not _is_busy(answers):
                    return answers
                self._on_error("Busy")
            except RangeTooLarge:
                raise
            except TryLater as trouble:
                self._on_error(type(trouble).__name__)
            time.sleep(pause * random.uniform(0.5, 1.0))
        asked = self._current
        try:
            return self._attempt(requests, most_bytes)
        except TryLater as trouble:
            raise self._moved_on(trouble, asked) from trouble.__cause__

    def _attempt(self, requests: Sequence[Request], most_bytes: int | None) -> list[Any]:
        reply = self._post(requests, most_bytes)
        if isinstance(reply, dict) and len(requests) > 1:
            return self._in_smaller_batches(reply)
        return _in_order(reply, len(requests))

    def _in_smaller_batches(self, reply: dict[str, Any]) -> list[Any]:
        """A node that refuses the batch as a whole is asked for less at a time from now on."""
        if self._batch_size == 1:
            raise TryLater(f"{self.endpoint} answers {reply.get('error')}.")
        self._batch_size = max(1, self._batch_size // 10)
        return []

    def _post(self, requests: Sequence[Request], most_bytes: int | None) -> Any:
        calls = [
            {"jsonrpc": "2.0", "id": place, "method": method, "params": params}
            for place, (method, params) in enumerate(requests)
        ]
        body = orjson.dumps(calls if len(calls) > 1 else calls[0])
        try:
            with self._client.stream("POST", self._urls[self._current], content=body) as response:
                content = self._read(response, most_bytes)
        except (httpx.HTTPError, OSError) as error:
            raise TryLater(f"{self.endpoint} cannot be reached ({error!r}).") from error
        return self._parsed(response, content)

    def _read(self, response: httpx.Response, most_bytes: int | None) -> bytearray:
        if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise RangeTooLarge(f"{self.endpoint} answers HTTP 413.")
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > (most_bytes or MOST_BYTES):
                raise RangeTooLarge(f"{self.endpoint} answers more than {len(content)} bytes.")
        return content

    def _parsed(self, response: httpx.Response, content: bytearray) -> Any:
        try:
            reply = orjson.loads(content)
        except ValueError as error:
            what = f"HTTP {response.status_code} and no JSON"
            raise TryLater(f"{self.endpoint} answers {what}.") from error
        if response.is_error and not _holds_errors(reply):
            raise TryLater(f"{self.endpoint} answers HTTP {response.status_code}.")
        return reply

    def _moved_on(self, trouble: TryLater, asked: int) -> TryLater:
        self._on_error(type(trouble).__name__)
        self.turn_from(asked)
        return trouble


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this machine trusts: to read that takes longer than all else of a new client."""
    return httpx.create_ssl_context()


def _pauses(requests: Sequence[Request]) -> tuple[float, ...]:
    """A transaction is sent once: its sender decides what to do when no answer comes."""
    sends = any(method.startswith("eth_send") for method, _ in requests)
    return () if sends else RETRY_PAUSES


def _is_busy(answers: Sequence[Any]) -> bool:
    """True when the node refused everything for a reason that soon passes."""
    errors = [answer for answer in answers if isinstance(answer, RpcError)]
    return len(errors) == len(answers) > 0 and all(_BUSY.search(e.message) for e in errors)


def _holds_errors(reply: Any) -> bool:
    return isinstance(reply, dict) and isinstance(reply.get("error"), dict)


def _in_order(reply: Any, count: int) -> list[Any]:
    replies = reply if isinstance(reply, list) else [reply]
    by_id = {entry.get("id"): entry for entry in replies if isinstance(entry, dict)}
    if any(place not in by_id for place in range(count)):
        if isinstance(reply, dict) and reply.get("error"):
            raise TryLater(f"The node answers {reply['error']}.")
        raise TryLater(f"The node answered {len(by_id)} of {count} requests.")
    return [_result(by_id[place]) for place in range(count)]


def _result(entry: dict[str, Any]) -> Any:
    error = entry.get("error")
    if error is not None:
        details = error if isinstance(error, dict) else {"message": str(error)}
        code, message = int(details.get("code") or 0), str(details.get("message", ""))
        return RpcError(code, message, details.get("data"))
    if "result" not in entry:
        raise TryLater("The node gave neither a result nor an error.")
    return entry["result"]
