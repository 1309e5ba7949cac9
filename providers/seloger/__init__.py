"""Groupe SeLoger: leads of property portals, France (GSL Customer Leads API, "Lead as a Service")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from providers.http import Api
from providers.provider import Provider, Rate, StandIn
from providers.seloger.actions import ACTIONS
from providers.seloger.auth import sign_in
from providers.seloger.codes import CATEGORIES, KINDS, PORTALS
from providers.seloger.errors import read_errors
from providers.seloger.feed import FEED
from providers.seloger.lists import try_lists
from providers.seloger.settings import Credentials, Settings

DEMO_CLIENT_ID = "agence-du-port"
DEMO_CLIENT_SECRET = "d3m0-s3cr3t-0f-th3-sandb0x"  # noqa: S105  (of the sandbox)


async def _check(api: Api) -> None:
    """Ask every list that is to be read for one lead of the last hour."""
    now = datetime.now(UTC)
    await try_lists(api, now - timedelta(hours=1), now)


def _stand_in(now: Callable[[], datetime]) -> StandIn:
    from providers.seloger.stand_in import SelogerStandIn  # noqa: PLC0415  (a server: only sandbox and tests want it)

    return SelogerStandIn(now=now, client_id=DEMO_CLIENT_ID, client_secret=DEMO_CLIENT_SECRET)


PROVIDER = Provider(
    slug="seloger",
    name="Groupe SeLoger",
    prefix="SL",
    url="https://sandbox.leads.api.groupeseloger.com",  # the host of the document itself; see NOTES.md, unverified
    credentials=Credentials,
    settings=Settings,
    auth=sign_in,
    check=_check,
    region="FR",
    locale="fr_FR",
    feed=FEED,
    actions=ACTIONS,
    rate=Rate(per_minute=120, burst=30),
    stand_in=_stand_in,
    stand_in_credentials={
        "client_id": DEMO_CLIENT_ID,
        "client_secret": DEMO_CLIENT_SECRET,
        "token_url": "{url}/oauth/token",
    },
    read_errors=read_errors,
    words={"portal": "source", "category": "scheme"},
    values={"source": PORTALS, "scheme": CATEGORIES, "enquiry": KINDS},
)
