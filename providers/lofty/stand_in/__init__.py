"""A strict stand-in of Lofty's API (the former Chime), for the sandbox and the tests.

Written from Lofty's document ("Lofty service API description", 80 operations), its newer specification where that
document lost something, and what was observed of a live account, never from what the client happens to send: what
the document does not know is answered with 400 and noted.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from aiohttp import web

from providers.lofty.stand_in import calls, tasks
from providers.lofty.stand_in.account import AGENTS, Account, AssigneeField, Call, Envelopes, Json, Raw, Routes
from providers.lofty.stand_in.activities import did
from providers.lofty.stand_in.checking import check_body, read_path, read_query
from providers.lofty.stand_in.documented import Operation
from providers.lofty.stand_in.oauth import NEWER, OLDER, PAGE, Grants
from providers.lofty.stand_in.operations import Finder, build_operations
from providers.lofty.stand_in.people import QUESTIONS
from providers.lofty.stand_in.pings import Pings
from providers.lofty.stand_in.rate import ResetAs, Window
from providers.lofty.stand_in.refusals import (
    CONTENT_TYPE,
    SHAPES,
    Refused,
    denied,
    error_body,
    invalid,
    no_such_key,
    not_for_vendor,
    shape_of,
)
from providers.lofty.stand_in.sample import LeadSample, settled
from providers.lofty.stand_in.times import epoch_ms
from providers.lofty.stand_in.webhooks import Webhooks

DEMO_API_KEY: Final = "demo.eyJsb2Z0eSI6InN0YW5kLWluIn0.c2lnbmVkLWJ5LW5vYm9keQ"
"""The sandbox's key: a signed token, as Lofty's are, that nobody has signed."""
DEMO_CLIENT_ID: Final = "lofty-demo-client"
DEMO_CLIENT_SECRET: Final = "lofty-demo-client-secret"  # noqa: S105  (of the sandbox)

FAULTS: Final = frozenset(
    {
        *("401", "429", "500", "503", "html", "truncated", "hang", "slow", "refuse", "withhold", "empty"),
        *("denied", "not-vendor", "late", "lacks-times"),
        *(f"shape:{number}" for number in range(1, len(SHAPES) + 1)),
        *(f"token:{kind}" for kind in ("401", "429", "500", "refuse", "withhold")),
    }
)
"""What :meth:`LoftyStandIn.fault` can do to a call."""

_LARGEST_BODY: Final = 8 * 1024 * 1024
_LOOK_FOR_CLIENT_SECONDS: Final = 0.05
_HTML: Final = "<!DOCTYPE html><html><head><title>Lofty</title></head><body><h1>{}</h1></body></html>"
_HISTORY_OF: Final = 25
"""So many of the youngest leads of a history have been called, mailed and written about."""


class LoftyStandIn:
    """One Lofty account with its team and its leads.

    ``now`` gives aware times, ``emails`` names and e-mail addresses of the team, its admin first. What is not
    documented, or is not as documented, can be chosen:

    - ``routes``: who gets a lead without an owner (see :data:`~providers.lofty.stand_in.account.Routes`);
    - ``wrapped``: items of lists of leads as ``{"lead": {…}}``; ``envelopes``: answers as observed or as documented;
    - ``times``: whether the searches by create and update time are there (the newer API lacks them);
    - ``assignee_field``: which spelling of an assignment's account is read, the other one changing nothing;
    - ``per_minute`` and ``reset_as``: the rate limit, and what ``X-RateLimit-Reset`` means;
    - ``allow_http``: whether callbacks of webhooks may be plain HTTP;
    - ``denied``: names of operations (``GET /v1.0/org``) that the key does not open.

    ``slow_seconds`` and ``hang_seconds`` are how long the faults of those names take.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        api_key: str = DEMO_API_KEY,
        emails: Sequence[tuple[str, str]] = AGENTS,
        seed: int = 1,
        routes: Routes = "lofty",
        wrapped: bool = False,
        envelopes: Envelopes = "live",
        times: bool = True,
        assignee_field: AssigneeField = "both",
        per_minute: int = 1000,
        reset_as: ResetAs = "ms",
        client_id: str = DEMO_CLIENT_ID,
        client_secret: str = DEMO_CLIENT_SECRET,
        expires_in: int = 3600,
        allow_http: bool = False,
        slow_seconds: float = 2.0,
        hang_seconds: float = 60.0,
    ) -> None:
        self.api_key = api_key
        self.requests: list[tuple[str, str]] = []
        """Method and path?query, decoded, of every call to the API, also of those that failed."""
        self.refused: list[str] = []
        """Parameters that were answered with 400."""
        self.denied: set[str] = set()
        self.account = Account(
            now, emails, routes=routes, wrapped=wrapped, envelopes=envelopes, times=times, assignee_field=assignee_field
        )
        self.grants = Grants(now, client_id, client_secret, expires_in)
        """Codes and tokens; ``granted`` and ``refreshed`` count them."""
        self.pings = Pings(self.account)
        self.rate = Window(now, per_minute, reset_as)
        self.account.told = self.pings.say
        self._now = now
        self._slow_seconds = slow_seconds
        self._hang_seconds = hang_seconds
        self._sample = LeadSample(self.account, seed)
        self._webhooks = Webhooks(allow_http)
        self._plays = build_operations(self.account, self.grants, self._webhooks)
        self._finder = Finder()
        self._faults: deque[str] = deque()
        self._token_faults: deque[str] = deque()
        self._shapes: deque[str] = deque()
        self._runner: web.AppRunner | None = None
        self._stopping = False

    # -------------------------------------------------------------------------------- what the account holds

    @property
    def leads(self) -> list[Json]:
        """All leads that are not in the trash, oldest first: copies, see :meth:`change`."""
        return self.account.shelf.leads()

    @property
    def members(self) -> list[Json]:
        """The team; ``memberUserId`` is the id that leads name."""
        return self.account.members

    @property
    def mails(self) -> list[str]:
        """What really reached somebody: ``welcome <email>``, ``alert <user>``, ``notification <email>``."""
        return self.account.mails

    @property
    def routes(self) -> Routes:
        """Who gets a lead without an owner."""
        return self.account.routes

    @routes.setter
    def routes(self, value: Routes) -> None:
        self.account.routes = value

    @property
    def allow_http(self) -> bool:
        """Whether callbacks may be plain HTTP."""
        return self._webhooks.allow_http

    @allow_http.setter
    def allow_http(self, value: bool) -> None:
        self._webhooks.allow_http = value

    # ---------------------------------------------------------------------------------- what happens in Lofty

    async def arrive(self, **fields: Any) -> Json:
        """A new lead appears, now unless ``createTime`` says otherwise; give any field by the API's name of it.

        Times may be aware datetimes, ``tags`` names; ``created_at``, ``owner`` and ``pond`` are understood too (see
        :func:`~providers.lofty.stand_in.sample.settled`). Without an owner the lead is routed as ``routes`` says.
        Gives the lead; ValueError for a field that Lofty's leads do not have, or an id that is taken.
        """
        if fields.get("leadId") in self.account.shelf:
            raise ValueError(f"There is a lead {fields['leadId']} already")
        lead = self._sample.draw(self._now(), fields)
        self.account.shelf.put(lead)
        self.account.told("newLead", lead["leadId"])
        return dict(lead)

    def change(self, lead_id: int, **fields: Any) -> Json:
        """Somebody edits a lead in Lofty; fields as for :meth:`arrive`. KeyError: unknown id."""
        lead = self.account.shelf.get(lead_id)
        if "leadId" in fields:
            raise ValueError("A lead keeps its id")
        settled(self.account, lead, fields)
        updated = lead["lastUpdateTime"]
        self.account.saved(lead)
        if "lastUpdateTime" in fields:
            lead["lastUpdateTime"] = updated
            self.account.shelf.put(lead)
        return dict(lead)

    def forget(self, lead_id: int) -> None:
        """A lead goes to the trash. KeyError: unknown id."""
        self.account.shelf.remove(lead_id)
        self.account.told("deletedLead", lead_id)

    def fill(self, count: int, days: int) -> None:
        """Add a history of ``count`` leads over the last ``days`` days; nobody is told."""
        now = self._now()
        moments = self._sample.moments(count, days, now)
        self.account.shelf.extend(self._sample.draw(moment, {}, self._sample.later(moment, now)) for moment in moments)
        for place, row in enumerate(self.account.shelf.rows()[-min(count, _HISTORY_OF) :]):
            self._past(self.account.shelf.get(row.id), place)

    def called(self, lead_id: int, *, seconds: int = 95, outcome: str = "Talked", note: str = "") -> Json:
        """Somebody calls a lead with Lofty's dialer. KeyError: unknown id."""
        return calls.called(self.account, self.account.shelf.get(lead_id), self._now(), seconds, outcome, note)

    def mailed(self, lead_id: int, subject: str) -> Json:
        """Somebody mails a lead from Lofty. KeyError: unknown id."""
        return calls.mailed(self.account, self.account.shelf.get(lead_id), self._now(), subject)

    def texted(self, lead_id: int) -> Json:
        """Somebody texts a lead from Lofty. KeyError: unknown id."""
        return calls.texted(self.account, self.account.shelf.get(lead_id), self._now())

    def booked(self, lead_id: int, at: datetime, text: str, *, address: str = "") -> Json:
        """Somebody makes an appointment of an hour with a lead. KeyError: unknown id."""
        lead = self.account.shelf.get(lead_id)
        return tasks.book(self.account, lead, at, at + timedelta(hours=1), text, address)

    def _past(self, lead: Json, place: int) -> None:
        """A little of what has happened to a lead of the past."""
        account, now = self.account, self._now()
        at = now - timedelta(hours=1 + place)
        if place % 2:
            calls.called(account, lead, at, 30 * place, "Talked" if place % 3 else "NoAnswer", "")
        if place % 3 == 0:
            calls.mailed(account, lead, at, "Homes you may like")
            calls.texted(account, lead, at)
        if place % 5 == 0:
            tasks.book(account, lead, now + timedelta(days=1), now + timedelta(days=1, hours=1), "Showing", "")
        link = "https://lonestar-realty.example.com/listing/TX-1001"
        text = QUESTIONS[place % len(QUESTIONS)]
        kind = ("Browse", "Favorite", "Request", "Submission")[place % 4]
        did(account, lead, {"created": epoch_ms(at), "type": kind, "text": text, "link": link, "picture": ""})

    # ------------------------------------------------------------------------------------------------ faults

    def fault(self, kind: str, count: int = 1) -> None:
        """Let the next ``count`` calls suffer one of the :data:`FAULTS`; those asked for earlier come first.

        ``denied`` and ``not-vendor`` refuse with 403. ``shape:<n>`` is the form of the next error bodies (see
        :data:`~providers.lofty.stand_in.refusals.SHAPES`), ``late`` lets the next things that are created be
        missing when they are first asked for, ``token:<kind>`` is for the token endpoints, and ``lacks-times`` lasts
        until :meth:`clear_faults`: the two searches by time are gone.
        """
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind}; there are {', '.join(sorted(FAULTS))}")
        if kind == "lacks-times":
            self.account.times = False
        elif kind == "late":
            self.account.late += count
        elif kind.startswith("shape:"):
            self._shapes.extend([SHAPES[int(kind.removeprefix("shape:")) - 1]] * count)
        elif kind.startswith("token:"):
            self._token_faults.extend([kind.removeprefix("token:")] * count)
        else:
            self._faults.extend([kind] * count)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()
        self._token_faults.clear()
        self._shapes.clear()
        self.account.late = 0
        self.account.times = True

    # ----------------------------------------------------------------------------------------------- serving

    def application(self) -> web.Application:
        """The web application: the API, the page of consent and the token endpoints."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("GET", PAGE, self._page)
        application.router.add_route("*", OLDER, self._token)
        application.router.add_route("*", NEWER, self._token)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve until :meth:`stop`; gives the base URL, such as http://127.0.0.1:49152."""
        if self._runner is not None:
            raise RuntimeError("The stand-in is serving already")
        self._stopping = False
        # No access log: searches carry what customers are called.
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        self._runner = runner
        await web.TCPSite(runner, host, port).start()
        return f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving; calls that hang are let go, pings that are under way are lost."""
        self._stopping = True
        await self.pings.stop()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return self.grants.page(request)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        match self._token_faults.popleft() if self._token_faults else None:
            case None:
                return await self.grants.token(request)
            case "401":
                return _json(401, {"error": "invalid_client"})
            case "429":
                return _json(429, {"message": "Too Many Requests"})
            case "500":
                return _json(500, {"error": "server_error"})
            case "withhold":
                await self.grants.token(request)
        return _cut_off(request)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call to the API: note it, count it, spoil it if a fault is due, else answer it."""
        shown = "&".join(f"{name}={value}" for name, value in request.query.items())
        self.requests.append((request.method, f"{request.path}?{shown}" if shown else request.path))
        if self.rate.take():
            answer = await self._spoilt(request, self._faults.popleft() if self._faults else None)
        else:
            answer = _json(429, {"message": "Too Many Requests"})
        answer.headers.update(self.rate.headers())
        if answer.status == 429:
            answer.headers["X-RateLimit-Remaining"] = "0"
        return answer

    async def _spoilt(self, request: web.Request, kind: str | None) -> web.Response:
        match kind:
            case None:
                return await self._answer(request)
            case "401":
                bearer = request.headers.get("Authorization", "").startswith("Bearer ")
                return self._refusal(request, _no_bearer() if bearer else no_such_key())
            case "429":
                return _json(429, {"message": "Too Many Requests"})
            case "500":
                return self._refusal(request, Refused(500, 20005, "Internal server error"))
            case "503":
                return web.Response(status=503, text=_HTML.format("Be right back."), content_type="text/html")
            case "html":
                return web.Response(text=_HTML.format("Sign in"), content_type="text/html")
            case "denied":
                return self._refusal(request, denied())
            case "not-vendor":
                return self._refusal(request, not_for_vendor())
            case "empty":
                return await self._answer(request, empty=True)
            case "slow":
                await asyncio.sleep(self._slow_seconds)
                return await self._answer(request)
            case "truncated":
                whole = await self._answer(request)
                body = whole.body if isinstance(whole.body, bytes) and len(whole.body) > 1 else b'{"lea'
                return web.Response(status=whole.status, body=body[: len(body) // 2], content_type="application/json")
            case "hang":
                await self._hang(request)
            case "withhold":
                await self._answer(request)
        return _cut_off(request)

    async def _hang(self, request: web.Request) -> None:
        """Say nothing until the client leaves, the stand-in stops or ``hang_seconds`` are over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._hang_seconds
        # aiohttp has no event for a client that leaves; whether it cancels handlers is up to the runner.
        while loop.time() < end and not self._stopping and request.transport is not None:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_FOR_CLIENT_SECONDS)

    async def _answer(self, request: web.Request, *, empty: bool = False) -> web.Response:
        try:
            found = self._finder.find(request.method, request.rel_url.raw_path)
            if found is None:
                raise Refused(404, 404, "Not Found")
            call = await self._call(request, *found, empty=empty)
            return _shown(self._plays[call.operation.name](self.account, call), empty and request.method == "GET")
        except Refused as refused:
            if refused.status == 400 and refused.field:
                self.refused.append(refused.field)
            return self._refusal(request, refused)

    async def _call(
        self, request: web.Request, operation: Operation, values: Mapping[str, str], *, empty: bool
    ) -> Call:
        """The call, all of it checked. Raises Refused."""
        if request.content_type != "application/json":
            raise Refused(400, CONTENT_TYPE, "Content-Type must be application/json")
        self._sign_in(request.headers.get("Authorization", ""))
        if operation.name in self.denied:
            raise denied()
        call = Call(operation, read_path(values), read_query(operation, request.query.items()), empty=empty)
        raw = await request.read()
        if operation.body:
            try:
                call.body = orjson.loads(raw)
            except orjson.JSONDecodeError:
                raise invalid("the body", "must be JSON") from None
            check_body(operation, call.body)
        elif raw:
            raise invalid("the body", "is not known")
        return call

    def _sign_in(self, header: str) -> None:
        scheme, _, value = header.partition(" ")
        if scheme == "Bearer":
            if not self.grants.accepts(value):
                raise _no_bearer()
        elif scheme != "token" or not hmac.compare_digest(_bytes(value), _bytes(self.api_key)):
            raise no_such_key()

    def _refusal(self, request: web.Request, refused: Refused) -> web.Response:
        shape = self._shapes.popleft() if self._shapes else shape_of(request.path)
        body, content_type = error_body(refused, shape)
        return web.Response(status=refused.status, body=body, content_type=content_type)


def _bytes(text: str) -> bytes:
    """Headers may hold bytes that are no text."""
    return text.encode("utf-8", "surrogateescape")


def _no_bearer() -> Refused:
    return Refused(401, 401, "BAD_CREDENTIALS")


def _cut_off(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def _shown(result: Any, empty: bool) -> web.Response:
    """What an operation gave, as it is sent: nothing at all where it gave nothing."""
    if isinstance(result, Raw):
        return web.Response(body=result.body, content_type=result.content_type)
    if result is None:
        return web.Response(status=200)
    return _json(200, _emptied(result) if empty else result)


def _emptied(result: Any) -> Any:
    """An answer without its records."""
    if isinstance(result, list):
        return []
    if isinstance(result, dict):
        return {name: [] if isinstance(value, list) else value for name, value in result.items()}
    return result
