"""Reading storEDGE's leads over several facilities, without believing order, sizes or totals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from storedge_wire import F1, F2, NOW, Shelf, Wire, at, fixture, lead, page, some

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from providers.provider import Page
from providers.storedge.feed import FEED, changed_since, created_since, created_until

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
LEADS, LEADS2 = f"GET /v1/{F1}/leads", f"GET /v1/{F2}/leads"
BOTH = f"{F1}\n{F2}"


async def ids(pages: AsyncIterator[Page]) -> list[str]:
    return [record.external_id async for found in pages for record in found.records]


def names(leads: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in leads]


# ------------------------------------------------------------------------------------------ new ones


async def test_new_leads_are_asked_for_in_utc_and_come_oldest_first() -> None:
    wire = Wire({LEADS: Shelf(some(3))})
    assert await ids(created_since(wire.api, NOW - HOUR, 50)) == ["lead-2", "lead-1", "lead-0"]
    ((query, _),) = wire.calls("GET", f"/v1/{F1}/leads")
    assert query == {"created_after": "2026-11-23T09:04:04.000Z", "page": "1", "per_page": "50"}


async def test_leads_of_all_facilities_are_merged_oldest_first() -> None:
    wire = Wire({LEADS: Shelf(some(5, 2 * MINUTE, "a")), LEADS2: Shelf(some(5, 3 * MINUTE, "b"))}, facilities=BOTH)
    found = [r async for p in created_since(wire.api, NOW - HOUR, 3) for r in p.records]
    assert len(found) == 10
    assert [r.created_at for r in found] == sorted(r.created_at for r in found)
    assert {r.raw["facility_id"] for r in found} == {F1, F2}


async def test_a_page_never_holds_what_is_newer_than_what_is_unread() -> None:
    shelf = Shelf(some(230, MINUTE), order=lambda x: x["id"])  # in no order at all
    wire = Wire({LEADS: shelf, LEADS2: Shelf(some(40, 5 * MINUTE, "b"))}, facilities=BOTH)
    pages = [p async for p in created_since(wire.api, NOW - DAY, 50)]
    times = [[r.created_at for r in p.records] for p in pages]
    assert sum(map(len, times)) == 270
    for earlier, later in pairwise(times):
        assert max(earlier) <= min(later)


async def test_what_a_filter_let_through_is_left_out_again() -> None:
    wire = Wire({LEADS: Shelf(some(5, HOUR), heeds=())})
    assert await ids(created_since(wire.api, NOW - HOUR, 100)) == ["lead-1", "lead-0"]


@pytest.mark.parametrize(
    "shelf",
    [
        Shelf([]),
        Shelf([], fixed=25),
        Shelf([], wrapped=True),
        Shelf([], silent=True),
        Shelf([], silent=True, fixed=25),
        Shelf([], fixed=30, total=999_999),
        Shelf([], total=7),
    ],
    ids=[
        "plain",
        "own size",
        "wrapped",
        "no pagination",
        "no pagination and its own size",
        "total too high",
        "total too low",
    ],
)
async def test_all_pages_are_read_each_lead_once(shelf: Shelf) -> None:
    shelf.leads = some(230, timedelta(seconds=1))
    wire = Wire({LEADS: shelf})
    assert await ids(created_since(wire.api, NOW - HOUR, 100)) == names(shelf.leads[::-1])


@pytest.mark.parametrize(
    "told", [{"total_entries": 120}, {"total_entries": 120, "per_page": 100}, {}, {"total_pages": 3}, {"next_page": 2}]
)
async def test_pages_smaller_than_asked_for_lose_no_lead(told: dict[str, Any]) -> None:
    leads = some(120, timedelta(seconds=1))

    def answer(number: int) -> dict[str, Any]:
        rest = {"next_page": number + 1 if number < 3 else None} if "next_page" in told else {}
        return {
            "leads": leads[(number - 1) * 50 : number * 50],
            "meta": {"pagination": {"page": number, **told, **rest}},
        }

    wire = Wire({LEADS: lambda request: answer(int(request.url.params["page"]))})
    assert len(await ids(created_since(wire.api, NOW - HOUR, 100))) == 120


async def test_a_list_that_gives_the_same_page_for_ever_ends() -> None:
    wire = Wire({LEADS: Shelf(some(30), fixed=10, deaf=True, total=30)})
    assert len(await ids(created_since(wire.api, NOW - HOUR, 10))) == 10
    assert len(wire.calls("GET", f"/v1/{F1}/leads")) < 60


async def test_one_call_a_facility_is_enough_where_all_fits_on_a_page() -> None:
    wire = Wire({LEADS: Shelf(some(3)), LEADS2: Shelf([])}, facilities=BOTH)
    await ids(created_since(wire.api, NOW - HOUR, 100))
    assert [p for _, p, _, _ in wire.asked if p.endswith("/leads")] == [f"/v1/{F1}/leads", f"/v1/{F2}/leads"]


async def test_a_long_time_is_read_in_stretches_that_lose_none(monkeypatch: pytest.MonkeyPatch) -> None:
    leads = some(3000, timedelta(hours=1))  # four months
    wire = Wire({LEADS: Shelf(leads[::2]), LEADS2: Shelf(leads[1::2], order=lambda x: x["id"])}, facilities=BOTH)
    pages = [p async for p in created_since(wire.api, NOW - 200 * DAY, 20)]
    found = [r.external_id for p in pages for r in p.records]
    assert found == names(leads[::-1])
    asked = [q for q, _ in wire.calls("GET", f"/v1/{F1}/leads")]
    assert any("created_before" in q for q in asked)
    assert "created_before" not in asked[-1]  # the newest ones are asked for without an end, whatever clocks say


async def test_where_a_thousand_leads_came_in_one_moment_they_are_read_all_the_same() -> None:
    leads = [lead(n, NOW - DAY) for n in range(700)] + [lead(f"x{n}", NOW - DAY + MINUTE) for n in range(700)]
    wire = Wire({LEADS: Shelf(leads)})
    found = await ids(created_since(wire.api, NOW - 30 * DAY, 50))
    assert sorted(found) == sorted(names(leads))


async def test_where_bounds_are_not_heeded_all_is_read_at_once() -> None:
    leads = some(700, timedelta(hours=1))
    wire = Wire({LEADS: Shelf(leads, heeds=("created_after",))})
    assert await ids(created_since(wire.api, NOW - 60 * DAY, 50)) == names(leads[::-1])
    assert len(wire.calls("GET", f"/v1/{F1}/leads")) < 40


async def test_the_place_is_the_facilitys_name_asked_for_once() -> None:
    wire = Wire({LEADS: Shelf(some(1)), f"GET /v1/{F1}/info": {"facility": {"id": F1, "name": "North"}, "meta": {}}})
    for _ in range(2):
        (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
        mapped = found.read(found.records[0].raw)
        assert (mapped.place, mapped.lookup) == ("North", F1)
    assert len(wire.calls("GET", f"/v1/{F1}/info")) == 1


@pytest.mark.parametrize("answer", [(404, {}), (500, {}), b"<html>", {"x": 1}, {"facility": []}])
async def test_leads_come_without_a_place_where_nobody_says_its_name(answer: Any) -> None:
    answer = (200, answer) if isinstance(answer, bytes) else answer
    wire = Wire({LEADS: Shelf(some(1)), f"GET /v1/{F1}/info": answer})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    assert found.read(found.records[0].raw).place is None


async def test_a_pasted_name_goes_before_and_nothing_is_asked() -> None:
    wire = Wire({LEADS: Shelf(some(1))}, facility_names=f"{F1} = South")
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    assert found.read(found.records[0].raw).place == "South"
    assert wire.calls("GET", f"/v1/{F1}/info") == []


async def test_unreadable_items_are_counted_and_break_nothing() -> None:
    answer = page([some(1)[0], {}, 5, None, {"lead": {"id": ""}}, {"id": True}])
    wire = Wire({LEADS: answer})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    assert ([r.external_id for r in found.records], found.unreadable) == (["lead-0"], 5)
    wire = Wire({LEADS: page([{}])})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    assert (found.records, found.unreadable) == ([], 1)


async def test_ids_with_slashes_and_unicode_and_numbers_are_kept() -> None:
    odd = [lead(0, NOW) | {"id": one} for one in ("a/b", "ü", 17, "..")]
    wire = Wire({LEADS: page(odd)})
    assert sorted(await ids(created_since(wire.api, NOW - HOUR, 50))) == ["..", "17", "a/b", "ü"]


async def test_a_lead_without_times_counts_as_just_come() -> None:
    wire = Wire({LEADS: page([{"id": "x"}])})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    (record,) = found.records
    assert record.created_at == found.read(record.raw).created_at == NOW - HOUR


@pytest.mark.parametrize("answer", [{}, [], {"leads": "none"}, 5, None])
async def test_an_answer_without_leads_is_none_at_all(answer: Any) -> None:
    wire = Wire({LEADS: answer})
    if answer == []:
        assert await ids(created_since(wire.api, NOW - HOUR, 100)) == []
        return
    with pytest.raises(UnexpectedResponse):
        await ids(created_since(wire.api, NOW - HOUR, 100))
    wire.answers[LEADS] = page(some(1))
    assert await ids(created_since(wire.api, NOW - HOUR, 100)) == ["lead-0"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((200, fixture("error_401")), AuthFailed),
        ((200, fixture("error_404")), Rejected),
        ((200, fixture("error_422")), Rejected),
        ((200, fixture("error_500")), Unavailable),
        ((200, {"meta": {"status_code": 429}}), Unavailable),
        ((401, fixture("error_401")), AuthFailed),
        ((500, {}), Unavailable),
        ((200, b'{"leads": ['), UnexpectedResponse),
        ((200, b"<html>Sign in</html>"), UnexpectedResponse),
    ],
)
async def test_a_failure_in_the_second_facility_is_one_and_then_it_works_again(answer: Any, failure: Any) -> None:
    wire = Wire({LEADS: Shelf(some(2)), LEADS2: answer}, facilities=BOTH)
    for feed in (created_since, changed_since):
        with pytest.raises(failure):
            await ids(feed(wire.api, NOW - HOUR, 100))
    wire.answers[LEADS2] = Shelf(some(2, prefix="b"))
    assert len(await ids(created_since(wire.api, NOW - HOUR, 100))) == 4


# --------------------------------------------------------------------------------------------- history


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1500])
async def test_history_comes_newest_first_in_full_pages(count: int) -> None:
    leads = some(count, 3 * HOUR)
    shelves = {LEADS: Shelf(leads[::2]), LEADS2: Shelf(leads[1::2], order=lambda x: x["id"])}
    wire = Wire(shelves, facilities=BOTH)
    pages = [p async for p in created_until(wire.api, NOW + DAY, 50)]
    assert [r.external_id for p in pages for r in p.records] == names(leads)
    assert all(len(p.records) == 50 for p in pages[:-1])


async def test_history_goes_on_where_it_stopped_and_includes_that_moment() -> None:
    leads = some(10, HOUR)
    wire = Wire({LEADS: Shelf(leads)})
    assert await ids(created_until(wire.api, at(leads[4]), 50)) == names(leads[4:])


async def test_history_ends_though_a_total_promises_more() -> None:
    leads = some(40, HOUR)
    wire = Wire({LEADS: Shelf(leads, total=5_000)})
    assert await ids(created_until(wire.api, NOW, 20)) == names(leads)


async def test_history_without_bounds_that_are_heeded_is_read_at_once() -> None:
    leads = some(600, HOUR)
    wire = Wire({LEADS: Shelf(leads, heeds=("created_before",))})
    assert await ids(created_until(wire.api, NOW, 20)) == names(leads)


# -------------------------------------------------------------------------------------- what changed


async def test_changes_are_followed_by_the_systems_clock() -> None:
    wire = Wire({LEADS: Shelf(some(3)), LEADS2: Shelf(some(2, prefix="b"))}, facilities=BOTH)
    pages = [p async for p in changed_since(wire.api, NOW - HOUR, 2)]
    assert len([r for p in pages for r in p.records]) == 5
    assert [p.reached for p in pages[:-1]] == [None] * (len(pages) - 1)
    assert pages[-1].reached == NOW
    (query, _), *_ = wire.calls("GET", f"/v1/{F1}/leads")
    assert query["updated_since"] == "2026-11-23T09:04:05.000Z"


async def test_where_nothing_changed_nothing_is_said() -> None:
    wire = Wire({LEADS: page([])})
    assert [p async for p in changed_since(wire.api, NOW, 100)] == []


async def test_without_a_date_in_answers_our_clock_stands_in() -> None:
    wire = Wire({LEADS: Shelf(some(1))}, date=None)
    (found,) = [p async for p in changed_since(wire.api, NOW - HOUR, 100)]
    assert found.reached is not None
    assert abs(found.reached - datetime.now(UTC)) < MINUTE


async def test_a_change_has_another_fingerprint_and_the_same_lead_the_same() -> None:
    wire = Wire({LEADS: page([lead(1, NOW, status="active")])})
    prints = []
    for status in ("active", "active", "reserved"):
        wire.answers[LEADS] = page([lead(1, NOW, status=status)])
        prints += [r.fingerprint async for p in changed_since(wire.api, NOW, 100) for r in p.records]
    assert prints[0] == prints[1] != prints[2]


def test_what_changed_is_asked_at_every_poll() -> None:
    assert FEED.follows is not None
    assert FEED.overlap == timedelta(minutes=5)
    assert FEED.page_size == 100
