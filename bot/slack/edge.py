"""Slack's edge: who and where, one wrapper around every handler, and an answer performed.

A handler decides within two seconds, then Slack is acknowledged; what is shown later is drawn by tracked tasks. One
error door: a known failure becomes a sentence, an unknown one a reference that stands in the message and in the log.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.faults import reference, trace
from bot.homes import Homes
from bot.slack.authorize import workspace_of
from bot.slack.client import Fate, NotInstalled, NoToken, code, fate
from bot.slack.clients import Clients
from bot.slack.directory import SlackDirectory
from bot.slack.files import SlackFiles
from bot.tasks import Tasks
from commands import alert
from commands.forms.checking import again, checking
from commands.ids import Do, Form, Shortcut
from commands.registry import BUTTONS, FORMS, OPTIONS, SHORTCUTS, Search, command, only_reads
from commands.verb import (
    Answer,
    Block,
    Desk,
    Done,
    Faults,
    Hand,
    Handler,
    Request,
    Role,
    Say,
    Shared,
    Show,
    Submitted,
    Value,
    View,
)
from commands.views import doing, sentences
from commands.views.blocks import fitting, modal, said, section, unformatted
from commands.views.home import digest_of
from providers.download import Download
from providers.errors import ProviderError
from storage import deliveries, files, people
from storage.database import StorageFull, Tx

log = logging.getLogger("leadbell.slack")
PATIENCE = 2.0
"""Seconds a handler may take before Slack is answered without its result (Slack waits three)."""
QUICK = 0.008
"""Seconds that a question may hold up its acknowledgement: a busy machine answers it a little later."""
MOST_QUESTIONS = 100
"""Unanswered at a time; beyond it the acknowledgement waits, so that no heap of questions grows."""
Body = Mapping[str, Any]


class Edge:
    """Registers every command, button, modal, shortcut and event, and performs their answers."""

    def __init__(
        self,
        app: AsyncApp,
        desk: Desk,
        clients: Clients,
        directory: SlackDirectory,
        files: SlackFiles,
        tasks: Tasks,
        homes: Homes,
    ) -> None:
        self._desk = desk
        self._clients = clients
        self._directory = directory
        self._files = files
        self._tasks = tasks
        self._homes = homes
        app.error(_strange)
        self._questions = 0
        app.command("/leads")(self._command)
        for do, (role, handler) in BUTTONS.items():
            app.action(do.value)(self._button(do, role, handler))
        for form, (role, handler) in FORMS.items():
            app.view(form.value)(self._submission(form, role, handler))
        for shortcut, (role, handler) in SHORTCUTS.items():
            app.shortcut(shortcut.value)(self._shortcut(shortcut, role, handler))
        for do, search in OPTIONS.items():
            app.options(do.value)(self._options(search))
        everything = re.compile(".*")  # registered last: a button or modal of another release is never silent
        app.action(everything)(self._button(None, Role.MEMBER, _outdated))
        app.view(everything)(self._submission(None, Role.MEMBER, _outdated))
        app.shortcut(everything)(self._shortcut(None, Role.MEMBER, _outdated))
        app.event("app_home_opened")(self._home)
        app.event("member_joined_channel")(self._joined)
        app.event("channel_unarchive")(self._joined)
        app.event("group_unarchive")(self._joined)

    # -- deciding

    async def _decide(self, role: Role, handler: Handler, make: Callable[[], Awaitable[Request]]) -> Answer:
        """Run a handler behind the error door."""
        try:
            request = await make()
            if request.person.is_guest or request.person.is_bot:
                return Say(sentences.not_for_guests())
            if role is Role.ADMIN and not request.person.is_admin:
                return Say("Only a workspace admin can do that.")
            return await handler(self._desk, request)
        except StorageFull:
            return Say(sentences.disk_full())
        except ProviderError as error:
            return Say(sentences.failure(error, "The lead system"))
        except NotInstalled as error:
            log.info("somebody could not be answered: %s", error)
            return Say(sentences.not_installed())
        except NoToken as error:
            log.warning("somebody could not be answered: %s", error)
            return Say(sentences.no_token())
        except SlackApiError as error:
            ref = reference()
            log.error("slack refused %s (reference %s)", code(error), ref)
            return Say(f"Slack refused a question ({code(error)}, reference `{ref}`). Please try again.")
        except Exception as error:
            ref = reference()
            log.error("unknown failure, reference %s [%s]", ref, trace(error))
            return Say(sentences.broke(ref))

    async def _request(self, body: Body, **more: Any) -> Request:
        user = body.get("user") or {}
        user_id = str(body.get("user_id") or user.get("id") or "")
        team = workspace_of(body)
        if not user_id:
            raise ValueError("a request by nobody")
        person = await self._directory.person(team, user_id)
        channel = str(body.get("channel_id") or (body.get("channel") or {}).get("id") or "")
        return Request(workspace=team, person=person, channel=channel, **more)

    @staticmethod
    async def _soon(task: asyncio.Task[Answer], patience: float | None = None) -> Answer | None:
        """The answer, if it comes in time."""
        done, _ = await asyncio.wait({task}, timeout=PATIENCE if patience is None else patience)
        return task.result() if done else None

    # -- commands

    async def _command(self, ack: AsyncAck, body: Body) -> None:
        async def make() -> Request:
            return await self._request(body, text=str(body.get("text") or ""))

        task = self._tasks.spawn(self._decide(Role.MEMBER, command, make), "command")
        quick = self._questions < MOST_QUESTIONS and only_reads(str(body.get("text") or ""))
        answer = await self._soon(task, QUICK if quick else PATIENCE)
        if answer is None:
            await ack() if quick else await ack(text="Working on it…")
            self._questions += 1
            task.add_done_callback(self._answered)
            self._tasks.spawn(self._shown(self._after(task, body), body), "late command")
        elif isinstance(answer, Say):
            await ack(**_message(answer))
        else:
            await ack()
            self._tasks.spawn(self._shown(self._perform(answer, body), body), "perform")

    def _answered(self, _task: asyncio.Task[Answer]) -> None:
        self._questions -= 1

    async def _after(self, task: asyncio.Task[Answer], body: Body) -> None:
        await self._perform(await task, body)

    # -- buttons and shortcuts

    def _button(self, do: Do | None, role: Role, handler: Handler) -> Callable[..., Awaitable[None]]:
        async def pressed(ack: AsyncAck, body: Body, action: Body) -> None:
            chosen = (action.get("selected_option") or {}).get("value") or action.get("value")

            async def make() -> Request:
                value = Value.loaded(chosen)
                if value is None and do is not Do.CHOOSE:
                    log.info("a button's value was not understood: %s", do)
                picked = None
                if do is Do.CHOOSE:  # its options carry no button's value: what it is about stands with the view
                    picked = chosen
                    value = Value.loaded((body.get("view") or {}).get("private_metadata"))
                return await self._request(body, value=value or Value(), in_view=body.get("view"), chosen=picked)

            task = self._tasks.spawn(self._decide(role, handler, make), f"button:{do}")
            answer = await self._soon(task)
            await ack()
            if answer is None:
                self._tasks.spawn(self._shown(self._after(task, body), body), "late button")
            else:
                self._tasks.spawn(self._shown(self._perform(answer, body), body), "perform")
            if _in_home(body):  # whatever came of it: what was pressed may not be true any more
                self._tasks.spawn(self._pressed_home(task, body), "home")

        return pressed

    async def _pressed_home(self, task: asyncio.Task[Answer], body: Body) -> None:
        await asyncio.wait({task})
        await self._homes.pressed(workspace_of(body), str((body.get("user") or {}).get("id") or ""))

    def _options(self, search: Search) -> Callable[..., Awaitable[None]]:
        async def typed(ack: AsyncAck, body: Body) -> None:
            """Slack asks while somebody types: local data only, and an empty list rather than no answer."""
            found: list[Block] = []
            try:
                meta = Value.loaded((body.get("view") or {}).get("private_metadata")) or Value()
                request = await self._request(body, text=str(body.get("value") or ""), value=meta)
                if not (request.person.is_guest or request.person.is_bot):
                    found = await search(self._desk, request, str(body.get("block_id") or ""))
            except Exception as error:
                log.error("options could not be found, reference %s [%s]", reference(), trace(error))
            await ack(options=found)

        return typed

    def _shortcut(self, shortcut: Shortcut | None, role: Role, handler: Handler) -> Callable[..., Awaitable[None]]:
        async def used(ack: AsyncAck, body: Body) -> None:
            files = (body.get("message") or {}).get("files") or []

            async def make() -> Request:
                value = Value(file=str(files[0]["id"]) if files else None)
                return await self._request(body, value=value, shared=_shared(body))

            if shortcut is Shortcut.IMPORT_FILE and not files:
                await ack()
                self._tasks.spawn(self._perform(Say("This message has no file. Use it on a CSV."), body), "perform")
                return
            task = self._tasks.spawn(self._decide(role, handler, make), f"shortcut:{shortcut}")
            answer = await self._soon(task)
            await ack()
            work = self._after(task, body) if answer is None else self._perform(answer, body)
            self._tasks.spawn(self._shown(work, body), "perform")

        return used

    # -- modals

    def _submission(self, form: Form | None, role: Role, handler: Handler) -> Callable[..., Awaitable[None]]:
        async def sent(ack: AsyncAck, body: Body, view: View) -> None:
            async def make() -> Request:
                submitted = Submitted(
                    view_id=str(view["id"]),
                    meta=Value.loaded(view.get("private_metadata")) or Value(),
                    blocks=view.get("blocks") or [],
                    state=(view.get("state") or {}).get("values") or {},
                    view=view,
                )
                return await self._request(body, submitted=submitted)

            task = self._tasks.spawn(self._decide(role, handler, make), f"form:{form}")
            answer = await self._soon(task)
            if answer is None:
                await ack(response_action="update", view=checking(view))
                self._tasks.spawn(self._shown(self._checked(task, body, view), body), "late form")
                return
            match answer:
                case Faults(errors):
                    await ack(response_action="errors", errors=_below(_on_inputs(view, errors)))
                case Show(shown):
                    await ack(response_action="update", view=shown)
                case Hand(say=shown):
                    await ack(response_action="update", view=shown.view)
                    self._tasks.spawn(self._shown(self._hand(answer, body), body), "hand")
                case Say(text) if _inputs(view):
                    await ack(response_action="errors", errors=_below({_inputs(view)[0]: text}))  # what was typed stays
                case Say(text):
                    await ack(response_action="update", view=_notice(view, text))
                case _:
                    await ack()

        return sent

    async def _checked(self, task: asyncio.Task[Answer], body: Body, view: View) -> None:
        """The late result of a submission: the modal that says "Checking…" is exchanged."""
        answer = await task
        later = answer.later if isinstance(answer, Show) else ""
        match answer:
            case Faults(errors):
                if view.get("callback_id") in (Form.ACTION, Form.CONFIRM):
                    later = " ".join(errors.values())
                state = (view.get("state") or {}).get("values") or {}
                shown = again(view, state, _on_inputs(view, errors))
            case Show(shown_view):
                shown = shown_view
            case Hand(say=Show(shown_view)):
                shown = shown_view
            case Say(text) if _inputs(view):
                shown = again(view, (view.get("state") or {}).get("values") or {}, {_inputs(view)[0]: text})
            case Say(text):
                shown = _notice(view, text)
            case _:
                shown = _notice(view, "Done.")
        if not await self._exchange(body, str(view["id"]), shown) and later:
            await self._tell(body, later)
        if isinstance(answer, Hand):
            await self._hand(answer, body)

    async def _exchange(self, body: Body, view_id: str, shown: View) -> bool:
        """Put another view in an open modal's place; once more where Slack stumbled. Whether it is still open."""
        for attempt in (1, 2):
            try:
                await self._clients.of(workspace_of(body)).views_update(view_id=view_id, view=shown)
                return True
            except Exception as error:
                if code(error) == "not_found":  # the person closed it
                    return False
                if attempt == 2 or fate(error)[0] is Fate.REFUSED:
                    raise
                await asyncio.sleep(1)
        return True

    # -- performing

    async def _shown(self, work: Coroutine[Any, Any, None], body: Body) -> None:
        """The error door of what is drawn after the acknowledgement: the person is told, if that is possible at all."""
        try:
            await work
        except NoToken as error:
            log.info("an answer could not be shown: %s", error)
        except Exception as error:
            ref = reference()
            log.error("showing failed, reference %s (%s) [%s]", ref, code(error), trace(error))
            try:
                await self._say(Say(sentences.not_shown(ref)), body)
            except Exception as worse:
                log.error("nor could that be said, reference %s (%s)", ref, code(worse))

    async def _perform(self, answer: Answer, body: Body) -> None:
        match answer:
            case Say():
                await self._say(answer, body)
            case Show(view, or_say):
                await self._show(view, body, or_say=or_say)
            case Hand(say=Show(view)):
                await self._show(view, body)
                await self._hand(answer, body)
            case Faults(errors):
                await self._say(Say(" ".join(errors.values())), body)
            case Done():
                pass

    async def _say(self, say: Say, body: Body) -> None:
        """Only to whoever asked: over the response URL; in a modal, as a page on top of it; where there is neither, as
        in Home or for a shortcut from anywhere, in a modal."""
        url, inside = body.get("response_url"), body.get("view")
        if not url and (inside or not _channel(body)):
            shown = said(say.text, say.blocks)
            if inside and not _in_home(body):
                if say.replace and inside.get("callback_id") == Form.SAID:
                    await self._clients.of(workspace_of(body)).views_update(view_id=str(inside["id"]), view=shown)
                    return
                shown = shown if say.blocks else _notice(inside, say.text)
                await self._open(shown, body, push=True, told=say.text)
            else:
                await self._open(shown, body, push=False, told=say.text)
            return
        if url:
            message = _message(say)
            if body.get("type") == "block_actions":
                message["replace_original"] = say.replace
            hook = AsyncWebhookClient(str(url), session=self._clients.session, timeout=10)
            answer = await hook.send_dict(message)
            if answer.status_code == 200:
                return
            log.info("a response url answered %s", answer.status_code)
        channel = _channel(body)
        user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        if channel:
            await self._clients.of(workspace_of(body)).chat_postEphemeral(
                channel=channel, user=user, text=say.text, blocks=list(say.blocks) or None
            )

    async def _show(self, view: View, body: Body, *, or_say: bool = False) -> None:
        inside = body.get("view")
        if inside is None or _in_home(body):
            await self._open(view, body, push=False, or_say=or_say)
        elif inside.get("callback_id") == Form.SAID and "submit" not in view:  # whoever closes it is back at the list
            await self._open(view, body, push=True, told=sentences.window_late())
        else:
            await self._clients.of(workspace_of(body)).views_update(view_id=str(inside["id"]), view=view)

    async def _open(
        self, view: View, body: Body, *, push: bool, or_say: bool = False, told: str = sentences.window_late()
    ) -> None:
        """Open a modal. ``told``: by direct message, where Slack opens none any more and nothing else reaches them."""
        if body.get("trigger_id") and await self._opened(view, body, push=push):
            return
        if not body.get("response_url"):
            await self._tell(body, told)
            return
        draft = (Value.loaded(view.get("private_metadata")) or Value()).draft
        if draft:  # what was typed is kept, and the form one press away
            text, blocks = doing.reopened(sentences.window_closed(), draft)
            await self._say(Say(text, blocks), body)
        elif or_say:
            shown, _ = fitting([], [[b] for b in view["blocks"]], [])
            await self._say(Say(view["title"]["text"], shown), body)
        else:
            await self._say(Say(sentences.window_late()), body)

    async def _opened(self, view: View, body: Body, *, push: bool) -> bool:
        """Whether Slack opened it; it does for three seconds after a person did something."""
        trigger = str(body.get("trigger_id") or "")
        try:
            if push:
                await self._clients.of(workspace_of(body)).views_push(trigger_id=trigger, view=view)
            else:
                await self._clients.of(workspace_of(body)).views_open(trigger_id=trigger, view=view)
        except SlackApiError as error:
            if code(error) not in ("expired_trigger_id", "exchanged_trigger_id", "trigger_expired"):
                raise
            return False
        return True

    async def _hand(self, hand: Hand, body: Body) -> None:
        user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        team = workspace_of(body)

        async def begun(file: str) -> None:
            def file_begun(tx: Tx) -> None:
                files.sent(tx, team, file, lead=hand.lead, person=user, delete_at=hand.until or self._desk.now())

            if hand.until:
                await self._desk.database.write(file_begun)

        try:
            await self._files.send(team, user, hand.name, hand.content, hand.comment, begun=begun)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.error("a file could not be sent [%s]", trace(error))
            await self._tell(body, sentences.file_not_sent(hand.name))
        finally:
            if isinstance(hand.content, Download):
                hand.content.discard()

    async def _tell(self, body: Body, text: str) -> None:
        """By direct message, where nothing else reaches the person any more; nothing where nobody is named."""
        user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        team, now = workspace_of(body), self._desk.now()
        if not user:
            return

        def tell(tx: Tx) -> None:
            deliveries.post(tx, team, self._desk.vault, kind="notice", to=user, now=now, body={"text": text})

        await self._desk.database.write(tell)
        self._desk.wake()

    # -- events

    async def _home(self, body: Body, event: Body) -> None:
        """Somebody opened Home (or the messages beside it, which are not ours to draw)."""
        team, user = workspace_of(body), str(event.get("user") or "")
        if not (team and user):
            log.info("a Home was opened, and Slack did not say whose")
        elif event.get("tab") == "home":
            await self._homes.opened(team, user, digest_of(event.get("view")))

    async def _joined(self, body: Body, event: Body) -> None:
        """Somebody joined a channel, or it is back: what was held back for it goes, and guests see no contact data."""
        channel, team = str(event.get("channel") or ""), workspace_of(body)
        now, user = self._desk.now(), str(event.get("user") or "")
        try:
            joined = event.get("type") == "member_joined_channel" and user
            guest = joined and (await self._directory.person(team, user)).is_guest

            def channel_changed(tx: Tx) -> None:
                deliveries.unpark(tx, team, channel, now)
                if guest:
                    people.outsiders_in(tx, team, channel)
                    alert.outsiders_joined(tx, team, self._desk.vault, channel, now)

            await self._desk.database.write(channel_changed)
        except Exception as error:
            log.error("an event could not be handled [%s]", trace(error))
        self._desk.wake()


async def _strange(error: Exception) -> BoltResponse:
    """A request of a shape that Slack does not document: the handlers' own failures never come here."""
    log.error("a signed request could not be read [%s]", trace(error))
    return BoltResponse(status=400, body="not readable")


async def _outdated(desk: Desk, request: Request) -> Answer:
    """A button, modal or shortcut that this release does not know."""
    return Say(sentences.stale())


def _message(say: Say) -> dict[str, Any]:
    message: dict[str, Any] = {"response_type": "ephemeral", "text": say.text}
    if say.blocks:
        message["blocks"] = list(say.blocks)
    return message


def _in_home(body: Body) -> bool:
    return (body.get("view") or {}).get("type") == "home"


def _channel(body: Body) -> str:
    return str((body.get("channel") or {}).get("id") or body.get("channel_id") or "")


def _shared(body: Body) -> Shared | None:
    """The message that a shortcut was used on."""
    message = body.get("message")
    if not message:
        return None
    by_app = message.get("bot_id") or message.get("subtype") == "bot_message"
    name = message.get("username") or (message.get("bot_profile") or {}).get("name")
    return Shared(
        channel=_channel(body),
        ts=str(message.get("ts") or ""),
        thread_ts=str(message.get("thread_ts") or ""),
        text=str(message.get("text") or ""),
        author="" if by_app else str(message.get("user") or ""),
        author_name=str(name or ""),
    )


def _notice(view: View, text: str) -> View:
    title = (view.get("title") or {}).get("text") or "Leadbell"
    return modal(title, [section(text)], callback=Form.SHOW)


def _inputs(view: View) -> list[str]:
    return [b["block_id"] for b in view.get("blocks") or [] if b.get("type") == "input"]


def _on_inputs(view: View, errors: Mapping[str, str]) -> dict[str, str]:
    """Slack takes errors for drawn inputs only: others are put on the first."""
    drawn = _inputs(view)
    found: dict[str, str] = {}
    for block, text in errors.items():
        place = block if block in drawn else (drawn[0] if drawn else block)
        found[place] = f"{found[place]} {text}" if place in found else text
    return found


def _below(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors as Slack shows them below inputs: plain text."""
    return {block: unformatted(text) for block, text in errors.items()}
