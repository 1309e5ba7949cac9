"""What each lead system's list costs at the least: asked for, decoded, and stored as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import orjson
from pydantic import SecretStr

from providers.kpro import DEMO_API_KEY as KPRO_KEY
from providers.lofty import DEMO_API_KEY as LOFTY_KEY
from providers.seloger import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET
from providers.storedge import DEMO_ACCESS_ID, DEMO_FACILITIES, DEMO_SECRET_KEY
from providers.storedge.auth import OneLegged
from providers.student import DEMO_API_TOKEN as STUDENT_TOKEN
from providers.student.graphql import GET_LEADS
from tests.faults.process import TEAM

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
KPRO_PAGE, LOFTY_PAGE, STUDENT_PAGE, STOREDGE_PAGE, SELOGER_PAGE = 1000, 100, 50, 100, 100
SELOGER_TIME = "%Y-%m-%dT%H:%M:%SZ"
JSON = {"Content-Type": "application/json"}

COLUMNS = (
    "workspace, number, connection, external_id, fingerprint, created_at, updated_at, arrived_at, external_ref, "
    "customer_id, title, first_name, last_name, email, phone, source, source_name, stage, eligibility, enquiry, "
    "schemes, place, subject, details, facets, search, lookup, price, currency, period, move_in, move_out, email_key, "
    "phone_key"
)


@dataclass(frozen=True, slots=True)
class Bare:
    """A lead system's list, and a row of a record."""

    size: int
    pages: Callable[[httpx.Client, str], Iterator[list[dict[str, Any]]]]
    row: Callable[[int, str, dict[str, Any]], tuple[Any, ...]]


def _kpro_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    site, listing = lead["site"], lead["listing"] or {}
    place = (lead["development"] or listing.get("Development") or {}).get("name")
    schemes = ",".join(listing.get("schemes") or ())
    phone, email, last = lead["phone"], lead["email"], lead["lastName"]
    return (
        TEAM,
        number,
        "north",
        str(lead["id"]),
        b"--------",
        lead["createdAt"],
        lead["updatedAt"],
        now,
        lead["externalRef"],
        lead["customerId"],
        lead["title"],
        lead["firstName"],
        last,
        email,
        phone,
        site["code"],
        site["name"],
        "new",
        lead["eligibilityStatus"],
        lead["enquiryType"],
        schemes,
        place,
        listing.get("name"),
        f'[["Home address","{lead["homeAddress"]}","contact"],["Message","{lead["additionalInfo"]}","contact"]]',
        f"\nsource={site['code']}\nlast={last}\nemail={email}\nscheme={schemes}\nplace={place}\nphone={phone}\n",
        f"{lead['firstName']} {listing.get('name')} {place} {site['name']} {site['code']}",
        *(None, None, None, None, None, None),
        email,
        phone,
    )


def _lofty_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    emails, phones = lead["emails"] or [None], lead["phones"] or [None]
    source, stage, last = lead["source"], lead["stage"], lead["lastName"]
    inquiry = (lead["leadInquiry"] or {}) if isinstance(lead["leadInquiry"], dict) else {}
    kinds, place = ",".join(map(str, lead["leadTypes"] or ())), lead["city"]
    subject = f"{inquiry.get('bedroomsMin')} bed · {inquiry.get('priceMin')}"
    tags = ", ".join(tag["tagName"] for tag in lead["tags"])
    return (
        TEAM,
        number,
        "north",
        str(lead["leadId"]),
        b"--------",
        lead["createTime"],
        lead["lastUpdateTime"],
        now,
        None,
        str(lead["leadUserId"]),
        None,
        lead["firstName"],
        last,
        emails[0],
        phones[0],
        source,
        source,
        "new",
        None,
        kinds,
        "",
        place,
        subject,
        f'[["Tags","{tags}","public"],["Score","{lead["score"]}","public"]]',
        f"\nsource={source}\nlast={last}\nemail={emails[0]}\nstage={stage}\nplace={place}\nphone={phones[0]}\n",
        f"{lead['firstName']} {subject} {place} {source}",
        *(None, None, None, None, None, None),
        emails[0],
        phones[0],
    )


def _student_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    place, subject, stage, enquiry = lead["propertyName"], lead["roomName"], lead["stage"], lead["bookingJourney"]
    return (
        TEAM,
        number,
        "north",
        lead["referenceId"],
        b"--------",
        lead["createdAt"],
        None,
        now,
        lead["id"],
        lead["studentId"],
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        "new",
        None,
        enquiry,
        "",
        place,
        subject,
        f'[["Billing cycle","{lead["billingCycle"]}","public"]]',
        f"\nstage={stage}\nenquiry={enquiry}\nplace={place}\n",
        f"{subject} {place} {enquiry}",
        lead["hash"],
        lead.get("totalPrice"),
        lead["currency"],
        lead["billingCycle"],
        lead["moveInDate"],
        lead["moveOutDate"],
        None,
        None,
    )


def _storedge_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    tenant, unit = lead["tenant"], lead["unit"] or {}
    phones = tenant["phone_numbers"] or [{"number": None}]
    email, phone, last = tenant["email"], phones[0]["number"], tenant["last_name"]
    source, stage, size = lead["source_name"], lead["status"], lead["size"]
    return (
        TEAM,
        number,
        "north",
        lead["id"],
        b"--------",
        lead["created_at"],
        None,
        now,
        None,
        lead["tenant_id"],
        tenant["title"],
        tenant["first_name"],
        last,
        email,
        phone,
        source,
        source,
        stage,
        None,
        lead["kind"],
        "",
        lead["facility_id"],
        f"{size} · unit {unit.get('name')}",
        f'[["Confirmation","{lead["confirmation_number"]}","public"],["Next","{lead["next_lead_action"]}","public"]]',
        f"\nsource={source}\nlast={last}\nemail={email}\nstage={stage}\nphone={phone}\n",
        f"{tenant['first_name']} {size} {source}",
        lead["facility_id"],
        str(lead["quoted_rate"]),
        "USD",
        "month",
        lead["desired_move_in_date"],
        None,
        email,
        phone,
    )


def _seloger_row(number: int, now: str, lead: dict[str, Any]) -> tuple[Any, ...]:
    about, who = lead["leadMetaInfos"], lead["contactRequest"] or {}
    home = about.get("property") or {}
    phones = who.get("phoneNumbers") or [{"number": None}]
    email, phone, last = who.get("email"), phones[0]["number"], who.get("lastName")
    source, place, kind = about["portalCode"], home.get("city"), about["distributionType"]
    subject = f"{home.get('propertyType')} · {home.get('rooms')} · {home.get('surface')}"
    return (
        TEAM,
        number,
        "north",
        about["leadId"],
        b"--------",
        str(about["processedTime"]),
        None,
        now,
        None,
        None,
        None,
        who.get("firstName"),
        last,
        email,
        phone,
        source,
        source,
        "new",
        None,
        kind,
        about["category"],
        place,
        subject,
        f'[["Message","{who.get("message")}","contact"],["Classified","{home.get("classifiedId")}","public"]]',
        f"\nsource={source}\nlast={last}\nemail={email}\nscheme={kind}\nplace={place}\nphone={phone}\n",
        f"{who.get('firstName')} {subject} {place} {source}",
        None,
        str(home.get("price")),
        "EUR",
        None,
        None,
        None,
        email,
        phone,
    )


def _kpro_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    since = (LONG_AGO - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M")
    for page in count(1):
        query: dict[str, str | int] = {
            "createdAt.gte": since,
            "sort": "createdAt",
            "page": page,
            "size": KPRO_PAGE,
            "api_key": KPRO_KEY,
        }
        data = orjson.loads(client.get(f"{url}/api/bulk/open/leads", params=query).content)["data"]
        yield data
        if len(data) < KPRO_PAGE:
            return


def _lofty_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    client.headers.update({"Authorization": f"token {LOFTY_KEY}", "Content-Type": "application/json"})
    place: dict[str, str | int] = {"offset": 0}
    while True:
        query = {"leadCreateTime": f"{LONG_AGO:%Y-%m-%d %H:%M:%S}", "limit": LOFTY_PAGE, **place}
        answer = orjson.loads(client.get(f"{url}/v1.0/leads/createTime", params=query).content)
        yield answer["leads"]
        if len(answer["leads"]) < LOFTY_PAGE:
            return
        place = {"scrollId": answer["_metadata"]["scrollId"]}


def _student_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    client.headers.update({"x-api-token": STUDENT_TOKEN, "Content-Type": "application/json"})
    for number in count(1):
        given = {"pageNumber": number, "pageSize": STUDENT_PAGE, "createdFrom": f"{LONG_AGO:%Y-%m-%d}"}
        asked = {"query": GET_LEADS.text(given, {}), "variables": given}
        answer = orjson.loads(client.post(f"{url}/graphql", content=orjson.dumps(asked)).content)
        leads = answer["data"]["getLeads"]["leads"]
        yield leads
        if len(leads) < STUDENT_PAGE:
            return


def _storedge_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    client.auth = OneLegged(SecretStr(DEMO_ACCESS_ID), SecretStr(DEMO_SECRET_KEY))
    for facility in DEMO_FACILITIES:
        for number in count(1):
            query: dict[str, str | int] = {
                "created_after": LONG_AGO.isoformat(),
                "page": number,
                "per_page": STOREDGE_PAGE,
            }
            leads = orjson.loads(client.get(f"{url}/v1/{facility}/leads", params=query).content)["leads"]
            yield leads
            if len(leads) < STOREDGE_PAGE:
                break


def _seloger_pages(client: httpx.Client, url: str) -> Iterator[list[dict[str, Any]]]:
    granted = client.post(
        f"{url}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "laas:leads:get"},
        auth=(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET),
    )
    client.headers.update({"Authorization": f"Bearer {granted.json()['access_token']}", "User-Agent": "benchmark/1.0"})
    until = datetime.now(UTC) + timedelta(days=1)
    for number in count(1):
        asked = {
            "SearchCriteria": {"StartDate": LONG_AGO.strftime(SELOGER_TIME), "EndDate": until.strftime(SELOGER_TIME)},
            "Pagination": {"PageNumber": number, "PageSize": SELOGER_PAGE},
        }
        answer = orjson.loads(client.post(f"{url}/v2/leads", content=orjson.dumps(asked), headers=JSON).content)
        leads = answer["Data"]
        yield leads
        if len(leads) < SELOGER_PAGE:
            return


FLOORS = {
    "kpro": Bare(KPRO_PAGE, _kpro_pages, _kpro_row),
    "lofty": Bare(LOFTY_PAGE, _lofty_pages, _lofty_row),
    "student": Bare(STUDENT_PAGE, _student_pages, _student_row),
    "seloger": Bare(SELOGER_PAGE, _seloger_pages, _seloger_row),
    "storedge": Bare(STOREDGE_PAGE, _storedge_pages, _storedge_row),
}
