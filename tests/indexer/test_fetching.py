"""Fetching what a stranger points at: only from the internet, only so much, only so long."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import schemas
from indexer.documents import hash_of
from indexer.errands.addresses import AddressRefused, Allowance, is_public
from indexer.errands.fetching import Fetcher, NotFetched
from indexer.settings import IndexerSettings

from .web import Page, Web, web

DOCUMENT = json.loads(Path("schemas/examples/valid/pdd.harz-reforestation.json").read_text())
CONTENT = schemas.content_bytes(DOCUMENT)
DIGEST = schemas.content_hash(DOCUMENT)


@pytest.fixture
def site() -> Iterator[Web]:
    with web() as made:
        made.pages["/pdd"] = Page(CONTENT)
        yield made


def fetcher(**changes: Any) -> Fetcher:
    """A fetcher that may fetch from this machine."""
    allowed = {"fetch_allow": ("127.0.0.0/8",), "fetch_http": True, "fetch_seconds": 5.0}
    return Fetcher(IndexerSettings(**{**allowed, **changes}))


class TestAddresses:
    """
    given an address of a machine's own or inner network, in whatever spelling   it is refused
    given an address of the internet                                           it is taken
    given one that the settings allow                                          it is taken
    given a host with one inner address among others                           it is refused
    """

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:db8::1",
            "::7f00:1",
        ],
    )
    def test_is_refused_given_an_inner_one(self, address: str) -> None:
        assert not is_public(ipaddress.ip_address(address))

    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "2a00:1450::1"]
    )
    def test_is_taken_given_one_of_the_internet(self, address: str) -> None:
        assert is_public(ipaddress.ip_address(address))

    @pytest.mark.parametrize("allowed", ["10.0.0.0/8", "10.1.2.3", "archive.inside"])
    def test_is_taken_given_the_settings_allow_it(self, allowed: str) -> None:
        allowance = Allowance([allowed])
        assert allowance.permits("archive.inside", ipaddress.ip_address("10.1.2.3"))
        assert not allowance.permits("other.inside", ipaddress.ip_address("192.168.0.1"))

    def test_is_refused_given_one_inner_address_among_others(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in ("8.8.8.8", "10.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
        with pytest.raises(AddressRefused, match=r"leads to 10\.0\.0\.1"):
            Allowance().resolve("mixed.example", 443)


class TestFetch:
    """
    when the bytes are those of the hash    they are given, without asking for compression
    when they are otherwise spelled         the content bytes are given
    given an inner address, or a redirection to one      it is refused before anything is asked
    given the name changes its address meanwhile         the judged address is the one connected to
    given it is too large, too slow, elsewhere for ever, no document, another document, not there
                                            it says which
    given a scheme, user or host that is none            it says what can be fetched
    given an ipfs address                   the gateway is asked, or named as what is missing
    """

    def test_is_given_when_the_bytes_are_those_of_the_hash(self, site: Web) -> None:
        assert fetcher().document(DIGEST, f"{site.url}/pdd") == CONTENT
        assert site.headers[0]["Accept-Encoding"] == "identity"

    def test_content_bytes_are_given_when_spelled_otherwise(self, site: Web) -> None:
        site.pages["/pretty"] = Page(json.dumps(DOCUMENT, indent=3).encode())
        assert fetcher().document(DIGEST, f"{site.url}/pretty") == CONTENT

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433"])
    def test_is_refused_given_an_inner_address(self, site: Web, host: str) -> None:
        port = site.url.rsplit(":", 1)[1]
        with pytest.raises(NotFetched, match=r"OGCR_FETCH_ALLOW|cannot be reached"):
            fetcher(fetch_allow=()).document(DIGEST, f"http://{host}:{port}/pdd")
        assert site.asked == []

    def test_is_refused_given_a_redirection_to_an_inner_address(self, site: Web) -> None:
        site.pages["/away"] = Page(redirect="http://169.254.169.254/latest/meta-data")
        with pytest.raises(NotFetched, match=r"169\.254\.169\.254 leads to .*OGCR_FETCH_ALLOW"):
            fetcher().document(DIGEST, f"{site.url}/away")

    def test_the_judged_address_is_connected_to_given_the_name_changes(
        self, site: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(site.url.rsplit(":", 1)[1])
        answers = iter(["127.0.0.1", "10.255.255.1", "10.255.255.1"])
        asked = []
        real = socket.getaddrinfo

        def changing(host: Any, *arguments: Any, **named: Any) -> Any:
            if host != "rebinding.example":
                return real(host, *arguments, **named)
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(socket, "getaddrinfo", changing)
        found = fetcher().document(DIGEST, f"http://rebinding.example:{port}/pdd")
        assert (found, len(asked)) == (CONTENT, 1)
        assert site.headers[0]["Host"] == f"rebinding.example:{port}"

    @pytest.mark.parametrize(
        ("page", "sentence"),
        [
            (Page(b"x" * 2_000_000), "has more than 1000000 bytes"),
            (Page(b"x" * 300, slowly=0.05), r"took longer than 1 seconds|cannot be reached"),
            (Page(redirect="/page"), "behind more than 3 redirections"),
            (Page(redirect="gopher://x"), "only https and ipfs can"),
            (Page(b"<html>"), "is no I-JSON document"),
            (Page(b'{"a": 1, "a": 2}'), "is no I-JSON document"),
            (Page(b"{}"), f"hashes to {hash_of(b'{}')}"),
            (Page(status=404), "answers HTTP 404"),
            (Page(status=500), "answers HTTP 500"),
        ],
        ids=lambda value: "" if isinstance(value, Page) else value[:20],
    )
    def test_says_which_given_it_cannot_be_had(self, site: Web, page: Page, sentence: str) -> None:
        site.pages["/page"] = page
        with pytest.raises(NotFetched, match=sentence):
            fetcher(fetch_bytes=1_000_000, fetch_seconds=1.0).document(DIGEST, f"{site.url}/page")

    @pytest.mark.parametrize(
        "uri",
        [
            "",
            "file:///etc/passwd",
            "ftp://example.org/x",
            "https://",
            "https://user:secret@example.org/",
            "http://[",
            "javascript:alert(1)",
            "ipfs://",
            "ipfs://short",
            "\x00",
        ],
    )
    def test_says_what_can_be_fetched_given_none_of_it(self, uri: str) -> None:
        with pytest.raises(NotFetched, match="only https and ipfs can"):
            fetcher().document(DIGEST, uri)

    def test_refuses_http_given_it_is_not_allowed(self, site: Web) -> None:
        with pytest.raises(NotFetched, match="only https and ipfs can"):
            fetcher(fetch_http=False).document(DIGEST, f"{site.url}/pdd")

    def test_asks_the_gateway_given_an_ipfs_address(self, site: Web) -> None:
        name = schemas.cid(DIGEST)
        with pytest.raises(NotFetched, match="OGCR_IPFS_GATEWAY"):
            fetcher().document(DIGEST, f"ipfs://{name}")
        site.pages[f"/ipfs/{name}"] = Page(CONTENT)
        site.pages[f"/ipfs/{name}/a/pdd.json"] = Page(CONTENT)
        with_gateway = fetcher(ipfs_gateway=site.url + "/")
        assert with_gateway.document(DIGEST, f"ipfs://{name}") == CONTENT
        assert with_gateway.document(DIGEST, f"ipfs://ipfs/{name}/a/pdd.json") == CONTENT
