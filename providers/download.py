"""Files of lead systems: streamed into a temporary folder, of a limited size, under a clean name.

A redirect is followed by hand: credentials go to the lead system's own host only, and never down from https to http.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO

import httpx

from providers.errors import FieldError, Rejected, UnexpectedResponse
from providers.http import Api, Query

MOST_REDIRECTS = 5
LONGEST_NAME = 100
"""Characters."""
_LARGEST_REFUSAL = 64 * 1024
"""Bytes of an answer that is no file."""


@dataclass(frozen=True)
class Download:
    """A file that was fetched. It goes with its folder: at :meth:`discard`, at the latest with this object."""

    name: str
    path: Path
    size: int
    """Bytes."""
    _folder: tempfile.TemporaryDirectory[str] = field(repr=False)

    def open(self) -> BinaryIO:
        """Its content."""
        return self.path.open("rb")

    def discard(self) -> None:
        """Remove the file."""
        self._folder.cleanup()


class _TooLargeError(Exception):
    """The file passed the limit."""


async def download(api: Api, path: str, query: Query, *, name: str, limit: int) -> Download:
    """GET a file of at most ``limit`` bytes. ``name`` is what it is called where the answer does not say.

    Raises one of the four failures; :class:`Rejected` where the file is larger.
    """
    return await api.retried(lambda: _once(api, path, query, name, limit), api.attempts)


async def _once(api: Api, path: str, query: Query, name: str, limit: int) -> Download:
    folder = tempfile.TemporaryDirectory(prefix="leadbell-")
    kept = False
    try:
        file = Path(folder.name) / "document"
        try:
            response = await api.asked(_fetch(api, path, query, file, limit))
        except _TooLargeError:
            raise Rejected(
                (FieldError(f"The file is larger than {limit // 1024**2} MB, the most that is taken."),)
            ) from None
        if not response.is_success:
            api.decoded(response, "GET")
            raise UnexpectedResponse(f"HTTP {response.status_code}")
        kept = True
        called = clean_name(_told_name(response)) or clean_name(name) or "document"
        return Download(called, file, file.stat().st_size, folder)
    finally:
        if not kept:
            folder.cleanup()


async def _fetch(api: Api, path: str, query: Query, file: Path, limit: int) -> httpx.Response:
    """The answer without its content, which is in ``file``; of a refusal, with it."""
    home = httpx.URL(api.url)
    request = api.client.build_request(
        "GET", api.url.rstrip("/") + path, params=list(query) or None, headers={"Accept": "*/*"}
    )
    for _ in range(MOST_REDIRECTS + 1):
        own = _origin(request.url) == _origin(home)
        response = await api.client.send(request, auth=api.auth if own else None, stream=True)
        try:
            if response.has_redirect_location:
                request = _redirected(api, request, response)
                continue
            return await _kept(response, file, limit)
        finally:
            await response.aclose()
    raise UnexpectedResponse("it redirects again and again")


async def _kept(response: httpx.Response, file: Path, limit: int) -> httpx.Response:
    if not response.is_success:
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk[: _LARGEST_REFUSAL - len(content)]
            if len(content) >= _LARGEST_REFUSAL:
                break
        return httpx.Response(response.status_code, headers=_plain_headers(response), content=bytes(content))
    told = response.headers.get("content-length", "")
    if told.isdigit() and int(told) > limit:
        raise _TooLargeError
    size = 0
    with file.open("wb") as out:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                raise _TooLargeError
            out.write(chunk)
    return httpx.Response(response.status_code, headers=_plain_headers(response))


def _plain_headers(response: httpx.Response) -> list[tuple[str, str]]:
    gone = ("content-encoding", "content-length", "transfer-encoding")
    return [(k, v) for k, v in response.headers.multi_items() if k.lower() not in gone]


def _redirected(api: Api, request: httpx.Request, response: httpx.Response) -> httpx.Request:
    try:
        target = request.url.join(response.headers["location"])
    except (httpx.InvalidURL, ValueError):
        raise UnexpectedResponse("it redirects to no address") from None
    if target.scheme != "https" and (target.scheme != "http" or request.url.scheme == "https"):
        raise UnexpectedResponse("it redirects to an address that is not safe")
    return api.client.build_request("GET", target, headers={"Accept": "*/*"})


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"https": 443, "http": 80}.get(url.scheme)


def _told_name(response: httpx.Response) -> str:
    """The name in ``Content-Disposition`` (RFC 6266)."""
    message = EmailMessage()
    try:
        message["Content-Disposition"] = response.headers.get("content-disposition", "")
        return str(message.get_filename() or "")
    except (ValueError, IndexError, LookupError):  # a header that cannot be read
        return ""


def clean_name(name: str) -> str:
    """A file's name without folders, control and formatting characters, and not longer than a hundred characters."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C")
    plain = re.sub(r"[<>:\"|?*\s]+", " ", plain).strip(" .")
    if len(plain) <= LONGEST_NAME:
        return plain
    stem, dot, ending = plain.rpartition(".")
    short = ending if dot and len(ending) <= 10 else ""
    return f"{(stem if short else plain)[: LONGEST_NAME - len(short) - 1]}{'.' if short else ''}{short}".strip(" .")
