"""The download of a lead's document ("Download lead's document"), and links to it that people paste."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import orjson

from providers.download import Download, download
from providers.errors import AuthFailed, FieldError, Rejected
from providers.http import Api
from providers.student.errors import read_errors

PATH = "/api/v1/download/lead/document"
LARGEST = 20 * 1024 * 1024
"""Bytes."""
LARGEST_REFUSAL = 16 * 1024
HOSTS = ("student.com", "dandythrust.com")
"""student.com's own, and where its test environments are."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The ids that a download link holds, and the host that it names."""

    host: str
    documentId: str
    referenceId: str


def in_link(url: str) -> Linked:
    """What a pasted link holds. Raises ValueError with a sentence where it is not a download link.

    A plus sign stays one: ids are base64, and whoever copies a link may not have escaped it.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError("This is not a link.") from None
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        raise ValueError("This is not a link of student.com: paste it whole, from https:// on.")
    if parts.path.rstrip("/") != PATH:
        raise ValueError(f"This is not a link to a lead's document: its path should be {PATH}.")
    held: dict[str, str] = {}
    for part in parts.query.split("&"):
        name, _, value = part.partition("=")
        if name in held:
            raise ValueError(f"This link names {name} twice.")
        held[name] = unquote(value).strip()
    if not held.get("documentId") or not held.get("referenceId"):
        raise ValueError("This link should hold a documentId and a referenceId.")
    return Linked(host, held["documentId"], held["referenceId"])


def is_ours(host: str, api: Api) -> bool:
    """Whether a link's host is student.com's, or the one that this connection asks."""
    return host == urlsplit(api.url).hostname or any(host == own or host.endswith(f".{own}") for own in HOSTS)


async def fetch(api: Api, document: str, reference: str, url: str | None) -> Download:
    """The file, in a temporary folder. Only the ids of a pasted link are used, its address is never asked.

    Raises one of the four failures; :class:`Rejected` for a link of another host, and for a file over 20 MB.
    """
    if url is not None and not is_ours(in_link(url).host, api):
        raise Rejected((FieldError("This is a link of another site, not of student.com.", "url"),))
    query = (("documentId", document), ("referenceId", reference))
    found = await download(api, PATH, query, name=f"document {reference}", limit=LARGEST)
    if failure := _refusal_in(found):
        found.discard()
        raise failure
    return found


def _refusal_in(found: Download) -> Rejected | AuthFailed | None:
    """The gateway says its refusals in a 200 elsewhere; one of them is no document."""
    if found.size > LARGEST_REFUSAL:
        return None
    try:
        said = orjson.loads(found.path.read_bytes())
    except orjson.JSONDecodeError:
        return None
    refuses = isinstance(said, dict) and isinstance(said.get("errors"), list) and said.keys() <= {"errors", "data"}
    return read_errors(200, said) if refuses else None
