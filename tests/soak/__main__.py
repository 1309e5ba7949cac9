"""``make soak``: random kill -9 of a real ``leadbell run`` while leads arrive and people claim them.

Each lead must be alerted exactly once, none may be lost, and none may have two owners. Exit code 1 where one of these
does not hold. ``make soak ARGS="--kills 30 --seed 7"``; the seed is printed, and repeats the choices of the run (not
the machine's timing).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.process import Street, prepare
from tests.soak.rules import Seen, violations

PEOPLE = ("U0ADA", "U0MAX", "U0ZOE", "U0SAM")
FAULTS = ("withhold", "500", "429", "refuse")


class Soak:
    """One run."""

    def __init__(self, street: Street, draw: random.Random) -> None:
        self.street = street
        self.draw = draw
        self.presses: Counter[bool] = Counter()
        self.faults: Counter[str] = Counter()
        self.told: dict[int, set[str]] = {}
        """Who was ever shown as a lead's owner to us, who look at the database after each kill."""

    async def arriving(self) -> None:
        """A lead now and then, and now and then a fault of Slack's or KPro's."""
        while True:
            await asyncio.sleep(self.draw.uniform(0.1, 0.8))
            await self.street.kpro.arrive()
            if self.draw.random() < 0.05:
                kind = self.draw.choice(FAULTS)
                self.faults[kind] += 1
                self.street.slack.faults.add("slack:chat.postMessage", kind)
            if self.draw.random() < 0.03:
                self.faults["KPro 500"] += 1
                self.street.kpro.fault("500")

    async def claiming(self) -> None:
        """Somebody presses *Claim* somewhere; sometimes two at once."""
        while True:
            await asyncio.sleep(self.draw.uniform(0.05, 0.5))
            free = [c for c in self.street.cards() if any(b.get("block_id") and _has_claim(b) for b in c.blocks)]
            if not free:
                continue
            card = self.draw.choice(free)
            who = self.draw.sample(PEOPLE, k=self.draw.choice((1, 1, 2)))
            replies = await asyncio.gather(
                *(self.street.press(person, card, "claim") for person in who), return_exceptions=True
            )
            for reply in replies:
                self.presses[getattr(reply, "ok", False)] += 1

    def look(self) -> None:
        """Remember who owns what."""
        for number, owner in self.street.rows("SELECT number, owner FROM leads WHERE owner IS NOT NULL"):
            self.told.setdefault(number, set()).add(owner)

    async def run(self, kills: int) -> None:
        """Start and kill, again and again, while everything goes on; then let it come to rest."""
        work = [asyncio.create_task(self.arriving()), asyncio.create_task(self.claiming())]
        try:
            for n in range(kills):
                # One in five is killed while it starts.
                await self.street.start(ready=(early := self.draw.random() > 0.2))
                await asyncio.sleep(self.draw.uniform(0.1, 8.0) if early else self.draw.uniform(0.5, 2.0))
                await self.street.kill()
                self.look()
                cards = len(self.street.cards())
                print(f"kill {n + 1:>3}: {len(self.street.kpro.leads)} leads, {cards} cards", flush=True)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        self.street.slack.faults.clear()
        self.street.kpro.clear_faults()
        await self.street.start()
        await self.street.settled(len(self.street.kpro.leads), seconds=180)
        self.look()


def _has_claim(block: dict[str, object]) -> bool:
    elements = block.get("elements")
    return isinstance(elements, list) and any(e.get("action_id") == "claim" for e in elements)


async def _main(kills: int, seed: int) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="leadbell-soak-") as folder:
        street = Street(Path(folder))
        await street.open()
        try:
            prepare(street.database, key=street.kpro.api_key)
            soak = Soak(street, random.Random(seed))
            await soak.run(kills)
            seen = Seen.of(street, soak.told)
            found = violations(seen)
        finally:
            await street.close()
    print(f"\nseed {seed}: {kills} kills in {time.monotonic() - began:.0f} s")
    print(f"{seen.arrived} leads arrived, {sum(seen.cards.values())} cards, {len(seen.owners)} claimed")
    print(f"{soak.presses[True]} presses answered, {soak.presses[False]} unanswered; faults {dict(soak.faults)}")
    for sentence in found:
        print(f"VIOLATION: {sentence}")
    print("each lead alerted exactly once, none lost, one owner each" if not found else f"{len(found)} violations")
    return 1 if found else 0


def main() -> None:
    """Read the words and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    sys.exit(asyncio.run(_main(asked.kills, asked.seed)))


if __name__ == "__main__":
    main()
