"""KPro Marketing: housing leads, United Kingdom (Leads API)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from providers.auth import QueryKey
from providers.http import Api
from providers.kpro.actions import ACTIONS, get_page, read_errors, send_rows
from providers.kpro.feed import FEED
from providers.kpro.models import ELIGIBILITY, ENQUIRY_TYPES, SCHEMES, SOURCES, ImportLead
from providers.kpro.settings import Credentials, Settings
from providers.provider import Intake, Provider, Rate, StandIn


async def _check(api: Api) -> None:
    """Ask for one lead: the cheapest call that needs the key."""
    await get_page(api, [("size", "1")])


DEMO_API_KEY = "d3m0" * 16


def _stand_in(now: Callable[[], datetime]) -> StandIn:
    from providers.kpro.stand_in import KproStandIn  # noqa: PLC0415  (a server: only the sandbox and tests want it)

    return KproStandIn(now=now, api_key=DEMO_API_KEY)


PROVIDER = Provider(
    slug="kpro",
    name="KPro Marketing",
    prefix="KP",
    url="https://app.kpro.co",  # by analogy with its documentation's host; see NOTES.md, unverified
    credentials=Credentials,
    settings=Settings,
    auth=lambda credentials, _: QueryKey("api_key", credentials.api_key),
    check=_check,
    region="GB",
    locale="en_GB",
    feed=FEED,
    actions=ACTIONS,
    rate=Rate(per_minute=60, burst=5),
    stand_in=_stand_in,
    stand_in_credentials={"api_key": DEMO_API_KEY},
    read_errors=read_errors,
    intake=Intake(
        row=ImportLead,
        send=send_rows,
        batch=200,
        reference="externalRef",
        mails="sendEmailConfirmation",
        email="email",
    ),
    words={"site": "source", "development": "place"},
    values={
        "source": tuple((code, name) for _, code, name in SOURCES),
        "scheme": SCHEMES,
        "enquiry": ENQUIRY_TYPES,
        "eligibility": ELIGIBILITY,
    },
)
