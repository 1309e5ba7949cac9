"""Leads that look real: students who ask for rooms in halls of British university towns. All of it is invented."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

import orjson

from providers.student.stand_in.people import CITIES, FAMILIES, MAJORS, PREFERENCES, REASONS, STUDENTS, Student
from providers.student.stand_in.store import Json

Thing = TypeVar("Thing")

_STAGES: Final = (
    *("WAITING_FOR_CONFIRMATION",) * 5,
    *("IN_PROGRESS",) * 3,
    *("FILLING_PERSONAL_INFO", "SELECTING_PAYMENT_PLAN", "SIGNING_AGREEMENT", "MAKING_PAYMENT", "WAITING_FOR_PAYMENT"),
    *("BOOKING_CONFIRMED", "WAITING_FOR_CHECK_IN", "CHECKED_IN", "COMPLETED", "AFTER_SALES_INTERVENTION"),
    *("LOST",) * 4,
    *("CANCELLED", "REFUNDING"),
)
_JOURNEYS: Final = ("BOOK", "CONNECT_STUDENT_SUITE", "CONNECT", "LIST", "MESSAGE_PROPERTY", "RESERVE_ROOM")
_ROOMS: Final = (
    ("Bronze En-suite", "ENSUITE_ROOM", 165),
    ("Silver En-suite", "ENSUITE_ROOM", 182),
    ("Gold Studio", "STUDIO", 249),
    ("Twin Room", "SHARED_ROOM", 118),
    ("Two-bed Flat", "ENTIRE_PLACE", 221),
    ("Classic Room", "PRIVATE_ROOM", 139),
)
"""Name, category, and rent a week in pounds."""
_PROPERTIES: Final = tuple(
    (number, f"{name} {kind}", city, f"UK-{number}" if number % 3 else None)
    for number, (name, kind, city) in enumerate(
        [(name, kind, city) for city, names in CITIES for name, kind in names], 1044770
    )
)
_TIMES: Final = frozenset(("createdAt", "updatedAt", "cancelledAt", "paidAt", "lostAt", "completedAt", "confirmedAt"))


def node(kind: str, number: int) -> str:
    """An opaque id: ``eyJ0eXBlIjoiT3JkZXIiLCJpZCI6MTAxNX0=`` is ``{"type":"Order","id":1015}``."""
    return base64.b64encode(orjson.dumps({"type": kind, "id": number})).decode()


def at(moment: datetime) -> str:
    """As the API writes a Datetime."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class LeadSample:
    """Draws leads; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._number = 1015
        self._blank = _Blank(self._rng)

    def draw(self, now: datetime, fields: Mapping[str, Any]) -> Json:
        """A lead that came now, and asks; given fields go before. ValueError for a field that no lead has."""
        given = self.settled(fields)
        lead = self._lead(now, "WAITING_FOR_CONFIRMATION", at(now))
        if created := given.get("createdAt"):
            lead["updatedAt"] = created
        if isinstance(student := given.get("studentData"), dict):
            given["studentData"] = lead["studentData"] | student
        lead.update(given)
        return lead

    def settled(self, fields: Mapping[str, Any]) -> Json:
        """Fields by the API's names, times as it writes them. ValueError for one that no lead has."""
        given = dict(fields)
        if "created_at" in given:
            given["createdAt"] = given.pop("created_at")
        if unknown := given.keys() - self._blank.fields:
            raise ValueError(f"student.com's leads have no {', '.join(sorted(unknown))}")
        return {k: at(v) if k in _TIMES and isinstance(v, datetime) else v for k, v in given.items()}

    def history(self, count: int, days: int, now: datetime) -> Iterator[Json]:
        """Leads of the last days, in any order."""
        span = timedelta(days=days).total_seconds()
        for _ in range(count):
            moment = now - timedelta(seconds=60 + self._rng.random() * (span - 60))
            later = moment + (now - moment) * (self._rng.random() if self._rng.random() < 0.5 else 0)
            yield self._lead(moment, _pick(self._rng, _STAGES), at(later))

    def _lead(self, moment: datetime, stage: str, updated: str) -> Json:
        rng, number = self._rng, self._number
        self._number += 1
        house, name, city, external = _pick(rng, _PROPERTIES)
        kind = int(rng.random() * len(_ROOMS))
        room, category, rent = _ROOMS[kind]
        room_id, rate_id = house * 10 + kind, house * 1000 + kind
        begin = date(moment.year + (moment.month > 8), 9, 1 + int(rng.random() * 20))
        weeks = _pick(rng, (21, 42, 44, 51))
        rental = rent * weeks
        deposit = _pick(rng, (0, 100, 250))
        student_number = 60000 + number
        lead: Json = {
            **self._blank.lead,
            "moveInDate": begin.isoformat(),
            "moveOutDate": (begin + timedelta(weeks=weeks)).isoformat(),
            "id": node("Order", number),
            "hash": f"v01{rng.getrandbits(128):032x}",
            "createdAt": at(moment),
            "updatedAt": updated,
            "bookingJourney": _pick(rng, _JOURNEYS),
            "propertyId": node("Property", house),
            "propertyName": name,
            "rateAvailabilityId": node("RateAvailability", rate_id),
            "referenceId": f"{_letters(rng)}{100000000 + (number * 7919) % 900000000}",
            "roomId": node("Room", room_id),
            "roomName": room,
            "roomCategory": category,
            "stage": stage,
            "studentId": str(student_number),
            "studentData": self._student(student_number, city),
            "totalPrice": f"{rental + deposit + 25:.2f}",
            "totalDeposit": f"{deposit:.2f}",
            "totalRental": f"{rental:.2f}",
            "room": {"externalId": f"R-{room_id}" if external else None},
            "property": {"externalId": external, "addressCity": city},
            "rateAvailability": {"externalId": None},
        }
        if stage in ("CANCELLED", "LOST", "REFUNDING"):
            lead |= {"cancelledAt": updated, "cancelledBy": _uuid(rng), "cancelledReason": _pick(rng, REASONS)}
        if stage == "LOST":
            lead["lostAt"] = updated
        if stage in ("BOOKING_CONFIRMED", "WAITING_FOR_CHECK_IN", "CHECKED_IN", "COMPLETED"):
            lead |= {"confirmedAt": updated, "paidAt": updated}
        if stage == "COMPLETED":
            lead["completedAt"] = updated
        return lead

    def _student(self, number: int, city: str) -> Json:
        """As the sample has it: an object of no published shape."""
        rng = self._rng
        home: Student = _pick(rng, STUDENTS)
        given, family = _pick(rng, home.given), _pick(rng, FAMILIES[home.country])
        return {
            "id": number,
            "city": home.city,
            "state": home.state,
            "gender": _pick(rng, ("male", "female")),
            "country": home.country,
            "nationality": home.country,
            "postalCode": home.postcode,
            "addressLines": f"{1 + int(rng.random() * 180)} {home.street}",
            "dateOfBirth": f"{1998 + int(rng.random() * 10)}-{1 + int(rng.random() * 12):02}-05",
            "documentType": "passport",
            "emailAddress": f"{given}.{family}{number}@example.com".lower().replace(" ", "").replace("'", ""),
            "documentNumber": f"{_letters(rng)}{1000000 + int(rng.random() * 8999999)}",
            "passportLastName": family,
            "passportFirstName": given,
            "destinationUniversity": f"university-of-{city.lower().replace(' ', '-')}",
            "studyMajor": _pick(rng, MAJORS),
            "otherPreferences": _pick(rng, PREFERENCES),
        }


_FIELDS: Final = (
    "moveInDate moveOutDate id hash createdAt updatedAt bookingJourney propertyId propertyName rateAvailabilityId "
    "referenceId roomId roomName roomCategory stage studentId studentData totalPrice totalDeposit totalRental room "
    "property rateAvailability"
)


class _Blank:
    """A lead in which nothing has happened yet."""

    def __init__(self, rng: random.Random) -> None:
        empty = (
            "rejectedBy rejectedReason cancelledBy cancelledAt cancelledReason cancellationNote paidAt lostAt "
            "completedAt confirmedAt"
        )
        self.lead: Json = {
            "currency": "GBP",
            "billingCycle": "WEEKLY",
            "totalFee": "25.00",
            **dict.fromkeys(empty.split()),
        }
        self.fields = frozenset((*self.lead, *_FIELDS.split()))


def _pick(rng: random.Random, items: Sequence[Thing]) -> Thing:
    """One of the items; several times faster than ``choice``."""
    return items[int(rng.random() * len(items))]


def _letters(rng: random.Random) -> str:
    return chr(65 + int(rng.random() * 26)) + "B"


def _uuid(rng: random.Random) -> str:
    word = f"{rng.getrandbits(128):032x}"
    return f"{word[:8]}-{word[8:12]}-{word[12:16]}-{word[16:20]}-{word[20:]}"
