"""A strict stand-in of storEDGE's API v1, for the sandbox and the tests.

Written from the document and the sources that NOTES.md names, never from what the client happens to send: an unknown
parameter, a wrong type, a missing header, a signature that is used twice are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import unquote

import orjson
from aiohttp import web

from providers.storedge.stand_in.answering import LARGEST_PAGE, WORDS, decoded, pages, pagination, query, short, time
from providers.storedge.stand_in.changing import Changes
from providers.storedge.stand_in.checking import Refused, check_body, filtered
from providers.storedge.stand_in.inventory import COMPANY_ID, Facility, Json, build, configured
from providers.storedge.stand_in.oauth import Signatures
from providers.storedge.stand_in.sample import draw, id_of, moments, phone_record
from providers.storedge.stand_in.serving import Served
from providers.storedge.stand_in.shelf import DOCUMENTED, Entry, Order, Shelf

_OF_TENANT: Final = ("first_name", "last_name", "email", "title", "business_name", "date_of_birth", "is_military")


class StoredgeStandIn(Served):
    """One company with its facilities and leads.

    ``now`` gives aware times. What the document leaves open can be chosen: ``wrapped`` items of lists, the ``order``
    of a list, operations that are ``missing`` (by the last part of their path: "available", "unit_groups",
    "discount_plans", "info", "short", "lead"), whether leads ``show_notes``, whether ``money_orders`` are a kind,
    whether a reservation with a fee is refused without a payment (``fee_first``), and the largest ``per_page``.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        access_id: str,
        secret_key: str,
        facilities: Sequence[str],
        seed: int = 1,
        wrapped: bool = False,
        order: Order = "newest",
        missing: frozenset[str] = frozenset(),
        show_notes: bool = False,
        money_orders: bool = False,
        fee_first: bool = False,
        largest_page: int = LARGEST_PAGE,
        slow_seconds: float = 2.0,
        hang_seconds: float = 60.0,
    ) -> None:
        super().__init__(slow_seconds, hang_seconds)
        self.wrapped = wrapped
        self.order: Order = order
        self.missing = missing
        self.show_notes = show_notes
        self.money_orders = money_orders
        self.fee_first = fee_first
        self.largest_page = largest_page
        self.bodies: list[Json] = []
        """What was sent and accepted."""
        self.refused: list[str] = []
        """Why calls were refused."""
        self.facilities: dict[str, Facility] = {f: build(f, n) for n, f in enumerate(facilities)}
        self.changes = Changes(seed)
        self._shelves = {f: Shelf(made) for f, made in self.facilities.items()}
        self._now = now
        self._seed = seed
        self._signatures = Signatures(access_id, secret_key)
        self._count = 0

    # -- what tests and the sandbox do

    @property
    def leads(self) -> list[Json]:
        """All leads in the API's own shape."""
        return [lead for shelf in self._shelves.values() for lead in shelf.all()]

    def notes_of(self, lead_id: str) -> list[str]:
        """The notes of a lead."""
        return [note["note"] for note in self.changes.notes.get(lead_id, ())]

    async def arrive(self, **fields: Any) -> Json:
        """A new lead appears, now unless ``created_at`` says otherwise; in the next facility, unless ``facility_id``.

        Fields by the API's names; those of the tenant by their own (``first_name``, ``email``…), ``phone`` is a number.
        Gives the lead. ValueError for a field that leads do not have.
        """
        given = dict(fields)
        at = given.pop("created_at", None) or self._now()
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        facility = self._facility_for(given.pop("facility_id", None))
        self._count += 1
        lead = draw(self._seed * 1_000_003 + self._count, at, facility)
        tenant: Json = {name: given.pop(name) for name in _OF_TENANT if name in given}
        if "phone" in given:
            number = given.pop("phone")
            tenant["phone_numbers"] = [phone_record(number, label="Mobile")] if number else []
        tenant |= given.pop("tenant", {})
        if unknown := given.keys() - lead.keys() - {"online_move_in_url", "notes", "updated_at"}:
            raise ValueError(f"storEDGE's leads have no {', '.join(sorted(unknown))}")
        lead |= given | {"tenant": lead["tenant"] | tenant}
        self.changes.known(lead)
        self._shelves[facility.id].add(Entry(at, str(lead["id"]), at, 0, lead))
        return lead

    def _facility_for(self, wanted: str | None) -> Facility:
        known = list(self.facilities.values())
        return self.facilities[wanted] if wanted else known[self._count % len(known)]

    def change(self, lead_id: str, **fields: Any) -> Json:
        """Change fields of a lead there, now. KeyError: unknown id."""
        shelf, entry = self._entry(lead_id)
        entry.data = {**shelf.data(entry), **fields}
        entry.updated = self._now()
        return entry.data

    def forget(self, lead_id: str) -> None:
        """A lead is erased there. KeyError: unknown id."""
        shelf, _ = self._entry(lead_id)
        shelf.remove(lead_id)

    def _entry(self, lead_id: str) -> tuple[Shelf, Entry]:
        for shelf in self._shelves.values():
            if (entry := shelf.entry(lead_id)) is not None:
                return shelf, entry
        raise KeyError(lead_id)

    def fill(self, count: int, days: int) -> None:
        """History: ``count`` leads over the last ``days`` days, in all facilities."""
        shelves = list(self._shelves.values())
        added: list[list[Entry]] = [[] for _ in shelves]
        for n, at in enumerate(moments(count, days, self._now(), self._seed)):
            self._count += 1
            number = self._seed * 1_000_003 + self._count
            place = n % len(shelves)
            entry = Entry(at, id_of(number), at, number)
            added[place].append(entry)
        for shelf, entries in zip(shelves, added, strict=True):
            shelf.extend(entries)

    async def _answer(self, request: web.Request) -> web.Response:
        sent: Any = None
        try:
            address = f"{request.scheme}://{request.host}{request.raw_path}"
            if not self._signatures.good(address, request.method, request.headers.get("Authorization", "")):
                raise Refused("Unauthorized", 401)
            if request.content_type != "application/json":
                raise Refused("The Content-Type has to be application/json", 415)
            if "application/json" not in request.headers.get("Accept", ""):
                raise Refused("application/json has to be accepted", 406)
            raw = await request.read()
            sent = decoded(raw) if raw else None
            return self._route(request, sent)
        except Refused as refused:
            self.refused.append(refused.message)
            return self._failed(request, refused.status, refused.message, sent)

    def _route(self, request: web.Request, sent: Any) -> web.Response:
        parts = [unquote(p) for p in request.raw_path.split("?")[0].strip("/").split("/")]
        if parts[:2] == ["v1", "companies"] and parts[2:] == [COMPANY_ID, "facilities", "short"]:
            self._there("short")
            return self._paged(request, "facilities", [short(f) for f in self.facilities.values()])
        if len(parts) < 3 or parts[0] != "v1" or parts[1] not in self.facilities:
            raise Refused("Not Found", 404)
        facility, rest = self.facilities[parts[1]], parts[2:]
        match (request.method, *rest):
            case ("GET", "leads"):
                return self._list(request, facility)
            case ("POST", "leads"):
                return self._create(request, facility, sent)
            case ("GET", "leads", lead_id):
                self._there("lead")
                return self._one(request, facility, lead_id)
            case ("PATCH" | "PUT", "leads", lead_id):
                return self._update(request, facility, lead_id, sent)
            case ("DELETE", "leads", lead_id):
                return self._close(request, facility, lead_id, sent)
            case ("GET", "info"):
                self._there("info")
                return self._json(request, 200, {"facility": short(facility) | {"time_zone": facility.zone}}, {})
            case ("GET", "units", "available"):
                self._there("available")
                return self._paged(request, "units", list(facility.units))
            case ("GET", "unit_groups"):
                self._there("unit_groups")
                return self._paged(request, "unit_groups", list(facility.groups))
            case ("GET", "discount_plans"):
                self._there("discount_plans")
                return self._paged(request, "discount_plans", configured("discount_plans"))
            case (_, "leads") | (_, "leads", _):
                raise Refused("Method Not Allowed", 405)
        raise Refused("Not Found", 404)

    def _there(self, operation: str) -> None:
        if operation in self.missing:
            raise Refused("Not Found", 404)

    # -- operations

    def _list(self, request: web.Request, facility: Facility) -> web.Response:
        asked = query(request, DOCUMENTED)
        page, size = pages(asked, self.largest_page)
        shelf = self._shelves[facility.id]
        ids = asked.get("only_ids")
        found = shelf.find(
            after=time(asked, "created_after"),
            before=time(asked, "created_before"),
            changed=time(asked, "updated_since"),
            ids=None if ids is None else frozenset(ids.split(",")),
            order=self.order,
        )
        shown = [self._shown(shelf.data(e)) for e in found[(page - 1) * size : page * size]]
        leads = [{"lead": lead} for lead in shown] if self.wrapped else shown
        return self._json(request, 200, {"leads": leads}, {"pagination": pagination(page, size, len(found))})

    def _create(self, request: web.Request, facility: Facility, sent: Any) -> web.Response:
        lead, payment = check_body(sent, creating=True, money_orders=self.money_orders)
        made = self.changes.create(lead, payment, facility, self._now())
        if self.fee_first and made["reservation_fee_required"] and not made["has_paid_reservation_fee"]:
            raise Refused("A credit card is required to pay the reservation fee")
        self.bodies.append(sent)
        self.changes.known(made)
        now = self._now()
        self._shelves[facility.id].add(Entry(now, made["id"], now, 0, made))
        return self._json(request, 201, {"lead": self._shown(made)}, {}, sent)

    def _one(self, request: web.Request, facility: Facility, lead_id: str) -> web.Response:
        shelf, entry = self._here(facility, lead_id)
        return self._json(request, 200, {"lead": self._shown(shelf.data(entry))}, {})

    def _update(self, request: web.Request, facility: Facility, lead_id: str, sent: Any) -> web.Response:
        shelf, entry = self._here(facility, lead_id)
        lead, payment = check_body(sent, creating=False, money_orders=self.money_orders)
        if lead.get("id") not in (None, lead_id):
            raise Refused("Invalid parameter 'lead[id]': it is another lead's")
        if not lead and payment is None:
            raise Refused("Missing parameter lead")
        entry.data = self.changes.change(shelf.data(entry), lead, payment, facility, self._now())
        entry.updated = self._now()
        self.bodies.append(sent)
        return self._json(request, 200, {"lead": self._shown(entry.data)}, {}, sent)

    def _close(self, request: web.Request, facility: Facility, lead_id: str, sent: Any) -> web.Response:
        shelf, entry = self._here(facility, lead_id)
        lead, _ = check_body(sent, creating=False) if sent is not None else ({}, None)
        if unknown := lead.keys() - {"close_reason_id", "notes_attributes"}:
            raise Refused(f"Unknown parameter lead[{sorted(unknown)[0]}]")
        reason = lead.get("close_reason_id") or request.query.get("lead[close_reason_id]")
        entry.data = self.changes.close(
            shelf.data(entry), reason, lead.get("notes_attributes", []), self._now(), facility
        )
        entry.updated = self._now()
        self.bodies.append(sent or {})
        return self._json(request, 200, {"lead": self._shown(entry.data)}, {}, sent)

    def _here(self, facility: Facility, lead_id: str) -> tuple[Shelf, Entry]:
        shelf = self._shelves[facility.id]
        entry = shelf.entry(lead_id)
        if entry is None:
            raise Refused("Not Found", 404)
        return shelf, entry

    def _shown(self, lead: Json) -> Json:
        return {**lead, "notes": self.changes.notes.get(lead["id"], [])} if self.show_notes else lead

    def _paged(self, request: web.Request, name: str, items: list[Json]) -> web.Response:
        asked = query(request, frozenset(("page", "per_page")))
        page, size = pages(asked, self.largest_page)
        shown = items[(page - 1) * size : page * size]
        return self._json(request, 200, {name: shown}, {"pagination": pagination(page, size, len(items))})

    # -- answers

    def _empty(self, request: web.Request) -> web.Response:
        return self._json(request, 200, {"leads": []}, {"pagination": pagination(1, LARGEST_PAGE, 0)})

    def _failed(
        self, request: web.Request, status: int, message: str, sent: Any = None, *, hidden: bool = False
    ) -> web.Response:
        more = {"message": message, "error_code": status * 10}
        return self._json(request, status, {}, more, sent, http=200 if hidden else status)

    def _json(
        self, request: web.Request, status: int, body: Json, more: Json, sent: Any = None, *, http: int | None = None
    ) -> web.Response:
        meta = {
            "status_code": status,
            "status_message": WORDS.get(status, "Error"),
            "status_cat": f"https://http.cat/{status}",
            "request_method": request.method,
            "request_id": None,
            "parameters": filtered(sent) if isinstance(sent, dict) else dict(request.query),
            **more,
        }
        headers = {"Date": format_datetime(self._now().astimezone(UTC), usegmt=True)}
        if (http or status) == 429:
            headers["Retry-After"] = "1"
        return web.Response(
            status=http or status,
            body=orjson.dumps({**body, "meta": meta}),
            content_type="application/json",
            headers=headers,
        )


__all__ = ["COMPANY_ID", "StoredgeStandIn"]
