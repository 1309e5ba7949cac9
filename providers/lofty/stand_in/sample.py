"""Leads that look like Lofty's: every field of type LeadResponse, every optional one unset now and then.

Unset numbers are -1 (as observed), unset texts null or empty.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from providers.lofty.stand_in.account import SEGMENTS, SOURCES, STAGES, TAGS, TEAM_ID, Account, Json
from providers.lofty.stand_in.people import PLACES, STREETS, draw_email, draw_name, draw_phone, draw_zip, pick
from providers.lofty.stand_in.records import RECORDS, record
from providers.lofty.stand_in.times import aware, iso_time, lead_time

LEAD_FIELDS: Final = frozenset(RECORDS["LeadResponse"])
CONVENIENCES: Final = frozenset({"created_at", "owner", "pond"})
"""What :func:`settled` understands beside the API's own names."""

_TIMES: Final = ("createTime", "lastUpdateTime", "assignTime", "lastTouch", "lastVisit")
_NEW_STAGES: Final = (6, 3, 3, 2, 1, 1, 1, 1, 1, 0)
_SOURCE_WEIGHTS: Final = (30, 18, 16, 14, 8, 5, 4, 3, 1, 1)
_TYPES: Final = ((2, [2]), (2, [2]), (2, [2]), (1, [1]), (3, [1, 2]), (5, [5]), (-1, [6]), (-1, [-1]))
_HOMES: Final = ("Single Family Home", "Single Family Home", "Condo", "Townhouse", "Multi-Family", "Vacant Land")
_FRAMES: Final = ("1-3", "3-6", "6-12", "12+", "Just Looking", "Refinancing")
_OPPORTUNITIES: Final = ("High Interest", "Back to Site", "Sell", "Back on Market")


def blank_lead(account: Account, lead_id: int, at: datetime) -> Json:
    """A lead of which nothing is known but when it came."""
    when = lead_time(at)
    return record(
        "LeadResponse",
        leadId=lead_id,
        leadUserId=account.ids.next("person"),
        createTime=when,
        lastUpdateTime=when,
        assignedUserId=-1,
        assignedUser="",
        assignCompletionStatus=False,
        lenderUserId=-1,
        pondId=-1,
        pondName="",
        teamId=TEAM_ID,
        firstName="",
        lastName="",
        emails=[],
        phones=[],
        phoneStatuses=[],
        stage=STAGES[0],
        stageId=account.stage_id(STAGES[0]),
        source="Import",
        leadSource=account.source_id("Import"),
        leadType=-1,
        leadTypes=[-1],
        score=-1,
        tags=[],
        groups=[],
        segments=[],
        customAttributes=[],
        customRoleList=[],
        leadFamilyMemberList=[],
        leadPropertyList=[],
        language="en",
        facebook="",
        twitter="",
        cannotCall=False,
        cannotEmail=False,
        cannotText=False,
        unsubscription=False,
        privateFlag=False,
    )


def blank_inquiry(account: Account, lead: Json, at: datetime) -> Json:
    """An inquiry that asks for nothing."""
    when = iso_time(at)
    return record(
        "LeadInquiryRes",
        id=account.ids.next("inquiry"),
        leadUserId=lead["leadUserId"],
        createTime=when,
        updateTime=when,
        priceMin=-1,
        priceMax=-1,
        bedroomsMin=-1,
        bedroomsMax=-1,
        bathroomsMin="",
        bathroomsMax="",
        locations=[],
        propertyType=[],
        defaultValue=False,
        modifyByAgent=False,
    )


def blank_property(account: Account, lead: Json) -> Json:
    """A property of which nothing is known."""
    unset = dict.fromkeys(("autoListingId", "bathrooms", "bedrooms", "floors", "lotSize", "parkingSpace"), -1)
    return record(
        "LeadPropertyRes",
        id=account.ids.next("property"),
        leadUserId=lead["leadUserId"],
        price=-1,
        squareFeet=-1,
        mailAddress=False,
        **unset,
    )


class LeadSample:
    """Draws leads, the same ones for the same seed."""

    def __init__(self, account: Account, seed: int) -> None:
        self._account = account
        self._rng = random.Random(seed)

    def draw(self, created: datetime, given: Mapping[str, Any], updated: datetime | None = None) -> Json:
        """A lead with random values where ``given`` (see :func:`settled`) has none."""
        rng, account = self._rng, self._account
        lead = blank_lead(account, account.ids.next("lead"), created)
        city, state, county, areas, codes, usual = pick(rng, PLACES)
        first, last = draw_name(rng)
        source = rng.choices(SOURCES, _SOURCE_WEIGHTS)[0]
        kind, kinds = pick(rng, _TYPES)
        lead["firstName"], lead["lastName"] = first, last if rng.random() < 0.94 else ""
        lead["emails"] = [draw_email(rng, first, last)] if rng.random() < 0.93 else []
        lead["phones"] = [draw_phone(rng, areas)] if rng.random() < 0.88 or not lead["emails"] else []
        lead["phoneStatuses"] = [2] * len(lead["phones"])
        lead["source"], lead["leadSource"] = source, account.source_id(source)
        lead["leadType"], lead["leadTypes"] = kind, kinds
        lead["score"] = int(rng.random() * 100) if rng.random() < 0.8 else -1
        lead["city"], lead["state"] = (city, state) if rng.random() < 0.7 else (None, None)
        lead["zipCode"] = draw_zip(rng, codes) if lead["city"] else None
        self._wishes(lead, created, (city, state, county, usual))
        self._details(lead)
        if kind in (1, 3):
            self._home(lead, (city, state, county, draw_zip(rng, codes), usual))
        account.route(lead)
        if updated is not None:
            self._aged(lead, created, updated)
        return settled(account, lead, given)

    def moments(self, count: int, days: int, now: datetime) -> list[datetime]:
        """``count`` times of the last ``days`` days, oldest first, fewer of them at night in Texas."""
        end = int(now.timestamp())
        found: list[int] = []
        while len(found) < count:
            stamp = end - int(self._rng.random() * days * 86_400)
            if not 5 <= stamp % 86_400 // 3600 < 12 or self._rng.random() < 0.15:
                found.append(stamp)
        return [datetime.fromtimestamp(stamp, UTC) for stamp in sorted(found)]

    def later(self, created: datetime, now: datetime) -> datetime:
        """When a lead of the past was changed: often at once, never after ``now``."""
        if self._rng.random() < 0.5:
            return created
        return min(now, datetime.fromtimestamp(int(created.timestamp() + self._rng.expovariate(1 / 200_000)), UTC))

    def _wishes(self, lead: Json, at: datetime, place: tuple[str, str, str, int]) -> None:
        rng = self._rng
        city, state, county, usual = place
        inquiry = blank_inquiry(self._account, lead, at)
        if rng.random() < 0.85:
            low = round(usual * (0.6 + rng.random() * 0.5), -4)
            inquiry["priceMin"] = int(low) if rng.random() < 0.7 else -1
            inquiry["priceMax"] = int(round(low * (1.15 + rng.random() * 0.4), -4))
            inquiry["propertyType"] = [pick(rng, _HOMES)]
            inquiry["bedroomsMin"] = 1 + int(rng.random() * 4)
            inquiry["bathroomsMin"] = pick(rng, ("1", "1.5", "2", "2.5", "3"))
            inquiry["locations"] = [record("Location", city=city, stateCode=state, county=county)]
        lead["leadInquiry"] = inquiry

    def _details(self, lead: Json) -> None:
        rng, account = self._rng, self._account
        if rng.random() < 0.55:
            names = {pick(rng, TAGS) for _ in range(1 + int(rng.random() * 3))}
            lead["tags"] = [account.tagged(lead["leadId"], name) for name in sorted(names)]
        if rng.random() < 0.3:
            lead["segments"] = lead["groups"] = [pick(rng, SEGMENTS)]
        if rng.random() < 0.35:
            lead["buyingTimeFrame"] = pick(rng, _FRAMES)
            lead["preQual"], lead["fthb"] = pick(rng, ("Yes", "No")), pick(rng, ("Yes", "No"))
        if rng.random() < 0.08:
            lead["cannotCall"], lead["cannotText"] = rng.random() < 0.7, rng.random() < 0.5
            lead["cannotEmail"] = lead["unsubscription"] = rng.random() < 0.5
        if rng.random() < 0.12:
            lead["opportunity"] = pick(rng, _OPPORTUNITIES)
        if rng.random() < 0.06:
            lead["birthday"] = f"Jun {1 + int(rng.random() * 28)}, {1950 + int(rng.random() * 50)}"
        if rng.random() < 0.05:
            lead["language"] = "es"

    def _home(self, lead: Json, place: tuple[str, str, str, str, int]) -> None:
        rng = self._rng
        city, state, county, code, usual = place
        home = blank_property(self._account, lead)
        home["streetAddress"] = f"{100 + int(rng.random() * 9000)} {pick(rng, STREETS)}"
        home |= {"city": city, "state": state, "county": county, "zipCode": code, "propertyType": _HOMES[0]}
        home |= {"price": int(round(usual * (0.8 + rng.random() * 0.6), -3)), "bedrooms": 3, "bathrooms": 2.5}
        lead["leadPropertyList"] = [home]
        lead["streetAddress"] = home["streetAddress"]

    def _aged(self, lead: Json, created: datetime, updated: datetime) -> None:
        """What has become of a lead of the past."""
        rng = self._rng
        stage = rng.choices(STAGES, _NEW_STAGES)[0]
        lead["stage"], lead["stageId"] = stage, self._account.stage_id(stage)
        lead["lastUpdateTime"] = lead_time(updated)
        if updated > created:
            lead["lastTouch"] = lead_time(updated) if rng.random() < 0.7 else None
            lead["lastVisit"] = lead_time(updated) if rng.random() < 0.4 else None
        if lead["assignTime"]:
            lead["assignTime"] = lead_time(created)


def settled(account: Account, lead: Json, given: Mapping[str, Any]) -> Json:
    """Put given values into a lead, and all that hangs on them.

    Names are the API's; times may be aware datetimes, ``tags`` names. Beside those ``created_at`` is the create
    time, ``owner`` a member's e-mail address or user id (``None``: nobody) and ``pond`` the name of a pond.
    ValueError for a field that leads do not have, a person or a pond that the team does not have.
    """
    unknown = given.keys() - LEAD_FIELDS - CONVENIENCES
    if unknown:
        raise ValueError(f"Lofty's leads have no field {', '.join(sorted(unknown))}")
    values = dict(given)
    if "created_at" in values:
        values["createTime"] = values.pop("created_at")
    for name in _TIMES:
        if values.get(name) is not None:
            values[name] = lead_time(aware(values[name]))
    if "createTime" in values:
        values.setdefault("lastUpdateTime", values["createTime"])
    if "tags" in values:
        values["tags"] = [
            account.tagged(lead["leadId"], tag) if isinstance(tag, str) else dict(tag) for tag in values["tags"]
        ]
    if "stage" in values:
        values.setdefault("stageId", account.stage_id(values["stage"]))
    if "source" in values:
        values.setdefault("leadSource", account.source_id(values["source"]))
    if "phones" in values:
        values.setdefault("phoneStatuses", [2] * len(values["phones"]))
    owner = values.pop("owner", values.pop("assignedUserId", ...))
    pond = values.pop("pond", None)
    if owner is not ...:
        _own(account, lead, owner)
    if pond is not None:
        found = next((one for one in account.ponds if one["pondName"] == pond), None)
        if found is None:
            raise ValueError(f"There is no pond {pond}")
        account.to_pond(lead, found)
    lead.update(values)
    return lead


def _own(account: Account, lead: Json, owner: Any) -> None:
    member = None if owner in (None, -1, "") else account.member(owner)
    if member is None and owner not in (None, -1, ""):
        raise ValueError("There is no such member of the team")
    account.own(lead, member)
