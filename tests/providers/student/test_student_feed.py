"""Reading student.com's leads by day: windows, order, and servers that lie."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from student_wire import DAY, HOUR, MINUTE, NOW, House, Json, Wire, fixture, ids, lead, listed, serving

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from providers.student import pages
from providers.student.feed import FEED, created_since, created_until
from providers.student.mapping import moment


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with serving() as made:
        yield made


def asked(house: House) -> list[Json]:
    return [body["variables"] for body in house.system.asked]


async def test_new_leads_are_asked_for_by_day_and_come_oldest_first(house: House) -> None:
    for hours in (0, 2, 1):
        await house.system.arrive(referenceId=f"HB{hours}", created_at=NOW - hours * HOUR)
    assert await ids(created_since(house.api(), NOW - DAY, 50)) == ["HB2", "HB1", "HB0"]
    assert asked(house) == [{"pageNumber": 1, "pageSize": 50, "createdFrom": "2026-11-22"}]


async def test_what_the_day_holds_before_the_moment_is_left_out(house: House) -> None:
    await house.system.arrive(referenceId="early", created_at=NOW - 2 * HOUR)
    await house.system.arrive(referenceId="late", created_at=NOW)
    assert await ids(created_since(house.api(), NOW - HOUR, 50)) == ["late"]


async def test_the_overlap_is_a_day_so_that_no_zone_hides_a_lead() -> None:
    assert FEED.overlap >= DAY


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_many_pages_are_read_to_the_end_before_any_is_given(house: House, order: Any) -> None:
    house.system.store.order = order
    house.system.fill(180, 20)
    times = []
    async for page in created_since(house.api(), NOW - 21 * DAY, 50):
        times += [r.created_at for r in page.records]
        assert page.reached == times[-1]
    assert len(times) == 180
    assert times == sorted(times)


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_a_long_time_is_walked_in_windows_and_every_lead_comes_once(
    house: House, order: Any, inclusive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST", 40)
    house.system.store.order = order
    house.system.store.to_inclusive = inclusive
    house.system.fill(600, 60)
    expected = [x["referenceId"] for x in house.system.leads]
    found, last = [], NOW - 400 * DAY
    async for page in created_since(house.api(), NOW - 400 * DAY, 10):
        assert min(r.created_at for r in page.records) >= last  # the cursor passes over nothing
        last = max(r.created_at for r in page.records)
        found += [r.external_id for r in page.records]
    assert sorted(found) == sorted(expected)
    backwards = await ids(created_until(house.api(), NOW + DAY, 10))
    assert sorted(backwards) == sorted(expected)
    assert len(house.system.asked) < 400


async def test_history_comes_newest_first_in_full_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 30)
    house.system.fill(200, 40)
    sizes, times = [], []
    async for page in created_until(house.api(), NOW + DAY, 30):
        sizes.append(len(page.records))
        times += [r.created_at for r in page.records]
    assert times == sorted(times, reverse=True)
    assert sizes == [30] * 6 + [20]


async def test_history_stops_where_it_is_told_to(house: House) -> None:
    await house.system.arrive(referenceId="after", created_at=NOW)
    await house.system.arrive(referenceId="before", created_at=NOW - 2 * HOUR)
    assert await ids(created_until(house.api(), NOW - HOUR, 50)) == ["before"]


async def test_the_first_page_of_a_large_account_costs_few_calls(house: House) -> None:
    house.system.fill(5000, 90)
    async for page in created_until(house.api(), NOW + DAY, 50):
        assert len(page.records) == 50
        break
    assert len(house.system.asked) < 12


async def test_an_empty_list_is_an_end(house: House) -> None:
    assert await ids(created_since(house.api(), NOW, 50)) == []
    assert await ids(created_until(house.api(), NOW, 50)) == []
    wire = Wire(lambda _: fixture("empty"))
    assert await ids(created_since(wire.api, NOW, 50)) == []
    assert len(wire.asked) == 1


async def test_a_page_that_repeats_for_ever_ends(house: House) -> None:
    house.system.store.repeats = True
    house.system.fill(130, 1)
    assert len(await ids(created_since(house.api(), NOW - 3 * DAY, 50))) == 50
    assert len(house.system.asked) == 2


@pytest.mark.parametrize("total", [0, 7, 149, 10**9])
async def test_a_total_that_lies_hides_nothing(house: House, total: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 40)
    house.system.store.total = total
    house.system.fill(90, 12)
    assert len(set(await ids(created_since(house.api(), NOW - 15 * DAY, 10)))) == 90
    assert len(set(await ids(created_until(house.api(), NOW + DAY, 10)))) == 90
    assert len(house.system.asked) < 200


async def test_a_server_with_smaller_pages_is_read_to_the_end(house: House) -> None:
    house.system.store.largest_page = 20
    house.system.fill(70, 3)
    assert len(await ids(created_since(house.api(), NOW - 4 * DAY, 50))) == 70


async def test_a_server_that_ignores_days_is_read_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST", 20)
    house.system.store.filters_days = False
    house.system.fill(60, 3)
    await house.system.arrive(referenceId="new")
    assert len(await ids(created_since(house.api(), NOW - 900 * DAY, 10))) == 61
    since = await ids(created_since(house.api(), NOW - DAY, 10))
    assert sorted(since) == sorted(
        x["referenceId"] for x in house.system.leads if x["createdAt"] > "2026-11-22T10:04:05"
    )
    assert len(set(await ids(created_until(house.api(), NOW, 10)))) == 61


async def test_a_server_that_invents_leads_for_ever_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 30)

    def invented(body: Json) -> Json:
        number = body["variables"]["pageNumber"]
        return listed([lead(number * 100 + n, NOW - n * MINUTE) for n in range(5)], total=9, totalPages=10**6)

    wire = Wire(invented)
    assert len(await ids(created_since(wire.api, NOW - HOUR, 5))) == 150


@pytest.mark.parametrize("reference", ["HB/1/../2", "réf 1", "参考-7", 'a"b\\c', "a b&c=d#e?f", "x" * 190])
async def test_any_text_is_an_id(house: House, reference: str) -> None:
    await house.system.arrive(referenceId=reference)
    (page,) = [p async for p in created_since(house.api(), NOW - HOUR, 50)]
    assert page.records[0].external_id == reference
    assert page.read(page.records[0].raw).external_id == reference
    (completed,) = [p async for p in FEED.complete(house.api(), [page.records[0].raw])]  # type: ignore[misc]
    assert completed.records[0].external_id == reference
    assert completed.read(completed.records[0].raw).email


async def test_records_that_are_no_leads_are_counted() -> None:
    wire = Wire(lambda _: listed([None, 7, {"id": "x"}, {"referenceId": " "}, lead(1, NOW)]))
    (page,) = [p async for p in created_since(wire.api, NOW - HOUR, 50)]
    assert [r.external_id for r in page.records] == ["HB1"]
    assert page.unreadable == 4
    nothing = Wire(lambda _: listed([None]))
    (page,) = [p async for p in created_since(nothing.api, NOW - HOUR, 50)]
    assert (list(page.records), page.unreadable) == ([], 1)
    (page,) = [p async for p in created_until(nothing.api, NOW, 50)]
    assert (list(page.records), page.unreadable) == ([], 1)


@pytest.mark.parametrize("info", [None, [], {}, {"total": "many", "totalPages": True, "pageSize": None}])
async def test_page_info_may_be_missing_or_odd(info: Any) -> None:
    def answer(body: Json) -> Json:
        rows = [lead(n, NOW - n * MINUTE) for n in range(7)]
        start = (body["variables"]["pageNumber"] - 1) * 3
        return {"data": {"getLeads": {"pageInfo": info, "leads": rows[start : start + 3]}}}

    assert len(await ids(created_since(Wire(answer).api, NOW - HOUR, 3))) == 7


async def test_a_lead_without_a_time_is_not_lost() -> None:
    (page,) = [p async for p in created_since(Wire(lambda _: fixture("missing_fields")).api, NOW, 50)]
    assert [r.created_at for r in page.records] == [NOW]
    assert page.unreadable == 1  # the one without a reference


async def test_times_at_the_ends_of_the_calendar_are_no_trouble(house: House) -> None:
    await house.system.arrive(referenceId="HB1")
    assert await ids(created_until(house.api(), datetime(9999, 12, 31, 23, tzinfo=UTC), 50)) == ["HB1"]
    assert await ids(created_since(house.api(), datetime(1, 1, 1, tzinfo=UTC), 50)) == ["HB1"]


async def test_a_token_that_expires_between_pages_is_an_auth_failure_and_then_all_comes(house: House) -> None:
    house.system.fill(120, 2)
    house.system.store.order = "oldest"
    right, real = house.system.api_token, house.system._executor.run

    def run(body: Any, kind: str | None = None) -> bytes:
        house.system.api_token = "a-new-one"  # once the first page is answered
        return real(body, kind)

    house.system._executor.run = run  # type: ignore[method-assign]
    with pytest.raises(AuthFailed):
        await ids(created_since(house.api(), NOW - 3 * DAY, 50))
    assert len(house.system.requests) == 2
    house.system._executor.run = real  # type: ignore[method-assign]
    house.system.api_token = right
    assert len(await ids(created_since(house.api(), NOW - 3 * DAY, 50))) == 120


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (lambda _: fixture("data_null"), UnexpectedResponse),
        (lambda _: {"data": {}}, UnexpectedResponse),
        (lambda _: {"data": {"getLeads": {"leads": {"a": 1}}}}, UnexpectedResponse),
        (lambda _: {"data": {"getLeads": [1]}}, UnexpectedResponse),
        (lambda _: [1], UnexpectedResponse),
        (lambda _: fixture("error_unauthenticated"), AuthFailed),
        (lambda _: (401, fixture("error_401")), AuthFailed),
        (lambda _: (503, b"<html>"), Unavailable),
        (lambda _: {"errors": [{"message": "It broke"}], "data": None}, Rejected),
        (lambda _: b"<html>Sign in</html>", UnexpectedResponse),
    ],
)
async def test_a_list_that_is_none_is_one_of_the_four_failures(
    answer: Callable[[Json], Any], failure: type[Exception]
) -> None:
    wire = Wire(answer)
    with pytest.raises(failure):
        await ids(created_since(wire.api, NOW, 50))
    wire.answer = lambda _: listed([lead(1, NOW)])
    assert await ids(created_since(wire.api, NOW, 50)) == ["HB1"]


async def test_half_an_answer_is_taken_in(house: House) -> None:
    rows = [lead(1, NOW), None]
    answer = listed(rows) | {"errors": [{"message": "It broke", "path": ["getLeads", "leads", 1]}]}
    (page,) = [p async for p in created_since(Wire(lambda _: answer).api, NOW - HOUR, 50)]
    assert ([r.external_id for r in page.records], page.unreadable) == (["HB1"], 1)


async def test_the_recorded_pages_are_read() -> None:
    pages_ = {1: fixture("page_1"), 2: fixture("page_2")}
    wire = Wire(lambda body: pages_[body["variables"]["pageNumber"]])
    found = [p async for p in created_since(wire.api, NOW - 30 * DAY, 3)]
    leads = [p.read(r.raw) for p in found for r in p.records]
    assert len(leads) == 5
    assert all(moment(r.raw["createdAt"]) == r.created_at for p in found for r in p.records)
