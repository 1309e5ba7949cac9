"""Lofty calls when a lead changes. Its calls are not signed and hold little but numbers: the leads are read again.

Sources: Lofty API, 5.12; https://developer.lofty.com (webhooks). One call was observed:
``{"listId": 2, "teamId": …, "updatedLead": [{"leadId": …, "updateTime": …}]}``; the names of the other lists in it are
not documented.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from pydantic import BaseModel

from providers.errors import ProviderError, Rejected, UnexpectedResponse
from providers.http import Api
from providers.lofty.feed import changed_since, created_since, page_of
from providers.lofty.mapping import content, number, updated
from providers.lofty.pages import LARGEST_PAGE, LEADS, Lead
from providers.provider import Page, Webhooks

WEBHOOK = "/v1.0/webhook"
LEAD_INFO = 2
STAGES = 12
"""Lists to subscribe to. Not 3, what leads do on the site: it calls at every page they look at, and no card changes
by it. 12 is only in the newer description."""
MOST = 5000
"""``limit``: calls in 30 minutes in one description, events in a call in the other. Both allow this many."""
FEW = 2
"""So many leads are read one by one."""
TRIES = 3
"""Leads of a burst that are asked for until one is there."""
BEFORE = timedelta(minutes=10)
"""A burst came within this time."""


async def subscribe(api: Api, callback: str) -> str:
    """Subscribe, and give as JSON the ids of the subscriptions and the team's number. Leads' own list has to work;
    stages are left to it where Lofty does not know theirs."""
    made = [await _add(api, LEAD_INFO, callback)]
    with suppress(ProviderError):
        made.append(await _add(api, STAGES, callback))
    ids = [found for one in made if (found := number(one.get("subscribeId")))]
    team = next((found for one in made if (found := number(one.get("teamId")))), None)
    return orjson.dumps({"ids": ids, "teamId": team}).decode()


async def _add(api: Api, kind: int, callback: str) -> dict[str, Any]:
    """One subscription: of all leads that the account manages, or where that is not known, of those that it may see."""
    body: dict[str, Any] = {"listId": kind, "callbackUrl": callback, "limit": MOST}
    try:
        answer = await api.send("POST", WEBHOOK, body | {"permissionMode": 1}, repeatable=False)
    except Rejected as error:
        if error.status not in (400, 422):
            raise
        answer = await api.send("POST", WEBHOOK, body, repeatable=False)
    if isinstance(answer, dict) and isinstance(answer.get("data"), dict):
        answer = answer["data"]
    if not isinstance(answer, dict):
        raise UnexpectedResponse("the answer holds no subscription")
    return answer


async def unsubscribe(api: Api, subscription: str) -> None:
    """End all of it; what is gone already is well."""
    failure: ProviderError | None = None
    for one in orjson.loads(subscription)["ids"]:
        try:
            await api.send("DELETE", f"{WEBHOOK}/{one}", None, repeatable=True)
        except Rejected as error:
            failure = failure or (None if error.status in (404, 410) else error)
    if failure:
        raise failure


def read(call: Any, settings: BaseModel) -> Sequence[str]:
    """The leads that a call names, whatever it calls the list. Raises ValueError for another team's call, and for one
    that is no call of Lofty's."""
    if not isinstance(call, dict):
        raise ValueError("not an object")
    team = getattr(settings, "team_id", "")
    if team and str(call.get("teamId")) != team:
        raise ValueError("another team's")
    lists = [value for value in call.values() if isinstance(value, list)]
    found = [number(item.get("leadId")) for items in lists for item in items if isinstance(item, dict)]
    found.append(number(call.get("leadId")))
    return list(dict.fromkeys(str(lead) for lead in found if lead))


async def fetch(api: Api, ids: Sequence[str]) -> AsyncIterator[Page]:
    """Those leads, read again. Of many, the first says when the burst was; the list of what changed since gives most of
    the others, and what it lacks is asked for singly."""
    wanted = dict.fromkeys(i for i in ids if i.isdecimal())
    since: datetime | None = None
    for one in list(wanted)[:TRIES] if len(wanted) > FEW else ():
        del wanted[one]
        if lead := await _one(api, one):
            since = updated(lead)
            yield page_of([lead], since or _EPOCH)
            break
    for listing in (changed_since, created_since):
        if since is None or len(wanted) <= FEW:
            break
        async for page in listing(api, since - BEFORE, LARGEST_PAGE):
            named = [record for record in page.records if record.external_id in wanted]
            for record in named:
                wanted.pop(record.external_id, None)
            if named:
                yield Page(named, page.read)
    for one in wanted:
        if lead := await _one(api, one):
            yield page_of([lead], updated(lead) or _EPOCH)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def _one(api: Api, lead: str) -> Lead | None:
    """A lead; ``None`` where it is gone, or this account may not see it."""
    try:
        return content(await api.get(f"{LEADS}/{lead}"))
    except Rejected as error:
        if error.status == 404:
            return None
        raise


WEBHOOKS = Webhooks(subscribe=subscribe, unsubscribe=unsubscribe, read=read, fetch=fetch)
