"""Reading Lofty's leads: by time where it can, by sorting where it cannot, and believing neither sizes nor filters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from lofty_wire import NOW, Wire, lead

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from providers.lofty.feed import FEED, changed_since, created_since, created_until
from providers.lofty.mapping import moment
from providers.provider import Page

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BY_CREATION, BY_CHANGE, LEADS = "/v1.0/leads/createTime", "/v1.0/leads/updateTime", "/v1.0/leads"


def page(leads: list[Any], total: int | None = None, scroll: str = "") -> dict[str, Any]:
    return {"_metadata": {"total": len(leads) if total is None else total, "scrollId": scroll}, "leads": leads}


class Shelf:
    """Leads in a list that pages as told. ``fixed``: its own page size. ``deaf``: it ignores offsets."""

    def __init__(
        self, leads: list[dict[str, Any]], *, fixed: int = 0, deaf: bool = False, scrolls: bool = False
    ) -> None:
        self.leads = leads
        self.fixed = fixed
        self.deaf = deaf
        self.scrolls = scrolls
        self.refused = False

    def __call__(self, request: httpx.Request) -> Any:
        asked = request.url.params
        if scroll := asked.get("scrollId"):
            if self.refused:
                return 400, {"code": 20012, "message": "scrollId has expired"}
            start = int(scroll.removeprefix("s"))
        else:
            start = 0 if self.deaf else int(asked["offset"])
        key = "assignTime" if asked.get("sort") == "AssignTime" else "createTime"
        rows = sorted(self.leads, key=lambda row: row.get(key, ""), reverse=True) if "sort" in asked else self.leads
        size = self.fixed or int(asked["limit"])
        part = rows[start : start + size]
        return page(part, len(rows), f"s{start + size}" if self.scrolls else "")


async def ids(pages: AsyncIterator[Page]) -> list[str]:
    return [record.external_id async for found in pages for record in found.records]


def some(count: int, step: timedelta = MINUTE) -> list[dict[str, Any]]:
    return [lead(1000 + n, NOW - step * n) for n in range(count)]


# ------------------------------------------------------------------------------------------ new ones


async def test_new_leads_are_asked_for_at_utc_minus_seven_and_come_oldest_first() -> None:
    wire = Wire({f"GET {BY_CREATION}": page(some(3))})
    assert await ids(created_since(wire.api, NOW - HOUR, 100)) == ["1002", "1001", "1000"]
    ((query, _),) = wire.calls("GET", BY_CREATION)
    assert query == {"leadCreateTime": "2026-11-23 02:04:05", "limit": "100", "offset": "0"}


async def test_the_offset_of_those_times_can_be_set() -> None:
    wire = Wire({f"GET {BY_CREATION}": page([])}, times_offset=0)
    assert await ids(created_since(wire.api, NOW, 100)) == []
    assert wire.calls("GET", BY_CREATION)[0][0]["leadCreateTime"] == "2026-11-23 10:04:05"


async def test_what_a_filter_let_through_is_left_out_again() -> None:
    wire = Wire({f"GET {BY_CREATION}": page(some(5, HOUR))})
    assert await ids(created_since(wire.api, NOW - HOUR, 100)) == ["1001", "1000"]


@pytest.mark.parametrize(
    "shelf",
    [Shelf([]), Shelf([], fixed=25), Shelf([], scrolls=True), Shelf([], fixed=7, scrolls=True, deaf=True)],
)
async def test_all_pages_are_read_each_lead_once(shelf: Shelf) -> None:
    shelf.leads = some(230, timedelta(seconds=1))
    wire = Wire({f"GET {BY_CREATION}": shelf})
    pages = [p async for p in created_since(wire.api, NOW - HOUR, 100)]
    found = [r.external_id for p in pages for r in p.records]
    assert sorted(found) == [str(1000 + n) for n in range(230)]
    for one in pages:
        assert [r.created_at for r in one.records] == sorted(r.created_at for r in one.records)
    assert [p.unordered for p in pages] == [True] * (len(pages) - 1) + [False]


async def test_a_list_that_gives_the_same_page_for_ever_ends() -> None:
    wire = Wire({f"GET {BY_CREATION}": Shelf(some(30), fixed=10, deaf=True)})
    assert len(await ids(created_since(wire.api, NOW - HOUR, 100))) == 10
    assert len(wire.asked) == 2


async def test_where_a_scroll_is_refused_it_begins_once_more_without() -> None:
    shelf = Shelf(some(50, timedelta(seconds=1)), fixed=20, scrolls=True)
    shelf.refused = True
    wire = Wire({f"GET {BY_CREATION}": shelf})
    assert len(set(await ids(created_since(wire.api, NOW - HOUR, 100)))) == 50
    assert [q.get("scrollId", q.get("offset")) for q, _ in wire.calls("GET", BY_CREATION)] == [
        "0",
        "s20",
        "0",
        "20",
        "40",
    ]


async def test_one_call_is_enough_where_all_fits_on_a_page() -> None:
    wire = Wire({f"GET {BY_CREATION}": Shelf(some(3), scrolls=True)})
    assert len(await ids(created_since(wire.api, NOW - HOUR, 100))) == 3
    assert len(wire.asked) == 1


async def test_wrapped_leads_are_read_and_unreadable_ones_counted() -> None:
    wire = Wire({f"GET {BY_CREATION}": page([{"lead": some(1)[0]}, {"lead": {}}, 5])})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 100)]
    assert ([r.external_id for r in found.records], found.unreadable) == (["1000"], 2)
    wire = Wire({f"GET {BY_CREATION}": page([{}])})
    (found,) = [p async for p in created_since(wire.api, NOW - HOUR, 100)]
    assert found.unreadable == 1


@pytest.mark.parametrize("answer", [{}, [], {"leads": "none"}, 5, None])
async def test_an_answer_without_leads_is_none_at_all(answer: Any) -> None:
    wire = Wire({f"GET {BY_CREATION}": answer})
    with pytest.raises(UnexpectedResponse):
        await ids(created_since(wire.api, NOW - HOUR, 100))


# ---------------------------------------------------------------------------- without searches by time


@pytest.mark.parametrize("status", [400, 404, 405, 501])
async def test_where_there_is_no_search_by_time_the_sorted_list_stands_in_and_that_is_remembered(status: int) -> None:
    wire = Wire({f"GET {BY_CREATION}": (status, {"message": "x"}), f"GET {LEADS}": Shelf(some(500, HOUR))})
    for _ in range(2):
        assert await ids(created_since(wire.api, NOW - 2 * HOUR, 100)) == ["1002", "1001", "1000"]
    assert len(wire.calls("GET", BY_CREATION)) == 1
    queries = [query for query, _ in wire.calls("GET", LEADS)]
    assert queries == [{"sort": "CreateTime", "desc": "true", "limit": "100", "offset": "0"}] * 2


async def test_a_list_that_is_not_sorted_is_read_to_its_end() -> None:
    class Unsorted(Shelf):
        def __call__(self, request: httpx.Request) -> Any:
            start = int(request.url.params["offset"])
            return page(self.leads[start : start + 100], len(self.leads))

    leads = some(150, HOUR)
    leads.insert(140, lead(7, NOW))
    leads[3], leads[40] = leads[40], leads[3]
    wire = Wire({f"GET {LEADS}": Unsorted(leads)})
    found = await ids(created_since(wire.api, NOW - 2 * HOUR, 100))
    assert "7" in found


async def test_other_failures_are_no_reason_to_fall_back() -> None:
    for answer, failure in (
        ((403, {"code": 20017, "message": "no"}), Rejected),
        ((400, {"code": 200058, "message": "no"}), AuthFailed),
        ((500, {}), Unavailable),
    ):
        wire = Wire({f"GET {BY_CREATION}": answer, f"GET {LEADS}": page([])})
        with pytest.raises(failure):
            await ids(created_since(wire.api, NOW, 100))
        assert wire.api.remembered == {}


async def test_a_search_that_worked_once_is_not_taken_for_missing() -> None:
    wire = Wire({f"GET {BY_CREATION}": page([])})
    await ids(created_since(wire.api, NOW, 100))
    wire.answers[f"GET {BY_CREATION}"] = (400, {"code": 20012, "message": "busy"})
    with pytest.raises(Rejected):
        await ids(created_since(wire.api, NOW, 100))


# ----------------------------------------------------------------------------------------- changed ones


async def test_changes_come_in_the_order_of_their_times_and_say_how_far_they_reach() -> None:
    old = NOW - timedelta(days=400)
    leads = [lead(1, old, NOW - MINUTE), lead(2, old, NOW - 3 * MINUTE), lead(3, old, NOW - 5 * HOUR)]
    wire = Wire({f"GET {BY_CHANGE}": page(leads)})
    pages = [p async for p in changed_since(wire.api, NOW - HOUR, 100)]
    assert [[r.external_id for r in p.records] for p in pages] == [["2", "1"]]
    assert [(p.reached, p.unordered) for p in pages] == [(NOW - MINUTE, False)]
    assert wire.calls("GET", BY_CHANGE)[0][0]["leadUpdateTime"] == "2026-11-23 02:04:05"
    assert FEED.follows is not None


async def test_without_that_search_assignments_are_followed_and_the_list_is_read_again_in_turns() -> None:
    leads = some(450, HOUR)
    leads[420]["assignTime"] = (NOW - MINUTE).strftime("%Y-%m-%dT%H:%M:%SGMT")
    wire = Wire({f"GET {LEADS}": Shelf(leads)})
    turns = [set(await ids(changed_since(wire.api, NOW - HOUR, 100))) for _ in range(4)]
    assert all("1420" in turn for turn in turns), "given to somebody a minute ago"
    asked = [query["offset"] for query, _ in wire.calls("GET", LEADS) if query["sort"] == "CreateTime"]
    assert asked == ["0", "100", "200", "300", "400", "0", "100"]
    assert set.union(*turns) == {str(1000 + n) for n in range(450)}


# -------------------------------------------------------------------------------------------- history


async def take(api: Any, until: datetime, pages: int, size: int = 50) -> list[Page]:
    found = []
    reading = created_until(api, until, size)
    async for one in reading:
        found.append(one)
        if len(found) == pages:
            break
    await reading.aclose()  # type: ignore[attr-defined]
    return found


def oldest(found: Page) -> datetime:
    return min(record.created_at for record in found.records)


@pytest.mark.parametrize(
    "make",
    [
        Shelf,
        lambda rows: Shelf(rows, fixed=25),
        lambda rows: Shelf(rows, scrolls=True),
        lambda rows: Shelf(rows, fixed=30, scrolls=True, deaf=True),
    ],
)
async def test_history_comes_newest_first_in_full_pages(make: Callable[[Any], Shelf]) -> None:
    wire = Wire({f"GET {LEADS}": make(some(175))})
    pages = await take(wire.api, NOW + timedelta(days=1), 99)
    assert [len(p.records) for p in pages] == [50, 50, 50, 25]
    assert [r.external_id for p in pages for r in p.records] == [str(1000 + n) for n in range(175)]


async def test_history_goes_on_where_it_stopped_without_reading_all_above_again() -> None:
    wire = Wire({f"GET {LEADS}": Shelf(some(2000))})
    until, got = NOW + timedelta(days=1), set[str]()
    for _ in range(10):
        for one in await take(wire.api, until, 2):
            got |= {r.external_id for r in one.records}
            until = oldest(one)
    assert got >= {str(1000 + n) for n in range(950)}
    before = len(wire.asked)
    await take(wire.api, until, 2)
    assert len(wire.asked) - before <= 5


async def test_after_a_restart_the_place_is_looked_for() -> None:
    wire = Wire({f"GET {LEADS}": Shelf(some(20_000))})
    (first,) = await take(wire.api, NOW - 15_000 * MINUTE, 1)
    assert first.records[0].external_id == "16000"
    assert len(wire.asked) < 25


async def test_where_offsets_are_ignored_history_is_read_from_the_top() -> None:
    wire = Wire({f"GET {LEADS}": Shelf(some(600), deaf=True, scrolls=True)})
    (first,) = await take(wire.api, NOW - 400 * MINUTE, 1)
    assert first.records[0].external_id == "1400"


async def test_leads_that_came_or_went_meanwhile_hide_none() -> None:
    shelf = Shelf(some(900))
    wire = Wire({f"GET {LEADS}": shelf})
    until, got = NOW + timedelta(days=1), set[str]()
    for turn in range(30):
        found = await take(wire.api, until, 1)
        for one in found:
            got |= {r.external_id for r in one.records}
            until = oldest(one)
        shelf.leads = [lead(5000 + turn, NOW + MINUTE * turn), *shelf.leads]
        gone = next((row for row in shelf.leads if moment(row["createTime"]) > until + 5 * MINUTE), None)  # type: ignore[operator]
        shelf.leads = [row for row in shelf.leads if row is not gone]
        if len(found[-1].records) < 50:
            break
    assert got >= {str(1000 + n) for n in range(900)}
