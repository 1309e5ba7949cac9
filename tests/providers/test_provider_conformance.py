"""What every lead system has to do, whichever it is: a folder without fixtures or a stand-in fails here."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, SecretStr

from commands.connect import Name
from commands.forms.fields import fields_of
from providers.action import Action, Effect
from providers.errors import AuthFailed, ProviderError, Unavailable, UnexpectedResponse
from providers.http import Api, make_client
from providers.lead import Lead, Privacy
from providers.provider import Page, Provider, StandIn, discover
from storage.filters import index
from storage.leads import content

NOW = datetime(2026, 11, 23, 10, 4, 5, tzinfo=UTC)
PROVIDERS = list(discover().values())
ACTIONS = [(p, a) for p in PROVIDERS for a in p.actions]
FIXTURES = ("page_1", "page_2", "nulls", "unknown_enum", "missing_fields", "error_401", "empty")
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


def test_some_lead_system_is_found() -> None:
    assert "kpro" in discover()


# --------------------------------------------------------------------------------------- declared


@every_provider
@pytest.mark.parametrize("name", FIXTURES)
def test_its_recorded_answers_are_there(provider: Provider, name: str) -> None:
    file = resources.files(f"providers.{provider.slug}") / "fixtures" / f"{name}.json"
    assert file.is_file(), f"providers/{provider.slug}/fixtures/{name}.json is missing"
    assert json.loads(file.read_text(encoding="utf-8"))


@every_provider
def test_its_notes_are_there(provider: Provider) -> None:
    notes = resources.files(f"providers.{provider.slug}") / "NOTES.md"
    assert len(notes.read_text(encoding="utf-8")) > 200


def test_slugs_prefixes_and_names_are_unique() -> None:
    for name in ("slug", "prefix", "name"):
        found = [getattr(p, name) for p in PROVIDERS]
        assert len(found) == len(set(found)), name


@every_provider
def test_it_is_named_as_operators_rely_on(provider: Provider) -> None:
    assert provider.slug in {"kpro", "lofty", "student", "seloger", "storedge"}
    assert re.fullmatch(r"[A-Z]{2}", provider.prefix)
    assert re.fullmatch(r"https://[a-z0-9.-]+", provider.url)
    assert provider.rate.burst >= 1
    assert provider.rate.per_minute > 0


CREDENTIALS = {
    "kpro": {"api_key"},
    "lofty": {"api_key", "client_id", "client_secret", "access_token"},
    "student": {"api_token"},
    "seloger": {"client_id", "client_secret", "token_url"},
    "storedge": {"access_id", "secret_key", "facility_id"},
}


@every_provider
def test_its_credentials_are_those_of_the_contract(provider: Provider) -> None:
    fields = provider.credentials.model_fields
    assert CREDENTIALS[provider.slug] <= fields.keys()
    for name in fields.keys() - CREDENTIALS[provider.slug]:
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
    assert action.source, "which document and section does it encode?"
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
