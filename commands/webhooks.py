"""Letting a connection's lead system call Leadbell, and stopping that. Where it fails, polling goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, Field

from commands.verb import Desk
from commands.views import sentences
from providers.errors import ProviderError, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.provider import Provider, Webhooks
from storage import hooks
from storage.database import Tx

T = TypeVar("T")
PATIENCE = 15.0
"""Seconds for one question to a lead system: somebody waits."""


class Calls(BaseModel):
    """Whether the lead system is to call."""

    webhook: bool = Field(default=True, title="Webhook")


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription there, and how to end it."""

    webhooks: Webhooks
    api: Api
    subscription: str


def asked(desk: Desk, provider: Provider, *, ticked: bool) -> tuple[type[BaseModel], bool] | None:
    """What the connect modal asks; ``None`` where it cannot call, or Leadbell has no address."""
    return (Calls, ticked) if desk.public_url and provider.webhooks else None


@dataclass(frozen=True, slots=True)
class Arranged:
    """Whether it calls from now on, and a sentence on it; an empty one where nothing was asked for."""

    on: bool
    sentence: str = ""


async def arrange(desk: Desk, workspace: str, connection: str, *, wanted: bool) -> Arranged:
    """End the connection's old subscription, and where ``wanted`` make a new one."""
    found = await desk.apis.of(workspace, connection)
    if found is None:
        return Arranged(False)
    provider, api = found
    await unsubscribe(await subscribed(desk, workspace, connection))

    def drop_hook(tx: Tx) -> None:
        hooks.drop(tx, workspace, connection)

    if not (wanted and desk.public_url and provider.webhooks):
        await desk.database.write(drop_hook)
        return Arranged(False)

    def make_hook(tx: Tx) -> str:
        return hooks.make(tx, workspace, connection)

    secret = await desk.database.write(make_hook)
    address = f"{desk.public_url}/webhooks/{provider.slug}/{secret}"
    try:
        subscription = await _in_time(provider.webhooks.subscribe(api.for_people(), address))
    except ProviderError as error:
        await desk.database.write(drop_hook)
        return Arranged(False, sentences.webhook_refused(provider.name, sentences.trouble(error)))

    def keep_hook(tx: Tx) -> bool:
        return hooks.keep(tx, workspace, desk.vault, connection, secret=secret, subscription=subscription)

    if not await desk.database.write(keep_hook):  # disconnected, or connected anew, meanwhile
        await unsubscribe(Subscribed(provider.webhooks, api, subscription))
        return Arranged(False)
    return Arranged(True, sentences.webhook_on(provider.name))


async def subscribed(desk: Desk, workspace: str, connection: str) -> Subscribed | None:
    """A connection's subscription, while its credentials are there to end it with."""
    text = await desk.database.read(lambda tx: hooks.subscription(tx, workspace, desk.vault, connection))
    found = await desk.apis.of(workspace, connection) if text is not None else None
    if text is None or found is None or found[0].webhooks is None:
        return None
    return Subscribed(found[0].webhooks, found[1], text)


async def unsubscribe(held: Subscribed | None) -> None:
    """Best effort: a lead system that goes on calling is answered 404."""
    if held:
        with suppress(ProviderError):
            await _in_time(held.webhooks.unsubscribe(held.api.for_people(), held.subscription))


async def _in_time(work: Awaitable[T]) -> T:
    """What a lead system answers. Raises one of the four failures, whatever shape its answer has."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except ProviderError:
        raise
    except TimeoutError:
        raise Unavailable("did not answer in time", arrived=None) from None
    except Exception:
        raise UnexpectedResponse("the answer has another shape") from None
