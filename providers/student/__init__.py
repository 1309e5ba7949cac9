"""student.com: student rooms (partner API, GraphQL)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from providers.http import Api
from providers.provider import Provider, Rate, StandIn
from providers.student.actions import ACTIONS, ask_leads
from providers.student.auth import TokenHeader
from providers.student.errors import read_errors
from providers.student.feed import FEED
from providers.student.models import JOURNEYS_SEEN, STAGES
from providers.student.settings import Credentials, Settings


async def _check(api: Api) -> None:
    """Ask for one lead: the cheapest call that needs the token."""
    await ask_leads(api, {"pageNumber": 1, "pageSize": 1})


DEMO_API_TOKEN = "demo-3f1c9a77d2student"  # noqa: S105  (of the sandbox)


def _stand_in(now: Callable[[], datetime]) -> StandIn:
    from providers.student.stand_in import StudentStandIn  # noqa: PLC0415  (a server: only the sandbox and tests)

    return StudentStandIn(now=now, api_token=DEMO_API_TOKEN)


PROVIDER = Provider(
    slug="student",
    name="student.com",
    prefix="ST",
    url="https://public-gateway.student.com",
    credentials=Credentials,
    settings=Settings,
    auth=lambda credentials, _: TokenHeader(credentials.token_header, credentials.api_token),
    check=_check,
    region="GB",
    locale="en_GB",
    feed=FEED,
    actions=ACTIONS,
    rate=Rate(per_minute=60, burst=5),
    stand_in=_stand_in,
    stand_in_credentials={"api_token": DEMO_API_TOKEN},
    read_errors=read_errors,
    words={"property": "place", "journey": "enquiry"},
    values={"enquiry": JOURNEYS_SEEN, "stage": STAGES},
)
