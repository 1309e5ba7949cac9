"""Connecting by the lead system's own page of consent (OAuth 2): sending the person there, and taking them back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from commands import webhooks
from commands.connecting import Refused, Wanted, plain, save, tried
from commands.forms.fields import fields_of
from commands.verb import Answer, Desk, Faults, Request, Show
from commands.views import connection as views
from commands.views import sentences
from providers.errors import ProviderError
from providers.provider import OAuth, Provider
from storage import consents, deliveries
from storage.consents import Consent
from storage.database import Tx

LONGEST = 4096
"""Characters of a code or a state."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the browser is to show: a title and a sentence. ``good`` is false where the address was no good."""

    title: str
    text: str
    good: bool = True


def needed(wanted: Wanted) -> OAuth | None:
    """How to ask for consent, where these credentials want it."""
    oauth = wanted.provider.oauth
    return oauth if oauth and oauth.wants(wanted.credentials) else None


def _back(desk: Desk, provider: Provider) -> str:
    return f"{desk.public_url}/oauth/{provider.slug}"


async def begin(desk: Desk, request: Request, wanted: Wanted, oauth: OAuth) -> Answer:
    """A link to the page of consent, or a sentence where the lead system could not send anybody back."""
    provider = wanted.provider
    if not desk.public_url:
        return Faults({fields_of(provider.credentials)[0].name: sentences.no_way_back(provider.name)})
    now = desk.now()
    body = {
        "provider": provider.slug,
        "name": wanted.name,
        "connection": wanted.connection,
        "credentials": plain(wanted.credentials),
        "settings": plain(wanted.settings),
        "webhook": wanted.webhook,
    }

    def begin_consent(tx: Tx) -> str:
        person = request.person.person
        return consents.begin(tx, request.workspace, desk.vault, person=person, body=body, now=now)

    state = await desk.database.write(begin_consent)
    return Show(views.consent(provider, oauth.page(wanted.credentials, _back(desk, provider), state)))


async def returned(desk: Desk, slug: str, *, state: str, code: str, error: str) -> Outcome:
    """Somebody comes back from a lead system's page: try what they were given, store it, and tell them in Slack.

    ``error`` is what that page says went wrong (RFC 6749 §4.1.2.1).
    """
    provider, now = desk.providers.get(slug), desk.now()
    consent: Consent | None = None
    if provider and provider.oauth and 0 < len(state) <= LONGEST:

        def take_consent(tx: Tx) -> Consent | None:
            return consents.take(tx, desk.vault, state, now)

        consent = await desk.database.write(take_consent)
    if provider is None or provider.oauth is None or consent is None or consent.body.get("provider") != slug:
        return Outcome("This link does not work any more", sentences.consent_expired(), good=False)
    if error:
        fact = error if re.fullmatch(r"[a-z_]{1,40}", error) else "no reason given"
        denied = error == "access_denied"
        text = sentences.consent_denied(provider.name) if denied else sentences.consent_failed(provider.name, fact)
        return Outcome("Not connected", text, good=denied)
    if not 0 < len(code) <= LONGEST:
        return Outcome("Not connected", sentences.consent_failed(provider.name, "it gave no code"), good=False)
    return await _connect(desk, provider, provider.oauth, consent, f"consent:{consents.name_of(state)}", code)


async def _connect(desk: Desk, provider: Provider, oauth: OAuth, consent: Consent, choice: str, code: str) -> Outcome:
    body = consent.body
    person = await desk.directory.person(consent.workspace, consent.person)
    if not person.is_admin:
        return Outcome("Not connected", sentences.admins_only("connect"), good=False)
    try:
        typed = provider.credentials.model_validate(body["credentials"])
        wanted = Wanted(
            provider=provider,
            name=body["name"],
            connection=body["connection"],
            credentials=oauth.with_code(typed, code, _back(desk, provider)),
            settings=provider.settings.model_validate(body["settings"]),
            webhook=bool(body["webhook"]),
            choice=choice,
        )
    except (ValueError, KeyError):  # what was typed is of another release, or the code of no known form
        return Outcome("Not connected", sentences.consent_failed(provider.name, "its code is not readable"), good=False)
    try:
        fresh = await tried(desk, wanted)
    except ProviderError as failure:
        text = sentences.consent_failed(provider.name, sentences.trouble(failure))
        return Outcome("Not connected", text, good=False)
    saved = await save(desk, consent.workspace, consent.person, wanted, fresh, tell=True)
    if saved is None or isinstance(saved, Refused):
        text = saved.sentence if saved else sentences.consent_expired()
        return Outcome("Not connected", text, good=False)
    arranged = await webhooks.arrange(desk, consent.workspace, saved.connection, wanted=wanted.webhook)
    if arranged.sentence and not arranged.on:
        await _tell(desk, consent, arranged.sentence)
    return Outcome("Connected", sentences.back_to_slack(saved.name, provider.name))


async def _tell(desk: Desk, consent: Consent, text: str) -> None:
    now = desk.now()

    def tell_person(tx: Tx) -> None:
        body = {"text": text}
        deliveries.post(tx, consent.workspace, desk.vault, kind="notice", to=consent.person, now=now, body=body)

    await desk.database.write(tell_person)
    desk.wake()
