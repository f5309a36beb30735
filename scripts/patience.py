"""Patience: a client that waits as long as a server asks it to."""

import time

import httpx

ATTEMPTS = 3
LONGEST_SECONDS = 120


class Patient(httpx.HTTPTransport):
    """HTTP that repeats what was refused for coming too often, when the server says (RFC 6585)."""

    def __init__(self) -> None:
        super().__init__(retries=ATTEMPTS)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, once it is any other than 429."""
        while True:
            response = super().handle_request(request)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response
            response.close()
            time.sleep(_seconds(response.headers.get("retry-after", "")))


def _seconds(text: str) -> int:
    return min(int(text), LONGEST_SECONDS) if text.isascii() and text.isdigit() else 1
