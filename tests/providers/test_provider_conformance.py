"""What every lead system has to do, whichever it is: a folder without fixtures or a stand-in fails here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import phonenumbers
import pytest
from babel import localedata
from pydantic import BaseModel, SecretStr

from bot.new_provider import MARK
from commands.connect import Name
from commands.forms.fields import fields_of
from commands.views import connection
from providers.action import Action, Effect
from providers.errors import AuthFailed, ProviderError, Unavailable, UnexpectedResponse
from providers.http import Api, make_client
from providers.lead import Lead, Privacy
from providers.provider import Page, Provider, StandIn, discover
from storage.filters import index
from storage.leads import content
from tests.providers.recorded import FILES, Lying, Recorded, fields_in, leads_in, recorded

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
PROVIDERS = list(discover().values())
ACTIONS = [(p, a) for p in PROVIDERS for a in p.actions]
RECORDED = datetime(2022, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
"""Around whatever was recorded; nothing older should be, because a feed may walk through all this time."""
LONGEST = 120
"""Seconds, on a busy machine: a reading that takes longer never ends."""
FILLED = NOW - timedelta(days=11), NOW + timedelta(days=1)
"""Around ten days of a stand-in's history."""
FAULTS = {
    "401": AuthFailed,
    "429": Unavailable,
    "500": Unavailable,
    "503": Unavailable,
    "html": UnexpectedResponse,
    "truncated": UnexpectedResponse,
    "refuse": Unavailable,
    "withhold": Unavailable,
    "hang": Unavailable,
}

every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.slug)
every_action = pytest.mark.parametrize(
    ("provider", "action"), ACTIONS, ids=lambda x: getattr(x, "slug", None) or x.name
)


def accepted(provider: Provider, url: str = "https://login.example.com") -> dict[str, str]:
    """What the stand-in at ``url`` accepts."""
    return {name: value.replace("{url}", url) for name, value in provider.stand_in_credentials.items()}


class House:
    """A lead system's stand-in, and a connection's way to it."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.system: StandIn = provider.stand_in(lambda: NOW)
        self.client = make_client()
        self.client.timeout = httpx.Timeout(3.0)
        self.api: Api

    async def start(self) -> None:
        url = await self.system.start()
        secret = self.provider.credentials.model_validate(accepted(self.provider, url))
        self.api = replace(self.provider.api(self.client, secret, url=url), attempts=1)

    async def new(self) -> list[Page]:
        async with asyncio.timeout(LONGEST):
            return [p async for p in self.provider.feed.new(self.api, NOW - timedelta(hours=1), 50)]

    async def stop(self) -> None:
        await self.client.aclose()
        await self.system.stop()


@pytest.fixture
async def house(provider: Provider) -> AsyncIterator[House]:
    made = House(provider)
    await made.start()
    yield made
    await made.stop()


def test_the_five_lead_systems_are_found() -> None:
    assert discover().keys() >= CREDENTIALS.keys()
    assert len(CREDENTIALS) == 5


# --------------------------------------------------------------------------------------- declared


@every_provider
def test_nothing_of_it_is_left_to_fill_in(provider: Provider) -> None:
    folder = Path(str(resources.files(f"providers.{provider.slug}")))
    left = [
        f"{file.relative_to(folder.parent.parent)}:{number}: {line[line.index(MARK) :]}"
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".py", ".md", ".json")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if MARK in line
    ]
    assert not left, "only a person can fill these in:\n" + "\n".join(left)


@every_provider
def test_its_notes_say_what_it_was_written_from(provider: Provider) -> None:
    notes = (resources.files(f"providers.{provider.slug}") / "NOTES.md").read_text(encoding="utf-8")
    assert len(notes) > 200
    assert re.search(r"https?://", notes), f"providers/{provider.slug}/NOTES.md: name the document, and where it is"


def test_slugs_prefixes_and_names_are_unique() -> None:
    for name in ("slug", "prefix", "name"):
        found = [getattr(p, name) for p in PROVIDERS]
        assert len(found) == len(set(found)), name


@every_provider
def test_it_is_named_as_operators_rely_on(provider: Provider) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]+", provider.slug), "it stands in addresses and in names of settings"
    assert re.fullmatch(r"[A-Z]{2}", provider.prefix)
    assert re.fullmatch(r"https://[a-z0-9.-]+", provider.url)
    nobodys = provider.url.endswith((".invalid", ".test", ".example", ".localhost"))  # RFC 2606
    assert not nobodys, f"providers/{provider.slug}/__init__.py: url: give the real host"
    assert provider.rate.burst >= 1
    assert provider.rate.per_minute > 0


@every_provider
def test_its_country_and_its_locale_are_known(provider: Provider) -> None:
    where = f"providers/{provider.slug}/__init__.py"
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    countries = {line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#")}
    assert provider.region in countries & phonenumbers.SUPPORTED_REGIONS, (
        f"{where}: region: in which country (ISO 3166, two letters) is a telephone number without its country read?"
    )
    assert localedata.exists(provider.locale), f"{where}: locale: how are money and days written there? (en_GB)"
    assert provider.locale[-3:-2] == "_", f"{where}: locale: with its country, as in en_GB"
    assert provider.locale[-2:] in countries, f"{where}: locale: with its country, as in en_GB"


CREDENTIALS = {  # other lead systems name theirs as they like
    "kpro": {"api_key"},
    "lofty": {"api_key", "client_id", "client_secret", "access_token"},
    "student": {"api_token"},
    "seloger": {"client_id", "client_secret", "token_url"},
    "storedge": {"access_id", "secret_key", "facility_id"},
}


@every_provider
def test_its_credentials_are_those_of_the_contract(provider: Provider) -> None:
    fields = provider.credentials.model_fields
    named = CREDENTIALS.get(provider.slug, set(fields))
    assert named <= fields.keys()
    for name in fields.keys() - named:
        assert not fields[name].is_required(), f"{name}: what the contract does not name may be left out"
    made = provider.credentials.model_validate(accepted(provider))
    assert any(isinstance(v, SecretStr) for _, v in made)
    for value in accepted(provider).values():
        assert value not in repr(made)
        assert value not in str(made)


@every_provider
def test_its_form_has_no_two_inputs_of_one_name(provider: Provider) -> None:
    names = [f.name for model in (Name, provider.credentials, provider.settings) for f in fields_of(model)]
    assert len(names) == len(set(names))
    assert names[0] == "name"


@every_provider
def test_the_title_of_its_form_is_whole(provider: Provider) -> None:
    title = connection.form(provider, Name)["title"]["text"]
    assert title.startswith("Connect ") and not title.endswith("…")
    assert title.split()[-1] == provider.name.split()[-1]


@every_provider
def test_its_settings_have_defaults(provider: Provider) -> None:
    assert provider.settings().model_dump()["poll_seconds"] == 60  # type: ignore[attr-defined]


@every_provider
def test_each_input_says_what_it_is_for(provider: Provider) -> None:
    models: list[type[BaseModel]] = [provider.credentials, provider.settings]
    models += [provider.intake.row] if provider.intake else []
    for model in models:
        for asked in fields_of(model):
            assert asked.title != asked.name, f"{model.__name__}.{asked.name} has no title"
            assert len(asked.title) <= 60


@every_action
def test_an_action_is_declared_whole(provider: Provider, action: Action[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", action.name)
    assert action.title
    assert action.source, f"{action.name}: source: which document and section does it encode?"
    assert action.path.startswith("/")
    assert (action.method == "GET") <= (action.effect is Effect.READ)
    assert isinstance(action.privacy, Privacy)
    assert provider.action(action.name) is action


@every_action
def test_an_actions_parameters_have_a_schema_and_titles(provider: Provider, action: Action[Any]) -> None:
    schema = action.params.model_json_schema(by_alias=True)
    assert schema["type"] == "object"
    json.dumps(schema)
    for name, info in action.params.model_fields.items():
        assert info.title, name


@every_provider
def test_action_names_are_unique_and_an_unknown_one_is_none(provider: Provider) -> None:
    names = [a.name for a in provider.actions]
    assert len(names) == len(set(names))
    assert provider.action("no-such-action") is None


@every_provider
def test_facets_it_has_words_for_are_those_of_the_desk(provider: Provider) -> None:
    facets = {"source", "stage", "eligibility", "scheme", "enquiry", "place"}
    assert set(provider.words.values()) <= facets
    assert set(provider.values) <= facets
    for pairs in provider.values.values():
        assert len({code for code, _ in pairs}) == len(pairs)


@every_provider
def test_an_intake_names_fields_of_its_row(provider: Provider) -> None:
    if provider.intake is None:
        assert not any("import" in a.name for a in provider.actions)
        return
    fields = set(provider.intake.row.model_fields)
    assert {provider.intake.reference, provider.intake.mails, provider.intake.email} <= fields
    assert provider.intake.batch > 0
    made = provider.intake.row.model_validate({provider.intake.email: "a@example.com"})
    assert getattr(made, provider.intake.mails) is False, "nobody is mailed unless it was chosen"


# ---------------------------------------------------------------------------------------- recorded


async def read(
    provider: Provider, api: Api, way: str, size: int, span: tuple[datetime, datetime] = RECORDED
) -> list[Page]:
    """All that a way of the feed gives."""
    pages = getattr(provider.feed, way)(api, span[1] if way == "history" else span[0], size)
    async with asyncio.timeout(LONGEST):
        return [page async for page in pages]


def mapped(pages: list[Page]) -> dict[str, Lead]:
    """The leads of some pages by id, each read and made ready to be stored."""
    leads = {}
    for page in pages:
        for record in page.records:
            lead = page.read(record.raw)
            assert isinstance(lead, Lead)
            assert (lead.external_id, lead.created_at) == (record.external_id, record.created_at)
            assert lead.external_id
            assert lead.created_at.utcoffset() == timedelta()
            assert content(lead, record.fingerprint)
            leads[lead.external_id] = lead
    return leads


@every_provider
@pytest.mark.parametrize("name", FILES)
def test_its_recorded_answers_are_there(provider: Provider, name: str) -> None:
    assert recorded(provider, name)


@every_provider
def test_its_recorded_answers_are_what_they_are_called(provider: Provider) -> None:
    first, second, nulls, odd, bare, empty = (leads_in(recorded(provider, n)) for n in FILES if n != "error_401")
    assert first, "page_1 holds no list of leads"
    assert second, "page_2 holds no list of leads"
    assert nulls, "nulls holds no list of leads"
    assert odd, "unknown_enum holds no list of leads"
    assert bare, "missing_fields holds no list of leads"
    assert not empty, "empty holds leads"
    null = {name for name, value in fields_in(nulls) if value is None}
    never = {name for name, value in fields_in([first, second, odd]) if value is None} - null
    assert null, "nothing is null in nulls"
    assert not (wrong := never & {name for name, _ in fields_in(nulls)}), f"null elsewhere, but not in nulls: {wrong}"
    known = {json.dumps(value) for _, value in fields_in([first, second]) if isinstance(value, str | int)}
    assert any(json.dumps(value) not in known for _, value in fields_in(odd)), "unknown_enum holds nothing unknown"
    fewest, most = (f(len(dict(fields_in(lead))) for lead in leads) for f, leads in ((min, bare), (max, first)))
    assert fewest < most, "nothing is missing in missing_fields"


@every_provider
@pytest.mark.parametrize("way", ["new", "history", "changes", "follows"])
async def test_both_recorded_pages_are_read_to_the_last_lead(provider: Provider, way: str) -> None:
    if getattr(provider.feed, way) is None:
        return
    there = [leads_in(recorded(provider, name)) for name in ("page_1", "page_2")]
    found: dict[str, Lead] = {}
    for looks in range(3):  # a feed may look at the top of the list before it reads it
        async with Recorded(provider, *["page_1"] * looks, "page_1", "page_2") as api:
            try:
                pages = await read(provider, api, way, len(there[0]))
            except UnexpectedResponse:
                assert looks, "both pages are refused"
                break
        assert sum(page.unreadable for page in pages) == 0
        found = max(found, mapped(pages), key=len)
    assert len(found) == sum(map(len, there))


@every_provider
@pytest.mark.parametrize("name", ["nulls", "unknown_enum", "missing_fields"])
async def test_an_odd_recorded_answer_costs_no_lead(provider: Provider, name: str) -> None:
    """Served for ever, because who asks again must be told the same."""
    there = leads_in(recorded(provider, name))
    async with Recorded(provider, last=name) as api:
        pages = await read(provider, api, "new", len(there))
    leads, unreadable = mapped(pages), sum(page.unreadable for page in pages)
    if name == "missing_fields":
        assert leads
        assert len(leads) + unreadable >= len(there)
    else:
        assert (len(leads), unreadable) == (len(there), 0)


@every_provider
async def test_a_recorded_refusal_of_the_credentials_is_one_and_then_it_works_again(provider: Provider) -> None:
    async with Recorded(provider, last="error_401", status=401) as api:
        with pytest.raises(AuthFailed):
            await provider.check(api)
        for way in ("new", "history", "changes"):
            with pytest.raises(AuthFailed):
                await read(provider, api, way, 50)
    async with Recorded(provider, "page_1") as api:
        assert mapped(await read(provider, api, "new", 50))


@every_provider
async def test_a_recorded_empty_list_is_no_failure(provider: Provider) -> None:
    async with Recorded(provider) as api:
        for way in ("new", "history", "changes", *(["follows"] if provider.feed.follows else [])):
            assert mapped(await read(provider, api, way, 50)) == {}


@every_provider
@pytest.mark.parametrize("way", ["new", "history", "changes", "follows"])
@pytest.mark.parametrize("lie", [1, 1000])
async def test_a_page_that_repeats_for_ever_ends(provider: Provider, way: str, lie: int) -> None:
    """With its leads, or as an answer that nobody expects; whatever totals it tells."""
    if getattr(provider.feed, way) is None:
        return
    there = leads_in(recorded(provider, "page_1"))
    async with Recorded(provider, last="page_1", lie=lambda total: total * lie) as api:
        try:
            pages = await read(provider, api, way, len(there))
        except UnexpectedResponse:
            return
    assert len(mapped(pages)) == len(there)


# ------------------------------------------------------------------------------------------- asked


@every_provider
async def test_right_credentials_pass_the_check_and_wrong_ones_do_not(provider: Provider, house: House) -> None:
    await provider.check(house.api)
    right = accepted(provider, house.api.url)
    addresses = {name for name, value in provider.stand_in_credentials.items() if "{url}" in value}
    wrong = {name: value if name in addresses else f"wrong{value[5:]}" for name, value in right.items()}
    secret = provider.credentials.model_validate(wrong)
    away = replace(provider.api(house.client, secret, url=house.api.url), attempts=1)
    with pytest.raises(AuthFailed):
        await provider.check(away)


@every_provider
async def test_a_lead_that_arrives_is_read_and_can_be_stored(provider: Provider, house: House) -> None:
    assert sum(len(p.records) for p in await house.new()) == 0
    await house.system.arrive()
    (page,) = await house.new()
    (record,) = page.records
    assert abs(record.created_at - NOW) < timedelta(minutes=1)
    lead = page.read(record.raw)
    assert isinstance(lead, Lead)
    assert (lead.external_id, lead.created_at) == (record.external_id, record.created_at)
    content(lead, record.fingerprint)
    facets, _ = index(lead)
    assert "\nstage=" in facets


@every_provider
async def test_all_history_is_read_newest_first(provider: Provider, house: House) -> None:
    house.system.fill(120, 10)
    seen: dict[str, datetime] = {}
    newest: list[datetime] = []
    async for page in provider.feed.history(house.api, NOW + timedelta(days=1), 25):
        assert page.unreadable == 0
        newest.append(max(r.created_at for r in page.records))
        seen |= {r.external_id: r.created_at for r in page.records}
        for record in page.records:
            page.read(record.raw)
    assert len(seen) == 120
    assert newest == sorted(newest, reverse=True)


@every_provider
async def test_the_cursor_passes_over_no_new_lead(provider: Provider, house: House) -> None:
    """It goes to the newest lead so far with each page that does not say that later ones may hold older leads."""
    house.system.fill(120, 10)
    cursor = newest = since = FILLED[0]
    seen: set[str] = set()
    async for page in provider.feed.new(house.api, since, 25):
        fresh = [r for r in page.records if r.external_id not in seen]
        assert all(r.created_at >= cursor for r in fresh)
        newest = max([newest, *(r.created_at for r in page.records)])
        cursor = cursor if page.unordered else newest
        seen |= {r.external_id for r in fresh}
    assert len(seen) == 120
    assert cursor == newest, "the last page must let the cursor go on"


@every_provider
@pytest.mark.parametrize("lie", [lambda _: 0, lambda n: n * 10], ids=["nothing", "ten-times"])
async def test_a_total_that_lies_hides_no_lead(provider: Provider, house: House, lie: Any) -> None:
    house.system.fill(60, 10)
    async with httpx.AsyncClient(transport=Lying(lie)) as client:
        told = replace(house.api, client=client)
        for way in ("new", "history"):
            assert len(mapped(await read(provider, told, way, 25, FILLED))) == 60


@every_provider
async def test_what_is_read_later_of_a_lead_is_of_the_same_lead(provider: Provider, house: House) -> None:
    if provider.feed.complete is None:
        return
    for _ in range(3):
        await house.system.arrive()
    listed = {r.external_id: r for page in await house.new() for r in page.records}
    whole = [page async for page in provider.feed.complete(house.api, [r.raw for r in listed.values()])]
    assert mapped(whole).keys() == listed.keys()
    for record in (r for page in whole for r in page.records):
        assert record.fingerprint == listed[record.external_id].fingerprint


@every_provider
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_one_of_the_four_failures_and_then_it_works_again(
    provider: Provider, house: House, fault: str
) -> None:
    await house.system.arrive()
    house.client.timeout = httpx.Timeout(0.3 if fault == "hang" else 3.0)
    for ask in (lambda: provider.check(house.api), house.new):
        house.system.fault(fault)
        with pytest.raises(ProviderError) as caught:
            await ask()
        assert type(caught.value) is FAULTS[fault]
        for secret in provider.stand_in_credentials.values():
            assert secret not in f"{caught.value!r} {caught.value}"
        await ask()
    assert [len(p.records) for p in await house.new()] == [1]


@every_provider
async def test_an_empty_answer_is_no_failure_and_the_leads_come_with_the_next(provider: Provider, house: House) -> None:
    await house.system.arrive()
    house.system.fault("empty")
    assert sum(len(p.records) for p in await house.new()) == 0
    assert sum(len(p.records) for p in await house.new()) == 1


@every_provider
async def test_two_faults_in_a_row_are_ridden_out_by_retries(provider: Provider, house: House) -> None:
    async def no_sleep(_seconds: float) -> None:
        pass

    patient = replace(house.api, sleep=no_sleep, attempts=3)
    house.system.fault("503", 2)
    await provider.check(patient)
    house.system.fault("429", 1)
    house.system.fault("refuse", 1)
    await provider.check(patient)
