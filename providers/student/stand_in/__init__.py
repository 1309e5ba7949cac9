"""A strict stand-in of student.com's partner gateway, for the sandbox and the tests.

Written from the three pages of its document ("Get Leads List", "Get Lead Detail", "Download lead's document"), and from
the gateway's own public code where they say nothing (Overseas-Student-Living/public-gateway: what a wrong token is
answered with, scalars, ``pageInfo``). GraphQL is executed by graphql-core against a schema, so that what a real server
would refuse is refused here, with a real server's words.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from aiohttp import web

from providers.student.stand_in.executing import Executor, RequestRefused
from providers.student.stand_in.files import Files
from providers.student.stand_in.sample import LeadSample
from providers.student.stand_in.schema import ExternalIdType, SortType
from providers.student.stand_in.store import Json, LeadStore, Order

GRAPHQL: Final = "/graphql"
DOWNLOAD: Final = "/api/v1/download/lead/document"
FAULTS: Final = frozenset(
    {
        *("401", "429", "500", "503", "html", "truncated", "hang", "slow", "refuse", "withhold", "empty"),
        *("unauthenticated", "internal", "null", "partial"),
        *("redirect", "redirect-loop", "huge", "endless"),
    }
)
"""What :meth:`StudentStandIn.fault` can do to a call.

``unauthenticated``: no token, as GraphQL says it in a 200. ``internal``: a resolver fails. ``null``: ``data`` is null
and nothing says why. ``partial``: the student's data cannot be given, and an error stands beside the rest. The last
four are for downloads: elsewhere, round in circles, 2 GB, and a file without an end.
"""
AuthRefusal = Literal["401", "200"]
_LARGEST_BODY: Final = 1024 * 1024
_LOOK_FOR_CLIENT_SECONDS: Final = 0.05
_HTML: Final = "<!DOCTYPE html><html><head><title>student.com</title></head><body><h1>{}</h1></body></html>"


class StudentStandIn:
    """One partner's account with its leads. ``now`` gives aware times.

    What is not documented, or in two ways, can be chosen, also later:

    - ``header``: which header the token is read from;
    - ``refuses``: whether a missing token is answered with HTTP 401, or with a GraphQL error in a 200;
    - ``sort_type`` and ``external_id_type``: the names of the two types that the document contradicts itself about;
      without a ``sort_type`` the schema has no sorting;
    - ``order``: how leads come without ``sortBy``.

    What it does with a list stands in ``store`` (see :class:`~providers.student.stand_in.store.LeadStore`).
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        api_token: str,
        seed: int = 1,
        header: str = "x-api-token",
        refuses: AuthRefusal = "401",
        sort_type: SortType | None = "LeadSortBy",
        external_id_type: ExternalIdType = "NonEmptyString",
        order: Order = "newest",
        hang_seconds: float = 60.0,
        slow_seconds: float = 2.0,
    ) -> None:
        self.api_token = api_token
        self.header = header
        self.refuses = refuses
        self.requests: list[tuple[str, str]] = []
        """Method and path?query, decoded, of every call, also of those that failed."""
        self.asked: list[Json] = []
        """The body of every GraphQL call that had one."""
        self.refused: list[str] = []
        """What was refused because the document does not know it: messages."""
        self.store = LeadStore(order)
        self.files = Files()
        self._now = now
        self._sample = LeadSample(seed)
        self._executor = Executor(self.store, sort_type, external_id_type)
        self._faults: deque[str] = deque()
        self._runner: web.AppRunner | None = None
        self._stopping = False
        self._hang_seconds = hang_seconds
        self._slow_seconds = slow_seconds

    # -------------------------------------------------------------------------------- what the account holds

    @property
    def leads(self) -> list[Json]:
        """All leads, oldest first; only :meth:`change` alters them."""
        return self.store.leads

    def types(self, sort_type: SortType | None, external_id_type: ExternalIdType = "NonEmptyString") -> None:
        """The schema from now on."""
        self._executor = Executor(self.store, sort_type, external_id_type)

    async def arrive(self, **fields: Any) -> Json:
        """A new lead appears, now unless ``createdAt`` says otherwise; give any field by the API's name of it.

        Times may be aware datetimes, and ``created_at`` is understood too. Gives the lead; ValueError for a field that
        student.com's leads do not have, or a reference that is taken.
        """
        if fields.get("referenceId") in self.store:
            raise ValueError(f"There is a lead {fields['referenceId']} already")
        lead = self._sample.draw(self._now(), fields)
        self.store.add(lead)
        return dict(lead)

    def change(self, reference: str, **fields: Any) -> Json:
        """Change fields of a lead and give it; ``updatedAt`` becomes now unless given. KeyError: unknown reference."""
        return self.store.change(reference, self._sample.settled({"updatedAt": self._now(), **fields}))

    def forget(self, reference: str) -> None:
        """A lead is erased there. KeyError: unknown reference."""
        self.store.remove(reference)

    def forbid(self, reference: str) -> None:
        """A lead that is listed, but whose details this account may not see. KeyError: unknown reference."""
        self.store.forbid(reference)

    def fill(self, count: int, days: int) -> None:
        """Add a history of ``count`` leads over the last ``days`` days."""
        self.store.extend(self._sample.history(count, days, self._now()))

    def attach(self, reference: str, name: str, content: bytes, disposition: str | None = None) -> str:
        """A document of a lead; gives its id. ``disposition`` goes before the usual header."""
        if reference not in self.store:
            raise KeyError(reference)
        return self.files.put(reference, name, content, disposition)

    def link(self, reference: str, document: str) -> str:
        """The download link of a document, as a partner would copy it from student.com."""
        return f"https://public-gateway.student.com{DOWNLOAD}?documentId={document}&referenceId={reference}"

    @property
    def elsewhere(self) -> list[dict[str, str]]:
        """Headers of every call that was redirected to another host."""
        return self.files.elsewhere

    # ------------------------------------------------------------------------------------------------ faults

    def fault(self, kind: str, count: int = 1) -> None:
        """Let the next ``count`` calls suffer one of the :data:`FAULTS`; those asked for earlier come first."""
        if kind not in FAULTS:
            raise ValueError(f"No fault {kind}; there are {', '.join(sorted(FAULTS))}")
        self._faults.extend([kind] * count)

    def clear_faults(self) -> None:
        """Forget the faults that are still to come."""
        self._faults.clear()

    # ----------------------------------------------------------------------------------------------- serving

    def application(self) -> web.Application:
        """The web application: GraphQL and the download."""
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
        await self.files.start(host)
        return f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving; calls that hang are let go."""
        self._stopping = True
        await self.files.stop()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        """One call: note it, spoil it if a fault is due, else answer it."""
        shown = "&".join(f"{name}={value}" for name, value in request.query.items())
        self.requests.append((request.method, f"{request.path}?{shown}" if shown else request.path))
        kind = self._faults.popleft() if self._faults else None
        match kind:
            case "401":
                return _invalid_token()
            case "429":
                return _json(429, _error("Too Many Requests", "TOO_MANY_REQUESTS"), {"Retry-After": "1"})
            case "500":
                return _json(500, _error("Internal server error", "INTERNAL_SERVER_ERROR"))
            case "503":
                return web.Response(status=503, text=_HTML.format("Be right back."), content_type="text/html")
            case "html":
                return web.Response(text=_HTML.format("Sign in"), content_type="text/html")
            case "unauthenticated":
                return _json(200, _error("unauthorised", "UNAUTHENTICATED"))
            case "internal":
                return _json(200, _error("Cannot read property 'id' of undefined", "INTERNAL_SERVER_ERROR"))
            case "null":
                return _json(200, {"data": None})
            case "slow":
                await asyncio.sleep(self._slow_seconds)
                return await self._answer(request)
            case "truncated":
                whole = await self._answer(request)
                body = whole.body if isinstance(whole, web.Response) and isinstance(whole.body, bytes) else b"{..."
                return web.Response(status=200, body=body[: len(body) // 2], content_type="application/json")
            case "hang":
                await self._hang(request)
            case "withhold":
                await self._answer(request)
            case "refuse":
                pass
            case _:
                return await self._answer(request, kind)
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

    async def _answer(self, request: web.Request, kind: str | None = None) -> web.StreamResponse:
        if request.path not in (GRAPHQL, DOWNLOAD):
            return _json(404, {"message": "Not Found"})
        method = "POST" if request.path == GRAPHQL else "GET"
        if request.method != method:
            return _json(405, {"message": "Method Not Allowed"})
        tokens = request.headers.getall(self.header, [])
        if not tokens:
            status = 401 if self.refuses == "401" or request.path == DOWNLOAD else 200
            return _json(status, _error("unauthorised", "UNAUTHENTICATED"))
        if len(tokens) != 1 or not hmac.compare_digest(_bytes(tokens[0]), _bytes(self.api_token)):
            return _invalid_token()
        if request.path == DOWNLOAD:
            return await self.files.give(request, self.store, kind)
        return await self._graphql(request, kind)

    async def _graphql(self, request: web.Request, kind: str | None) -> web.Response:
        try:
            if request.content_type != "application/json" or request.query:
                raise RequestRefused("POST body missing, or not application/json")
            try:
                body = orjson.loads(await request.read())
            except orjson.JSONDecodeError:
                raise RequestRefused("The body is not JSON") from None
            if isinstance(body, dict):
                self.asked.append(body)
            return web.Response(body=self._executor.run(body, kind), content_type="application/json")
        except RequestRefused as refused:
            self.refused.append(str(refused))
            return _json(400, refused.body)


def _bytes(text: str) -> bytes:
    """Headers may hold bytes that are no text."""
    return text.encode("utf-8", "surrogateescape")


def _error(message: str, code: str) -> Json:
    return {"errors": [{"message": message, "extensions": {"code": code}}], "data": None}


def _invalid_token() -> web.Response:
    """As the gateway's own code has it: the code stands at the top of the error, in British spelling."""
    return _json(401, {"data": None, "errors": [{"code": "UNAUTHORISED", "message": "invalid apitoken"}]})


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json", headers=headers or {})
