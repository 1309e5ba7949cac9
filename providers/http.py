"""The one door to the lead systems' HTTP: time limits, retries, rate budget, and the four failures.

httpx is built only here (``make_client``), so that a change of library is one file. Nothing that leaves this
module carries a URL, a header or a body: KPro's key travels in the query string, and bodies are personal data.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol, TypeVar

import httpx
import orjson
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse

MOST_CONNECTIONS = 1000
"""At a time: lead systems that hang must leave connections to the others, of however many teams."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds: a longer ``Retry-After`` is not waited for inside a call but handed to whoever plans the next one."""
TOTAL_SECONDS = 120.0
"""For one exchange: a server that sends a byte now and then must not hold a poll for ever."""
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes, unpacked."""

T = TypeVar("T")
Query = Sequence[tuple[str, str]]
"""Query parameters in order; a name may stand more than once."""


_TALKATIVE = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a lead system's headers say: calls a window, how many are left, and seconds until it begins anew."""

    limit: int
    remaining: int
    resets_in: float


class Budget(Protocol):
    """How many calls a connection may make."""

    async def acquire(self, *, urgent: bool, soon: bool = False) -> None:
        """Wait until one call may be made. A person's call (``urgent``) goes before all others, what a webhook named
        (``soon``) before polling."""
        ...

    async def blocked(self, seconds: float) -> None:
        """The lead system asked for this long a pause."""
        ...

    async def told(self, allowance: Allowance) -> None:
        """The lead system said what is left."""
        ...


class _TooLargeError(Exception):
    """The answer passed LARGEST_ANSWER."""


class Unlimited:
    """No budget: benchmarks, and one-off calls from the command line."""

    async def acquire(self, *, urgent: bool, soon: bool = False) -> None:
        """Return at once."""

    async def blocked(self, seconds: float) -> None:
        """Nothing to remember."""

    async def told(self, allowance: Allowance) -> None:
        """Nothing to remember."""


@cache
def _tls() -> ssl.SSLContext:
    """The certificates to trust: reading them takes 20 ms, so that is done once."""
    return httpx.create_ssl_context()


def make_client(user_agent: str = "Leadbell/0.1") -> httpx.AsyncClient:
    """One client for all lead systems: connect 5 s, read 20 s, no redirects followed, no cookies shared."""
    for name in _TALKATIVE:  # they log whole URLs, and a URL may hold a key
        logging.getLogger(name).disabled = True
    client = httpx.AsyncClient(
        verify=_tls(),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=100),
        headers={"User-Agent": user_agent, "Accept": "application/json"},
        follow_redirects=False,
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))  # one team's session is not another's
    return client


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds asked for by ``Retry-After`` (RFC 9110 §10.2.3: seconds or a date), or ``None``."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


_XML = frozenset(("application/xml", "text/xml"))
_WORDS = re.compile(r"[A-Za-z][A-Za-z ,.!-]{0,99}")


def _said(response: httpx.Response, kind: str, method: str) -> str | None:
    """A good answer that is text by its nature: an XML feed, or "ok" and "success" after a write, which Java servers
    send without quotes. ``None`` for anything else that is not JSON."""
    text = response.text
    written = method != "GET" and kind in ("application/json", "text/plain")
    return text if kind in _XML or (written and _WORDS.fullmatch(text.strip())) else None


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and (error.retry_after or 0.0) <= LONGEST_WAIT


class _Wait(wait_random_exponential):
    """Exponential with full jitter, or what the lead system asked for where that is longer."""

    def __call__(self, retry_state: RetryCallState) -> float:
        drawn: float = super().__call__(retry_state)
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after if isinstance(error, Unavailable) else None
        return max(drawn, asked or 0.0)


NOT_IMPLEMENTED = 501
"""The one 5xx that repeating does not help (RFC 9110 §15.6.2)."""
ReadErrors = Callable[[int, Any], Rejected | AuthFailed | None]
"""Given the status and the decoded body of a 2xx or 4xx answer (a 4xx one's plain text as it is), the failure it means,
or ``None`` for the usual: a 2xx answer is good."""
LONGEST_TEXT = 2000
"""Bytes of a refusal in plain text; a longer one is somebody's page."""


def _plain(response: httpx.Response) -> str | None:
    """A short plain text, which is how some systems refuse; ``None`` for a page."""
    content = response.content[: LONGEST_TEXT + 1].strip()
    page = content.startswith(b"<") or "html" in response.headers.get("content-type", "").lower()
    if page or len(content) > LONGEST_TEXT:
        return None
    return content.decode(errors="replace")


@dataclass(frozen=True)
class Api:
    """A connection's way to its lead system: base address, credentials, budget."""

    client: httpx.AsyncClient
    url: str
    auth: httpx.Auth
    budget: Budget
    urgent: bool = False
    soon: bool = False
    attempts: int = ATTEMPTS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    read_errors: ReadErrors | None = None
    allowance: Callable[[Mapping[str, str]], Allowance | None] | None = None
    settings: Any = None
    """The connection's settings (the provider's model), or ``None`` for a call outside any connection."""
    account: Mapping[str, str] = field(default_factory=dict)
    """What of the credentials is no secret: ids of accounts and facilities."""
    remembered: dict[str, Any] = field(default_factory=dict)
    """What was learned of this installation (operations that it lacks); forgotten at a restart."""
    before: Callable[[], None] | None = None
    """Called directly before every exchange, once its turn has come; where it raises, the exchange is not made."""

    def for_people(self) -> Api:
        """The same, for a call that a person waits for: before polling, and without long retries."""
        return replace(self, urgent=True, attempts=2)

    def for_news(self) -> Api:
        """The same, for what a webhook named: after people, before polling."""
        return replace(self, soon=True, attempts=2)

    async def get(self, path: str, query: Query = ()) -> Any:
        """GET and decode JSON. Raises one of the four failures."""
        return await self._with_retries("GET", path, query, None, self.attempts)

    async def send(self, method: str, path: str, body: Any, *, repeatable: bool, query: Query = ()) -> Any:
        """Send JSON and decode the answer. Only a ``repeatable`` write is tried more than once."""
        return await self._with_retries(method, path, query, body, self.attempts if repeatable else 1)

    async def _with_retries(self, method: str, path: str, query: Query, body: Any, attempts: int) -> Any:
        return await self.retried(lambda: self._once(method, path, query, body), attempts)

    async def retried(self, once: Callable[[], Awaitable[T]], attempts: int) -> T:
        """Try again what may be repeated, as long as trying later is worth it."""
        retrying = AsyncRetrying(
            stop=stop_after_attempt(attempts),
            wait=_Wait(multiplier=0.5, max=4.0),
            retry=retry_if_exception(_worth_repeating),
            sleep=self.sleep,
            reraise=True,
        )

        async def attempt() -> T:  # tenacity waits only for what is declared async
            return await once()

        return await retrying(attempt)

    async def _once(self, method: str, path: str, query: Query, body: Any) -> Any:
        response = await self.asked(self._exchange(method, path, query, body))
        return self.decoded(response, method)

    async def asked(self, exchange: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        """One exchange under the budget and the time limit; what its headers say of limits is heeded.

        Raises Unavailable where there is no answer or one that says to come later.
        """
        try:
            await self.budget.acquire(urgent=self.urgent, soon=self.soon)
            if self.before:
                self.before()
            async with asyncio.timeout(TOTAL_SECONDS):
                response = await exchange
        except httpx.ConnectError:
            raise Unavailable("cannot be reached") from None
        except TimeoutError:
            raise Unavailable("did not answer in time", arrived=None) from None
        except httpx.TimeoutException as error:
            sure = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
            raise Unavailable("did not answer in time", arrived=False if sure else None) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unavailable("broke the connection", arrived=None) from None
        except _TooLargeError:
            raise UnexpectedResponse("the answer is too large") from None
        finally:
            exchange.close()  # where the budget was used up, it was never begun
        if self.allowance and (allowance := self.allowance(response.headers)):
            await self.budget.told(allowance)
        if response.status_code == 429 or (response.status_code >= 500 and response.status_code != NOT_IMPLEMENTED):
            wait = retry_after(response.headers, datetime.now(UTC))
            if wait is not None:
                await self.budget.blocked(wait)
            unknown = None if response.status_code >= 500 else False
            raise Unavailable(f"HTTP {response.status_code}", wait, arrived=unknown)
        return response

    async def _exchange(self, method: str, path: str, query: Query, body: Any) -> httpx.Response:
        """One request and its whole answer, which is given up as soon as it grows too large."""
        request = self.client.build_request(
            method,
            self.url.rstrip("/") + path,
            params=list(query) or None,
            content=None if body is None else orjson.dumps(body),
            headers={} if body is None else {"Content-Type": "application/json"},
        )
        response = await self.client.send(request, auth=self.auth, stream=True)
        content = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise _TooLargeError
        finally:
            await response.aclose()
        kept = {k: v for k, v in response.headers.items() if k.lower() not in ("content-encoding", "content-length")}
        return httpx.Response(response.status_code, headers=kept, content=bytes(content))

    def decoded(self, response: httpx.Response, method: str) -> Any:
        """What an answer says. Raises one of the four failures."""
        status = response.status_code
        try:
            data = orjson.loads(response.content) if response.content else None
        except orjson.JSONDecodeError:
            data = _plain(response)
            if status == 403 and not (self.read_errors and data and self.read_errors(status, data)):
                raise Unavailable("HTTP 403") from None  # a firewall's page says nothing about the credentials
            if 200 <= status < 300:
                kind = response.headers.get("content-type", "no type").split(";")[0]
                if (said := _said(response, kind, method)) is not None:
                    return said
                raise UnexpectedResponse(f"the answer is not JSON ({kind})") from None
        read = self.read_errors if 200 <= status < 300 or 400 <= status < 500 else None
        if read and (failure := read(status, data)):
            raise failure
        if 200 <= status < 300:
            return data
        if status in (401, 403):
            raise AuthFailed
        if 400 <= status < 500 or status == NOT_IMPLEMENTED:
            raise Rejected(status=status)
        raise UnexpectedResponse(f"HTTP {status}")
