"""A strict stand-in of KPro Marketing's Leads API, for the sandbox and the tests.

Written from https://docs.app.kpro.co/guide/kpro-api/leads-api.html and the status codes of that guide's first
page, never from what the client happens to send: what the document does not know is answered with 400 and noted.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from aiohttp import web
from yarl import URL

from providers.kpro.stand_in_import import BodyRefused, ErrorsShape, check_leads, read_body
from providers.kpro.stand_in_inventory import build_inventory
from providers.kpro.stand_in_query import LeadQuery, QueryRefused, read_query
from providers.kpro.stand_in_sample import AuthorityShape, LeadSample
from providers.kpro.stand_in_store import LeadStore, atom
from providers.kpro.stand_in_tables import LEAD_FIELDS, LEADS_PATH

DEMO_API_KEY: Final = "1eadbe11" * 8
"""The sandbox's key: 64 hexadecimal characters, as KPro's are."""

FAULTS: Final = frozenset(
    {"401", "429", "500", "503", "html", "truncated", "hang", "slow", "refuse", "withhold", "empty"}
)
"""What :meth:`KproStandIn.fault` can do to a call."""

_LARGEST_BODY: Final = 64 * 1024 * 1024
_LOOK_FOR_CLIENT_SECONDS: Final = 0.05
_HTML: Final = "<!DOCTYPE html><html><head><title>KPro Marketing</title></head><body><h1>{}</h1></body></html>"
_MESSAGES: Final = {401: "Unauthenticated.", 429: "Too Many Attempts.", 500: "Server Error"}


class KproStandIn:
    """The Leads API of one KPro account with its leads.

    `now` gives aware times. `url` is the scheme and host that links show (the request's own unless given). What
    the document leaves open can be chosen: `errors_shape` of a 422, `authority_shape` of a local authority, and
    `links_carry_key`, whether links repeat the ``api_key``. `slow_seconds` and `hang_seconds` are how long the
    faults of those names take.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        api_key: str = DEMO_API_KEY,
        seed: int = 1,
        url: str | None = None,
        errors_shape: ErrorsShape = "object",
        authority_shape: AuthorityShape = "string",
        links_carry_key: bool = False,
        slow_seconds: float = 2.0,
        hang_seconds: float = 60.0,
    ) -> None:
        self.api_key = api_key
        self.requests: list[tuple[str, str]] = []
        """Method and path?query, decoded and without ``api_key``, of every call, also of those that failed."""
        self.unknown_parameters: list[str] = []
        self.emails_sent: list[str] = []
        self.imported: list[dict[str, Any]] = []
        """The entries of accepted imports as they were sent (``bedrooms`` has no counterpart in a lead)."""
        self.inventory = build_inventory()
        self._now = now
        self._url = url
        self._errors_shape: ErrorsShape = errors_shape
        self._links_carry_key = links_carry_key
        self._slow_seconds = slow_seconds
        self._hang_seconds = hang_seconds
        self._sample = LeadSample(self.inventory, seed, authority_shape)
        self._store = LeadStore()
        self._references: set[str] = set()
        self._faults: deque[str] = deque()
        self._runner: web.AppRunner | None = None
        self._stopping = False

    @property
    def leads(self) -> list[dict[str, Any]]:
        """All leads in the API's own JSON shape, oldest ``createdAt`` first; only :meth:`change` alters them."""
        return self._store.leads

    async def arrive(self, **fields: Any) -> dict[str, Any]:
        """A new lead appears, now unless ``createdAt`` says otherwise; give any field by the API's name of it.

        ``createdAt`` (or ``created_at``) and ``updatedAt`` may be aware datetimes or ATOM strings. Gives the lead;
        ValueError for a field that KPro's leads do not have, an id that is taken, or a time without a zone.
        """
        given = _with_times(fields)
        if given.get("id") in self._store:
            raise ValueError(f"There is a lead {given['id']} already")
        created = given.get("createdAt") or atom(self._now())
        lead = self._sample.draw(created, given.get("updatedAt") or created, given)
        self._add(lead)
        return lead

    def change(self, lead_id: int, **fields: Any) -> dict[str, Any]:
        """Change fields of a lead and give it; ``updatedAt`` becomes now unless given. KeyError: unknown id."""
        given = _with_times(fields)
        unknown = given.keys() - LEAD_FIELDS.keys()
        if unknown or "id" in given:
            raise ValueError(f"These fields cannot be changed: {', '.join(sorted(unknown | (given.keys() & {'id'})))}")
        if given.keys() & {"firstName", "lastName"} and "fullName" not in given:
            names = self._store.get(lead_id) | given
            given["fullName"] = " ".join(filter(None, (names["firstName"], names["lastName"]))) or None
        return self._store.change(lead_id, {"updatedAt": atom(self._now()), **given})

    def forget(self, lead_id: int) -> None:
        """A lead is erased there. KeyError: unknown id."""
        self._store.remove(lead_id)

    def fill(self, count: int, days: int) -> None:
        """Add a history of `count` leads over the last `days` days."""
        now = self._now()
        moments = self._sample.moments(count, days, now)
        leads = [self._sample.draw(atom(moment), atom(self._sample.later(moment, now)), {}) for moment in moments]
        self._references.update(lead["externalRef"] for lead in leads if lead["externalRef"])
        self._store.extend(leads)

    def fault(self, kind: str, count: int = 1) -> None:
        """Let the next `count` calls fail in one of the :data:`FAULTS`; those asked for earlier come first."""
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind}; there are {', '.join(sorted(FAULTS))}")
        self._faults.extend([kind] * count)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()

    def application(self) -> web.Application:
        """The web application: GET and POST on ``/api/bulk/open/leads``."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve until :meth:`stop`; gives the base URL, such as http://127.0.0.1:49152."""
        if self._runner is not None:
            raise RuntimeError("The stand-in is serving already")
        self._stopping = False
        # No access log: it would hold the api_key of every call.
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        return f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving; calls that hang are let go."""
        self._stopping = True
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _add(self, lead: dict[str, Any]) -> None:
        self._store.add(lead)
        if lead["externalRef"] is not None:
            self._references.add(str(lead["externalRef"]))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call: note it, spoil it if a fault is due, else answer it."""
        shown = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "api_key")
        self.requests.append((request.method, f"{request.path}?{shown}" if shown else request.path))
        kind = self._faults.popleft() if self._faults else None
        match kind:
            case None:
                return await self._answer(request)
            case "401" | "429" | "500":
                return _refusal(int(kind), _MESSAGES[int(kind)])
            case "503":
                return web.Response(status=503, text=_HTML.format("Be right back."), content_type="text/html")
            case "html":
                return web.Response(text=_HTML.format("Sign in"), content_type="text/html")
            case "empty":
                empty = self._envelope(request, LeadQuery(), 0, []) if request.method == "GET" else b'{"data":[]}'
                return web.Response(body=empty, content_type="application/json")
            case "slow":
                await asyncio.sleep(self._slow_seconds)
                return await self._answer(request)
            case "truncated":
                whole = await self._answer(request)
                body = whole.body if isinstance(whole.body, bytes) else b""
                return web.Response(status=whole.status, body=body[: len(body) // 2], content_type="application/json")
            case "hang":
                await self._hang(request)
            case "withhold":
                await self._answer(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the client leaves, the stand-in stops or `hang_seconds` are over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._hang_seconds
        # aiohttp has no event for a client that leaves; whether it cancels handlers is up to the runner.
        while loop.time() < end and not self._stopping and request.transport is not None:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_FOR_CLIENT_SECONDS)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.path != LEADS_PATH:
            return _refusal(404, "Not Found.")
        if request.method not in {"GET", "POST"}:
            return _refusal(405, f"The {request.method} method is not supported for this route.")
        keys = request.query.getall("api_key", [])
        if len(keys) != 1 or not hmac.compare_digest(keys[0].encode(), self.api_key.encode()):
            return _refusal(401, _MESSAGES[401])
        try:
            if request.method == "GET":
                return self._list(request)
            return await self._import(request)
        except QueryRefused as refused:
            self.unknown_parameters += [refused.unknown] if refused.unknown else []
            return _refusal(400, refused.message)
        except BodyRefused as refused:
            self.unknown_parameters += refused.unknown
            return _refusal(400, refused.message)

    def _list(self, request: web.Request) -> web.Response:
        query = read_query((name, value) for name, value in request.query.items() if name != "api_key")
        total, bodies = self._store.page(query)
        return web.Response(body=self._envelope(request, query, total, bodies), content_type="application/json")

    def _envelope(self, request: web.Request, query: LeadQuery, total: int, bodies: list[bytes]) -> bytes:
        """The JSON of a page. Without leads ``from`` and ``to`` are null; the last page is 1 at least."""
        last = max(1, -(-total // query.size))
        first_item = (query.page - 1) * query.size + 1
        pagination = {
            "currentPage": query.page,
            "perPage": query.size,
            "total": total,
            "from": first_item if bodies else None,
            "to": first_item + len(bodies) - 1 if bodies else None,
            "lastPage": last,
        }
        links = {
            "first": self._link(request, 1),
            "prev": self._link(request, query.page - 1) if query.page > 1 else None,
            "next": self._link(request, query.page + 1) if query.page < last else None,
            "last": self._link(request, last),
        }
        rest = orjson.dumps({"pagination": pagination, "links": links})
        return b"".join((b'{"data":[', b",".join(bodies), b"],", rest[1:]))

    def _link(self, request: web.Request, page: int) -> str:
        kept = [(name, value) for name, value in request.query.items() if name not in {"api_key", "page"}]
        if self._links_carry_key:
            kept.append(("api_key", self.api_key))
        base = URL(self._url) if self._url else request.url.origin()
        return str(base.with_path(LEADS_PATH).with_query([*kept, ("page", str(page))]))

    async def _import(self, request: web.Request) -> web.Response:
        """POST: all entries or none; an entry whose externalRef is known is skipped."""
        for name in request.query:
            if name != "api_key":
                raise QueryRefused(f"The parameter {name} is not known.", unknown=name)
        entries = read_body(await request.read(), request.content_type)
        failed = check_leads(entries, self.inventory, self._errors_shape)
        if failed:
            return _json(422, failed)
        created: list[int] = []
        for entry in entries:
            reference = entry.get("externalRef")
            if reference is not None and str(reference) in self._references:
                continue
            lead = self._sample.imported(entry, self._now())
            self._add(lead)
            self.imported.append(entry)
            created.append(lead["id"])
            if entry.get("sendEmailConfirmation"):
                self.emails_sent.append(lead["email"])
        return _json(201, {"data": created})


def _with_times(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by the API's names, the two times as ATOM strings in UTC."""
    given = dict(fields)
    if "created_at" in given:
        given["createdAt"] = given.pop("created_at")
    for name in given.keys() & {"createdAt", "updatedAt"}:
        given[name] = atom(given[name])
    return given


def _refusal(status: int, message: str) -> web.Response:
    headers = {"Retry-After": "1"} if status == 429 else {}
    return _json(status, {"message": message}, headers)


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json", headers=headers or {})
