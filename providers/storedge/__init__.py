"""Storable storEDGE: leads and reservations of self-storage facilities, United States (API v1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from providers.errors import FieldError, Rejected
from providers.http import Api
from providers.provider import Provider, Rate, StandIn
from providers.storedge.actions import ACTIONS
from providers.storedge.auth import OneLegged
from providers.storedge.errors import read_errors
from providers.storedge.feed import FEED
from providers.storedge.names import NAMES
from providers.storedge.pages import ask
from providers.storedge.settings import Credentials, Settings, facilities_of
from providers.storedge.writes import WRITES


async def _check(api: Api) -> None:
    """Ask each facility for one lead: the cheapest call that needs the key, and that tells a wrong facility."""
    several = len(facilities_of(api.account)) > 1
    for facility in facilities_of(api.account):
        try:
            await ask(api, facility, (), 1, 1)
        except Rejected as refused:
            if refused.status not in (403, 404):
                raise
            which = f" ({facility})" if several else ""
            said = f"storEDGE has no such facility, or this API key may not see it{which}."
            raise Rejected((FieldError(said, "facility_id"),), refused.status) from None


DEMO_ACCESS_ID = "5t0redge-demo-access-1d"
DEMO_SECRET_KEY = "5t0redge-demo-secret-k3y-of-the-stand-in"  # noqa: S105
DEMO_FACILITIES = ("54a596cb-08bf-45ac-9a1a-1a2483eb1d3c", "7c2d94e0-5b1f-4f7e-8a43-0d6f21c9b7aa")


def _stand_in(now: Callable[[], datetime]) -> StandIn:
    from providers.storedge.stand_in import StoredgeStandIn  # noqa: PLC0415  (a server: only sandbox and tests want it)

    return StoredgeStandIn(now=now, access_id=DEMO_ACCESS_ID, secret_key=DEMO_SECRET_KEY, facilities=DEMO_FACILITIES)


PROVIDER = Provider(
    slug="storedge",
    name="Storable storEDGE",
    prefix="SE",
    url="https://api.storedgefms.com",
    credentials=Credentials,
    settings=Settings,
    auth=lambda credentials, _: OneLegged(credentials.access_id, credentials.secret_key),
    check=_check,
    region="US",
    locale="en_US",
    feed=FEED,
    actions=ACTIONS,
    rate=Rate(per_minute=120, burst=20),  # none is documented; each facility is a call or two at every poll
    stand_in=_stand_in,
    stand_in_credentials={
        "access_id": DEMO_ACCESS_ID,
        "secret_key": DEMO_SECRET_KEY,
        "facility_id": " ".join(DEMO_FACILITIES),
    },
    read_errors=read_errors,
    names=NAMES,
    writes=WRITES,
    creates="create-lead",
    follows_up=True,
    words={"facility": "place"},
)
