"""Lofty (formerly Chime): leads of real-estate teams, United States and Canada (Open API)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from providers.http import Api
from providers.lofty.actions import ACTIONS
from providers.lofty.auth import OAUTH, sign_in
from providers.lofty.errors import read_errors
from providers.lofty.feed import FEED
from providers.lofty.limits import RATE, allowance, pace
from providers.lofty.names import NAMES
from providers.lofty.settings import OPEN_URL, Credentials, Settings
from providers.lofty.webhooks import WEBHOOKS
from providers.lofty.writes import WRITES
from providers.provider import Provider, StandIn


async def _check(api: Api) -> None:
    """Ask who we are: the cheapest call that needs the key."""
    await api.get("/v1.0/me")


DEMO_API_KEY = "demo.eyJsb2Z0eSI6InN0YW5kLWluIn0.c2lnbmVkLWJ5LW5vYm9keQ"
"""The stand-in's, shaped like the signed tokens that Lofty gives; nobody signed it."""


DEMO_MEMBERS = tuple(
    (name, f"{name.split()[0].casefold()}@harbourhomes.example") for name in ("Max Winter", "Zoe Lind", "Sam Reyes")
)
"""The sandbox's people, so that members are found by their e-mail addresses."""


def _stand_in(now: Callable[[], datetime]) -> StandIn:
    from providers.lofty.stand_in import LoftyStandIn  # noqa: PLC0415  (a server: only the sandbox and tests want it)

    # nobody routes, so that there is something to claim; a test may let it route
    return LoftyStandIn(now=now, api_key=DEMO_API_KEY, emails=DEMO_MEMBERS, routes="nobody", allow_http=True)


PROVIDER = Provider(
    slug="lofty",
    name="Lofty",
    prefix="LO",
    url="https://api.lofty.com",
    credentials=Credentials,
    settings=Settings,
    auth=sign_in,
    check=_check,
    region="US",
    locale="en_US",
    feed=FEED,
    actions=ACTIONS,
    rate=RATE,
    stand_in=_stand_in,
    stand_in_credentials={"api_key": DEMO_API_KEY},
    read_errors=read_errors,
    names=NAMES,
    writes=WRITES,
    creates="add-lead",
    webhooks=WEBHOOKS,
    oauth=OAUTH,
    allowance=allowance,
    pace=pace,
    open_url=OPEN_URL,
    words={"pipeline": "stage", "city": "place", "type": "enquiry"},
)
