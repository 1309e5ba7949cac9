"""A strict stand-in of the GSL Customer Leads API, for the sandbox and the tests.

Written from the document "GSL Customer Leads Api (2.0.0)", never from what the client happens to send. What the
document leaves open is chosen when it is made; what it does not know is answered with 400 and noted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import unquote

import orjson
from aiohttp import web

from providers.seloger.stand_in import grants
from providers.seloger.stand_in.checking import BodyRefused, ErrorsAs, Names, problem, read_pages, read_search
from providers.seloger.stand_in.grants import Grants
from providers.seloger.stand_in.sample import FIELDS, LISTS, LeadSample
from providers.seloger.stand_in.store import ALL, LeadStore, Order

Json = dict[str, Any]
DataAs = Literal["list", "object"]
"""The document prints ``Data`` as a collapsed object."""

PATHS: Final[Mapping[str, str]] = {
    ALL: "/v2/leads",
    "classified": "/v2/leads/classified",
    "agency": "/v2/leads/agency",
    "seller": "/v2/leads/seller",
    "property-search": "/v2/leads/property-search",
}
"""Only the first is documented; one lead is below it, and the leads of one ad are below the second."""
FAULTS: Final = frozenset(
    {
        *("401", "403", "429", "500", "503", "html", "truncated", "hang", "slow", "refuse", "withhold", "empty"),
        *("firewall", "expire"),
        *(f"token:{kind}" for kind in ("401", "429", "500", "503", "html", "firewall", "refuse", "withhold")),
    }
)
"""What :meth:`SelogerStandIn.fault` can do to a call."""

_LARGEST_BODY: Final = 1024 * 1024
_LOOK_FOR_CLIENT_SECONDS: Final = 0.05
_HTML: Final = (
    "<!DOCTYPE html><html lang='fr'><head><title>Groupe SeLoger</title></head><body><h1>{}</h1></body></html>"
)
_TITLES: Final = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class SelogerStandIn:
    """The API of one customer with their leads, and the address that gives tokens.

    ``paths`` and ``names`` are those of the API; ``data_as``, ``errors_as`` and ``order`` (of a list) are what the
    document leaves open; ``pascal``: all keys of answers begin with a capital. More can be chosen at any time:

    - ``grants``: the client, and the one form of a token's request that is understood;
    - ``lacks`` and ``denied``: lists that are answered with 404 and 403;
    - ``repeats``: the page's number is ignored; ``count_off``: so many more than there are in ``Count``.

    ``slow_seconds`` and ``hang_seconds`` are how long the faults of those names take.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        client_id: str,
        client_secret: str,
        seed: int = 1,
        paths: Mapping[str, str] = PATHS,
        names: Names | None = None,
        data_as: DataAs = "list",
        errors_as: ErrorsAs = "title",
        order: Order = "newest",
        pascal: bool = False,
        slow_seconds: float = 2.0,
        hang_seconds: float = 60.0,
    ) -> None:
        self.grants = Grants(now, client_id, client_secret)
        self.paths = dict(paths)
        self.names = names or Names()
        self.data_as: DataAs = data_as
        self.errors_as: ErrorsAs = errors_as
        self.order: Order = order
        self.pascal = pascal
        self.lacks: set[str] = set()
        self.denied: set[str] = set()
        self.repeats = False
        self.count_off = 0
        self.requests: list[tuple[str, str]] = []
        """Method and path, decoded, of every call to the API, also of those that failed."""
        self.refused: list[str] = []
        """Fields that were answered with 400."""
        self.agents: set[str] = set()
        """Every User-Agent that called."""
        self._now = now
        self._sample = LeadSample(seed)
        self._store = LeadStore()
        self._faults: deque[str] = deque()
        self._token_faults: deque[str] = deque()
        self._slow_seconds = slow_seconds
        self._hang_seconds = hang_seconds
        self._runner: web.AppRunner | None = None
        self._stopping = False

    # -------------------------------------------------------------------------------- what happens there

    @property
    def leads(self) -> list[Json]:
        """All leads in the API's own shape, oldest first; only :meth:`change` and its like alter them."""
        return sorted(self._store.leads.values(), key=lambda lead: lead["leadMetaInfos"]["processedTime"])

    async def arrive(self, **fields: Any) -> Json:
        """A new lead appears, now unless ``created_at`` or ``processedTime`` says otherwise; give any field by its name
        in the API, whichever part it is in. ``lists`` are the category lists that it is in, ``phone`` its one number.

        Gives the lead; ValueError for a field that leads do not have, or an id that is taken.
        """
        lead, lists = self._sample.draw(self._now(), fields)
        self._store.put(lead, lists)
        return lead

    def change(self, lead_id: str, **fields: Any) -> Json:
        """Change fields of the contact or the first part of a lead. KeyError: unknown id."""
        lead = self._store.leads[lead_id]
        if fields.keys() - (FIELDS - {"leadId", "processedTime", "created_at", "lists"}):
            raise ValueError("These fields cannot be changed")
        for name, value in fields.items():
            part = lead if name in lead else lead["contactRequest"] if name in lead["contactRequest"] else None
            (lead["leadMetaInfos"] if part is None else part)[name] = value
        self._store.changed(lead_id)
        return lead

    def erase(self, lead_id: str, *, null: bool = True) -> None:
        """The contact of a lead is erased (GDPR): it is null, or all its fields are. KeyError: unknown id."""
        lead = self._store.leads[lead_id]
        lead["contactRequest"] = None if null else dict.fromkeys(lead["contactRequest"] or {})
        self._store.changed(lead_id)

    def also_in(self, lead_id: str, name: str) -> None:
        """A lead turns up in a further list. KeyError: unknown id."""
        self._store.also_in(lead_id, name)

    def forget(self, lead_id: str) -> None:
        """A lead is gone. KeyError: unknown id."""
        self._store.remove(lead_id)

    def fill(self, count: int, days: int) -> None:
        """Add a history of ``count`` leads over the last ``days`` days."""
        moments = self._sample.moments(count, days, self._now())
        self._store.extend(self._sample.draw(moment, {}) for moment in moments)

    def fault(self, kind: str, count: int = 1) -> None:
        """Let the next ``count`` calls suffer one of the :data:`FAULTS`; those asked for earlier come first.

        ``401``: the client is not accepted any more, and gets no new token either; ``expire``: all tokens have just
        expired; ``403``: the plan does not hold this; ``firewall``: its page; ``token:<kind>`` is for the address that
        gives tokens.
        """
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind}; there are {', '.join(sorted(FAULTS))}")
        if kind.startswith("token:"):
            self._token_faults.extend([kind.removeprefix("token:")] * count)
        else:
            self._faults.extend([kind] * count)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()
        self._token_faults.clear()

    # ---------------------------------------------------------------------------------------- serving

    def application(self) -> web.Application:
        """The web application."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve until :meth:`stop`; gives the base URL, such as http://127.0.0.1:49152."""
        if self._runner is not None:
            raise RuntimeError("The stand-in is serving already")
        self._stopping = False
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

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call: note it, spoil it if a fault is due, else answer it."""
        agent = request.headers.get("User-Agent", "")
        if not agent:
            return _page(403, "Request blocked")
        self.agents.add(agent)
        if request.path == grants.PATH:
            fault = self._token_faults.popleft() if self._token_faults else None
            if fault == "401":
                self.grants.refuse()
            return await self._spoilt(request, None if fault == "401" else fault, self.grants.token)
        self.requests.append((request.method, request.path))
        fault = self._faults.popleft() if self._faults else None
        if fault == "401":
            self.grants.refuse()
            self.grants.expire()
            return self._problem(request, 401)
        if fault == "expire":
            self.grants.expire()
            fault = None
        return await self._spoilt(request, fault, self._answer)

    async def _spoilt(self, request: web.Request, kind: str | None, answer: Any) -> web.StreamResponse:
        match kind:
            case None:
                found: web.StreamResponse = await answer(request)
                return found
            case "403" | "429" | "500":
                return self._problem(request, int(kind))
            case "503":
                return _page(503, "Maintenance en cours")
            case "firewall":
                return _page(403, "Request blocked")
            case "html":
                return _page(200, "Connexion")
            case "empty":
                return web.Response(body=self._envelope([], 0), content_type="application/json")
            case "slow":
                await asyncio.sleep(self._slow_seconds)
                slowly: web.StreamResponse = await answer(request)
                return slowly
            case "truncated":
                whole = await answer(request)
                body = whole.body if isinstance(whole.body, bytes) else b""
                return web.Response(status=whole.status, body=body[: len(body) // 2], content_type="application/json")
            case "hang":
                await self._hang(request)
            case "withhold":
                await answer(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the client leaves, the stand-in stops or ``hang_seconds`` are over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._hang_seconds
        # aiohttp has no event for a client that leaves; whether it cancels handlers is up to the runner.
        while loop.time() < end and not self._stopping and request.transport is not None:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_FOR_CLIENT_SECONDS)

    # ---------------------------------------------------------------------------------------- answering

    async def _answer(self, request: web.Request) -> web.Response:
        route, lead = self._route(request)
        if route is None:
            return self._problem(request, 404)
        if not self.grants.accepts(request.headers.get("Authorization", "")):
            return self._problem(request, 401)
        if route in self.lacks:
            return self._problem(request, 404)
        if request.method != ("GET" if route == "lead" else "POST"):
            return self._problem(request, 405)
        if route in self.denied:
            return self._problem(request, 403)
        if request.query:
            return self._problem(request, 400, tuple((name, f"Unknown parameter '{name}'.") for name in request.query))
        if route == "lead":
            if lead not in self._store.leads:
                return self._problem(request, 404)
            return web.Response(body=self._cased(self._store.body(lead)), content_type="application/json")
        if request.content_type != "application/json":
            return self._problem(request, 415)
        raw = await request.read()
        try:
            return self._of_ad(lead, raw) if route == "ad" else self._list(route, raw)
        except BodyRefused as refused:
            return self._problem(request, 400, refused.errors)

    def _route(self, request: web.Request) -> tuple[str | None, str]:
        """``leads`` or a category, ``ad``, ``lead``, or ``None``; and the id in the path."""
        path = request.rel_url.raw_path
        listed = next((name for name, known in self.paths.items() if path == known), None)
        if listed and (request.method == "POST" or listed == ALL):
            return listed, ""
        below, _, last = path.rpartition("/")
        if below == self.paths["classified"] and last.isdecimal():
            return "ad", last
        if below == self.paths[ALL] and last:
            return "lead", unquote(last)
        return listed, ""

    def _list(self, name: str, raw: bytes) -> web.Response:
        wanted = read_search(raw, self.names)
        rows = self._store.between(name, wanted.start, wanted.end)
        if code := wanted.more.get("PortalCode"):
            rows = [r for r in rows if self._store.leads[r[2]]["leadMetaInfos"]["portalCode"] == code]
        page = 0 if self.repeats else wanted.page
        found = self._store.page(rows, page, wanted.size, self.order)
        return web.Response(body=self._envelope(found, len(rows)), content_type="application/json")

    def _of_ad(self, ad: str, raw: bytes) -> web.Response:
        page, size = read_pages(raw, self.names)
        rows = [r for r in self._store.between("classified", None, float("inf")) if self._ad(r[2]) == ad]
        found = self._store.page(rows, page, size, self.order)
        return web.Response(body=self._envelope(found, len(rows)), content_type="application/json")

    def _ad(self, lead_id: str) -> str:
        about = self._store.leads[lead_id]["leadMetaInfos"].get("property") or {}
        return str(about.get("classifiedId"))

    def _envelope(self, leads: list[bytes], count: int) -> bytes:
        listed = b"[" + b",".join(leads) + b"]"
        data = listed if self.data_as == "list" else b'{"Leads":' + listed + b"}"
        return self._cased(b'{"Data":' + data + b',"Count":%d}' % (count + self.count_off))

    def _cased(self, body: bytes) -> bytes:
        return orjson.dumps(_pascal(orjson.loads(body))) if self.pascal else body

    def _problem(self, request: web.Request, status: int, errors: tuple[tuple[str, str], ...] = ()) -> web.Response:
        self.refused += [name for name, _ in errors]
        title = "Your request parameters did not validate." if status == 400 else _TITLES[status]
        headers = {"Retry-After": "1"} if status == 429 else {}
        body = problem(status, title, errors, self.errors_as, request.path)
        return web.Response(status=status, body=body, content_type="application/problem+json", headers=headers)


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=_HTML.format(text), content_type="text/html")


def _pascal(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].upper() + name[1:]: _pascal(held) for name, held in value.items()}
    return [_pascal(held) for held in value] if isinstance(value, list) else value


__all__ = ["FAULTS", "LISTS", "PATHS", "Names", "SelogerStandIn"]
