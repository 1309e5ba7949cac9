"""Makes ``first_release.sqlite3``: a database as the first release leaves it, which every later release migrates.

Run it from the project's root as ``python -m tests.storage.make_first_release``, once: when 0.1.0 is released. After
that the file is history and is never made again.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from datetime import timedelta
from pathlib import Path

from providers.lead import Detail, Lead, Privacy, Stage
from storage import audit, choices, connections, deliveries, leads, ownership, people, rules, schedules
from storage.database import Database, Tx
from storage.records import Channel, Person
from storage.vault import Vault, check_key
from tests.storage.build import NOW, TEAM, add_connection, add_leads

KEY = "first-release-key-of-the-tests-0123456789"
FILE = Path(__file__).with_name("first_release.sqlite3")
ADA, MAX, ZOE = "U0ADA", "U0MAX", "U0ZOE"


def sample(number: int) -> Lead:
    """A lead with every field filled in."""
    return Lead(
        external_id=str(51000 + number),
        created_at=NOW - timedelta(hours=number),
        updated_at=NOW - timedelta(minutes=number),
        external_ref=f"REF-{number}",
        customer_id=str(8800 + number % 3),
        title="Ms",
        first_name=("Sofia", "Jürgen", "Zoë", "أمل")[number % 4],
        last_name=("Marsh", "Großmann", "O'Neill", "حداد")[number % 4],
        email=f"person{number}@example.com",
        phone=f"07700 9001{number:02}",
        source=("ZPL", "RM")[number % 2],
        source_name=("Zoopla", "Rightmove")[number % 2],
        stage=Stage.NEW,
        eligibility=("passed", "not-checked", "failed")[number % 3],
        enquiry="new-build",
        schemes=("shared-ownership", "rent-to-buy")[: number % 3],
        place="Riverside Quarter",
        subject=f"Plot {number}, The Foundry Yard",
        details=(Detail("Bedrooms", "2"), Detail("Message", "Is it 100% free?\nThanks_", Privacy.CONTACT)),
    )


def know_people(tx: Tx) -> None:
    """Three people and a channel."""
    for person, name, admin in ((ADA, "Ada Okafor", True), (MAX, "Max Winter", False), (ZOE, "Zoe Lind", False)):
        known = Person(TEAM, person, name, admin, False, False, "Europe/London", f"D0{person[1:]}", NOW)
        people.keep_person(tx, TEAM, known)
    people.keep_channel(tx, TEAM, Channel(TEAM, "C0LEADS", "leads", False, True, NOW))


def fill(tx: Tx, vault: Vault) -> None:
    """One of everything that a desk at work leaves in its database."""
    check_key(tx, vault)
    north, south = add_connection(tx, vault, "north"), add_connection(tx, vault, "south")
    know_people(tx)
    connections.begin_reading(tx, TEAM, north, NOW)
    connections.start_at(tx, TEAM, north, NOW, NOW - timedelta(days=3))
    connections.advance(tx, TEAM, north, cursor=NOW + timedelta(minutes=1), lag_seconds=12.5)
    connections.swept(tx, TEAM, north, now=NOW, unreadable=1)
    connections.polled(tx, TEAM, north, now=NOW, next_at=NOW + timedelta(minutes=1))
    connections.take(tx, TEAM, north, per_minute=60, burst=5, urgent=False, now=NOW)
    connections.pause(tx, TEAM, south, why="credentials refused", now=NOW, sealed=connections.sealed(tx, TEAM, south))
    add_leads(tx, north, [sample(n) for n in range(12, 20)], history_before=leads.EVERYTHING)
    numbers = add_leads(tx, north, [sample(n) for n in range(12)])
    add_leads(tx, south, [sample(30)])
    subscription = rules.subscribe(
        tx,
        TEAM,
        connection=north,
        words="site:zoopla,rightmove",
        channel="C0LEADS",
        masked=True,
        approval=True,
        approvers=[MAX],
        by=ADA,
        now=NOW,
    )
    rules.subscribe(
        tx,
        TEAM,
        connection=None,
        words="",
        channel="C0NORTH",
        masked=False,
        approval=False,
        approvers=[],
        by=ADA,
        now=NOW + timedelta(seconds=1),
    )
    for number in numbers[:4]:
        rules.alert_once(tx, TEAM, number, subscription, NOW)
        deliveries.post(tx, TEAM, vault, kind="card", to="C0LEADS", now=NOW, leads=[number], thread=True)
    deliveries.sent(tx, deliveries.heads(tx, NOW)[0][0], ts="1764000000.000100", posted_in="C0LEADS", now=NOW)
    ownership.own(tx, TEAM, numbers[0], person=ZOE, by=ZOE, instead_of=None, now=NOW + timedelta(minutes=3))
    deliveries.refresh(tx, TEAM, vault, numbers[0], NOW)
    deliveries.line(tx, TEAM, vault, numbers[0], {"text": "Zoe Lind claimed it."}, NOW)
    leads.mark_contacted(tx, TEAM, numbers[0], by=ZOE, now=NOW + timedelta(minutes=5))
    leads.add_note(tx, TEAM, numbers[0], author=ZOE, body="Called, wants to see it.", now=NOW)
    audit.note(tx, TEAM, "claimed", actor=ZOE, now=NOW, lead=numbers[0], after=180)
    done = ownership.ask(tx, TEAM, numbers[1], person=ZOE, by=MAX, approvers=[MAX], now=NOW) or ""
    ownership.decide(tx, TEAM, done, state="rejected", by=MAX, now=NOW, reason="Already a customer")
    waiting = ownership.ask(tx, TEAM, numbers[2], person=ZOE, by=ZOE, approvers=[MAX], now=NOW)
    deliveries.post(tx, TEAM, vault, kind="ask", to=MAX, now=NOW, leads=[numbers[2]], subject=waiting)
    deliveries.post(tx, TEAM, vault, kind="notice", to=ADA, now=NOW, body={"text": "A notice"})
    doubtful = next(d for d in deliveries.heads(tx, NOW)[0] if d.lane == ADA)
    deliveries.sending(tx, doubtful, NOW)
    deliveries.post(tx, TEAM, vault, kind="notice", to="C0GONE", now=NOW, body={"text": "Held back"})
    deliveries.park(tx, next(d for d in deliveries.heads(tx, NOW)[0] if d.lane == "C0GONE"), "not_in_channel")
    schedules.add(
        tx,
        TEAM,
        channel="C0LEADS",
        days="mon,tue,wed,thu,fri",
        at="09:00",
        zone="Europe/London",
        by=ADA,
        next_at=NOW + timedelta(days=1),
        now=NOW,
    )
    choices.once(tx, TEAM, "view:V0001", NOW)


def make(file: Path) -> None:
    """Write the database to ``file``."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "desk.sqlite3")
        vault = Vault([KEY])
        database.write_now(lambda tx: fill(tx, vault))
        database.close()
        conn = sqlite3.connect(database.path)
        conn.execute("VACUUM")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.close()
        shutil.copyfile(database.path, file)


if __name__ == "__main__":
    make(FILE)
