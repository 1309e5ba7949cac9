"""How Groupe SeLoger's lists are read: in parts, in order, to their end, several as one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from providers.errors import AuthFailed, Rejected, Unavailable, UnexpectedResponse
from providers.lead import Lead
from providers.provider import Page
from providers.seloger import PROVIDER, feed, lists
from providers.seloger.stand_in.checking import Names
from tests.providers.seloger.seloger_house import NOW, SelogerHouse, lead_id, mapped

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALL_LISTS = ["classified", "agency", "seller", "property-search"]


def searches(seloger: SelogerHouse) -> list[str]:
    return [path for method, path in seloger.system.requests if method == "POST"]


async def history(seloger: SelogerHouse, size: int = 25) -> list[Page]:
    return [p async for p in PROVIDER.feed.history(seloger.api, NOW + DAY, size)]


async def changes(seloger: SelogerHouse, days: int = 30) -> list[Page]:
    return [p async for p in PROVIDER.feed.changes(seloger.api, NOW - timedelta(days=days), 100)]


# ------------------------------------------------------------------------------------------------- order


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_new_leads_come_oldest_first_whatever_the_order_of_the_list(seloger: SelogerHouse, order: Any) -> None:
    seloger.system.order = order
    seloger.system.fill(130, 1)
    pages = await seloger.new(NOW - DAY, 50)
    assert [len(p.records) for p in pages] == [50, 50, 30]
    times = [r.created_at for p in pages for r in p.records]
    assert times == sorted(times)
    assert [p.reached for p in pages] == [p.records[-1].created_at for p in pages]


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_history_comes_newest_first_in_full_pages(seloger: SelogerHouse, order: Any) -> None:
    seloger.system.order = order
    seloger.system.fill(130, 100)
    pages = await history(seloger)
    assert [len(p.records) for p in pages] == [25] * 5 + [5]
    times = [r.created_at for p in pages for r in p.records]
    assert times == sorted(times, reverse=True)
    assert len({r.external_id for p in pages for r in p.records}) == 130


async def test_history_ends_where_the_setting_says(seloger: SelogerHouse) -> None:
    for days in (1, 20, 40, 400):
        await seloger.system.arrive(leadId=f"d{days}", created_at=NOW - timedelta(days=days))
    seloger.connect(history_days=30)
    assert [r.external_id for p in await history(seloger) for r in p.records] == ["d1", "d20"]
    seloger.connect(history_days=1000)
    assert len(mapped(await history(seloger))) == 4


async def test_history_goes_on_from_a_moment_without_what_is_newer(seloger: SelogerHouse) -> None:
    seloger.system.fill(60, 30)
    (first, *_) = await history(seloger)
    until = first.records[-1].created_at
    rest = [p async for p in PROVIDER.feed.history(seloger.api, until, 25)]
    assert all(r.created_at <= until for p in rest for r in p.records)
    assert len(mapped([first, *rest])) == 60


async def test_leads_of_one_second_on_the_border_of_two_parts_come_once_in_history(seloger: SelogerHouse) -> None:
    border = NOW + DAY - timedelta(days=7)
    for n in range(5):
        await seloger.system.arrive(leadId=f"b{n}", created_at=border)
    found = [r.external_id for p in await history(seloger) for r in p.records]
    assert sorted(found) == [f"b{n}" for n in range(5)]


async def test_a_lead_that_is_a_little_ahead_of_our_clock_is_read(seloger: SelogerHouse) -> None:
    await seloger.system.arrive(leadId="ahead", created_at=NOW + timedelta(hours=30))
    assert list(await seloger.leads()) == ["ahead"]


async def test_nothing_is_an_empty_list(seloger: SelogerHouse) -> None:
    assert await seloger.new() == []
    assert await history(seloger) == []


# ------------------------------------------------------------------------------------------------- parts


async def test_a_search_spans_no_more_than_the_setting_says(seloger: SelogerHouse) -> None:
    seloger.system.names = Names(longest_days=7)
    seloger.system.fill(200, 60)
    assert len(mapped(await seloger.new(NOW - timedelta(days=60)))) == 200
    assert seloger.system.refused == []
    assert len(mapped(await history(seloger))) == 200
    assert seloger.system.refused == ["EndDate"]  # a longer part was tried once
    assert len(mapped(await history(seloger))) == 200
    assert seloger.system.refused == ["EndDate"]
    seloger.connect(window_days=8)
    with pytest.raises(Rejected) as caught:
        await seloger.new(NOW - timedelta(days=60))
    assert caught.value.errors[0].field == "EndDate"


async def test_half_a_year_of_nothing_is_a_handful_of_calls(seloger: SelogerHouse) -> None:
    await history(seloger)
    assert len(seloger.system.requests) <= 6
    await seloger.system.arrive(leadId="old", created_at=NOW - timedelta(days=170))
    assert list(mapped(await history(seloger))) == ["old"]


async def test_a_poll_is_one_call(seloger: SelogerHouse) -> None:
    await seloger.system.arrive()
    seloger.system.requests.clear()
    await seloger.new(NOW - timedelta(minutes=6))
    assert len(seloger.system.requests) == 1


async def test_an_end_ahead_can_be_switched_off(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    real = lists.search
    monkeypatch.setattr(lists, "search", lambda *a: seen.append(a[2]) or real(*a))
    seloger.now = feed.datetime.now(feed.UTC)
    await seloger.system.arrive(created_at=seloger.now - timedelta(minutes=2))
    seloger.connect(future_end=False)
    assert len(await seloger.leads(seloger.now - timedelta(days=20))) == 1
    assert max(seen) <= feed.datetime.now(feed.UTC)
    await history(seloger)
    assert max(seen) <= feed.datetime.now(feed.UTC)
    seloger.connect(future_end=True)
    await seloger.new(seloger.now - timedelta(minutes=5))
    assert max(seen) > feed.datetime.now(feed.UTC)


async def test_a_busy_time_is_read_in_shorter_parts(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_AT_ONCE", 60)
    seloger.system.fill(700, 6)
    largest = 0
    real = feed.gather

    async def watched(*args: Any) -> Any:
        nonlocal largest
        found = await real(*args)
        largest = max(largest, len(found.leads))
        return found

    monkeypatch.setattr(feed, "gather", watched)
    pages = await seloger.new(NOW - timedelta(days=30))
    times = [r.created_at for p in pages for r in p.records]
    assert times == sorted(times)
    assert len(mapped(pages)) == 700
    assert largest <= 61
    assert len(mapped(await history(seloger))) == 700


async def test_more_at_one_moment_than_are_read_at_once_are_read_all_the_same(
    seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_AT_ONCE", 20)
    for n in range(70):
        await seloger.system.arrive(leadId=str(n))
    assert len(await seloger.leads(size=10)) == 70


async def test_what_a_list_gives_beyond_its_part_waits_for_its_turn(seloger: SelogerHouse) -> None:
    seloger.system.names = Names(times="date")
    seloger.connect(times="date", window_days=1)
    seloger.system.fill(300, 9)
    pages = await seloger.new(NOW - timedelta(days=10))
    times = [r.created_at for p in pages for r in p.records]
    assert times == sorted(times)
    assert len(mapped(pages)) == 300
    older = [r for p in await history(seloger) for r in p.records]
    assert [r.created_at for r in older] == sorted((r.created_at for r in older), reverse=True)
    assert len({r.external_id for r in older}) == len(older) == 300


@pytest.mark.parametrize("times", ["date and time", "date", "unix seconds", "unix milliseconds"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
async def test_times_are_written_as_the_setting_says(seloger: SelogerHouse, times: Any, zone: str) -> None:
    seloger.system.names = Names(times=times)
    seloger.connect(times=times, zone=zone)
    seloger.system.fill(40, 20)
    await seloger.system.arrive(leadId="now")
    assert "now" in await seloger.leads()
    assert len(mapped(await history(seloger))) == 41
    assert seloger.system.refused == []


async def test_fields_have_the_names_that_the_settings_say(seloger: SelogerHouse) -> None:
    seloger.system.names = Names(
        start="From", end="To", page="Index", size="Limit", first_page=0, more={"AgencyId": int}
    )
    seloger.connect(
        field_from="From",
        field_to="To",
        field_page="Index",
        field_size="Limit",
        first_page=0,
        extra_criteria='{"AgencyId": 7}',
    )
    seloger.system.fill(130, 3)
    assert len(await seloger.leads(NOW - timedelta(days=3), 20)) == 130
    assert seloger.system.refused == []
    seloger.connect()
    with pytest.raises(Rejected):
        await seloger.new()


async def test_a_field_that_is_not_there_is_left_out(seloger: SelogerHouse) -> None:
    await seloger.system.arrive()
    seloger.connect(field_from="-", field_size="-")
    assert len(await seloger.leads()) == 1
    assert seloger.system.refused == []


# --------------------------------------------------------------------------------------------- the end


async def test_a_count_that_lies_hides_nothing(seloger: SelogerHouse) -> None:
    seloger.system.fill(230, 5)
    for off in (-229, -100, 1000):
        seloger.system.count_off = off
        assert len(await seloger.leads(NOW - timedelta(days=5), 100)) == 230, off


async def test_pages_shorter_than_asked_for_are_no_end(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that gives 50 at most, and counts the page instead of the list."""
    real = seloger.system._list

    def capped(name: str, raw: bytes) -> Any:
        raw = raw.replace(b'"PageSize":100', b'"PageSize":50')
        seloger.system.count_off = 50 - 170
        return real(name, raw)

    monkeypatch.setattr(seloger.system, "_list", capped)
    seloger.system.fill(170, 5)
    assert len(await seloger.leads(NOW - timedelta(days=5), 100)) == 170


async def test_a_page_that_repeats_ends_and_its_leads_are_kept(seloger: SelogerHouse) -> None:
    seloger.system.repeats = True
    for n in range(9):
        await seloger.system.arrive(leadId=str(n))
    assert len(await seloger.leads()) == 9


@pytest.mark.parametrize(("there", "off"), [(60, 0), (20, 80)])
async def test_pages_that_repeat_while_there_should_be_more_are_told_after_what_was_read(
    seloger: SelogerHouse, there: int, off: int
) -> None:
    seloger.system.repeats, seloger.system.count_off = True, off  # a page may be smaller than was asked for
    for n in range(there):
        await seloger.system.arrive(leadId=str(n))
    got: list[Page] = []
    with pytest.raises(UnexpectedResponse, match="page fields"):
        async for page in PROVIDER.feed.new(seloger.api, NOW - HOUR, 50):
            got.append(page)
    assert len(mapped(got)) == min(there, 50)
    seloger.system.repeats, seloger.system.count_off = False, 0
    assert len(await seloger.leads()) == there


async def test_a_list_without_end_is_given_up(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_PAGES", 3)
    seloger.system.fill(500, 1)
    with pytest.raises(UnexpectedResponse, match="no end"):
        await seloger.new(NOW - DAY)


async def test_leads_without_an_id_are_counted_and_hold_up_nothing(
    seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"Data": [{"contactRequest": {}}, {"leadId": "good"}, "x", None], "Count": 4}

    async def fixed(*_: Any, **__: Any) -> Any:
        return answer

    monkeypatch.setattr(type(seloger.api), "send", fixed)
    (page,) = await seloger.new()
    assert ([r.external_id for r in page.records], page.unreadable) == (["good"], 3)
    (page,) = await history(seloger)
    assert page.unreadable > 0


@pytest.mark.parametrize("external_id", ["a/b/../c", "é~#?%2F", "日本", "x" * 200])
async def test_any_id_goes_through_the_feed_and_one_lead(seloger: SelogerHouse, external_id: str) -> None:
    await seloger.system.arrive(leadId=external_id, firstName="Zoé")
    assert list(await seloger.leads()) == [external_id]
    found = await seloger.run("get-lead", leadId=external_id)
    assert found["contactRequest"]["firstName"] == "Zoé"


@pytest.mark.parametrize("data_as", ["list", "object"])
@pytest.mark.parametrize("pascal", [False, True])
async def test_data_may_be_a_list_or_an_object_in_any_case(seloger: SelogerHouse, data_as: Any, pascal: bool) -> None:
    seloger.system.data_as, seloger.system.pascal = data_as, pascal
    seloger.system.fill(120, 5)
    lead = await seloger.system.arrive(firstName="Zoé")
    found = await seloger.leads(NOW - timedelta(days=5))
    assert len(found) == 121
    assert found[lead_id(lead)].first_name == "Zoé"


# ------------------------------------------------------------------------------------------ several lists


async def test_a_lead_in_two_lists_is_one_lead_with_both_categories(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="CLASSIFIED", lists=("classified", "seller"))
    seloger.connect(lists=ALL_LISTS)
    found = await seloger.leads()
    assert {i: x.schemes for i, x in found.items()} == {lead_id(lead): ("classified", "seller")}


async def test_a_lead_seen_in_a_further_list_later_is_a_changed_lead_with_both(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="CLASSIFIED")
    seloger.connect(lists=ALL_LISTS)
    (before,) = [r for p in await seloger.new() for r in p.records]
    (again,) = [r for p in await seloger.new() for r in p.records]
    assert before.fingerprint == again.fingerprint
    seloger.system.also_in(lead_id(lead), "agency")
    pages = await seloger.new()
    (after,) = [r for p in pages for r in p.records]
    assert after.external_id == before.external_id
    assert after.fingerprint != before.fingerprint
    assert mapped(pages)[lead_id(lead)].schemes == ("classified", "agency")


async def test_the_sweep_finds_a_further_list_of_an_older_lead(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="CLASSIFIED", created_at=NOW - timedelta(days=12))
    seloger.connect(lists=ALL_LISTS)
    await history(seloger)
    seloger.system.also_in(lead_id(lead), "seller")
    assert await seloger.new() == []
    assert mapped(await changes(seloger))[lead_id(lead)].schemes == ("classified", "seller")


async def test_a_category_that_was_seen_is_not_lost_with_its_list(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="CLASSIFIED", lists=("classified", "agency"))
    seloger.connect(lists=ALL_LISTS)
    (before,) = [r for p in await seloger.new() for r in p.records]
    rows = seloger.system._store._lists["agency"]
    rows.clear()
    (after,) = [r for p in await seloger.new() for r in p.records]
    assert after.fingerprint == before.fingerprint
    assert (await seloger.leads())[lead_id(lead)].schemes == ("classified", "agency")


async def test_lists_are_remembered_for_so_many_leads_only(
    seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "REMEMBERED", 10)
    seloger.system.fill(40, 1)
    seloger.connect(lists=["agency"])
    assert len(await seloger.leads(NOW - DAY)) == 40
    assert len(seloger.remembered["lists"]) == 10


async def test_what_one_list_leaves_empty_another_fills(seloger: SelogerHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"leadMetaInfos": {"leadId": "1", "processedTime": int(NOW.timestamp())}, "contactRequest": None}
    whole = {"leadMetaInfos": {"leadId": "1", "portalCode": "SLG-FRA"}, "contactRequest": {"firstName": "Zoé"}}

    async def answers(_api: Any, _method: str, path: str, _body: Any, **_: Any) -> Any:
        return {"Data": [short if path == "/v2/leads" else whole], "Count": 1}

    seloger.connect(lists=["seller"])
    monkeypatch.setattr(type(seloger.api), "send", answers)
    lead: Lead = (await seloger.leads())["1"]
    assert (lead.first_name, lead.source, lead.created_at) == ("Zoé", "SLG-FRA", NOW)


# ----------------------------------------------------------------------------------------- lists that fail


async def collected(seloger: SelogerHouse, since: Any = None) -> tuple[dict[str, Lead], Exception | None]:
    got: list[Page] = []
    try:
        async for page in PROVIDER.feed.new(seloger.api, since or NOW - HOUR, 50):
            got.append(page)
    except (Rejected, Unavailable, UnexpectedResponse) as error:
        return mapped(got), error
    return mapped(got), None


async def test_a_list_that_is_refused_holds_up_none_of_the_others_and_is_told(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="AGENCY")
    seloger.connect(lists=ALL_LISTS)
    seloger.system.lacks.add("seller")
    found, error = await collected(seloger)
    assert list(found) == [lead_id(lead)]
    assert isinstance(error, Rejected)
    assert error.status == 404
    seloger.system.lacks.clear()
    found, error = await collected(seloger)
    assert error is None


async def test_a_list_that_failed_is_read_from_where_it_was_left(seloger: SelogerHouse) -> None:
    """In the list of all leads as in any other: a newer lead of another list moves the cursor past what was missed."""
    seloger.connect(lists=["seller"])
    await seloger.new()
    real = set(seloger.system.lacks)
    seloger.system.lacks.add("leads")
    await seloger.system.arrive(leadId="missed", category="AGENCY", created_at=NOW - timedelta(minutes=30))
    await seloger.system.arrive(leadId="newer", category="SELLER")
    found, error = await collected(seloger)
    assert (list(found), isinstance(error, Rejected)) == (["newer"], True)
    seloger.system.lacks = real
    found, error = await collected(seloger, NOW - timedelta(minutes=5))
    assert (sorted(found), error) == (["missed", "newer"], None)
    found, _ = await collected(seloger, NOW - timedelta(minutes=5))
    assert list(found) == ["newer"]


async def test_a_lead_is_not_touched_while_one_of_its_lists_cannot_be_read(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(category="CLASSIFIED", lists=("classified", "agency"))
    seloger.connect(lists=ALL_LISTS)
    await seloger.new()
    seloger.system.denied.add("agency")
    found, error = await collected(seloger)
    assert found == {}
    assert isinstance(error, Rejected)
    seloger.system.denied.clear()
    found, error = await collected(seloger)
    assert found[lead_id(lead)].schemes == ("classified", "agency")


async def test_refused_credentials_are_told_at_once(seloger: SelogerHouse) -> None:
    seloger.connect(lists=ALL_LISTS)
    await seloger.system.arrive()
    await seloger.new()
    seloger.system.fault("401")
    with pytest.raises(AuthFailed):
        await seloger.new()
    assert len(await seloger.leads()) == 1


async def test_where_all_lists_fail_the_failure_is_told(seloger: SelogerHouse) -> None:
    await seloger.new()
    seloger.system.fault("503")
    with pytest.raises(Unavailable):
        await seloger.new()
    seloger.system.fault("503")
    with pytest.raises(Unavailable):
        await history(seloger)
    seloger.system.fault("html")
    with pytest.raises(UnexpectedResponse):
        await changes(seloger)
    assert await changes(seloger) == []


async def test_a_lead_that_is_erased_there_changes_here(seloger: SelogerHouse) -> None:
    lead = await seloger.system.arrive(firstName="Zoé")
    (before,) = [r for p in await changes(seloger) for r in p.records]
    seloger.system.erase(lead_id(lead))
    pages = await changes(seloger)
    (after,) = [r for p in pages for r in p.records]
    assert before.fingerprint != after.fingerprint
    assert mapped(pages)[lead_id(lead)].first_name is None


async def test_a_reader_that_stops_leaves_nothing_running(seloger: SelogerHouse) -> None:
    seloger.system.fill(300, 60)
    async for _page in PROVIDER.feed.new(seloger.api, NOW - timedelta(days=60), 10):
        break
    await asyncio.sleep(0)
    before = len(seloger.system.requests)
    await asyncio.sleep(0.05)
    assert len(seloger.system.requests) - before <= 1
