"""The sandbox's two workspaces: who is there, and where they talk.

First names and channels are the same in both, and one person has the same name: whatever mixes them up shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.people import Channel, Person, Team
from bot.sandbox.workspace import SLACKBOT, Workspace


def _fill(made: Workspace, people: list[Person], channels: list[Channel]) -> Workspace:
    team = made.team
    app = [
        Person(team.bot_user_id, "leadbell", team.bot_name, is_bot=True),
        Person(SLACKBOT, "slackbot", "Slackbot", is_bot=False),
    ]
    for person in [*people, *app]:
        person.email = f"{person.name}@{team.email_domain}"
        made.people[person.id] = person
    for channel in channels:
        made.add_channel(channel)
    return made


def harbour_homes(now: Callable[[], datetime], team: Team | None = None) -> Workspace:
    """An admin, an approver, two members, an outside guest, four channels.

    With another ``team``, a workspace in which everything but that has the same ids.
    """
    made = Workspace(team or Team(), now)
    bot = made.team.bot_user_id
    everyone = ["U0ADA", "U0MAX", "U0ZOE", "U0SAM"]
    return _fill(
        made,
        [
            Person("U0ADA", "ada", "Ada Okafor", "Sales operations · admin", is_admin=True),
            Person("U0MAX", "max", "Max Winter", "Sales manager · approver"),
            Person("U0ZOE", "zoe", "Zoe Lind", "Sales · member", locale="fr-FR"),
            Person("U0SAM", "sam", "Sam Reyes", "Sales · member", tz="America/New_York", locale="en-US"),
            Person("U0GUEST", "gus", "Gus Guest", "Partner · guest", is_restricted=True),
        ],
        [
            Channel("C0LEADS", "leads", "Every new lead", [*everyone, bot]),
            Channel("C0NORTH", "north-team", "The northern branches", [*everyone, bot]),
            Channel(
                "C0PARTNERS", "partners", "Shared with agents outside", [*everyone, "U0GUEST", bot], is_ext_shared=True
            ),
            Channel("C0GENERAL", "general", "Company-wide", everyone, is_general=True),
        ],
    )


def alder_finch(now: Callable[[], datetime]) -> Workspace:
    """A second company: an admin, a manager, two members, three channels."""
    team = Team(
        id="T0ALDER",
        name="Alder & Finch",
        domain="alderfinch",
        email_domain="alderfinch.example",
        bot_id="B0ALDER",
        bot_user_id="U1LEADBELL",
    )
    everyone = ["U1ADA", "U1MAX", "U1ZOE", "U1SAM"]
    return _fill(
        Workspace(team, now),
        [
            Person("U1ADA", "ada", "Ada Finch", "Office manager · admin", is_admin=True),
            Person("U1MAX", "max", "Max Alder", "Lettings manager · approver"),
            Person("U1ZOE", "zoe", "Zoe Lind", "Lettings · member"),
            Person("U1SAM", "sam", "Sam Osei", "Lettings · member"),
        ],
        [
            Channel("C1LEADS", "leads", "New enquiries", [*everyone, team.bot_user_id]),
            Channel("C1NORTH", "north-team", "North of the river", [*everyone, team.bot_user_id]),
            Channel("C1GENERAL", "general", "Everybody", everyone, is_general=True),
        ],
    )
