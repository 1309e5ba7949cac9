"""The one door to lead systems' HTTP, against a server that misbehaves on this machine."""

from __future__ import annotations

import asyncio
import gzip
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

import providers.http
from providers.auth import QueryKey
from providers.errors import AuthFailed, FieldError, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import ATTEMPTS, LONGEST_WAIT, Api, Unlimited, make_client, retry_after

CANARY = "c4n4ry-key-that-nobody-may-see"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers what the test has put in; the last answer again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)

    def answer(self, status: int = 200, body: bytes | str = b"{}", **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body

        async def answer(_request: web.Request) -> web.Response:
            found = {name.replace("_", "-"): value for name, value in headers.items()}
            found.setdefault("Content-Type", "application/json")
            return web.Response(status=status, body=raw, headers=found)

        self.answers.append(answer)

    def hang(self) -> None:
        async def answer(request: web.Request) -> web.Response:
            for _ in range(200):
                if request.transport is None:
                    break
                await asyncio.sleep(0.02)
            return web.Response()

        self.answers.append(answer)

    def drop(self, after: bytes | None = None) -> None:
        """Close the connection: at once, or in the middle of an answer."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
            if after is not None:
                await response.prepare(request)
                await response.write(after)
            assert request.transport is not None
            request.transport.abort()
            return response

        self.answers.append(answer)


class Budget:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.urgent: list[bool] = []
        self.pauses: list[float] = []

    async def acquire(self, *, urgent: bool, soon: bool = False) -> None:
        self.urgent.append(urgent)

    async def blocked(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def url(server: Server) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def waits() -> list[float]:
    """What was waited for between attempts."""
    return []


@pytest.fixture
def budget() -> Budget:
    return Budget()


@pytest.fixture
async def api(url: str, waits: list[float], budget: Budget) -> AsyncIterator[Api]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with make_client() as client:
        yield Api(client, url, QueryKey("api_key", SecretStr(CANARY)), budget, sleep=sleep)


async def failure(call: Awaitable[object]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await call
    return caught.value


# ------------------------------------------------------------------------------------ what succeeds


async def test_a_get_is_sent_with_its_query_and_the_key(server: Server, api: Api) -> None:
    server.answer(body='{"a": [1, "ü"]}')
    assert await api.get("/leads", [("site[]", "A B"), ("site[]", "ü&c")]) == {"a": [1, "ü"]}
    (request,) = server.seen
    assert request.method == "GET"
    assert request.query.getall("site[]") == ["A B", "ü&c"]
    assert request.query["api_key"] == CANARY
    assert request.headers["Accept"] == "application/json"
    assert "Leadbell" in request.headers["User-Agent"]


async def test_an_address_with_a_slash_at_its_end_is_the_same(server: Server, api: Api, url: str) -> None:
    server.answer()
    await Api(api.client, f"{url}/", api.auth, Unlimited()).get("/leads")
    assert server.seen[0].path == "/leads"


@pytest.mark.parametrize(("status", "body", "given"), [(201, '{"data": [1]}', {"data": [1]}), (204, "", None)])
async def test_a_write_is_sent_as_json(server: Server, api: Api, status: int, body: str, given: object) -> None:
    server.answer(status, body)
    assert await api.send("POST", "/leads", {"data": [{"n": "ü"}]}, repeatable=False) == given
    assert server.bodies == ['{"data":[{"n":"ü"}]}'.encode()]
    assert server.seen[0].content_type == "application/json"


# ------------------------------------------------------------------------------- the four failures


async def test_a_firewalls_page_is_not_taken_for_refused_credentials(server: Server, api: Api) -> None:
    server.answer(403, "<html>Blocked</html>", Content_Type="text/html")
    assert isinstance(await failure(api.get("/leads")), Unavailable)


@pytest.mark.parametrize(("status", "body"), [(401, "<html>Log in</html>"), (403, '{"message": "no"}'), (401, "{}")])
async def test_refused_credentials(server: Server, api: Api, status: int, body: str) -> None:
    server.answer(status, body, Content_Type="text/html")
    assert isinstance(await failure(api.get("/leads")), AuthFailed)
    assert len(server.seen) == 1
    server.answers.clear()
    server.answer()
    assert await api.get("/leads") == {}


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 413, 415, 422])
async def test_a_refused_request(server: Server, api: Api, status: int) -> None:
    server.answer(status, '{"message": "no"}')
    error = await failure(api.get("/leads"))
    assert isinstance(error, Rejected)
    assert (error.status, error.errors) == (status, ())
    assert len(server.seen) == 1
    server.answers.clear()
    server.answer()
    assert await api.get("/leads") == {}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
async def test_an_unavailable_system_is_asked_again_and_recovers(
    server: Server, api: Api, status: int, waits: list[float]
) -> None:
    server.answer(status, "<html>", Content_Type="text/html")
    server.answer(status, "")
    server.answer(body='{"n": 1}')
    assert await api.get("/leads") == {"n": 1}
    assert len(server.seen) == 3
    assert len(waits) == 2
    assert all(0 <= wait <= 4 for wait in waits)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_retries_are_bounded(server: Server, api: Api, status: int, waits: list[float], budget: Budget) -> None:
    server.answer(status)
    error = await failure(api.get("/leads"))
    assert isinstance(error, Unavailable)
    assert error.reason == f"HTTP {status}"
    assert len(server.seen) == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1
    assert len(budget.urgent) == ATTEMPTS  # every attempt is paid for


@pytest.mark.parametrize(("status", "arrived"), [(429, False), (500, None), (503, None)])
async def test_whether_a_write_may_have_arrived(server: Server, api: Api, status: int, arrived: bool | None) -> None:
    server.answer(status)
    error = await failure(api.send("POST", "/leads", {}, repeatable=False))
    assert isinstance(error, Unavailable)
    assert error.arrived is arrived


@pytest.mark.parametrize("fault", ["500", "429", "drop", "half"])
async def test_a_write_is_repeated_only_where_that_is_safe(server: Server, api: Api, fault: str) -> None:
    def spoil() -> None:
        match fault:
            case "drop":
                server.drop()
            case "half":
                server.drop(b'{"da')
            case _:
                server.answer(int(fault))

    spoil()
    server.answer()
    assert isinstance(await failure(api.send("POST", "/leads", {"n": 1}, repeatable=False)), Unavailable)
    assert len(server.seen) == 1
    server.answers.clear()
    spoil()
    server.answer(201, '{"data": []}')
    assert await api.send("POST", "/leads", {"n": 1}, repeatable=True) == {"data": []}
    assert server.bodies[-2:] == [b'{"n":1}'] * 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<!DOCTYPE html><h1>Sign in</h1>", "text/html"),
        ('{"data": [{"id": 1}, {"i', "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        ('{"a": NaN}', "application/json"),
        ("[" * 100_000, "application/json"),
    ],
    ids=["html", "truncated", "bytes", "nan", "deep"],
)
async def test_an_answer_that_is_no_json_is_unexpected_and_not_asked_for_again(
    server: Server, api: Api, body: bytes | str, kind: str
) -> None:
    server.answer(200, body, Content_Type=f"{kind}; charset=utf-8")
    error = await failure(api.get("/leads"))
    assert isinstance(error, UnexpectedResponse)
    assert error.reason == f"the answer is not JSON ({kind})"
    assert len(server.seen) == 1
    server.answers.clear()
    server.answer()
    assert await api.get("/leads") == {}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(server: Server, api: Api, url: str, status: int) -> None:
    server.answer(status, "moved", Location=f"{url}/elsewhere", Content_Type="text/plain")
    error = await failure(api.get("/leads"))
    assert isinstance(error, UnexpectedResponse)
    assert error.reason == f"HTTP {status}"
    assert [r.path for r in server.seen] == ["/leads"]


async def test_a_huge_answer_is_refused(server: Server, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers.http, "LARGEST_ANSWER", 1000)
    server.answer(body=b"[" + b"1," * 600 + b"1]")
    error = await failure(api.get("/leads"))
    assert isinstance(error, UnexpectedResponse)
    assert error.reason == "the answer is too large"
    server.answers.clear()
    server.answer(body=b"[" + b"1," * 400 + b"1]")
    assert len(await api.get("/leads")) == 401


async def test_a_packed_answer_that_unpacks_to_too_much_is_refused(
    server: Server, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers.http, "LARGEST_ANSWER", 100_000)
    server.answer(body=gzip.compress(b" " * 200_000 + b"{}"), Content_Encoding="gzip")
    error = await failure(api.get("/leads"))
    assert isinstance(error, UnexpectedResponse)
    assert error.reason == "the answer is too large"


async def test_a_broken_packing_is_a_broken_connection(server: Server, api: Api) -> None:
    server.answer(body=b"this is no gzip", Content_Encoding="gzip")
    assert isinstance(await failure(api.get("/leads")), Unavailable)
    server.answers.clear()
    server.answer(body=gzip.compress(b'{"n":1}'), Content_Encoding="gzip")
    assert await api.get("/leads") == {"n": 1}


async def test_no_cookies_are_kept(server: Server, api: Api) -> None:
    server.answer(200, "{}", Set_Cookie="session=of-another-team")
    await api.get("/leads")
    await api.get("/leads")
    assert "Cookie" not in server.seen[1].headers


# ------------------------------------------------------------------------------------- time limits


def patient(api: Api, **limits: float) -> Api:
    """The same with tiny time limits, and one attempt."""
    client = httpx.AsyncClient(timeout=httpx.Timeout(limits.get("read", 1.0), connect=limits.get("connect", 1.0)))
    return Api(client, api.url, api.auth, api.budget, attempts=1)


def test_the_time_limits_are_five_and_twenty_seconds() -> None:
    limits = make_client().timeout
    assert (limits.connect, limits.read, limits.write, limits.pool) == (5, 20, 20, 20)


async def test_a_hanging_system_is_left_and_nobody_knows_what_arrived(server: Server, api: Api) -> None:
    server.hang()
    hasty = patient(api, read=0.1)
    error = await failure(hasty.send("POST", "/leads", {}, repeatable=False))
    assert isinstance(error, Unavailable)
    assert (error.reason, error.arrived) == ("did not answer in time", None)
    server.answers.clear()
    server.answer()
    assert await hasty.get("/leads") == {}
    await hasty.client.aclose()


async def test_a_hanging_system_is_asked_three_times_at_the_most(server: Server, api: Api, waits: list[float]) -> None:
    server.hang()
    hasty = Api(patient(api, read=0.05).client, api.url, api.auth, api.budget, sleep=api.sleep)
    assert isinstance(await failure(hasty.get("/leads")), Unavailable)
    assert len(server.seen) == ATTEMPTS
    await hasty.client.aclose()


async def test_a_system_that_is_not_there_got_nothing(api: Api, unused_tcp_port: int) -> None:
    away = Api(api.client, f"http://127.0.0.1:{unused_tcp_port}", api.auth, api.budget, attempts=1)
    error = await failure(away.send("POST", "/leads", {}, repeatable=False))
    assert isinstance(error, Unavailable)
    assert (error.reason, error.arrived) == ("cannot be reached", False)


@pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1", "http://[::1", "no address"])
async def test_an_address_that_is_none_is_a_failure_like_the_others(api: Api, address: str) -> None:
    away = Api(api.client, address, api.auth, api.budget, attempts=1)
    assert isinstance(await failure(away.get("/leads")), Unavailable)


async def test_a_connection_that_breaks_in_the_middle(server: Server, api: Api) -> None:
    server.drop(b'{"data": [')
    error = await failure(Api(api.client, api.url, api.auth, api.budget, attempts=1).get("/leads"))
    assert isinstance(error, Unavailable)
    assert error.arrived is None


# -------------------------------------------------------------------------------------- Retry-After


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_in_seconds_is_waited_for(
    server: Server, api: Api, waits: list[float], budget: Budget, status: int
) -> None:
    server.answer(status, Retry_After="7")
    server.answer(body='{"n": 1}')
    assert await api.get("/leads") == {"n": 1}
    assert waits == [7]
    assert budget.pauses == [7]


async def test_retry_after_as_a_date_is_waited_for(server: Server, api: Api, waits: list[float]) -> None:
    at = datetime.now(UTC) + timedelta(seconds=8)
    server.answer(429, Retry_After=format_datetime(at, usegmt=True))
    server.answer()
    await api.get("/leads")
    assert len(waits) == 1
    assert 4 <= waits[0] <= 8


async def test_a_long_retry_after_is_handed_on_and_not_waited_for(
    server: Server, api: Api, waits: list[float], budget: Budget
) -> None:
    server.answer(429, Retry_After="3600")
    error = await failure(api.get("/leads"))
    assert isinstance(error, Unavailable)
    assert error.retry_after == 3600 > LONGEST_WAIT
    assert (len(server.seen), waits, budget.pauses) == (1, [], [3600])


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 1.5 ", 1.5),
        ("0", 0),
        ("-3", 0),
        ("Mon, 23 Nov 2026 09:31:00 GMT", 60),
        ("Mon, 23 Nov 2026 10:31:00 +0100", 60),
        ("Mon, 23 Nov 2026 09:29:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("Mon, 99 Nov 2026 09:31:00 GMT", None),
        ("Mon, 23 Nov 99999999999 09:31:00 GMT", None),
    ],
)
def test_retry_after_is_read(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


@given(
    value=st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,12} [\d:]{1,9}( .{1,8})?")
)
def test_no_retry_after_breaks_a_call(value: str) -> None:
    found = retry_after({"retry-after": value}, NOW)
    assert found is None or found >= 0


def test_there_is_no_retry_after() -> None:
    assert retry_after({}, NOW) is None


# ------------------------------------------------------------------------------------------- budget


async def test_a_persons_call_says_that_it_is_urgent(server: Server, api: Api, budget: Budget) -> None:
    server.answer()
    await api.get("/leads")
    await api.for_people().get("/leads")
    assert budget.urgent == [False, True]
    assert budget.pauses == []


# ----------------------------------------------------------------------------- a provider's reading


async def test_a_provider_may_read_a_refusal_its_own_way(server: Server, api: Api) -> None:
    def read(status: int, data: object) -> Rejected | AuthFailed | None:
        if isinstance(data, dict) and data.get("code") == 200058:
            return AuthFailed()
        return Rejected((FieldError("taken", "email", 0),), status) if status == 422 else None

    reading = Api(api.client, api.url, api.auth, api.budget, read_errors=read)
    server.answer(400, '{"code": 200058}')
    assert isinstance(await failure(reading.get("/leads")), AuthFailed)
    server.answers.clear()
    server.answer(422, '{"email": "taken"}')
    error = await failure(reading.get("/leads"))
    assert isinstance(error, Rejected)
    assert error.errors == (FieldError("taken", "email", 0),)
    server.answers.clear()
    server.answer(401, "no JSON")
    assert isinstance(await failure(reading.get("/leads")), AuthFailed)


async def test_a_good_status_may_be_a_failure_and_plain_text_is_read(server: Server, api: Api) -> None:
    def read(status: int, data: object) -> Rejected | AuthFailed | None:
        if isinstance(data, dict) and data.get("errorCode"):
            return Rejected((FieldError("no"),), status)
        return AuthFailed() if isinstance(data, str) and "bad token" in data else None

    reading = Api(api.client, api.url, api.auth, api.budget, attempts=1, read_errors=read)
    for status, body, kind, kind_of in (
        (200, '{"errorCode": 5}', "application/json", Rejected),
        (400, "a bad token", "text/plain", AuthFailed),
        (403, "a bad token", "text/plain", AuthFailed),
        (403, "<p>bad token</p>", "text/plain", Unavailable),
        (403, "bad token", "text/html", Unavailable),
        (403, "bad token" + " " * 5 + "x" * 5000, "text/plain", Unavailable),
        (400, "x", "text/plain", Rejected),
        (500, "bad token", "text/plain", Unavailable),
    ):
        server.answers.clear()
        server.answer(status, body, Content_Type=kind)
        assert type(await failure(reading.get("/leads"))) is kind_of, (status, body[:20])
    server.answers.clear()
    server.answer(200, '{"errorCode": 0}')
    assert await reading.get("/leads") == {"errorCode": 0}


async def test_what_is_not_implemented_is_not_asked_for_again(server: Server, api: Api) -> None:
    server.answer(501, "{}")
    error = await failure(api.get("/leads"))
    assert isinstance(error, Rejected)
    assert error.status == 501
    assert len(server.seen) == 1


# ------------------------------------------------------------------------------------ the canary


def told(error: BaseException | None) -> str:
    """All that an exception could tell in a log, with what it came from."""
    found = []
    while error is not None:
        found += [str(error), repr(error), repr(error.args), "".join(traceback.format_exception(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(found)


@pytest.mark.parametrize(
    "fault", ["401", "403", "400", "422", "429", "500", "302", "html", "truncated", "huge", "drop", "half", "hang"]
)
async def test_the_key_is_in_no_exception_and_no_log(
    server: Server, api: Api, url: str, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    hasty = patient(api, read=0.1) if fault == "hang" else api
    match fault:
        case "html":
            server.answer(200, f"<a href='?api_key={CANARY}'>", Content_Type="text/html")
        case "truncated":
            server.answer(200, '{"links": "?api_key=' + CANARY)
        case "huge":
            monkeypatch.setattr(providers.http, "LARGEST_ANSWER", 10)
            server.answer(body=f'["{CANARY}"]')
        case "drop":
            server.drop()
        case "half":
            server.drop(b'{"')
        case "hang":
            server.hang()
        case _:
            server.answer(int(fault), f'{{"message": "{CANARY}"}}', Location=f"{url}/x?api_key={CANARY}")
    error = await failure(hasty.get("/leads"))
    assert server.seen[0].query["api_key"] == CANARY
    assert CANARY not in told(error)
    assert "127.0.0.1" not in told(error)
    assert CANARY not in caplog.text
    assert CANARY not in repr(hasty)


async def test_an_unreachable_address_tells_neither_key_nor_address(
    api: Api, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    away = Api(api.client, f"http://127.0.0.1:{unused_tcp_port}", api.auth, api.budget, attempts=1)
    error = await failure(away.get("/leads"))
    assert CANARY not in told(error) + caplog.text + repr(away)


@pytest.mark.parametrize(
    ("method", "body", "kind"),
    [
        ("POST", "success", "application/json"),
        ("PUT", "ok\n", "text/plain"),
        ("GET", "<?xml version='1.0'?><listings/>", "application/xml"),
    ],
    ids=["unquoted", "plain", "xml"],
)
async def test_a_good_answer_that_is_text_by_its_nature_is_given_as_text(
    server: Server, api: Api, method: str, body: str, kind: str
) -> None:
    server.answer(200, body, Content_Type=f"{kind};charset=UTF-8")
    answer = await (api.get("/x") if method == "GET" else api.send(method, "/x", {}, repeatable=False))
    assert answer == body


@pytest.mark.parametrize(
    ("method", "body", "kind"),
    [
        ("GET", "success", "application/json"),
        ("POST", '"succ', "application/json"),
        ("POST", "<p>ok</p>", "text/html"),
        ("POST", "ok", "text/html"),
    ],
    ids=["read", "truncated", "page", "word on a page"],
)
async def test_words_are_no_answer_to_a_question_and_a_page_never_is(
    server: Server, api: Api, method: str, body: str, kind: str
) -> None:
    server.answer(200, body, Content_Type=kind)
    asked = api.get("/x") if method == "GET" else api.send(method, "/x", {}, repeatable=False)
    assert isinstance(await failure(asked), UnexpectedResponse)
