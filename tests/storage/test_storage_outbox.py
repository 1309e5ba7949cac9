"""The outbox: order in a lane, one refresh a message, doubt after a crash, parked and sent again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage import deliveries
from storage.database import Database, Tx
from storage.records import Delivery
from storage.vault import Vault
from tests.storage.build import NOW, OTHER, TEAM, a_lead, add_connection, add_leads

LATER = NOW + timedelta(seconds=10)


class Outbox:
    """The functions of storage, a transaction each."""

    def __init__(self, database: Database, vault: Vault, number: int) -> None:
        self.database, self.vault, self.number = database, vault, number

    def post(self, to: str = "C0LEADS", *, thread: bool = False, workspace: str = TEAM) -> str:
        leads = [self.number] if workspace == TEAM else []
        return self.database.write_now(
            lambda tx: deliveries.post(
                tx, workspace, self.vault, kind="card", to=to, now=NOW, leads=leads, thread=thread
            )
        )

    def refresh(self) -> None:
        self.database.write_now(lambda tx: deliveries.refresh(tx, TEAM, self.vault, self.number, NOW))

    def line(self, text: str) -> None:
        self.database.write_now(lambda tx: deliveries.line(tx, TEAM, self.vault, self.number, {"text": text}, NOW))

    def heads(self, seconds: float = 0) -> list[Delivery]:
        return self.database.read_now(lambda tx: deliveries.heads(tx, NOW + timedelta(seconds=seconds))[0])

    def head(self, seconds: float = 0) -> Delivery:
        (only,) = self.heads(seconds)
        return only

    def sending(self, delivery: Delivery) -> bool:
        return self.database.write_now(lambda tx: deliveries.sending(tx, delivery, NOW))

    def sent(self, delivery: Delivery, ts: str | None = "1.000001") -> None:
        self.database.write_now(lambda tx: deliveries.sent(tx, delivery, ts=ts, posted_in="C0LEADS", now=NOW))

    def postpone(self, delivery: Delivery, state: str) -> None:
        self.database.write_now(
            lambda tx: deliveries.postpone(tx, delivery, state=state, next_at=LATER, error="HTTP 503")
        )

    def park(self, delivery: Delivery) -> None:
        self.database.write_now(lambda tx: deliveries.park(tx, delivery, "not_in_channel"))

    def tally(self) -> dict[str, int]:
        return self.database.read_now(lambda tx: deliveries.tally(tx, TEAM))

    def deliver(self) -> Delivery:
        head = self.head()
        assert self.sending(head)
        self.sent(head)
        return head


@pytest.fixture
def outbox(database: Database, vault: Vault, connection: str) -> Outbox:
    (number,) = database.write_now(lambda tx: add_leads(tx, connection, [a_lead()]))
    return Outbox(database, vault, number)


def test_a_lane_is_delivered_in_order(outbox: Outbox) -> None:
    first, second = outbox.post(), outbox.post()
    assert outbox.head().message == first
    assert outbox.sending(outbox.head())
    assert outbox.heads() == []
    row = outbox.database.read_now(lambda tx: tx.one("SELECT delivery, state FROM outbox ORDER BY seq"))
    assert row
    assert row["state"] == "sending"
    outbox.database.write_now(lambda tx: tx.run("UPDATE outbox SET state = 'sent' WHERE state = 'sending'"))
    assert outbox.head().message == second


def test_lanes_do_not_wait_for_each_other(outbox: Outbox) -> None:
    one, two = outbox.post("C0LEADS"), outbox.post("U0ZOE")
    assert {head.message for head in outbox.heads()} == {one, two}


def test_the_same_lane_of_another_workspace_is_another_lane(outbox: Outbox, database: Database, vault: Vault) -> None:
    database.write_now(lambda tx: add_connection(tx, vault, workspace=OTHER))
    outbox.post()
    outbox.post(workspace=OTHER)
    assert {head.workspace for head in outbox.heads()} == {TEAM, OTHER}


async def test_of_two_deliverers_one_sends(outbox: Outbox) -> None:
    outbox.post()
    head = outbox.head()
    other = Database(outbox.database.path)
    won = await asyncio.gather(
        outbox.database.write(lambda tx: deliveries.sending(tx, head, NOW)),
        other.write(lambda tx: deliveries.sending(tx, head, NOW)),
    )
    other.close()
    assert sorted(won) == [False, True]


def test_what_was_sent_knows_its_place(outbox: Outbox) -> None:
    message = outbox.post()
    outbox.deliver()
    kept = outbox.database.read_now(lambda tx: deliveries.message(tx, TEAM, message))
    assert kept
    assert (kept.ts, kept.posted_in) == ("1.000001", "C0LEADS")
    assert outbox.heads() == []
    assert outbox.tally() == {}


def test_one_refresh_waits_for_a_message(outbox: Outbox) -> None:
    message = outbox.post()
    outbox.deliver()
    for _ in range(5):
        outbox.refresh()
    assert outbox.tally() == {"pending": 1}
    head = outbox.head()
    assert (head.kind, head.message, head.lane) == ("refresh", message, "C0LEADS:edit")


def test_a_change_while_a_refresh_is_under_way_asks_for_another(outbox: Outbox) -> None:
    outbox.post()
    outbox.deliver()
    outbox.refresh()
    under_way = outbox.head()
    assert outbox.sending(under_way)
    outbox.refresh()
    assert outbox.tally() == {"sending": 1, "pending": 1}
    outbox.sent(under_way, None)
    assert outbox.head().delivery != under_way.delivery


def test_a_failed_refresh_that_was_overtaken_is_dropped(outbox: Outbox) -> None:
    outbox.post()
    outbox.deliver()
    outbox.refresh()
    under_way = outbox.head()
    outbox.sending(under_way)
    outbox.refresh()
    outbox.postpone(under_way, "pending")
    assert outbox.tally() == {"pending": 1}
    assert outbox.head().delivery != under_way.delivery


def test_a_card_that_is_not_posted_yet_needs_no_refresh(outbox: Outbox) -> None:
    outbox.post()
    outbox.refresh()
    assert outbox.tally() == {"pending": 1}
    outbox.sending(outbox.head())
    outbox.refresh()  # its content is on the way already: it may be stale
    assert outbox.tally() == {"sending": 1, "pending": 1}


def test_a_refresh_does_not_wait_behind_a_queue_of_cards(outbox: Outbox) -> None:
    outbox.post()
    outbox.deliver()
    waiting = outbox.post("C0LEADS")
    outbox.refresh()
    assert {(h.kind, h.lane) for h in outbox.heads()} == {("post", "C0LEADS"), ("refresh", "C0LEADS:edit")}
    assert waiting in {h.message for h in outbox.heads()}


def test_a_line_goes_to_the_copy_that_holds_the_thread(outbox: Outbox) -> None:
    outbox.line("nobody is told: there is no card")
    assert outbox.tally() == {}
    root = outbox.post("C0NORTH", thread=True)
    outbox.post("C0LEADS")
    outbox.line("Zoe claimed it")
    lines = outbox.database.read_now(lambda tx: tx.all("SELECT message, lane, seq FROM outbox WHERE kind = 'line'"))
    assert [(row["message"], row["lane"]) for row in lines] == [(root, "C0NORTH")]


def test_what_a_crash_interrupted_is_in_doubt(outbox: Outbox) -> None:
    outbox.post()
    outbox.sending(outbox.head())
    assert outbox.heads(3600) == []
    assert outbox.database.write_now(lambda tx: deliveries.recover(tx, LATER)) == 1
    assert outbox.tally() == {"doubt": 1}
    assert outbox.heads(9) == []
    head = outbox.head(10)
    assert (head.state, head.sending_at, head.attempts) == ("doubt", NOW, 1)
    assert outbox.database.write_now(lambda tx: deliveries.recover(tx, LATER)) == 0
    assert outbox.sending(head)
    outbox.sent(head)
    assert outbox.tally() == {}


@pytest.mark.parametrize("state", ["pending", "doubt"])
def test_what_failed_is_tried_later_and_holds_its_lane(outbox: Outbox, state: str) -> None:
    outbox.post()
    outbox.post()
    failed = outbox.head()
    outbox.sending(failed)
    outbox.postpone(failed, state)
    assert outbox.heads(9) == []
    assert outbox.head(10).delivery == failed.delivery
    assert outbox.head(10).error == "HTTP 503"
    _, due = outbox.database.read_now(lambda tx: deliveries.heads(tx, NOW))
    assert due == NOW + timedelta(seconds=10)  # not the one behind it, which would be looked for in vain


def test_what_is_parked_lets_others_pass_and_comes_back(outbox: Outbox) -> None:
    parked = outbox.post()
    outbox.park(outbox.head())
    behind = outbox.post()
    assert outbox.head().message == behind
    assert outbox.tally() == {"parked": 1, "pending": 1}
    assert outbox.database.write_now(lambda tx: deliveries.unpark(tx, TEAM, "C0NORTH", NOW)) == 0
    assert outbox.database.write_now(lambda tx: deliveries.unpark(tx, OTHER, "C0LEADS", NOW)) == 0
    assert outbox.database.write_now(lambda tx: deliveries.unpark(tx, TEAM, "C0LEADS", NOW)) == 1
    assert outbox.head().message == parked


def park_three_refreshes(outbox: Outbox) -> None:
    """The channel was archived: each change of the lead asks for a refresh, and each is parked."""
    outbox.post()
    outbox.deliver()
    for _ in range(3):
        outbox.refresh()
        outbox.park(outbox.head())
    outbox.refresh()
    assert outbox.tally() == {"parked": 3, "pending": 1}


def test_parked_edits_of_a_channel_come_back_with_it_once_a_message(outbox: Outbox) -> None:
    park_three_refreshes(outbox)
    outbox.park(outbox.head())
    assert outbox.database.write_now(lambda tx: deliveries.unpark(tx, TEAM, "C0LEADS", NOW)) == 1
    assert outbox.tally() == {"pending": 1}
    outbox.deliver()


def test_parked_edits_that_were_overtaken_are_dropped(outbox: Outbox) -> None:
    park_three_refreshes(outbox)
    outbox.database.write_now(lambda tx: deliveries.unpark_all(tx, TEAM, NOW))
    assert outbox.tally() == {"pending": 1}
    outbox.deliver()
    assert outbox.tally() == {}


def test_everything_parked_is_tried_once_more(outbox: Outbox) -> None:
    for lane in ("C0LEADS", "U0ZOE"):
        outbox.post(lane)
    for head in outbox.heads():
        outbox.park(head)
    assert outbox.heads(3600) == []
    assert outbox.database.write_now(lambda tx: deliveries.unpark_all(tx, OTHER, NOW)) == 0
    assert outbox.database.write_now(lambda tx: deliveries.unpark_all(tx, TEAM, NOW)) == 2
    assert len(outbox.heads()) == 2


def test_bodies_are_encrypted(outbox: Outbox) -> None:
    body = {"text": "canary"}
    outbox.database.write_now(
        lambda tx: deliveries.post(tx, TEAM, outbox.vault, kind="notice", to="U0ZOE", now=NOW, body=body)
    )
    head = outbox.head()
    assert b"canary" not in head.body
    assert outbox.vault.unseal_json(TEAM, f"delivery:{head.delivery}", head.body) == body


def test_what_was_sent_long_ago_is_forgotten(outbox: Outbox) -> None:
    outbox.post()
    outbox.deliver()
    outbox.post()
    assert outbox.database.write_now(lambda tx: deliveries.forget_sent(tx, TEAM, NOW)) == 0
    assert outbox.database.write_now(lambda tx: deliveries.forget_sent(tx, TEAM, LATER)) == 1
    assert outbox.tally() == {"pending": 1}


def test_what_a_claim_asks_the_outbox_never_scans_a_table(outbox: Outbox) -> None:
    asked: list[str] = []

    def follow(tx: Tx) -> list[str]:
        tx.conn.set_trace_callback(asked.append)
        deliveries.refresh(tx, TEAM, outbox.vault, outbox.number, NOW)
        deliveries.has_card(tx, TEAM, outbox.number)
        deliveries.line(tx, TEAM, outbox.vault, outbox.number, {}, NOW)
        tx.conn.set_trace_callback(None)
        reads = [sql for sql in asked if sql.startswith("SELECT")]
        return [row["detail"] for sql in reads for row in tx.all(f"EXPLAIN QUERY PLAN {sql}")]

    plan = outbox.database.write_now(follow)
    assert any("message_leads_lead" in step for step in plan)
    assert [step for step in plan if step.startswith("SCAN")] == []
    narrow = [step for step in plan if step.startswith("SEARCH") and "workspace=?)" in step]
    assert narrow == []  # by the workspace alone it would be a scan in all but name


def test_what_waits_behind_the_first_of_a_lane_is_not_read(outbox: Outbox) -> None:
    def plan(tx: Tx) -> list[str]:
        return [row["detail"] for row in tx.all(f"EXPLAIN QUERY PLAN {deliveries._HEADS}")]

    steps = outbox.database.read_now(plan)
    assert not [step for step in steps if step.startswith("SCAN") and step not in ("SCAN w", "SCAN l")]
    assert "SEARCH o USING INDEX outbox_open (workspace=? AND lane=? AND seq=?)" in steps
