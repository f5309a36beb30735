"""The registry's REST API as any client sees it."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from scripts.patience import Patient

Record = dict[str, Any]

#: How long an API may be away (it is being started again) or answer with internal errors.
PATIENCE_SECONDS = 15
#: A task in one of these has reached the index; in one of the others it never will.
REACHED = ("indexed", "final")
FAILED = ("reverted", "dropped")
DEADLINE_SECONDS = 180
WAIT_SECONDS = 10
PAGE = 1000


class Refused(Exception):
    """The API or the chain refuses; `problem` is the answer as the API gave it."""

    def __init__(self, problem: Record) -> None:
        self.problem = problem
        super().__init__(_sentence(problem))


class Broken(Exception):
    """The API answers nothing but internal errors, or nothing at all; the message says which."""


class TooSlow(Exception):
    """What was waited for did not come; the message says what."""


class RegistryApi:
    """An API at a URL. Raises Refused for an error answer and TooSlow when a deadline passes."""

    def __init__(self, url: str, deadline: float = DEADLINE_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.deadline = deadline
        self._http = httpx.Client(transport=Patient(), timeout=60)
        self._known: dict[str, Record | None] = {}

    def show(self, headers: Mapping[str, str]) -> None:
        """Show a credential with every request from now on."""
        self._http.headers.update(headers)

    def known(self, path: str) -> Record | None:
        """As `get`, asked only once until something is sent: for looking through what is done."""
        if path not in self._known:
            self._known[path] = self.get(path)
        return self._known[path]

    def get(self, path: str, **query: Any) -> Record | None:
        """The JSON of a path, or None when there is nothing."""
        # An empty mapping would take away the query that the path has.
        response = self._request("GET", path, params=query or None)
        return None if response.status_code == httpx.codes.NOT_FOUND else _answer(response)

    def send(self, method: str, path: str, body: Any) -> Record:
        """The JSON answer to a request with a JSON body."""
        self._known.clear()
        return _answer(self._request(method, path, json=body))

    def pages(self, path: str, member: str = "features", **query: Any) -> Iterator[Record]:
        """Every item of a list, page by page."""
        offset = 0
        while True:
            answer = self.get(path, **query, limit=PAGE, offset=offset) or {}
            yield from answer.get(member, ())
            offset += PAGE
            if offset >= answer.get("numberMatched", 0):
                return

    def document_uri(self, content_hash: str) -> str:
        """Where a document can be had."""
        return f"{self.url}/documents/{content_hash}"

    def project(self, project: str) -> Record | None:
        """What the registry keeps of a project, with the `content_hash` of the PDD in force."""
        return _kept(self.known(f"/projects/{project}"))

    def report(self, project: str, report: str) -> Record | None:
        """What the registry keeps of a report, with the `content_hash` of the version in force."""
        return _kept(self.known(f"/projects/{project}/monitoring/{report}"))

    def unit(self, token_id: str) -> Record | None:
        """The properties of a unit."""
        feature = self.known(f"/credits/{token_id}")
        return feature and dict(feature["properties"])

    def methodology(self, methodology_id: str, version: str) -> Record | None:
        """What the registry keeps of a methodology version."""
        return self.known(f"/methodologies/{methodology_id}@{version}")

    def wait_until_up(self, say: Callable[[str], None]) -> None:
        """Return once anything is answered: how long a program takes to start is up to the machine,
        so that a patience which fits an API that was there before would be short."""
        self._wait(self._answers, f"{self.url} to answer", say)

    def wait_until_indexed(self, block: int, say: Callable[[str], None]) -> None:
        """Return once the index has come to a block of the chain."""

        def reached() -> bool:
            try:
                health = self.get("/health") or {}
            except Refused:
                return False
            index = health.get("index") or {}
            return int(index.get("block_number") or -1) >= block

        self._wait(reached, f"the index of {self.url} to reach block {block}", say)

    def wait_for_task(self, task: str, what: str, say: Callable[[str], None]) -> Record:
        """The task once the index has seen it; raises Refused when it failed."""
        found: Record = {}

        def reached() -> bool:
            found.update(self.get(f"/tasks/{task}", wait=WAIT_SECONDS) or {})
            if found.get("state") in FAILED:
                raise Refused(found.get("error") or {"message": f"the task {found['state']}"})
            return found.get("state") in REACHED

        self._wait(reached, f"{what} (task {task})", say)
        self._known.clear()
        return found

    def _answers(self) -> bool:
        try:
            self._http.get(f"{self.url}/health")
        except httpx.TransportError:
            return False
        return True

    def _request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """An answer that is no internal error; any request may be repeated."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                response = self._http.request(method, self.url + path, **more)
                if response.status_code != httpx.codes.INTERNAL_SERVER_ERROR:
                    return response
                trouble = f"answers {method} {path} with {response.text[:300]}"
            except httpx.TransportError as error:
                trouble = f"does not answer {method} {path} ({error})"
            if time.monotonic() > deadline:
                raise Broken(f"the API {self.url} {trouble}")
            time.sleep(0.2)

    def _wait(self, reached: Callable[[], bool], what: str, say: Callable[[str], None]) -> None:
        began = time.monotonic()
        while not reached():
            waited = time.monotonic() - began
            if waited > self.deadline:
                raise TooSlow(
                    f"waited {waited:.0f} s for {what}: look whether the indexer and the API "
                    "still run, then start again; it goes on where it stopped"
                )
            say(f"waiting for {what}, {waited:.0f} s")
            time.sleep(0.05)


def _kept(feature: Record | None) -> Record | None:
    if feature is None:
        return None
    return {**feature["ogcr:record"], "content_hash": feature["properties"]["ogcr:content_hash"]}


def _answer(response: httpx.Response) -> Record:
    try:
        answer: Record = response.json()
    except ValueError:
        answer = {"message": f"HTTP {response.status_code}: {response.text[:200]}"}
    if response.is_error:
        raise Refused(answer)
    return answer


def _sentence(problem: Record) -> str:
    message = str(problem.get("message") or problem.get("detail") or problem)
    details = [
        f"{detail.get('field') or 'document'}: {detail.get('message')}"
        for detail in problem.get("details") or ()
        if detail.get("message") and detail["message"] != message
    ]
    return "; ".join([message.rstrip("."), *details])
