"""The outbox reaches Slack: in order within a place, at Slack's pace, each message once.

A delivery is committed as *sending* before the call. If the call's fate is unknown (a crash, a time-out, a 5xx) it
is in doubt: after a while its delivery id is looked for in the place's history, and it is sent again only if it is not
there. Where the app may not read history it is sent again, marked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.faults import trace
from bot.settings import Tempo
from bot.slack.client import Fate, code, fate
from bot.slack.clients import Clients
from bot.slack.directory import SlackDirectory
from bot.tasks import Tasks
from bot.turns import Turns
from commands import alert
from commands.drawing import Drawn, draw
from commands.verb import Desk
from commands.views import sentences
from commands.views.blocks import context
from storage import deliveries, installations, rules
from storage.database import StorageFull, Tx
from storage.leases import LeaseLost
from storage.records import Delivery, Message

log = logging.getLogger("leadbell.delivery")
EVENT_TYPE = "leadbell_delivery"
LOOK_BACK = timedelta(minutes=2)
LOOK_ON = timedelta(minutes=10)
"""Around the moment of sending: a call ends within seconds, clocks differ by minutes at the most."""
TOO_FAR = "too far"
MOST_PAGES = 5
MOST_REFUSALS = 3
MOST_PLACES = 5000
AT_ONCE, EACH = 32, 8
"""Calls to Slack at a time: of all workspaces, and of one."""
IDLE_SECONDS = 30.0


class Deliverer:
    """Delivers what is due, each workspace in its turn.

    One task a lane; a lane that waits does not hold up the others.
    """

    def __init__(
        self,
        desk: Desk,
        clients: Clients,
        directory: SlackDirectory,
        clock: Clock,
        tempo: Tempo,
        tasks: Tasks,
        check: Callable[[], None],
    ) -> None:
        """``check`` raises LeaseLost where another process may deliver by now."""
        self._check = check
        self._desk = desk
        self._clients = clients
        self._directory = directory
        self._clock = clock
        self._tempo = tempo
        self._woken = asyncio.Event()
        self._at_rest = asyncio.Event()
        self._turns = Turns(tasks, at_once=AT_ONCE, each=EACH)
        self._lanes: set[tuple[str, str]] = set()
        """What is being delivered, or waits for its workspace's turn."""
        self._posted: dict[tuple[str, str], datetime] = {}
        self._stopping = False
        self._unwritten: list[Delivery] = []
        """Called while the disk was full: their fate could not be written down."""

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._at_rest.clear()
        self._woken.set()

    async def at_rest(self) -> None:
        """Wait until all that is due was begun."""
        await self._at_rest.wait()

    async def recover(self) -> None:
        """After a start: what was being sent is in doubt."""
        at = self._clock.now() + timedelta(seconds=self._tempo.doubt_seconds)

        def recover_outbox(tx: Tx) -> int:
            return deliveries.recover(tx, at)

        if found := await self._desk.database.write(recover_outbox):
            log.info("%d deliveries are in doubt after a restart", found)

    async def run(self) -> None:
        """Deliver until :meth:`stop`."""
        while not self._stopping:
            self._woken.clear()
            try:
                wait = await self.round()
            except StorageFull:
                log.error("the disk is full: deliveries wait")
                wait = 5.0
            except LeaseLost:
                wait = IDLE_SECONDS  # another process delivers: this is about to be stopped
            except Exception as error:
                log.error("delivery failed [%s]", trace(error))
                wait = 5.0
            if not self._woken.is_set():
                self._at_rest.set()
            waiters = [asyncio.create_task(self._woken.wait()), asyncio.create_task(self._clock.sleep(wait))]
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()

    def stop(self) -> None:
        """No new delivery begins."""
        self._turns.stop()
        self._stopping = True
        self._woken.set()
        self._at_rest.set()

    async def round(self) -> float:
        """Begin every lane's first due delivery; seconds until the next may be due."""
        now = self._clock.now()
        await self._write_down(now)
        if len(self._posted) > MOST_PLACES:
            self._posted = {
                k: at for k, at in self._posted.items() if (now - at).total_seconds() < self._tempo.post_gap
            }

        heads, next_due = await self._desk.database.look(lambda tx: deliveries.heads(tx, now))
        soonest = [next_due] if next_due else []
        for head in heads:
            lane = (head.workspace, head.lane)
            if lane in self._lanes or self._stopping:
                continue
            if (at := self._posted.get(lane)) and now < (free := at + timedelta(seconds=self._tempo.post_gap)):
                soonest.append(free)  # about a message a second and place
                continue
            self._lanes.add(lane)
            work = partial(self._take_turn, head, lane)
            self._turns.put(head.workspace, f"delivery:{head.delivery}", work, at=head.lane)
        return min([IDLE_SECONDS, *(max(0.05, (t - now).total_seconds()) for t in soonest)])

    async def _take_turn(self, delivery: Delivery, lane: tuple[str, str]) -> None:
        try:
            await self._deliver(delivery)
        finally:
            self._lanes.discard(lane)
            self._woken.set()

    # -- one delivery

    async def _deliver(self, delivery: Delivery) -> None:
        marked = False
        if delivery.state == "doubt":
            try:
                arrived = await self._arrived(delivery)
            except LeaseLost:
                return
            except Exception as error:
                await self._still_in_doubt(delivery, error)
                return
            if arrived == "yes":
                return
            marked = arrived == "unknown"
        try:
            self._posted[delivery.workspace, delivery.lane] = self._clock.now()
            began = await self._begin(delivery)
            if began is None:
                return
            message, drawn, root = began
            self._desk.database.observe("delivery.sending")
            try:
                answer = await self._call(delivery, message, drawn, root, marked=marked)
            except LeaseLost:
                await self._not_called(delivery)
                return
            self._desk.database.observe("delivery.called")
            now = self._clock.now()

            def delivery_sent(tx: Tx) -> None:
                deliveries.sent(tx, delivery, ts=answer.get("ts"), posted_in=answer.get("channel"), now=now)
                if delivery.kind == "post":
                    rules.in_trouble(tx, delivery.workspace, delivery.lane, None)

            await self._desk.database.write(delivery_sent)
        except LeaseLost:
            return  # whoever leads now puts it in doubt, and looks for it
        except Exception as error:
            await self._failed(delivery, error)

    async def _not_called(self, delivery: Delivery) -> None:
        """Too long has passed since it was marked (the process was paused): whoever leads now decides. If that is still
        this process, it is as it was."""
        now = self._clock.now()

        def not_called(tx: Tx) -> None:
            deliveries.postpone(tx, delivery, state=delivery.state, next_at=now, error="the process was paused")

        await self._desk.database.write(not_called)

    async def _begin(self, delivery: Delivery) -> tuple[Message, Drawn, Message | None] | None:
        """Mark it as being sent and draw it, in one transaction; ``None`` where there is nothing to send now."""
        now = self._clock.now()
        outsiders = False
        place = delivery.lane.partition(":")[0]
        if delivery.kind in ("post", "refresh") and place.startswith(("C", "G")):
            channel = await self._directory.channel(delivery.workspace, place)  # somebody may have joined
            outsiders = channel is not None and channel.has_outsiders

        def begin_delivery(tx: Tx) -> tuple[Message, Drawn, Message | None] | None:
            if installations.stopped(tx, delivery.workspace):
                return None  # it waits until the app is installed again
            if outsiders:
                alert.outsiders_joined(tx, delivery.workspace, self._desk.vault, place, now)
            message = deliveries.message(tx, delivery.workspace, delivery.message or "")
            drawn = draw(tx, self._desk, delivery, message, now) if message else None
            if message is None or drawn is None:
                deliveries.drop(tx, delivery)
                return None
            if delivery.kind in ("refresh", "line") and message.ts is None:
                _wait_for_post(tx, delivery, now)
                return None
            if not deliveries.sending(tx, delivery, now):
                return None
            return message, drawn, message if delivery.kind == "line" else None

        return await self._desk.database.write(begin_delivery)

    async def _call(
        self, delivery: Delivery, message: Message, drawn: Drawn, root: Message | None, *, marked: bool
    ) -> dict[str, Any]:
        """Raises LeaseLost before the call, where another process may deliver by now."""
        text, blocks = drawn
        if marked:
            blocks = [*blocks, context("Slack was unsure about the first try; this may appear twice.")]
        client = self._clients.of(delivery.workspace)
        place = message.channel
        if delivery.kind != "refresh" and place.startswith(("U", "W")):
            place = await self._directory.dm(delivery.workspace, place)
        await self._clients.token(delivery.workspace)  # it is renewed now, if it must be
        self._check()  # nothing that may wait stands between this and the call
        if delivery.kind == "refresh":
            answer = await client.chat_update(
                channel=message.posted_in or message.channel, ts=message.ts or "", text=text, blocks=blocks
            )
            return dict(answer.data) if isinstance(answer.data, dict) else {}
        answer = await client.chat_postMessage(
            channel=root.posted_in if root and root.posted_in else place,
            text=text,
            blocks=blocks,
            thread_ts=root.ts if root else None,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"delivery": delivery.delivery}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    # -- doubt

    async def _arrived(self, delivery: Delivery) -> str:
        """Whether a delivery in doubt is in Slack: "yes" (and then it is marked so), "no" or "unknown"."""
        if delivery.kind == "refresh":
            return "no"  # repeating an edit changes nothing
        message = await self._desk.database.look(
            lambda tx: deliveries.message(tx, delivery.workspace, delivery.message or "")
        )
        if message is None or delivery.sending_at is None:
            return "no"
        place = message.posted_in or message.channel
        if place.startswith(("U", "W")):
            place = await self._directory.dm(delivery.workspace, place)
        try:
            found = await self._look(delivery, message, place, delivery.sending_at)
        except SlackApiError as error:
            if code(error) in ("missing_scope", "not_allowed_token_type", "access_denied"):
                return "unknown"
            raise
        if found is None or found == TOO_FAR:
            return "no" if found is None else "unknown"
        now = self._clock.now()

        def delivery_found(tx: Tx) -> None:
            deliveries.sent(tx, delivery, ts=found, posted_in=place, now=now)

        await self._desk.database.write(delivery_found)
        return "yes"

    async def _look(self, delivery: Delivery, message: Message, place: str, sent: datetime) -> str | None:
        """The timestamp of the message that carries the delivery's id, ``None``, or TOO_FAR to look."""
        cursor = ""
        for _ in range(MOST_PAGES):
            query: dict[str, Any] = {
                "channel": place,
                "oldest": f"{(sent - LOOK_BACK).timestamp():.6f}",
                "latest": f"{(sent + LOOK_ON).timestamp():.6f}",
                "limit": 100,
                "include_all_metadata": True,
                "cursor": cursor or None,
            }
            if delivery.kind == "line":
                answer = await self._clients.of(delivery.workspace).conversations_replies(ts=message.ts or "", **query)
            else:
                answer = await self._clients.of(delivery.workspace).conversations_history(**query)
            for one in answer["messages"]:
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if payload.get("delivery") == delivery.delivery:
                    return str(one["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        return TOO_FAR

    async def _still_in_doubt(self, delivery: Delivery, error: Exception) -> None:
        """The look-up failed: it stays in doubt and is looked for again."""
        what, asked = fate(error)
        wait = max(self._tempo.doubt_seconds, asked or 0.0)
        name = code(error)
        log.warning("a delivery stays in doubt: %s (%s)", name, what.value)
        at = self._clock.now() + timedelta(seconds=wait)

        def doubt_stays(tx: Tx) -> None:
            if what is Fate.PLACE:
                deliveries.park(tx, delivery, name, doubtful=True)
            else:
                deliveries.postpone(tx, delivery, state="doubt", next_at=at, error=name)

        try:
            await self._desk.database.write(doubt_stays)
        except LeaseLost:
            return
        except StorageFull:
            self._unwritten.append(delivery)

    async def _write_down(self, now: datetime) -> None:
        """What was called while the disk was full is in doubt, as soon as that can be written."""
        if not self._unwritten:
            return
        late = list(self._unwritten)
        at = now + timedelta(seconds=self._tempo.doubt_seconds)

        def write_down(tx: Tx) -> None:
            for one in late:
                state = "pending" if one.kind == "refresh" else "doubt"
                deliveries.postpone(tx, one, state=state, next_at=at, error="the disk was full")

        await self._desk.database.write(write_down)
        self._unwritten = self._unwritten[len(late) :]

    # -- failures

    async def _failed(self, delivery: Delivery, error: Exception) -> None:
        """Decide a failed call's fate. Where even that fails, the row is in doubt as soon as it can be written."""
        try:
            if isinstance(error, StorageFull):
                raise error
            await self._decided(delivery, error)
        except LeaseLost:
            return
        except Exception as worse:
            log.error("a failed delivery could not be put back [%s]", trace(worse))
            self._unwritten.append(delivery)

    async def _decided(self, delivery: Delivery, error: Exception) -> None:
        what, asked = fate(error)
        name, now = code(error), self._clock.now()
        backoff = min(self._tempo.first_backoff * 2 ** min(delivery.attempts, 6), self._tempo.longest_backoff) / 10
        state, wait = "pending", asked if asked is not None else max(1.0, backoff)
        if what is Fate.DOUBT and delivery.kind != "refresh":
            state, wait = "doubt", self._tempo.doubt_seconds
        if what is Fate.TOKEN:
            wait = min(60.0, self._tempo.longest_backoff)
        log.warning("a delivery failed: %s (%s)%s", name, what.value, _where(error, what))

        def delivery_failed(tx: Tx) -> None:
            if what is Fate.GONE:
                deliveries.drop(tx, delivery)
            elif what is Fate.PLACE or (what is Fate.REFUSED and delivery.attempts >= MOST_REFUSALS):
                deliveries.park(tx, delivery, name)
                if what is Fate.PLACE:
                    deliveries.park_lane(tx, delivery.workspace, delivery.lane, name)
                self._tell_held_back(tx, delivery, name, what, now)
            else:
                at = now + timedelta(seconds=wait)
                deliveries.postpone(tx, delivery, state=state, next_at=at, error=name)

        await self._desk.database.write(delivery_failed)

    def _tell_held_back(self, tx: Tx, delivery: Delivery, name: str, what: Fate, now: datetime) -> None:
        """Say once, to who subscribed the channel, that something is held back."""
        if delivery.kind != "post" or not delivery.lane.startswith(("C", "G")):
            return
        text = sentences.held_back(delivery.lane, name)
        if what is Fate.REFUSED:
            text = sentences.refused_card(delivery.lane, name)
        for person in rules.in_trouble(tx, delivery.workspace, delivery.lane, name):
            deliveries.post(
                tx, delivery.workspace, self._desk.vault, kind="notice", to=person, now=now, body={"text": text}
            )


def _wait_for_post(tx: Tx, delivery: Delivery, now: datetime) -> None:
    """Its message is not in Slack: it waits, is held back or is dropped together with the post."""
    state = deliveries.post_state(tx, delivery.workspace, delivery.message or "")
    if state is None or state == "sent":
        deliveries.drop(tx, delivery)
    elif state == "parked":
        deliveries.park(tx, delivery, "its message is held back")
    else:
        at = now + timedelta(seconds=5)
        deliveries.postpone(tx, delivery, state="pending", next_at=at, error="its message is not posted")


def _where(error: Exception, what: Fate) -> str:
    return f" [{trace(error)}]" if what is Fate.REFUSED and not isinstance(error, SlackApiError) else ""
