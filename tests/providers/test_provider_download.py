"""Files of lead systems: capped, cleanly named, and no credentials for strangers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from providers.auth import QueryKey
from providers.download import LONGEST_NAME, clean_name, download
from providers.errors import AuthFailed, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api, Unlimited, make_client

CANARY = "c4n4ry-key-that-nobody-may-see"
LIMIT = 1024 * 1024
PASSPORT = b"%PDF-1.7 a passport"


class Files:
    """A server of files that does as its paths say."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.elsewhere = ""
        self.failing = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if self.failing:
            self.failing -= 1
            return web.Response(status=503)
        match request.path:
            case "/file":
                name = request.query.get("name", "Passport Sofia.pdf")
                return web.Response(body=PASSPORT, headers={"Content-Disposition": f'attachment; filename="{name}"'})
            case "/bare":
                return web.Response(body=PASSPORT)
            case "/away":
                raise web.HTTPFound(f"{self.elsewhere}/file?signed=1")
            case "/near":
                raise web.HTTPFound("/file")
            case "/circle":
                raise web.HTTPFound("/circle")
            case "/nowhere":
                return web.Response(status=302, headers={"Location": "file:///etc/passwd"})
            case "/huge":
                response = web.StreamResponse(headers={"Content-Length": str(2 * 1024**3)})
                await response.prepare(request)
                await response.write(b"x" * 1000)
                return response
            case "/endless":
                response = web.StreamResponse()
                await response.prepare(request)
                for _ in range(64):
                    await response.write(b"x" * 65536)
                return response
            case "/refused":
                return web.json_response({"message": "no"}, status=401)
            case _:
                return web.json_response({"message": "no such file"}, status=404)


async def serve(files: Files) -> tuple[str, web.AppRunner]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", files.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}", runner


@pytest.fixture
async def home() -> AsyncIterator[tuple[Files, Files, Api]]:
    """The lead system, a stranger, and the way to the first."""
    own, other = Files(), Files()
    (url, one), (own.elsewhere, two) = await serve(own), await serve(other)

    async def no_sleep(_seconds: float) -> None:
        pass

    async with make_client() as client:
        yield own, other, Api(client, url, QueryKey("api_key", SecretStr(CANARY)), Unlimited(), sleep=no_sleep)
    await one.cleanup()
    await two.cleanup()


Home = tuple[Files, Files, Api]


async def failure(api: Api, path: str) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await download(api, path, (), name="document.pdf", limit=LIMIT)
    assert CANARY not in f"{caught.value!r}{caught.value}"
    return caught.value


async def test_a_file_is_fetched_with_its_name_and_goes_when_it_is_discarded(home: Home) -> None:
    own, _, api = home
    got = await download(api, "/file", (("documentId", "a=/b"),), name="x", limit=LIMIT)
    assert (got.name, got.size, got.path.read_bytes()) == ("Passport Sofia.pdf", len(PASSPORT), PASSPORT)
    assert own.seen[0].query["documentId"] == "a=/b"
    assert own.seen[0].query["api_key"] == CANARY
    got.discard()
    assert not got.path.parent.exists()


async def test_without_a_name_it_is_called_as_asked(home: Home) -> None:
    got = await download(home[2], "/bare", (), name="HB1 document.pdf", limit=LIMIT)
    assert got.name == "HB1 document.pdf"


async def test_another_host_gets_no_credentials(home: Home) -> None:
    own, other, api = home
    got = await download(api, "/away", (), name="x", limit=LIMIT)
    assert got.path.read_bytes() == PASSPORT
    (stranger,) = other.seen
    assert CANARY not in f"{stranger.url}{stranger.headers}"
    assert own.seen[0].query["api_key"] == CANARY


async def test_the_own_host_gets_them_again(home: Home) -> None:
    own, _, api = home
    await download(api, "/near", (), name="x", limit=LIMIT)
    assert [r.query["api_key"] for r in own.seen] == [CANARY, CANARY]


async def test_a_circle_and_an_address_that_is_no_web_page_are_given_up(home: Home) -> None:
    own, _, api = home
    assert isinstance(await failure(api, "/circle"), UnexpectedResponse)
    assert len(own.seen) == 6
    assert isinstance(await failure(api, "/nowhere"), UnexpectedResponse)
    assert (await download(api, "/file", (), name="x", limit=LIMIT)).size


@pytest.mark.parametrize("path", ["/huge", "/endless"])
async def test_what_is_too_large_is_given_up_and_said(home: Home, path: str) -> None:
    refused = await failure(home[2], path)
    assert isinstance(refused, Rejected)
    assert "larger than 1 MB" in refused.errors[0].message
    assert (await download(home[2], "/file", (), name="x", limit=LIMIT)).size


async def test_a_refusal_is_one_of_the_four_failures(home: Home) -> None:
    own, _, api = home
    assert isinstance(await failure(api, "/refused"), AuthFailed)
    missing = await failure(api, "/missing")
    assert isinstance(missing, Rejected)
    assert missing.status == 404
    own.failing = 3
    assert isinstance(await failure(api, "/file"), Unavailable)
    own.failing = 2  # ridden out
    assert (await download(api, "/file", (), name="x", limit=LIMIT)).size


@pytest.mark.parametrize(
    ("told", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\pass.pdf", "pass.pdf"),
        ("a\u202etxt.exe", "atxt.exe"),
        ('we"ird|na:me?.pdf', "we ird na me .pdf"),
        ("...", ""),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_names_are_cleaned(told: str, clean: str) -> None:
    assert clean_name(told) == clean


@given(st.text(max_size=400))
def test_no_name_leaves_its_folder_or_is_too_long(told: str) -> None:
    name = clean_name(told)
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert len(name) <= LONGEST_NAME
    assert clean_name(name) == name


async def test_a_name_of_the_server_is_cleaned_too(home: Home) -> None:
    got = await download(home[2], "/file", (("name", "..%2F..%2Fpasswd.pdf"),), name="x", limit=LIMIT)
    assert "/" not in got.name
