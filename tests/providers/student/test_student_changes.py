"""What changed in student.com, and what only a lead itself tells."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from student_wire import DAY, HOUR, NOW, House, Json, Wire, fixture, lead, listed, serving

from providers.errors import Rejected, Unavailable
from providers.provider import Page
from providers.student.feed import AGAIN_PAGES, TOP_PAGES, changed_since, completed, created_since

SORTED = {"sortBy": "UPDATED_AT", "sortDirection": "DESCENDING"}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


class Reader:
    """Reads changes as polls do, and knows what it saw."""

    def __init__(self, house: House, **settings: Any) -> None:
        self.house = house
        self.settings = settings
        self.stored: dict[str, bytes] = {}

    async def poll(self) -> list[str]:
        """The ids of what is new or changed."""
        self.house.system.asked.clear()
        found = []
        async for page in changed_since(self.house.api(**self.settings), NOW - DAY, 50):
            for record in page.records:
                if self.stored.get(record.external_id) != record.fingerprint:
                    found.append(record.external_id)
                self.stored[record.external_id] = record.fingerprint
        return sorted(set(found))

    async def settle(self) -> None:
        """History is read, and polls go by until all is known."""
        async for page in created_since(self.house.api(), NOW - 400 * DAY, 50):
            self.stored |= {r.external_id: r.fingerprint for r in page.records}
        for _ in range(5):
            await self.poll()

    @property
    def calls(self) -> list[Json]:
        return [body["variables"] for body in self.house.system.asked]

    @property
    def tops(self) -> int:
        """Pages of what changed last."""
        return sum(SORTED.items() <= call.items() for call in self.calls)


async def test_a_change_of_an_old_lead_is_seen_at_the_next_poll(house: House) -> None:
    house.system.fill(400, 300)
    old = house.system.leads[3]["referenceId"]
    reader = Reader(house)
    await reader.settle()
    assert await reader.poll() == []
    assert reader.tops == 1
    house.system.change(old, stage="REFUNDING")
    assert await reader.poll() == [old]
    assert reader.tops == 2  # the page below it is known


async def test_what_changed_invisibly_above_does_not_hide_what_changed(house: House) -> None:
    house.system.fill(300, 200)
    reader = Reader(house)
    await reader.settle()
    one, *touched = [x["referenceId"] for x in house.system.leads[:10]]
    house.system.change(one, stage="REFUNDING")
    for reference in touched:
        house.system.change(reference)  # its time only, which the list does not show
    assert await reader.poll() == [one]


async def test_many_changes_are_read_to_their_end_or_in_the_next_polls(house: House) -> None:
    house.system.fill(500, 20)
    reader = Reader(house)
    await reader.settle()
    for one in house.system.leads[:300]:
        house.system.change(one["referenceId"], roomName="Renamed")
    found = set(await reader.poll())
    assert reader.tops == TOP_PAGES
    for _ in range(10):
        found |= set(await reader.poll())
    assert len(found) == 300


async def test_a_reading_that_is_broken_off_is_made_again(house: House) -> None:
    house.system.fill(200, 100)
    reader = Reader(house)
    await reader.settle()
    changed = [x["referenceId"] for x in house.system.leads[:60]]
    for reference in changed:
        house.system.change(reference, roomName="Renamed")
    async for page in changed_since(house.api(), NOW - DAY, 50):
        assert isinstance(page, Page)
        if any(r.raw["roomName"] == "Renamed" for r in page.records):
            break  # and nothing of it is stored
    assert await reader.poll() == sorted(changed)


async def test_the_last_thirty_days_are_read_again_bit_by_bit(house: House) -> None:
    house.system.store.sorts = False  # takes the sorting, and passes over it
    house.system.fill(300, 25)
    reader = Reader(house)
    await reader.settle()
    changed = [x["referenceId"] for x in house.system.leads[::37]]
    for reference in changed:
        house.system.change(reference, stage="REFUNDING")
    found: set[str] = set()
    for _ in range(300 // 50 // AGAIN_PAGES + 2):
        found |= set(await reader.poll())
    assert found == set(changed)


@pytest.mark.parametrize("settings", [{"sorts": False}, {}])
async def test_without_sorting_changes_are_found_all_the_same(house: House, settings: Json) -> None:
    house.system.types(None)  # a server that knows no sortBy
    house.system.fill(150, 25)
    reader = Reader(house, **settings)
    await reader.settle()
    (house.system.refused.clear(), house.system.requests.clear())
    changed = house.system.leads[70]["referenceId"]
    house.system.change(changed, stage="LOST")
    assert await reader.poll() == [changed]
    assert all("sortBy" not in call for call in reader.calls)
    assert house.system.refused == []  # it was refused once, and not asked for again


async def test_sorting_that_is_refused_is_tried_with_its_other_type(house: House) -> None:
    house.system.types("PropertySortBy")
    house.system.fill(30, 20)
    reader = Reader(house)
    assert len(await reader.poll()) == 30
    assert reader.tops == 1
    assert len(house.system.refused) == 1
    await reader.poll()
    assert len(house.system.refused) == 1


async def test_each_page_says_how_far_it_came(house: House) -> None:
    await house.system.arrive()
    pages = [p async for p in changed_since(house.api(), NOW - DAY, 50)]
    assert {p.reached for p in pages} == {NOW}


async def test_a_failure_while_sorting_is_said_and_comes_after_the_rest(house: House) -> None:
    await house.system.arrive()
    seen = []
    with pytest.raises(Unavailable):
        async for page in changed_since(house.api(), NOW - DAY, 50):
            seen += page.records
            house.system.fault("503", 3)
    assert len(seen) == 1
    house.system.clear_faults()
    assert len([p async for p in changed_since(house.api(), NOW - DAY, 50)]) == 2


# -------------------------------------------------------------------------------------- completing


async def raws(house: House) -> list[Json]:
    pages = [p async for p in created_since(house.api(), NOW - 30 * DAY, 50)]
    house.system.asked.clear()
    return [r.raw for p in pages for r in p.records]


async def test_a_lead_is_completed_with_one_call_and_keeps_the_lists_fingerprint(house: House) -> None:
    await house.system.arrive(referenceId="HB1", bookingJourney="CONNECT")
    (page,) = [p async for p in created_since(house.api(), NOW - HOUR, 50)]
    (listed_record,) = page.records
    house.system.asked.clear()
    (done,) = [p async for p in completed(house.api(), [listed_record.raw])]
    (record,) = done.records
    assert (record.external_id, record.fingerprint, record.created_at) == (
        listed_record.external_id,
        listed_record.fingerprint,
        listed_record.created_at,
    )
    whole = done.read(record.raw)
    assert whole.email
    assert whole.last_name
    assert whole.price
    assert whole.enquiry == "CONNECT"
    assert whole.customer_id == page.read(listed_record.raw).customer_id
    assert house.declared() == [["referenceId", "hash"]]


@pytest.mark.parametrize("as_text", [False, True])
async def test_no_identity_leaves_the_client(house: House, as_text: bool) -> None:
    house.system.store.student_text = as_text
    raw = await house.system.arrive()
    (done,) = [p async for p in completed(house.api(), await raws(house))]
    shown = repr(done.records[0].raw)
    for name in ("documentNumber", "dateOfBirth", "addressLines"):
        assert raw["studentData"][name] not in shown
    assert "nationality" not in shown
    assert raw["studentData"]["emailAddress"] in shown


async def test_what_is_gone_forbidden_or_without_a_hash_stays_as_it_was_listed(house: House) -> None:
    for name in ("gone", "forbidden", "bare", "there"):
        await house.system.arrive(referenceId=name)
    found = await raws(house)
    house.system.forget("gone")
    house.system.forbid("forbidden")
    next(raw for raw in found if raw["referenceId"] == "bare")["hash"] = None
    done = {p.records[0].external_id: p.read(p.records[0].raw) async for p in completed(house.api(), found)}
    assert set(done) == {"gone", "forbidden", "bare", "there"}
    assert [name for name, one in done.items() if one.email] == ["there"]
    assert len(house.system.asked) == 3


async def test_a_server_that_fails_over_one_lead_is_asked_again_after_the_others_and_then_given_up() -> None:
    detail = {"email": "kit@example.com"}

    def answer(body: Json) -> Json:
        if body["variables"]["referenceId"] == "HB1":
            return {"errors": [{"message": "Cannot read property 'id' of undefined"}], "data": {"getLead": None}}
        return {"data": {"getLead": {"lead": {"referenceId": "HB2", "studentData": {"emailAddress": detail["email"]}}}}}

    wire = Wire(answer)
    both = [lead(1, NOW), lead(2, NOW)]
    for _ in range(2):
        seen = []
        with pytest.raises(Unavailable):
            async for page in completed(wire.api, both):
                seen += [r.external_id for r in page.records]
        assert seen == ["HB2"]
    assert [p.records[0].external_id async for p in completed(wire.api, both)] == ["HB1", "HB2"]
    assert wire.api.remembered["failed"] == {}


async def test_a_question_that_is_refused_for_every_lead_is_not_asked_for_each() -> None:
    refusal = {"errors": [{"message": 'Cannot query field "x"', "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}
    wire = Wire(lambda _: (400, refusal))
    with pytest.raises(Rejected):
        _ = [p async for p in completed(wire.api, [lead(n, NOW) for n in range(5)])]
    assert len(wire.asked) == 1


async def test_an_outage_in_the_middle_keeps_what_came_before(house: House) -> None:
    for name in ("HB1", "HB2"):
        await house.system.arrive(referenceId=name)
    found = await raws(house)
    api = house.api()
    seen = []
    with pytest.raises(Unavailable):
        async for page in completed(api, found):
            seen += [r.external_id for r in page.records]
            house.system.fault("503", 3)
    assert len(seen) == 1
    house.system.clear_faults()
    assert len([p async for p in completed(api, found)]) == 2


async def test_half_a_lead_is_taken_in() -> None:
    wire = Wire(lambda _: fixture("lead_partial"))
    (done,) = [p async for p in completed(wire.api, [lead(1, NOW)])]
    whole = done.read(done.records[0].raw)
    assert whole.price
    assert whole.email is None


async def test_raw_records_that_are_no_leads_are_passed_over() -> None:
    wire = Wire(lambda _: listed([]))
    assert [p async for p in completed(wire.api, [None, 7, {"id": "x"}, {}])] == []
    assert wire.asked == []
